"""What detection finds beside the usual queries, at any age, and what looking costs."""
from __future__ import annotations

import json
import re
import sqlite3
import unittest
import uuid
from typing import Any

from harness import ROOT, CommandTest

TODAY = '2026-03-31'
QUIET = '--quiet'


class DetectionTest(CommandTest):
    """A data directory with a clock that stands still."""

    def setUp(self) -> None:
        super().setUp()
        self.now = f'{TODAY}T12:00:00Z'
        self.made = 0

    def run_gapless(self, *arguments: Any, **options: Any) -> Any:
        return super().run_gapless(*arguments, **({'GAPLESS_NOW': self.now} | options))

    def event(self, team: int, time: str, session: str = 's', person: int = 1, pathname: str = '/') -> str:
        self.made += 1
        return json.dumps({'team_id': team, 'event': '$pageview', 'timestamp': time, 'uuid': str(uuid.UUID(int=self.made)),
                           'person_id': str(uuid.UUID(int=person)), 'session_id': f'{team}-{session}-{time[:10]}', 'pathname': pathname})

    def load(self, *events: str) -> None:
        self.gapless('load', self.write('events.ndjson', ''.join(event + '\n' for event in events)), QUIET)

    def change(self, statement: str) -> None:
        self.gapless('sql', statement + (' SETTINGS mutations_sync = 2' if statement.startswith('ALTER') else ''), '--write')

    def planned(self, *arguments: str, **variables: str) -> dict[tuple[int, str], str]:
        document = self.gapless('plan', *arguments, '--output', 'json', **variables).json
        return {(cell['team_id'], cell['day']): cell['state'] for cell in document['cells'] if cell['action'] == 'recompute'}


