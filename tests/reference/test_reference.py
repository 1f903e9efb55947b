"""The rules of sessions (SEMANTICS section 2) by hand-checked tables, their lossless property, and the figures of the real samples."""
from __future__ import annotations

import json
import random
import sys
import unittest
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent))

import access_log
import streams
from events import MICROS_A_DAY, MICROS_A_MINUTE, Event, Loaded, lines_of
from rollup import cells_of
from sessions import sessions_of
from support import ACCESS_LOG_SAMPLE, event, march, numbered_uuid, readers


class Ownership(NamedTuple):
    name: str
    owners: list[tuple[str, int]]     # each event's time, and the day that owns it


NAMED = [
    Ownership('within a day', [('1 08:00', 1), ('1 22:00', 1)]),
    Ownership('past midnight', [('1 23:50', 1), ('2 00:10', 1)]),
    Ownership('up to 24 hours after the first event', [
        ('1 12:00', 1), ('2 11:59:59.999999', 1), ('2 12:00:00.000000', 2), ('2 12:00:00.000001', 2)]),
    Ownership('24 hours count from the first event, not from the last before midnight', [
        ('1 08:00', 1), ('1 23:59', 1), ('2 07:59', 1), ('2 08:00', 2)]),
    Ownership('midnight itself is of the new day', [('2 00:00', 2)]),
    Ownership('midnight itself, in a session from just before it', [('1 23:59:59.999999', 1), ('2 00:00', 1)]),
    Ownership('from midnight to midnight is 24 hours', [('1 00:00', 1), ('1 23:59:59.999999', 1), ('2 00:00', 2)]),
    Ownership('just under 24 hours to midnight', [('1 00:00:00.000001', 1), ('2 00:00', 1), ('2 00:00:00.000001', 2)]),
    Ownership('a day after another is no proper start', [('1 22:00', 1), ('2 21:00', 1), ('2 23:00', 2), ('3 00:30', 3)]),
    Ownership('nor is one that the day before owns whole', [('1 12:00', 1), ('2 11:00', 1), ('3 10:00', 3), ('4 09:00', 4)]),
    Ownership('five days in a row', [
        ('1 08:00', 1), ('2 07:00', 1), ('2 09:00', 2), ('3 07:00', 3), ('4 00:00', 4), ('4 23:59', 4), ('5 00:01', 5)]),
    Ownership('after a day without events a proper start again', [('1 23:50', 1), ('3 12:00', 3), ('4 11:59', 3), ('4 12:00', 4)]),
    Ownership('a gap day after two days', [('1 12:00', 1), ('2 13:00', 2), ('4 12:00', 4), ('5 11:00', 4), ('6 10:00', 6)]),
]


class Runs(NamedTuple):
    name: str
    runs: list[list[str]]     # times of a person's nameless events, run by run


NAMELESS = [
    Runs('a gap of exactly 30 minutes continues', [['1 10:00', '1 10:30', '1 11:00:00.000000']]),
    Runs('one microsecond more ends', [['1 10:00:00.000000'], ['1 10:30:00.000001']]),
    Runs('one microsecond less continues', [['1 10:00:00.000001', '1 10:30:00.000000']]),
    Runs('gaps count from the event before, not from the first', [['1 10:00', '1 10:29', '1 10:58', '1 11:27']]),
    Runs('midnight ends', [['1 23:50', '1 23:59:59.999999'], ['2 00:00', '2 00:30']]),
    Runs('a day apart', [['1 10:00'], ['2 10:00'], ['3 10:00']]),
    Runs('equal times', [['1 10:00', '1 10:00', '1 10:00']]),
]


class Attributes(NamedTuple):
    name: str
    events: list[Event]
    expected: dict[str, Any]


UPPER = 'ABCDEFAB-0000-0000-0000-000000000000'
BEFORE_UPPER = 'abcdef0a-0000-0000-0000-000000000000'
FIRST_HALF_SMALL = '00000000-0000-0001-ffff-ffffffffffff'
FIRST_HALF_LARGE = '00000000-0000-0002-0000-000000000000'

