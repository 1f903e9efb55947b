"""The generated streams are accepted whole, the same each time, and hold every edge case that they promise."""
from __future__ import annotations

import json
import subprocess
import sys
import unittest
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from events import MICROS_A_DAY, TEXTS, Event, Loaded, parse_instant
from sessions import LONGEST_GAP, sessions_of
from streams import ODD, Settings, lines

SETTINGS = Settings(seed=3, sessions=1500)


class GeneratedStream(unittest.TestCase):
    loaded: Loaded
    raw: list[dict[str, Any]]
    named: dict[tuple[int, str], list[Event]]

    @classmethod
    def setUpClass(cls) -> None:
        text = list(lines(SETTINGS))
        cls.raw = [json.loads(line) for line in text]
        cls.loaded = Loaded().add(line.encode() for line in text)
        cls.named = defaultdict(list)
        for one in sorted(cls.loaded.events, key=lambda one: one.order):
            if one.session_id:
                cls.named[one.team, one.session_id].append(one)

    def test_every_line_is_an_event(self) -> None:
        self.assertEqual(self.loaded.rejects, [])
        self.assertGreater(len(self.loaded.events), SETTINGS.sessions)

    def test_the_same_arguments_give_the_same_lines(self) -> None:
        again = list(lines(Settings(seed=3, sessions=40)))
        self.assertEqual(again, list(lines(Settings(seed=3, sessions=40))))
        self.assertNotEqual(again, list(lines(Settings(seed=4, sessions=40))))

    def test_nothing_happens_after_a_last_day(self) -> None:
        cut, whole = (Loaded().add(line.encode() for line in lines(Settings(seed=3, sessions=40, days=1, last_day=last)))
                      for last in (date(2026, 3, 1), None))
        end = parse_instant('2026-03-02 00:00:00')
        self.assertEqual({one.order for one in cut.events}, {one.order for one in whole.events if one.micros < end})
        self.assertLess(len(cut.events), len(whole.events))

    def test_ids_that_live_for_days(self) -> None:
        lives = set()
        for events in self.named.values():
            first = events[0].day
            lives.add(tuple(sorted({one.day - first for one in events})))
        self.assertLessEqual({(0,), (0, 1), (0, 1, 2), (0, 1, 2, 3, 4), (0, 2), (0, 1, 3), (0, 2, 3), (0, 3), (0, 1, 3, 4)}, lives)

    def test_exact_distances(self) -> None:
        from_first = {one.micros - events[0].micros for events in self.named.values() for one in events}
        self.assertLessEqual({MICROS_A_DAY - 1, MICROS_A_DAY, MICROS_A_DAY + 1}, from_first)
        people = defaultdict(list)
        for one in self.loaded.events:
            if not one.session_id:
                people[one.team, one.person].append(one.micros)
        gaps = {later - earlier for times in map(sorted, people.values()) for earlier, later in zip(times, times[1:])}
        self.assertLessEqual({LONGEST_GAP - 1, LONGEST_GAP, LONGEST_GAP + 1}, gaps)

    def test_midnight(self) -> None:
        self.assertLessEqual({0, 1, MICROS_A_DAY - 1}, {one.micros % MICROS_A_DAY for one in self.loaded.events})
        self.assertTrue(any(one.day != session.day for session in sessions_of(self.loaded.events) for one in session.events))

    def test_ties_and_repetitions(self) -> None:
        at = defaultdict(set)
        times = defaultdict(set)
        for one in self.loaded.events:
            at[one.team, one.session_id, one.micros].add((one.uuid, one.name))
            times[one.team, one.uuid].add(one.micros)
        ties = [{uuid for uuid, _ in those} for those in at.values()]
        self.assertTrue(any(len(uuids) > 1 for uuids in ties), 'equal times, different uuids')
        self.assertTrue(any(len(uuids) < len(those) for uuids, those in zip(ties, at.values())), 'equal times and uuids, different names')
        self.assertTrue(any(len(those) > 1 for those in times.values()), 'a uuid at several times')
        self.assertGreater(self.loaded.duplicates, 0)

    def test_sessions_of_every_kind(self) -> None:
        found = list(sessions_of(self.loaded.events))
        for nameless in (False, True):
            of_kind = [session for session in found if (session.events[0].session_id == '') == nameless]
            self.assertTrue(any(not session.views for session in of_kind), 'without views')
            self.assertEqual({session.is_bounce for session in of_kind if session.views}, {False, True})
            self.assertLessEqual({9, 10}, {session.duration_seconds for session in of_kind})

    def test_odd_characters_in_every_text_field(self) -> None:
        for name in TEXTS - {'event', 'session_id'}:
            self.assertGreater(len({fields.get(name) for fields in self.raw} & set(ODD)), 20, name)
        for name in ('event', 'session_id'):
            self.assertTrue(any("'" in fields[name] for fields in self.raw if fields.get(name)), name)

    def test_spellings(self) -> None:
        times = [fields['timestamp'] for fields in self.raw]
        self.assertEqual({len(text.split('.')[1]) if '.' in text else 0 for text in times if ' ' in text}, set(range(7)))
        self.assertLessEqual({'Z', '+', '-'}, {text[-1] for text in times} | {text[-6] for text in times})
        for name in ('uuid', 'person_id'):
            self.assertTrue(any(fields.get(name, '') and fields[name] != fields[name].lower() for fields in self.raw), name)
        for name in ('session_id', 'person_id', 'browser', 'viewport_width', 'has_gclid', 'event'):
            self.assertTrue(any(name not in fields for fields in self.raw), f'{name} absent')
            self.assertTrue(any(name in fields and fields[name] is None for fields in self.raw), f'{name} null')
        self.assertEqual({repr(fields.get('has_gclid')) for fields in self.raw}, {'None', 'True', 'False', '0', '1'})

    def test_teams(self) -> None:
        self.assertEqual({one.team for one in self.loaded.events}, {1, 2, 10, 2**31, 2**32, 2**53 + 1, 2**63 - 1})
        few = Loaded().add(line.encode() for line in lines(Settings(sessions=100, teams=2)))
        self.assertEqual({one.team for one in few.events}, {1, 2**63 - 1})

    def test_lines_are_not_in_order_of_time(self) -> None:
        times = [one.micros for one in self.loaded.events]
        ascending = sum(later > earlier for earlier, later in zip(times, times[1:]))
        self.assertAlmostEqual(ascending / len(times), .5, delta=.05)

    def test_late_events_arrive_two_days_after_the_rest_repetitions_together(self) -> None:
        text = list(lines(Settings(sessions=400, late=20)))
        arrivals = defaultdict(set)
        for line in text:
            one, = Loaded().add([line.encode()]).events
            arrivals[one.identity].add(parse_instant(one.fields['inserted_at']))
        self.assertEqual({len(those) for those in arrivals.values()}, {1})
        early, late = sorted(set.union(*arrivals.values()))
        self.assertEqual(late - early, 2 * MICROS_A_DAY)
        self.assertLess(max(micros for _, _, _, micros in arrivals), early)
        self.assertAlmostEqual(sum(those == {late} for those in arrivals.values()) / len(arrivals), .2, delta=.05)


class CommandLine(unittest.TestCase):
    def test_options(self) -> None:
        options = '--seed 5 --sessions 30 --teams 1 --first-day 2024-02-28 --days 2 --late 10'.split()
        run = subprocess.run([sys.executable, str(HERE / 'streams.py'), *options], capture_output=True, check=True, encoding='utf-8')
        settings = Settings(seed=5, sessions=30, teams=1, first_day=date(2024, 2, 28), days=2, late=10)
        self.assertEqual(run.stdout.split('\n')[:-1], list(lines(settings)))


if __name__ == '__main__':
    unittest.main()