class BesideOtherQueriesTest(DetectionTest):
    def make_gaps(self) -> None:
        week = [f'2026-03-{day}' for day in range(24, 31)]
        events = [self.event(team, f'{day} 10:00:00', pathname=path) for team in range(1, 11) for day in week for path in ('/', '/b')
                  if (team, day) not in {(3, '2026-03-27'), (9, '2026-03-29')}]
        events += [self.event(5, '2026-03-26 11:00:00', 'other', person=2), self.event(9, '2026-03-28 23:59:00', 'night')]
        # Of the session that began the evening before: the id says which session it is.
        night = json.loads(events[-1]) | {'uuid': str(uuid.UUID(int=10**6)), 'timestamp': '2026-03-29 00:05:00'}
        self.load(*events, json.dumps(night))
        self.gapless('backfill', QUIET, GAPLESS_EXCLUDE_TEAM_IDS='2')
        self.load(self.event(3, '2026-03-27 10:00:00'), self.event(4, '2026-03-28 12:00:00', 'late'), self.event(8, '2026-03-06 10:00:00'))
        self.change(f"ALTER TABLE events DELETE WHERE team_id = 10 OR (team_id = 5 AND person_id = '{uuid.UUID(int=2)}')")
        self.change("ALTER TABLE web_pre_aggregated_stats DELETE WHERE team_id = 6 AND toDate(period_bucket) = '2026-03-25' AND pathname = '/b'")
        self.change("INSERT INTO web_pre_aggregated_bounces SELECT * FROM web_pre_aggregated_bounces WHERE team_id = 7 AND toDate(period_bucket) = '2026-03-24'")

    def test_the_table_of_the_manual_says_what_each_finds(self) -> None:
        self.make_gaps()
        teams = {int(row[0]) for row in self.sql('SELECT DISTINCT team_id FROM events')}
        recent = {int(row[0]) for row in self.sql(f"SELECT DISTINCT team_id FROM web_pre_aggregated_stats WHERE period_bucket >= toDate('{TODAY}') - 7")}
        without_recent_rows = teams - recent
        not_there = {(int(row[0]), row[1]) for row in self.sql(
            "SELECT DISTINCT team_id, toString(toDate(timestamp)) FROM events WHERE event = '$pageview' AND (team_id, toDate(timestamp)) NOT IN"
            " (SELECT team_id, toDate(period_bucket) FROM web_pre_aggregated_stats)")}
        found = self.planned()
        outdated = self.planned(GAPLESS_SOURCE_FINGERPRINT='content')

        gaps = [('a team was never built', 2, '2026-03-24'), ('one day of the week is missing', 3, '2026-03-27'),
                ('a day 25 days ago is missing', 8, '2026-03-06'), ('an event came late, for a day that was built', 4, '2026-03-28'),
                ("one person's events were deleted", 5, '2026-03-26'),
                ('all events of a team were deleted; its rows are still there', 10, '2026-03-30'),
                ('some rows of one table were lost', 6, '2026-03-25'), ('rows are there twice', 7, '2026-03-24')]
        lines = [f'| {what} | {"found" if team in without_recent_rows else "not found"} | {"found" if (team, day) in not_there else "not found"} |'
                 f' {found.pop((team, day), "not found")} |' for what, team, day in gaps]
        lines.append(f'| the definition was changed | {"found" if 1 in without_recent_rows else "not found"} |'
                     f' {"found" if (1, "2026-03-24") in not_there else "not found"} | {outdated.get((1, "2026-03-24"), "not found")} |')
        every = self.gapless('plan', '--all', '--output', 'json').json['cells']
        state = next(cell['state'] for cell in every if (cell['team_id'], cell['day']) == (9, '2026-03-29'))
        lines.append(f"| nothing: the day's only views belong to a session of the evening before | {'alarm' if 9 in without_recent_rows else 'no alarm'} |"
                     f' {"false alarm" if (9, "2026-03-29") in not_there else "no alarm"} | {state} |')
        table = re.findall(r'^\| .*\|$', (ROOT / 'docs' / 'DETECTION.md').read_text(), re.MULTILINE)[2:]
        self.assertEqual(table, lines)
        # Beside those of the table: the other days of the team that was never built, and of the one that is gone.
        self.assertEqual({team for team, _ in found}, {2, 10}, found)

        unharmed = self.groups_but({2, 3, 4, 5, 6, 7, 8, 10})
        self.gapless('backfill', QUIET, '--allow-shrink')
        self.assertEqual(self.planned(), {})
        self.assertEqual(self.groups_but({2, 3, 4, 5, 6, 7, 8, 10}), unharmed)
        self.assertEqual(self.number('SELECT count() FROM web_pre_aggregated_stats WHERE team_id = 10'), 0)

    def groups_but(self, teams: set[int]) -> list[list[Any]]:
        left_out = ', '.join(map(str, sorted(teams)))
        return self.sql(f'SELECT team_id, period_bucket, pathname, finalizeAggregation(pageviews_count_state) FROM web_pre_aggregated_stats'
                        f' WHERE team_id NOT IN ({left_out}) ORDER BY ALL')


