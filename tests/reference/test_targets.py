"""The groups of the targets (SEMANTICS section 3), by hand, and the command line that prints them."""
from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from rollup import output
from sessions import sessions_of
from support import event, line, numbered_uuid
from targets import BOUNCES, BREAKDOWNS, STATS, Target

ANNA, BERT = numbered_uuid(1), numbered_uuid(2)

# Two sessions of Anna in one hour, one of them past midnight and ended by Bert; one of Bert's in another hour; one without views.
EVENTS = [
    event('1 23:10', session_id='short', host='a.example', pathname='/', browser='B', device_type='D'),
    event('1 23:57:30', 'purchase', session_id='long', host='z.example', pathname='/z', browser='Z', device_type='Z'),
    event('1 23:58', session_id='long', host='a.example', pathname='/', browser='B', device_type='D', has_gclid=True),
    event('1 23:59', session_id='long', host='b.example', pathname='/x', browser='Other', device_type='Other'),
    event('2 00:01:30', session_id='long', host='b.example', pathname='/', browser='B', device_type='D'),
    event('2 00:02', '$pageleave', session_id='long', person_id=BERT, host='c.example', pathname='/leave'),
    event('1 09:00', '$screen', session_id='', person_id=BERT, host='a.example', pathname='/', browser='B', device_type='D'),
    event('1 09:00', '$autocapture', session_id='no views'),
]


def rows(what: str) -> list[list[str]]:
    return [json.loads(text) for text in output(what, list(sessions_of(EVENTS)))]


def named(target: Target, row: list[str]) -> dict[str, str]:
    """A row by column, without what is unset; columns of a wide target that all tests leave unset do not show."""
    columns = dict(zip(target.key + target.measures, row))
    return {name: value for name, value in columns.items() if name in ('hour', *target.measures) or value not in ('', '0')}


class Groups(unittest.TestCase):
    maxDiff = None

    def test_stats_have_a_group_for_each_host_and_page(self) -> None:
        day = {'day': '2026-03-01', 'team': '1', 'device_type': 'D', 'entry_pathname': '/', 'end_pathname': '/', 'browser': 'B',
               'sessions': '1', 'persons': '1'}
        self.assertEqual([named(STATS, row) for row in rows('stats')], [
            day | {'hour': '23', 'host': 'a.example', 'pathname': '/', 'pageviews': '1'},
            day | {'hour': '23', 'host': 'a.example', 'pathname': '/', 'pageviews': '1', 'has_gclid': '1'},
            day | {'hour': '23', 'host': 'b.example', 'pathname': '/', 'pageviews': '1', 'has_gclid': '1'},
            day | {'hour': '23', 'host': 'b.example', 'pathname': '/x', 'pageviews': '1', 'has_gclid': '1'},
            day | {'hour': '9', 'host': 'a.example', 'pathname': '/', 'pageviews': '1'},
        ])

    def test_bounces_have_a_group_for_each_entry(self) -> None:
        day = {'day': '2026-03-01', 'team': '1', 'host': 'a.example', 'device_type': 'D', 'entry_pathname': '/', 'end_pathname': '/', 'browser': 'B',
               'sessions': '1', 'persons': '1', 'session_count': '1'}
        self.assertEqual([named(BOUNCES, row) for row in rows('bounces')], [
            day | {'hour': '23', 'pageviews': '1', 'bounces': '1', 'duration': '0'},
            day | {'hour': '23', 'pageviews': '3', 'bounces': '0', 'duration': '270', 'has_gclid': '1'},
            day | {'hour': '9', 'pageviews': '1', 'bounces': '1', 'duration': '0'},
        ])

    def test_breakdowns_have_hourly_totals_and_daily_values(self) -> None:
        found = {(dimension, hour, value): measures for _, hour, _, dimension, value, *measures in rows('breakdowns')}
        self.assertEqual({row[0] for row in rows('breakdowns')}, {'2026-03-01'})
        expected = {        # persons, sessions, pageviews, bounces, duration
            ('', '23', ''): ['2', '2', '4', '1', '270'], ('', '9', ''): ['1', '1', '1', '1', '0'], ('browser', '0', 'B'): ['2', '3', '5', '2', '270'],
            ('has_gclid', '0', '1'): ['1', '1', '3', '0', '270'], ('has_gclid', '0', '0'): ['2', '2', '2', '2', '0'],
            ('entry_pathname', '0', '/'): ['2', '3', '5', '2', '270'], ('end_pathname', '0', '/'): ['2', '3', '5', '2', '270'],
            ('host', '0', 'a.example'): ['2', '3', '3', '0', '0'], ('host', '0', 'b.example'): ['1', '1', '2', '0', '0'],
            ('pathname', '0', '/'): ['2', '3', '4', '0', '0'], ('pathname', '0', '/x'): ['1', '1', '1', '0', '0']}
        self.assertEqual({key: found.get(key) for key in expected}, expected)
        self.assertEqual({key[0] for key in found}, {*STATS.key, ''} - {'day', 'hour', 'team'})

    def test_keys_are_whole_rows_of_their_target(self) -> None:
        for what, target in (('stats', STATS), ('bounces', BOUNCES), ('breakdowns', BREAKDOWNS)):
            keys = [tuple(row[:len(target.key)]) for row in rows(what)]
            self.assertEqual(keys, sorted(set(keys)), what)
            self.assertEqual({len(row) for row in rows(what)}, {len(target.key) + len(target.measures)}, what)

    def test_a_reused_id_counts_once_in_a_uniq_state_and_each_day_in_the_count(self) -> None:
        events = [event('1 10:00'), event('3 10:00')]
        bounces = [json.loads(text) for text in output('bounces', list(sessions_of(events)))]
        self.assertEqual([(row[0], row[-1]) for row in bounces], [('2026-03-01', '1'), ('2026-03-03', '1')])


class CommandLine(unittest.TestCase):
    def test_several_files_are_one_load(self) -> None:
        first, second = line('1 10:00', pathname='/first'), line('1 10:01', '$pageleave', session_id='')
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, 'a').write_bytes(first + b'\n[]\n')
            Path(folder, 'b').write_bytes(first.replace(b'/first', b'/again') + b'\n' + second)
            run = self._run('--breakdowns', str(Path(folder, 'a')), str(Path(folder, 'b')))
            named_only = self._run('--sessionize', 'named', str(Path(folder, 'b')))
        self.assertIn('["2026-03-01", "0", "1", "pathname", "/first", "1", "1", "1", "0", "0"]', run.stdout.split('\n'))
        self.assertEqual(run.stderr.split('\n')[:2], ['{"lines": 4, "events": 2, "duplicates": 1, "rejected": 1}', 'line 2: not an object'])
        self.assertEqual(json.loads(named_only.stdout), {
            'team_id': 1, 'day': '2026-03-01', 'owned_events': 1, 'views': 1, 'sessions': 1, 'persons': 1, 'bounces': 1, 'duration': 0})

    @staticmethod
    def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, str(HERE / 'rollup.py'), *arguments], capture_output=True, check=True, encoding='utf-8')


if __name__ == '__main__':
    unittest.main()
