"""The main job through the real program: load, plan, backfill, status, against the reference."""
from __future__ import annotations

import subprocess
import sys
import unittest

from groups import TARGETS, assert_groups_equal_reference, groups
from harness import REFERENCE, SAMPLES, CommandTest, stream

LOG = SAMPLES / 'elastic-apache-2015.log.gz'
READERS = SAMPLES / 'wikimedia-readers-2014.ndjson.gz'
STREAM_WINDOW = ('--from', '2026-02-28', '--to', '2026-03-20')


class SamplesTest(CommandTest):
    """The two real files that the project ships."""

    def test_access_log(self) -> None:
        loaded = self.gapless('load', LOG, '--team', '1', '--output', 'json').json
        only = loaded['files'][0]
        self.assertEqual((only['format'], only['lines'], only['events'], only['duplicates'], only['rejected']), ('access-log', 10000, 1856, 0, 1))
        self.assertEqual(only['skipped'], {'asset': 5674, 'bot': 2050, 'status': 371, 'method': 48})
        self.assertEqual((only['first_day'], only['last_day'], loaded['events']), ('2015-05-17', '2015-05-20', 1856))
        done = self.gapless('backfill', '--from', '2015-05-17', '--to', '2015-05-20', '--output', 'json').json
        self.assertEqual((done['status'], done['cells_recomputed'], [day['status'] for day in done['days']]), ('succeeded', 4, ['published'] * 4))
        self.assertEqual(sum(day['view_events'] for day in done['days']), 1856)

        events = self.folder / 'events.ndjson'
        with events.open('wb') as out:
            subprocess.run([sys.executable, '-B', REFERENCE / 'access_log.py', '--team', '1', LOG], stdout=out, stderr=subprocess.DEVNULL, check=True)
        # What the reference does not know: browser, os and device come from the user agent.
        expected = events.read_text()
        self.assertEqual(self.number('SELECT count() FROM events'), expected.count('\n'))
        self.gapless('sql', "ALTER TABLE events UPDATE browser = '', os = '', device_type = '' WHERE 1 SETTINGS mutations_sync = 2", '--write')
        self.gapless('backfill', '--from', '2015-05-17', '--to', '2015-05-20', '--force')
        assert_groups_equal_reference(self, events)

    def test_readers(self) -> None:
        self.gapless('load', READERS)
        self.assertEqual(self.number('SELECT count() FROM events'), 63524)
        self.gapless('backfill', '--from', '2014-01-07', '--to', '2014-01-22')
        assert_groups_equal_reference(self, READERS)
        # The publisher's 22,226 sessions are for gaps of 30 minutes or more and no midnights: less 2 exact gaps, plus 59 midnights.
        self.assertEqual(self.number('SELECT sum(finalizeAggregation(total_session_count_state)) FROM web_pre_aggregated_bounces'), 22226 - 2 + 59)