class AnyAgeTest(DetectionTest):
    def setUp(self) -> None:
        super().setUp()
        self.load(*(self.event(team, f'2025-{month:02}-10 10:00:00', str(person), person) for team in (1, 2) for month in range(6, 9) for person in (1, 2)))
        self.gapless('backfill', '--from', '2025-06-01', '--to', '2025-09-01', QUIET)

    def test_a_person_who_is_deleted_goes_from_figures_older_than_every_window(self) -> None:
        self.assertEqual(self.planned(), {})
        self.change(f"ALTER TABLE events DELETE WHERE team_id = 1 AND person_id = '{uuid.UUID(int=2)}' AND timestamp < '2025-08-01'")
        self.change("ALTER TABLE events DELETE WHERE team_id = 2 AND toDate(timestamp) = '2025-08-10'")
        expected = {(1, '2025-06-10'): 'stale', (1, '2025-07-10'): 'stale', (2, '2025-08-10'): 'orphaned'}
        self.assertEqual(self.planned(), expected)
        shown = self.gapless('plan').out
        self.assertIn('3 of these are outside the window: what is published is looked after at any age', shown)
        within = self.gapless('plan', '--days', '30')
        self.assertIn('nothing to recompute', within.out)
        self.assertIn('6 published cells outside the window were not examined', within.out)
        self.gapless('backfill', QUIET)
        self.assertEqual(self.planned(), {})
        persons = "SELECT sum(v) FROM (SELECT uniqMerge(persons_uniq_state) AS v FROM web_pre_aggregated_stats WHERE team_id = {} GROUP BY toDate(period_bucket))"
        self.assertEqual((self.number(persons.format(1)), self.number(persons.format(2))), (1 + 1 + 2, 2 + 2))

    def test_without_the_state_stores_cache_the_plan_is_the_same(self) -> None:
        self.load(self.event(1, '2025-07-10 12:00:00', 'late'))
        before = self.planned()
        self.assertEqual(before, {(1, '2025-07-10'): 'stale'})
        with sqlite3.connect(self.data / 'state.sqlite') as database:
            self.assertGreater(database.execute('SELECT count(*) FROM cached_partitions').fetchone()[0], 6)
            database.execute('DELETE FROM cached_partitions')
            database.execute('DELETE FROM confirmations')
        database.close()
        self.assertEqual(self.planned(), before)


class DerivationTest(DetectionTest):
    """The narrow table joins a rollup, some days of which the source has forgotten."""
    REPORTS = ('overview', 'trend', 'entry-pages', 'browsers', 'pages', 'hosts')

    WIDE_PARTS = 'SELECT DISTINCT _part FROM web_pre_aggregated_bounces ORDER BY _part'

    def reports(self, **variables: str) -> dict[str, Any]:
        asked = ('--team', '1', '--from', '2026-03-01', '--to', '2026-03-03', '--explain', '--output', 'json')
        return {report: self.gapless('query', report, *asked, **variables).json for report in self.REPORTS}

    def test_what_the_wide_groups_tell_is_derived_and_read(self) -> None:
        self.load(*(self.event(team, f'2026-03-0{day} 1{hour}:00:00', str(person), person, f'/{hour}') for team in (1, 2) for day in (1, 2)
                    for person in (1, 2, 3) for hour in range(person + team)), self.event(1, '2026-03-20 10:00:00'))
        self.gapless('backfill', '--from', '2026-03-01', '--to', '2026-03-30', QUIET, GAPLESS_TARGETS_BREAKDOWNS='false')
        before = self.reports(GAPLESS_TARGETS_BREAKDOWNS='false')
        self.change("ALTER TABLE events DELETE WHERE timestamp < '2026-03-15'")
        wide = self.sql(self.WIDE_PARTS)

        document = self.gapless('plan', '--output', 'json').json
        due = {(cell['team_id'], cell['day'], cell['state']) for cell in document['cells'] if cell['action'] == 'derive'}
        expired = {(team, f'2026-03-0{day}', 'expired') for team in (1, 2) for day in (1, 2)}
        self.assertLessEqual(expired, due)
        self.assertEqual(document['estimate']['rows_read'], 0)
        shown = self.gapless('plan', '--teams', '2').out
        self.assertIn('expired  derive  the source begins on 2026-03-20', shown)
        self.assertIn('web_pre_aggregated_breakdowns is made from the wide groups, without host and pathname', shown)
        self.assertIn('2 cells to derive on 2 days, looking at 0 events', shown)

        self.gapless('backfill', QUIET)
        self.assertIn('nothing to recompute', self.gapless('plan').out)
        self.assertEqual(self.gapless('verify', '--from', '2026-03-01', '--to', '2026-03-30', '--output', 'json').json['differences'], [])
        self.assertEqual(self.sql(self.WIDE_PARTS), wide)
        after = self.reports()
        for report in self.REPORTS:
            self.assertEqual(after[report]['rows'], before[report]['rows'], report)
            table = 'stats' if report in ('pages', 'hosts') else 'breakdowns'
            read = {day['answered_from'] for day in after[report]['explanation']['days'] if day['day'] < '2026-03-03'}
            self.assertEqual(read, {f'web_pre_aggregated_{table}'}, report)
        self.assertIn('web_pre_aggregated_bounces', {day['answered_from'] for day in before['overview']['explanation']['days']})


