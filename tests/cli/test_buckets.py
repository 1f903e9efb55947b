"""Team buckets: configured, differing, rebuilt, and rebuilt by a program that is killed."""
from __future__ import annotations

import unittest

from groups import assert_groups_equal_reference
from harness import CommandTest, Ran, stream

DAYS = ('--from', '2026-02-27', '--to', '2026-03-20')
TABLES = ('stats', 'bounces', 'breakdowns')
EIGHT = {'GAPLESS_TARGETS_TEAM_BUCKETS': '8'}
KILLED = -9


class BucketsTest(CommandTest):
    """A few teams and days, with the targets' partitions looked at as the engine names them."""

    def setUp(self) -> None:
        super().setUp()
        self.events = stream(self.folder / 'events.ndjson', seed=411, sessions=40, teams=4, days=1)

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

    def test_a_repair_touches_its_bucket_alone(self) -> None:
        self.gapless('load', self.events, **EIGHT)
        done = self.gapless('backfill', *DAYS, '--output', 'json', **EIGHT).json
        self.assertEqual(done['status'], 'succeeded')
        self.assertGreater(len({one['bucket'] for one in done['days']}), 1)
        assert_groups_equal_reference(self, self.events)
        for what in TABLES:
            self.assertRegex(' '.join(self.partitions(what)), r'^(2026\d{4}-[0-7] ?)+$')
        self.assert_fresh()  # nothing is configured: it is as the tables are
        team, day = (str(word) for word in self.sql('SELECT team_id, toDate(period_bucket) FROM web_pre_aggregated_bounces ORDER BY 2, 1 LIMIT 1')[0])
        mine = f'{day.replace("-", "")}-{int(team) % 8}'
        before = {tuple(part) for part in self.versions()}
        once = self.gapless('backfill', '--force', '--teams', team, '--from', day, '--to', day, '--output', 'json').json
        self.assertEqual([(one['day'], one['bucket'], one['cells']) for one in once['days']], [(day, int(team) % 8, 1)])
        self.assertEqual({part[0] for part in before ^ {tuple(part) for part in self.versions()}}, {mine})
        self.assertEqual(self.gapless('verify', *DAYS, '--output', 'json').json['differences'], [])
        assert_groups_equal_reference(self, self.events)

        for command in ('plan', 'status', 'backfill', 'verify'):
            differs = self.gapless(command, *DAYS, code=2, GAPLESS_TARGETS_TEAM_BUCKETS='4').err
            for word in ('team_buckets is 4', '8 team buckets', 'gapless targets rebuild'):
                self.assertIn(word, differs)
        self.assertRegex(self.gapless('doctor', code=1, GAPLESS_TARGETS_TEAM_BUCKETS='4').out, r'gapless\s+targets rebuild')
        self.assertIn('with 8 team buckets', self.gapless('doctor').out)
        self.assertIn("'257'", self.gapless('plan', code=2, GAPLESS_TARGETS_TEAM_BUCKETS='257').err)

    def test_a_rebuild_changes_partitions_and_no_figure(self) -> None:
        self.gapless('load', self.events)
        self.gapless('backfill', *DAYS, '--quiet')
        self.assertEqual(self.buckets(), dict.fromkeys(TABLES, 1))
        self.assertIn('how many team buckets?', self.gapless('targets', 'rebuild', code=2).err)
        self.assertIn('from 1 to 256', self.gapless('targets', 'rebuild', '--team-buckets', '0', code=2).err)
        self.assertIn('targets.team_buckets 8', self.gapless('targets', 'rebuild', '--team-buckets', '4', code=2, **EIGHT).err)
        self.gapless('pause', 'for a while')
        self.assertIn('for a while', self.gapless('targets', 'rebuild', '--team-buckets', '3', code=5).err)
        self.gapless('resume')

        entries = self.number('SELECT count() FROM gapless_ledger FINAL')
        rebuilt = self.gapless('targets', 'rebuild', '--team-buckets', '3', '--output', 'json').json
        self.assertEqual((rebuilt['rebuilt'], rebuilt['team_buckets']), (list(TABLES), 3))
        self.assertEqual(self.buckets(), dict.fromkeys(TABLES, 3))
        self.assertEqual(self.sql("SELECT name FROM system.tables WHERE name LIKE 'staging%'"), [])
        assert_groups_equal_reference(self, self.events)
        self.assert_fresh()
        self.assertEqual(self.number('SELECT count() FROM gapless_ledger FINAL'), entries)
        run = self.gapless('runs', 'show', rebuilt['run_id'], '--output', 'json').json['runs'][0]
        self.assertEqual((run['job'], run['status']), ('rebuild', 'succeeded'))
        self.assertEqual([step['step'] for step in run['steps']], ['wait', 'copy stats', 'copy bounces', 'copy breakdowns', 'exchange'])
        self.assertIn('nothing to do: every target has 3 team buckets', self.gapless('targets', 'rebuild', '--team-buckets', '3').out)
        self.assertIn('with 1 team bucket', self.gapless('targets', 'rebuild', '--team-buckets', '1').out)
        self.assertEqual(self.buckets(), dict.fromkeys(TABLES, 1))
        assert_groups_equal_reference(self, self.events)
        self.assert_fresh()

    def killed_at(self, point: str) -> Ran:
        return self.gapless('targets', 'rebuild', '--team-buckets', '3', code=KILLED, GAPLESS_KILL_AT=point)

    def test_a_rebuild_that_is_killed_leaves_whole_tables_and_is_done_by_another(self) -> None:
        self.gapless('load', self.events)
        self.gapless('backfill', *DAYS, '--quiet')
        for point in ('rebuild.journal_written', 'rebuild.copied_bounces', 'rebuild.before_stats'):
            self.killed_at(point)
        self.assert_fresh()
        self.assertEqual(self.buckets(), dict.fromkeys(TABLES, 1))
        self.assertEqual(self.sql("SELECT name FROM system.tables WHERE name LIKE 'staging%'"), [])
        self.assertEqual({run['status'] for run in self.gapless('runs', '--output', 'json').json['runs'] if run['job'] == 'rebuild'}, {'interrupted'})

        for point, buckets in (('rebuild.after_stats', (3, 1, 1)), ('rebuild.before_breakdowns', (3, 3, 1))):
            self.killed_at(point)
            for command in ('plan', 'backfill', 'status'):
                mixed = self.gapless(command, *DAYS, code=2).err
                self.assertRegex(mixed, 'has 3 team buckets and .* has 1 team bucket: a rebuild was interrupted')
                self.assertIn('gapless targets rebuild --team-buckets N', mixed)
            self.assertEqual(tuple(self.buckets().values()), buckets)
        assert_groups_equal_reference(self, self.events)
        self.killed_at('rebuild.journal_erased')
        assert_groups_equal_reference(self, self.events)
        self.assert_fresh()
        self.assertEqual(self.buckets(), dict.fromkeys(TABLES, 3))
        self.assertEqual(self.sql("SELECT name FROM system.tables WHERE name LIKE 'staging%'"), [])


if __name__ == '__main__':
    unittest.main()