class StreamTest(CommandTest):
    """Generated streams through the program."""

    def test_plan_backfill_and_nothing_to_do(self) -> None:
        events = stream(self.folder / 'events.ndjson', seed=101, sessions=150)
        self.gapless('load', events)
        plan = self.gapless('plan', *STREAM_WINDOW, '--output', 'json').json
        self.assertEqual(plan['window'], {'from': '2026-02-28', 'to': '2026-03-20'})
        self.assertTrue(plan['cells'])
        self.assertEqual({(cell['state'], cell['action']) for cell in plan['cells']}, {('missing', 'recompute')})
        self.assertTrue(all(cell['why'] for cell in plan['cells']))
        self.assertEqual(self.number('SELECT count() FROM web_pre_aggregated_stats'), 0, 'a plan changes nothing')

        done = self.gapless('backfill', *STREAM_WINDOW, '--output', 'json').json
        self.assertEqual((done['job'], done['status'], done['cells_recomputed']), ('manual', 'succeeded', len(plan['cells'])))
        assert_groups_equal_reference(self, events)

        again = self.gapless('backfill', *STREAM_WINDOW)
        self.assertIn('nothing to do', (again.out + again.err).lower())
        self.assertEqual(self.gapless('plan', *STREAM_WINDOW, '--output', 'json').json['cells'], [])
        states = self.gapless('status', *STREAM_WINDOW, '--output', 'json').json['summary']
        self.assertEqual({state for state, cells in states.items() if cells}, {'fresh', 'empty'})
        self.assertEqual(self.number('SELECT count() FROM system.tables WHERE database = currentDatabase() AND name LIKE \'staging%\''), 0)

    def test_one_team_leaves_the_others_groups_alone(self) -> None:
        first = stream(self.folder / 'first.ndjson', seed=102, sessions=150)
        second = stream(self.folder / 'second.ndjson', seed=103, sessions=150)
        self.gapless('load', first)
        self.gapless('backfill', *STREAM_WINDOW)
        teams = [int(row[0]) for row in self.sql('SELECT DISTINCT team_id FROM events ORDER BY team_id')]
        self.assertGreater(len(teams), 1)
        self.gapless('load', second)
        for team in teams:
            others = {what: sorted(groups(self, what, f'team_id != {team}')) for what in TARGETS}
            done = self.gapless('backfill', *STREAM_WINDOW, '--teams', str(team), '--output', 'json').json
            self.assertGreater(done['cells_recomputed'], 0)
            for what, before in others.items():
                self.assertTrue(any(before))
                self.assertEqual(sorted(groups(self, what, f'team_id != {team}')), before, f'{what} of others, after team {team}')
        assert_groups_equal_reference(self, first, second)

    def test_late_events_cost_the_cells_that_they_change(self) -> None:
        early = self.write('early.ndjson', view('2026-03-01 10:00:00', 's1', 1) + view('2026-03-02 10:00:00', 's2', 2))
        self.gapless('load', early)
        self.gapless('backfill', *STREAM_WINDOW)
        self.gapless('load', self.write('late.ndjson', view('2026-03-01 11:00:00', 's3', 3)))
        plan = self.gapless('plan', *STREAM_WINDOW, '--output', 'json').json
        self.assertEqual([(cell['day'], cell['state']) for cell in plan['cells']], [('2026-03-01', 'stale')])
        done = self.gapless('backfill', *STREAM_WINDOW, '--output', 'json').json
        self.assertEqual(done['cells_recomputed'], 1)
        assert_groups_equal_reference(self, early, self.folder / 'late.ndjson')

    def test_an_emptied_source_empties_nothing_unless_asked(self) -> None:
        self.gapless('load', stream(self.folder / 'events.ndjson', seed=104, sessions=60))
        self.gapless('backfill', *STREAM_WINDOW)
        tables = tuple(TARGETS)
        before = {what: sorted(groups(self, what)) for what in tables}
        self.gapless('sql', '--write', 'TRUNCATE TABLE events')
        for job in (('backfill', *STREAM_WINDOW), ('backfill', *STREAM_WINDOW, '--force'), ('run', 'daily'), ('run', 'intraday'),
                    ('run', 'backfill')):
            refused = self.gapless(*job, code=1, GAPLESS_NOW='2026-03-08T12:00:00Z')
            self.assertIn('the source holds no events at all', refused.err)
            self.assertEqual({what: sorted(groups(self, what)) for what in tables}, before, job)
        self.gapless('backfill', *STREAM_WINDOW, '--allow-shrink')
        self.assertEqual([groups(self, what) for what in tables], [['']] * len(tables))

    def test_runs_are_logged_from_start_to_end(self) -> None:
        self.gapless('load', self.write('events.ndjson', view('2026-03-01 10:00:00', 's1', 1)))
        done = self.gapless('backfill', *STREAM_WINDOW, '--output', 'json')
        run_id = done.json['run_id']
        logged = [line for line in done.err.splitlines() if run_id in line]
        for word in ('started', '2026-03-01 published', 'ended: succeeded'):
            self.assertTrue(any(word in line for line in logged), f'{word} is not in\n{done.err}')
        listed = self.gapless('runs', '--output', 'json').json['runs']
        self.assertEqual([(run['run_id'], run['status']) for run in listed if run['run_id'] == run_id], [(run_id, 'succeeded')])

    def test_runs_are_forgotten_after_a_year(self) -> None:
        for now in ('2025-03-01T12:00:00Z', '2026-02-28T12:00:00Z', '2026-03-02T12:00:00Z'):
            self.gapless('backfill', '--from', '2025-01-01', '--to', '2025-01-02', GAPLESS_NOW=now)
        started = [run['started_at'] for run in self.gapless('runs', '--output', 'json').json['runs']]
        self.assertEqual(started, ['2026-03-02T12:00:00Z', '2026-02-28T12:00:00Z'])

    def test_a_changed_definition_is_named(self) -> None:
        self.gapless('load', self.write('events.ndjson', view('2026-03-01 10:00:00', 's1', 1)))
        self.gapless('backfill', *STREAM_WINDOW)
        self.write('gapless.toml', '# a comment changes nothing\n[source]\nsessionize = "all"\n')
        self.assertEqual(self.gapless('plan', *STREAM_WINDOW, '--output', 'json').json['cells'], [])
        self.write('gapless.toml', '[source]\nsessionize = "named"\n')
        cells = self.gapless('plan', *STREAM_WINDOW, '--output', 'json').json['cells']
        self.assertEqual([(cell['day'], cell['state'], cell['action']) for cell in cells], [('2026-03-01', 'outdated', 'recompute')])
        self.assertIn('sessionize', cells[0]['why'])