ATTRIBUTES = [
    Attributes('one view', [event('1 10:59:59.999999', pathname='/a')],
               {'hour': 10, 'duration_seconds': 0, 'is_bounce': True, 'entry_pathname': '/a', 'end_pathname': '/a'}),
    Attributes('the hour is that of the first event, also past midnight', [event('1 23:59'), event('2 00:30')],
               {'hour': 23, 'duration_seconds': 1860}),
    Attributes('the hour and duration are those of all events, not of views',
               [event('1 09:59:58', 'x'), event('1 10:00', pathname='/a'), event('1 10:00:12', '$pageleave')],
               {'hour': 9, 'duration_seconds': 14, 'is_bounce': False, 'entry_pathname': '/a'}),
    Attributes('duration: 9.999999 s in whole seconds', [event('1 10:00:00.000000'), event('1 10:00:09.999999', '$pageleave')],
               {'duration_seconds': 9, 'is_bounce': True}),
    Attributes('duration: 9.000001 s over ten second marks', [event('1 10:00:00.999999'), event('1 10:00:10', '$pageleave')],
               {'duration_seconds': 10, 'is_bounce': False}),
    Attributes('duration: 9.999999 s that starts within a second', [event('1 10:00:00.500000'), event('1 10:00:10.499999', '$pageleave')],
               {'duration_seconds': 10, 'is_bounce': False}),
    Attributes('two views are no bounce', [event('1 10:00'), event('1 10:00:01')], {'is_bounce': False}),
    Attributes('nor are a view and a click', [event('1 10:00'), event('1 10:00:01', '$autocapture')], {'is_bounce': False}),
    Attributes('other events do not count as interactions',
               [event('1 10:00', '$screen'), event('1 10:00:01', 'purchase'), event('1 10:00:02', '$pageleave')],
               {'is_bounce': True}),
    Attributes('one interaction repeated at another time', [event('1 10:00', uuid=UPPER), event('1 10:00:01', uuid=UPPER.lower())],
               {'is_bounce': True}),
    Attributes('one uuid under two names', [event('1 10:00', uuid=UPPER), event('1 10:00', '$autocapture', uuid=UPPER)], {'is_bounce': True}),
    Attributes('the person is that of the last event, a view or not',
               [event('1 10:00', person_id=numbered_uuid(7)), event('1 10:01', '$pageleave', person_id=numbered_uuid(8))],
               {'person': numbered_uuid(8)}),
    Attributes('entry and end are views',
               [event('1 10:00', 'x', pathname='/x'), event('1 10:01', pathname='/a'), event('1 10:02', '$screen', pathname='/b'),
                event('1 10:03', '$pageleave', pathname='/c')], {'entry_pathname': '/a', 'end_pathname': '/b'}),
    Attributes('ties: by uuid as text, not by its second half',
               [event('1 10:00', uuid=FIRST_HALF_LARGE, pathname='/2'), event('1 10:00', uuid=FIRST_HALF_SMALL, pathname='/1')],
               {'entry_pathname': '/1', 'end_pathname': '/2'}),
    Attributes('ties: in lower case',
               [event('1 10:00', uuid=UPPER, pathname='/2'), event('1 10:00', uuid=BEFORE_UPPER, pathname='/1')],
               {'entry_pathname': '/1', 'end_pathname': '/2'}),
    Attributes('ties: of one uuid by the name of the event',
               [event('1 10:00', '$screen', uuid=UPPER, pathname='/2'), event('1 10:00', uuid=UPPER, pathname='/1')],
               {'entry_pathname': '/1', 'end_pathname': '/2'}),
    Attributes('ties: names as bytes, so that U+1F642 comes after U+FF5A',
               [event('1 10:00'), event('1 10:01', '\U0001f642', uuid=UPPER, person_id=numbered_uuid(9)), event('1 10:01', '\uff5a', uuid=UPPER)],
               {'person': numbered_uuid(9)}),
]


def shuffled(events: list[Event]) -> list[Event]:
    return random.Random(1).sample(events, k=len(events))