class ForgetTest(DetectionTest):
    def test_a_teams_figures_go_and_nobody_elses(self) -> None:
        self.load(*(self.event(team, f'2026-0{month}-10 10:00:00') for team in (1, 2) for month in (1, 3)))
        self.gapless('backfill', '--from', '2026-01-01', '--to', '2026-03-30', QUIET)
        refused = self.gapless('forget', '--team', '2', code=2)
        self.assertIn('team 2 is selected (all), so that the next run would build it again: exclude it first', refused.err)
        self.assertIn("forget needs the team", self.gapless('forget', code=2).err)
        self.assertIn("'-1'", self.gapless('forget', '--team=-1', code=2).err)
        without = {'GAPLESS_EXCLUDE_TEAM_IDS': '2'}
        within = self.gapless('forget', '--team', '2', '--days', '30', **without)
        self.assertIn('team 2 is forgotten: 1 cell taken out of the rollup', within.out)
        self.assertEqual(self.gapless('forget', '--team', '2', '--output', 'json', **without).json['cells_recomputed'], 1)
        self.assertIn('nothing to do', self.gapless('forget', '--team', '2', **without).out)
        for table in ('web_pre_aggregated_stats', 'web_pre_aggregated_bounces', 'web_pre_aggregated_breakdowns'):
            self.assertEqual(self.sql(f'SELECT team_id, uniqExact(toDate(period_bucket)) FROM {table} GROUP BY team_id'), [[1, 2]])
        self.assertEqual(self.planned(**without), {})
        self.assertEqual(self.planned(), {(2, '2026-03-10'): 'missing'}, 'selected again, it is a new team')
        self.assertEqual(self.number('SELECT count() FROM events'), 4)


class CostTest(DetectionTest):
    def test_a_plan_reads_only_the_partitions_that_changed(self) -> None:
        self.change('CREATE DATABASE IF NOT EXISTS gapless')
        self.load(self.event(1, '2026-01-01 10:00:00'))
        columns = 'team_id, event, timestamp, inserted_at, uuid, person_id, session_id, pathname'
        self.change(f"INSERT INTO events ({columns}, load_id) SELECT number % 200 + 1, '$pageview', toDateTime64('2026-03-01 10:00:00', 6, 'UTC')"
                    " + toIntervalDay(intDiv(number, 200)), now64(6), generateUUIDv4(), generateUUIDv4(), toString(number), '/',"
                    " (SELECT any(load_id) FROM events) FROM numbers(6000)")
        self.gapless('backfill', QUIET)
        self.plan_reads()
        self.assertEqual(self.plan_reads(), {}, 'nothing changed')
        self.load(self.event(7, '2026-03-15 12:00:00', 'late'))
        reads = self.plan_reads()
        self.assertEqual(reads.pop("how many events the source's partitions hold"), 201, 'the day that changed, and no other')
        # By session: one team's events around the days that the late event may belong to.
        self.assertEqual(set(reads), {f'which events 2026-03-{day} owns' for day in (14, 15, 16, 17)})
        self.assertEqual(set(self.plan_reads()), {'which events 2026-03-15 owns'}, 'the others were found unchanged')

    def plan_reads(self) -> dict[str, int]:
        """What a plan asked that reads events or targets, and how many rows the engine read for it."""
        log = self.gapless('plan', '-v').err
        return {what: int(rows) for what, rows in
                re.findall(r'debug (how many events .*|which days .*|which events .*|what web_.* holds): .* ms, (\d+) rows read', log)}


if __name__ == '__main__':
    unittest.main()