class NarrowTargetTest(CommandTest):
    """web_pre_aggregated_breakdowns, which may be left out, and added later."""
    OFF = {'GAPLESS_TARGETS_BREAKDOWNS': 'false'}

    def wide_parts(self) -> list[list[object]]:
        return self.sql("SELECT table, name FROM system.parts WHERE active AND database = currentDatabase() AND table IN"
                        " ('web_pre_aggregated_stats', 'web_pre_aggregated_bounces') ORDER BY table, name")

    def planned(self) -> list[tuple[object, ...]]:
        cells = self.gapless('plan', *STREAM_WINDOW, '--output', 'json').json['cells']
        return [(cell['state'], cell['why'].removeprefix('web_pre_aggregated_breakdowns was ')) for cell in cells]

    def test_it_joins_an_existing_rollup_and_comes_back(self) -> None:
        first, second = stream(self.folder / 'first.ndjson', seed=105, sessions=30), stream(self.folder / 'second.ndjson', seed=106, sessions=3)
        self.gapless('load', first, **self.OFF)
        self.gapless('backfill', *STREAM_WINDOW, **self.OFF)
        self.assertNotIn('breakdowns', self.gapless('sql', 'SHOW TABLES', **self.OFF).out)
        self.assertEqual(self.gapless('plan', *STREAM_WINDOW, '--output', 'json', **self.OFF).json['cells'], [])

        parts, cells = self.wide_parts(), self.planned()
        self.assertEqual(set(cells), {('outdated', 'never built for this cell')})
        # No definition changed: scheduled jobs need nobody's consent.
        daily = self.gapless('run', 'backfill', '--output', 'json', GAPLESS_NOW='2026-03-21T12:00:00Z').json
        self.assertEqual((daily['status'], daily['cells_recomputed']), ('succeeded', len(cells)))
        self.assertEqual(self.wide_parts(), parts, 'the others are as they were')
        assert_groups_equal_reference(self, first)

        self.gapless('load', second)
        changed = self.gapless('backfill', *STREAM_WINDOW, '--output', 'json', **self.OFF).json['cells_recomputed']
        self.assertTrue(0 < changed < len(cells))
        self.assertEqual(self.planned(), [('outdated', 'not built with the others for this cell')] * changed)
        parts = self.wide_parts()
        self.gapless('backfill', *STREAM_WINDOW)
        self.assertEqual(self.wide_parts(), parts)
        self.assertEqual(self.planned(), [])
        assert_groups_equal_reference(self, first, second)
        self.gapless('verify', '--from', '2026-03-01', '--to', '2026-03-02', '--quiet')


def view(at: str, session: str, number: int, team: int = 1) -> str:
    return (f'{{"team_id":{team},"event":"$pageview","timestamp":"{at}","uuid":"00000000-0000-0000-0000-{number:012}",'
            f'"person_id":"00000000-0000-0000-0000-00000000000a","session_id":"{session}","pathname":"/{number}"}}\n')


if __name__ == '__main__':
    unittest.main()