class Rules(unittest.TestCase):
    def test_named_events_have_the_owner_of_the_table(self) -> None:
        for case in NAMED:
            with self.subTest(case.name):
                events = [event(time) for time, _ in case.owners]
                owner = {one.uuid: session.day for session in sessions_of(shuffled(events)) for one in session.events}
                self.assertEqual([owner[one.uuid] for one in events], [march(day) for _, day in case.owners])

    def test_nameless_events_make_the_runs_of_the_table(self) -> None:
        for case in NAMELESS:
            with self.subTest(case.name):
                runs = [[event(time, session_id='') for time in run] for run in case.runs]
                found = sorted(sessions_of(shuffled([one for run in runs for one in run])), key=lambda session: session.events[0].micros)
                self.assertEqual([list(session.events) for session in found], runs)

    def test_sessions_have_the_attributes_of_the_table(self) -> None:
        for case in ATTRIBUTES:
            with self.subTest(case.name):
                session, = sessions_of(shuffled(case.events))
                self.assertEqual({name: getattr(session, name) for name in case.expected}, case.expected)

    def test_what_keeps_named_sessions_apart(self) -> None:
        events = [event('1 10:00'), event('1 10:00', session_id='S'), event('1 10:00', session_id='s '), event('1 10:00', team_id=2)]
        self.assertEqual(len(list(sessions_of(events))), 4)

    def test_another_person_does_not_split_a_named_session(self) -> None:
        self.assertEqual(len(list(sessions_of([event('1 10:00'), event('1 10:01', person_id=numbered_uuid(2))]))), 1)

    def test_what_keeps_nameless_sessions_apart(self) -> None:
        events = [event('1 10:00', session_id=''), event('1 10:00', session_id='', person_id=numbered_uuid(2)),
                  event('1 10:00', session_id='', team_id=2)]
        self.assertEqual(len(list(sessions_of(events))), 3)

    def test_a_nameless_session_is_called_by_person_and_first_instant(self) -> None:
        person = 'ABCDEF00-0000-0000-0000-000000000000'
        session, = sessions_of([event('1 00:00:01', 'x', session_id=None, person_id=person),
                                event('1 00:00:00.000001', '$pageleave', session_id='', person_id=person.lower())])
        self.assertEqual(session.session_id, f'{person.lower()}:1772323200000001')

    def test_named_only_leaves_nameless_events_out(self) -> None:
        session, = sessions_of([event('1 10:00'), event('1 10:00', session_id='')], named_only=True)
        self.assertEqual(session.session_id, 's')

    def test_a_session_without_views_owns_its_events_and_nothing_else(self) -> None:
        cell, = cells_of(sessions_of([event('1 10:00', '$pageleave'), event('1 10:20', '$autocapture')]))
        self.assertEqual((cell.owned_events, cell.views, cell.sessions, cell.persons, cell.bounces, cell.duration), (2, 0, 0, 0, 0, 0))


def dense_stream(seed: int) -> list[Event]:
    """Few sessions, many days and few distinct times, so that the rules of ownership meet each other."""
    rng = random.Random(seed)
    clocks = ('00:00', '00:00:00.000001', '00:30', '11:59:59.999999', '12:00', '12:30', '23:30', '23:59:59.999999')
    return [event(f'{rng.randrange(1, 9)} {rng.choice(clocks)}', rng.choice(['$pageview', '$screen', '$pageleave']), team_id=rng.randrange(1, 3),
                  session_id=rng.choice(['', 'a', 'b']), person_id=numbered_uuid(rng.randrange(1, 3))) for _ in range(rng.randrange(1, 40))]


def generated_stream(seed: int) -> list[Event]:
    generated = streams.lines(streams.Settings(seed=seed, sessions=60, teams=3, days=5))
    return Loaded().add(line.encode() for line in generated).events


STREAMS = [dense_stream(seed) for seed in range(150)] + [generated_stream(seed) for seed in range(10)]


