"""Team buckets: configured, differing, rebuilt, and rebuilt by a program that is killed."""
from __future__ import annotations

import os
import sys
import unittest

from groups import assert_groups_equal_reference
from harness import ROOT, CommandTest, Ran, stream

sys.path.insert(0, str(ROOT / 'tests' / 'torture'))
import kill_points  # noqa: E402

LONG = 'GAPLESS_TEST_LONG' in os.environ
DAYS = ('--from', '2026-02-27', '--to', '2026-03-20')
TABLES = ('stats', 'bounces', 'breakdowns')
EIGHT = {'GAPLESS_TARGETS_TEAM_BUCKETS': '8'}
KILLED = -9


class BucketsTest(CommandTest):
    """A few teams and days, with the targets' partitions looked at as the engine names them."""

    def setUp(self) -> None:
        super().setUp()
        self.events = stream(self.folder / 'events.ndjson', seed=411, sessions=20, teams=3, days=1)

    def partitions(self, what: str) -> dict[str, int]:
        """The rows of each partition."""
        return {name: int(rows) for name, rows in self.sql(
            f"SELECT partition_id, sum(rows) FROM system.parts WHERE active AND table = 'web_pre_aggregated_{what}' GROUP BY 1 HAVING sum(rows) > 0 ORDER BY 1")}

    def buckets(self) -> dict[str, int]:
        return {one['target']: one['team_buckets'] for one in self.gapless('targets', '--output', 'json').json['targets']}

    def versions(self) -> list[list]:
        return self.sql("SELECT partition_id, name FROM system.parts WHERE active AND rows > 0 AND table = 'web_pre_aggregated_stats' ORDER BY ALL")

    def assert_fresh(self, **variables: str) -> None:
        summary = self.gapless('plan', *DAYS, '--output', 'json', **variables).json['summary']
        self.assertEqual({state for state, count in summary.items() if count} - {'empty', 'expired'}, {'fresh'})

    def staging(self) -> list[list]:
        return self.sql("SELECT name FROM system.tables WHERE name LIKE 'staging%'")

    def test_a_repair_touches_its_bucket_alone(self) -> None:
        self.gapless('load', self.events, **EIGHT)
        done = self.gapless('backfill', *DAYS, '--output', 'json', **EIGHT).json
        self.assertEqual(done['status'], 'succeeded')
        self.assertGreater(len({one['bucket'] for one in done['days']}), 1)
        for what in TABLES:
            self.assertRegex(' '.join(self.partitions(what)), r'^(2026\d{4}-[0-7] ?)+$')
        self.assert_fresh()  # nothing is configured: it is as the tables are
        team, day = (str(word) for word in self.sql('SELECT team_id, toDate(period_bucket) FROM web_pre_aggregated_bounces ORDER BY 2, 1 LIMIT 1')[0])
        mine = f'{day.replace("-", "")}-{int(team) % 8}'
        before = {tuple(part) for part in self.versions()}
        once = self.gapless('backfill', '--force', '--teams', team, '--from', day, '--to', day, '--output', 'json').json
        self.assertEqual([(one['day'], one['bucket'], one['cells']) for one in once['days']], [(day, int(team) % 8, 1)])
        self.assertEqual({part[0] for part in before ^ {tuple(part) for part in self.versions()}}, {mine})
        assert_groups_equal_reference(self, self.events)

        for command in ('status', 'backfill'):
            differs = self.gapless(command, *DAYS, code=2, GAPLESS_TARGETS_TEAM_BUCKETS='4').err
            for word in ('team_buckets is 4', '8 team buckets', 'gapless targets rebuild'):
                self.assertIn(word, differs)
        self.assertRegex(self.gapless('doctor', code=1, GAPLESS_TARGETS_TEAM_BUCKETS='4').out, r'gapless\s+targets\s+rebuild')
        self.assertIn("'257'", self.gapless('plan', code=2, GAPLESS_TARGETS_TEAM_BUCKETS='257').err)

    def killed_at(self, point: str) -> Ran:
        return self.gapless('targets', 'rebuild', '--team-buckets', '3', code=KILLED, GAPLESS_KILL_AT=point)

    def assert_refused_as_mixed(self, *commands: str) -> None:
        for command in commands:
            mixed = self.gapless(command, *DAYS, code=2).err
            self.assertRegex(mixed, 'has 3 team buckets and .* has 1 team bucket: a rebuild was interrupted')
            self.assertIn('gapless targets rebuild --team-buckets N', mixed)

    def test_a_rebuild_changes_no_figure_also_where_it_is_killed_on_the_way(self) -> None:
        self.gapless('load', self.events)
        self.gapless('backfill', *DAYS, '--quiet')
        self.assertIn('how many team buckets?', self.gapless('targets', 'rebuild', code=2).err)
        self.assertIn('from 1 to 256', self.gapless('targets', 'rebuild', '--team-buckets', '0', code=2).err)
        self.assertIn('targets.team_buckets 8', self.gapless('targets', 'rebuild', '--team-buckets', '4', code=2, **EIGHT).err)
        self.killed_at('rebuild.copied_bounces')
        self.assert_fresh()
        self.assertEqual((self.buckets(), self.staging()), (dict.fromkeys(TABLES, 1), []))
        self.killed_at('rebuild.after_stats')
        self.assert_refused_as_mixed('plan')
        self.assertEqual(tuple(self.buckets().values()), (3, 1, 1))

        rebuilt = self.gapless('targets', 'rebuild', '--team-buckets', '3', '--output', 'json').json
        self.assertEqual((rebuilt['rebuilt'], rebuilt['team_buckets']), (['bounces', 'breakdowns'], 3))
        self.assertEqual((self.buckets(), self.staging()), (dict.fromkeys(TABLES, 3), []))
        assert_groups_equal_reference(self, self.events)
        self.assert_fresh()
        run = self.gapless('runs', 'show', rebuilt['run_id'], '--output', 'json').json['runs'][0]
        self.assertEqual((run['job'], run['status']), ('rebuild', 'succeeded'))
        self.assertEqual([step['step'] for step in run['steps']], ['wait', 'copy bounces', 'copy breakdowns', 'exchange'])
        runs = self.gapless('runs', '--output', 'json').json['runs']
        self.assertEqual([one['status'] for one in runs if one['job'] == 'rebuild'], ['succeeded', 'interrupted', 'interrupted'])
        self.assertIn('nothing to do: every target has 3 team buckets', self.gapless('targets', 'rebuild', '--team-buckets', '3').out)

    @unittest.skipUnless(LONG, 'GAPLESS_TEST_LONG is not set')
    def test_a_rebuild_that_is_killed_anywhere_leaves_whole_tables(self) -> None:
        self.gapless('load', self.events)
        self.gapless('backfill', *DAYS, '--quiet')
        exchanged = 0
        for point in (name for name in kill_points.listed() if name.startswith('rebuild.')):
            if exchanged == len(TABLES):
                self.gapless('targets', 'rebuild', '--team-buckets', '1')
                exchanged = 0
            if point.endswith(TABLES[:exchanged]):
                continue  # that one is no longer rebuilt
            self.killed_at(point)
            was = exchanged
            exchanged = tuple(self.buckets().values()).count(3)
            self.assertEqual(tuple(self.buckets().values()), tuple([3] * exchanged + [1] * (len(TABLES) - exchanged)), point)
            self.assertGreaterEqual(exchanged, was)
            assert_groups_equal_reference(self, self.events)
            if exchanged in (0, len(TABLES)):
                self.assert_fresh()
            else:
                self.assert_refused_as_mixed('plan', 'backfill', 'status', 'verify')
            self.assertEqual(self.staging(), [], point)
        self.gapless('pause', 'for a while')
        self.assertIn('for a while', self.gapless('targets', 'rebuild', '--team-buckets', '1', code=5).err)
        self.gapless('resume')
        self.assertIn('with 1 team bucket', self.gapless('targets', 'rebuild', '--team-buckets', '1').out)
        assert_groups_equal_reference(self, self.events)
        self.assert_fresh()


if __name__ == '__main__':
    unittest.main()