class LosslessProperty(unittest.TestCase):
    def test_each_event_is_owned_exactly_once(self) -> None:
        for number, events in enumerate(STREAMS):
            with self.subTest(stream=number):
                owned = Counter(one.identity for session in sessions_of(events) for one in session.events)
                self.assertEqual(owned, Counter(one.identity for one in events))

    def test_view_events_of_the_cells_are_those_of_the_source(self) -> None:
        for number, events in enumerate(STREAMS):
            with self.subTest(stream=number):
                cells = cells_of(sessions_of(events))
                self.assertEqual(sum(cell.views for cell in cells), sum(one.is_view for one in events))

    def test_a_session_is_of_the_day_of_its_first_event_and_at_most_24_hours_long(self) -> None:
        for number, events in enumerate(STREAMS):
            with self.subTest(stream=number):
                for session in sessions_of(events):
                    self.assertEqual(session.day, session.events[0].day)
                    self.assertLess(session.events[-1].micros - session.events[0].micros, MICROS_A_DAY)

    def test_a_day_depends_on_its_window_alone(self) -> None:
        for number, events in enumerate(STREAMS[:60] + STREAMS[-3:]):
            for day in {one.day for one in events}:
                with self.subTest(stream=number, day=day):
                    window = [one for one in events if day - 2 <= one.day < day + 2]
                    self.assertEqual(self._sessions_on(day, window), self._sessions_on(day, events))

    @staticmethod
    def _sessions_on(day: int, events: list[Event]) -> set[tuple[Any, ...]]:
        return {(session.team, session.session_id, tuple(one.identity for one in session.events))
                for session in sessions_of(events) if session.day == day}


class AccessLogSample(unittest.TestCase):
    def test_its_figures(self) -> None:
        counts: Counter[str] = Counter()
        lines = [json.dumps(one).encode() for one in access_log.events_of(lines_of(str(ACCESS_LOG_SAMPLE)), 1, '', counts)]
        self.assertEqual(counts, {'lines': 10_000, 'events': 1_856, 'skipped asset': 5_674, 'skipped bot': 2_050, 'skipped status': 371,
                                  'skipped method': 48, 'rejected': 1})
        loaded = Loaded().add(lines)
        self.assertEqual((len(loaded.events), loaded.duplicates, loaded.rejects), (1_856, 0, []))
        self.assertEqual({one.micros // MICROS_A_MINUTE % 60 for one in loaded.events}, {5})
        cells = cells_of(sessions_of(loaded.events))
        self.assertEqual([cell.day for cell in cells], ['2015-05-17', '2015-05-18', '2015-05-19', '2015-05-20'])
        self.assertEqual(sum(cell.views for cell in cells), 1_856)


class ReadersSample(unittest.TestCase):
    """Its publisher counts 22,226 sessions: a gap of 30 minutes *or more* ends one, and midnight does not."""

    def test_its_figures(self) -> None:
        loaded = readers()
        self.assertEqual((len(loaded.events), loaded.duplicates, loaded.rejects), (63_524, 0, []))
        cells = cells_of(sessions_of(loaded.events))
        self.assertEqual(len(cells), 16)
        self.assertEqual((cells[0].day, cells[-1].day), ('2014-01-07', '2014-01-22'))
        self.assertEqual(sum(cell.views for cell in cells), 63_524)

    def test_its_sessions_are_the_publishers_but_for_the_two_rules_that_differ(self) -> None:
        by_person: dict[str, list[Event]] = defaultdict(list)
        for one in readers().events:
            by_person[one.person].append(one)
        exact_gaps = over_midnight = publishers = 0
        for events in by_person.values():
            events.sort(key=lambda one: one.micros)
            gaps = [(later.micros - earlier.micros, later.day != earlier.day) for earlier, later in zip(events, events[1:])]
            publishers += 1 + sum(gap >= 30 * MICROS_A_MINUTE for gap, _ in gaps)
            exact_gaps += sum(gap == 30 * MICROS_A_MINUTE for gap, _ in gaps)
            over_midnight += sum(gap < 30 * MICROS_A_MINUTE and other_day for gap, other_day in gaps)
        self.assertEqual((len(by_person), publishers, exact_gaps, over_midnight), (10_000, 22_226, 2, 59))
        self.assertEqual(sum(1 for _ in sessions_of(readers().events)), publishers - exact_gaps + over_midnight)


if __name__ == '__main__':
    unittest.main()
