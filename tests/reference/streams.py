#!/usr/bin/env python3
"""Writes a generated stream of canonical events full of edge cases, the same for the same arguments, as an events file.

Every session has a shape (when its events happen) and a cast (which events they are); the first sessions take each shape in turn, once with an
id and once without, so that small streams have them all. On top come ties, repeated uuids, whole events repeated (also with another content or
another spelling: the first wins), odd characters in every text field, ids shared by sessions, very large team ids, and every spelling of times,
flags, uuids and absent fields that the events format takes, with keys and lines in random order.
With --last-day, what happens later is left out: sessions that run on are cut there.
With --late, that share of the events gets an inserted_at two days after the rest; repetitions are late together.
"""
from __future__ import annotations

import argparse
import json
import random
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any

from events import MICROS_A_DAY, MICROS_A_MINUTE, MICROS_A_SECOND, MICROS_AN_HOUR

HALF_HOUR = 30 * MICROS_A_MINUTE
TEAMS = (1, 2**63 - 1, 2, 2**53 + 1, 10, 2**31, 2**32)
ODD = ('', ' ', ' x ', "o'brien", 'back\\slash', '\\N', '\\', 'tab\there', 'new\nline', 'return\r', 'quote"d', '`tick`', 'NULL', 'null', '0',
       'ünïcode 日本', 'u\u0308', '\u00fc', 'emoji 🙂👩‍🚀', '\uff5a', '\U0001f642', '\u202egnp.exe', '\u2028', '\u0085', '\ufeffmark', '\x01\x1f\x7f',
       'nul\x00inside', '{a:String}', '%7Bid%7D', '; DROP TABLE events --', '/* */', '$direct', 'x' * 300, '[1,2]', '{"a":1}')
PATHS = ('', '/', '/a', '/A', '/a/', '/b', '/c/d?x=1', '/ünïcode/日本')
USUAL: dict[str, tuple[Any, ...]] = {
    'host': ('example.com', 'www.example.com', ''), 'pathname': PATHS, 'browser': ('Chrome', 'chrome', 'Safari', ''), 'os': ('Windows', 'Linux', ''),
    'device_type': ('Desktop', 'Mobile', ''), 'viewport_width': (0, 390, 1920), 'viewport_height': (0, 844, 2**63 - 1, -1),
    'referring_domain': ('$direct', 'google.com', ''), 'utm_source': ('', 'newsletter'), 'utm_medium': ('', 'mail'), 'utm_campaign': ('', 'spring'),
    'utm_term': ('', 'shoes'), 'utm_content': ('', 'top'), 'country_code': ('US', 'DE', ''), 'city_name': ('Köln', ''), 'region_code': ('CA', ''),
    'region_name': ('California', ''), 'has_gclid': (False, False, True), 'has_gad_source_paid_search': (False, True), 'has_fbclid': (False, True),
    'mat_metadata_loggedIn': (False, True), 'mat_metadata_backend': ('', 'node')}
ODD_SESSION_IDS = ("it's", 'a\tb', 'ünï', 'x' * 200, '\\N', '0', 'Abc', 'abc', 'abc ')
CASTS = (('$pageview',), ('$pageview', '$screen', '$autocapture', '$pageleave', 'purchase'), ('$pageview', '$pageleave'),
         ('$pageleave', '$autocapture', ''), ('$pageview', '$autocapture'),
         ('$screen', "o'event", 'new\nline', 'ünï', '\uff5a', '\U0001f642', '$PAGEVIEW', '$pageview '))
NOBODY = str(uuid.UUID(int=0))     # what an absent person_id reads as
OFFSETS_MINUTES = (0, 330, 345, 840, -210, -480, -720)

Shape = Callable[[random.Random, int], list[int]]


def midnight(micros: int) -> int:
    return micros - micros % MICROS_A_DAY


def ordinary(rng: random.Random, start: int) -> list[int]:
    times = [start]
    while rng.random() < .7:
        times.append(times[-1] + int(rng.expovariate(1 / (90 * MICROS_A_SECOND))))
    return times


def short_stay(rng: random.Random, start: int) -> list[int]:
    """About the ten seconds of a bounce, on both sides of it by cutting to whole seconds."""
    second = start - start % MICROS_A_SECOND
    first, last = rng.choice([(0, 9_999_999), (0, 10_000_000), (999_999, 10_000_000), (999_999, 10_999_998), (500_000, 500_000)])
    return [second + first, second + last]


def simultaneous(rng: random.Random, start: int) -> list[int]:
    return [start] * rng.randrange(2, 6) + [start + 15 * MICROS_A_SECOND] * rng.randrange(3)


def over_midnight(rng: random.Random, start: int) -> list[int]:
    end = midnight(start) + MICROS_A_DAY
    return sorted(end + rng.randrange(-25, 25) * MICROS_A_MINUTE for _ in range(4)) + [end + HALF_HOUR + rng.randrange(MICROS_AN_HOUR)]


def at_midnight(rng: random.Random, start: int) -> list[int]:
    day = midnight(start)
    return rng.choice([[day], [day, day + 1], [day + MICROS_A_DAY - 1, day + MICROS_A_DAY], [day, day + MICROS_A_DAY, day + 2 * MICROS_A_DAY]])


def idle_gaps(rng: random.Random, start: int) -> list[int]:
    """Gaps of exactly 30 minutes, and 1 us less and more."""
    times = [start]
    for gap in rng.choices([HALF_HOUR - 1, HALF_HOUR, HALF_HOUR + 1], k=4) + [HALF_HOUR, HALF_HOUR + 1]:
        times.append(times[-1] + gap)
    return times


def a_day_later(rng: random.Random, start: int) -> list[int]:
    """24 hours after the first event, and 1 us less and more."""
    return [start] + [start + MICROS_A_DAY + by for by in rng.sample([-1, 0, 1], k=rng.randrange(1, 4))]


def lives_on(*days: int) -> Shape:
    """Events on those days, counted from the first, at any time of each."""
    def shape(rng: random.Random, start: int) -> list[int]:
        return [midnight(start) + day * MICROS_A_DAY + rng.randrange(MICROS_A_DAY) for day in days for _ in range(rng.randrange(1, 4))]
    return shape


RARE: tuple[Shape, ...] = (
    short_stay, simultaneous, over_midnight, at_midnight, idle_gaps, a_day_later, lives_on(0), lives_on(0, 1), lives_on(0, 1, 2),
    lives_on(0, 1, 2, 3, 4), lives_on(0, 2), lives_on(0, 1, 3), lives_on(0, 2, 3), lives_on(0, 3), lives_on(0, 1, 3, 4))


@dataclass(frozen=True)
class Settings:
    seed: int = 1
    sessions: int = 2000
    teams: int = 7
    first_day: date = date(2026, 3, 1)
    days: int = 6
    last_day: date | None = None
    late: float = 0


class Stream:
    """Makes events; a value is typed here, `Spelling` decides how it is written."""

    def __init__(self, settings: Settings):
        self._settings = settings
        self._rng = random.Random(settings.seed)
        self._teams = [*TEAMS, *range(100, 100 + settings.teams)][:settings.teams]
        self._people = {team: [self._uuid() for _ in range(max(3, settings.sessions // 20))] for team in self._teams}
        self._first = (settings.first_day - date(1970, 1, 1)).days * MICROS_A_DAY

    def events(self) -> list[dict[str, Any]]:
        """All events in random order; `timestamp` and `inserted_at` are unix microseconds."""
        events = [event for number in range(self._settings.sessions) for event in self._session(number)]
        events += [self._repeated(event) for event in events if self._rng.random() < .01]
        self._rng.shuffle(events)
        if self._settings.last_day is not None:
            end = ((self._settings.last_day - date(1970, 1, 1)).days + 1) * MICROS_A_DAY
            events = [event for event in events if event['timestamp'] < end]
        settled = midnight(max((event['timestamp'] for event in events), default=0)) + MICROS_A_DAY
        late: dict[tuple[Any, ...], bool] = {}
        for event in events:
            identity = event['team_id'], event['uuid'], event['event'], event['timestamp']
            is_late = late.setdefault(identity, self._rng.random() * 100 < self._settings.late)
            event['inserted_at'] = settled + 2 * MICROS_A_DAY * is_late
        return events

    def _uuid(self) -> str:
        return str(uuid.UUID(int=self._rng.getrandbits(128)))

    def _person(self, team: int) -> str:
        return NOBODY if self._rng.random() < .02 else self._rng.choice(self._people[team])

    def _session(self, number: int) -> list[dict[str, Any]]:
        rng = self._rng
        in_turn = number < 2 * len(RARE)
        shape = RARE[number % len(RARE)] if in_turn or rng.random() < .3 else ordinary
        nameless = number >= len(RARE) if in_turn else rng.random() < .2
        team = self._teams[min(int(rng.expovariate(.6)), len(self._teams) - 1)]
        session_id = '' if nameless else rng.choice(ODD_SESSION_IDS) if rng.random() < .03 else self._uuid()
        person, cast = self._person(team), rng.choice(CASTS)
        base = {name: self._value(name) for name in USUAL}
        events: list[dict[str, Any]] = []
        for micros in shape(rng, self._start()):
            event = base | {name: self._value(name) for name in ('pathname', *rng.sample(list(USUAL), k=rng.choice([0, 0, 1, 3])))}
            event |= {'team_id': team, 'event': rng.choice(cast), 'timestamp': micros, 'uuid': self._uuid_beside(events), 'session_id': session_id,
                      'person_id': person if nameless or rng.random() < .95 else self._person(team)}
            events.append(event)
        return events

    def _start(self) -> int:
        """An instant in the range of days, of whole seconds, milliseconds or microseconds."""
        unit = self._rng.choice([MICROS_A_SECOND, 1000, 1])
        return self._first + self._rng.randrange(self._settings.days * MICROS_A_DAY) // unit * unit

    def _uuid_beside(self, earlier: list[dict[str, Any]]) -> str:
        """Now and then the uuid of an earlier event of the session: at another time or under another name, one more event."""
        return self._rng.choice(earlier)['uuid'] if earlier and self._rng.random() < .06 else self._uuid()

    def _value(self, name: str) -> Any:
        usual = self._rng.choice(USUAL[name])
        return self._rng.choice(ODD) if isinstance(usual, str) and self._rng.random() < .06 else usual

    def _repeated(self, event: dict[str, Any]) -> dict[str, Any]:
        """The same event by its identity, at times with another content."""
        return event | ({'pathname': '/repeated', 'browser': 'Other'} if self._rng.random() < .5 else {})


class Spelling:
    """Writes events as lines, choosing among the spellings of a value that the events format takes."""

    def __init__(self, rng: random.Random):
        self._rng = rng

    def line(self, event: dict[str, Any]) -> str:
        spelled: dict[str, Any] = {}
        for name in self._rng.sample(list(event), k=len(event)):
            value = self._value(name, event[name])
            if value is not None or self._rng.random() < .5:        # a null, or absent
                spelled[name] = value
        return json.dumps(spelled, ensure_ascii=self._rng.random() < .5)

    def _value(self, name: str, value: Any) -> Any:
        if name in ('timestamp', 'inserted_at'):
            return self._instant(value)
        if name in ('uuid', 'person_id'):
            return self._uuid(name, value)
        if not value and self._rng.random() < .4:
            return None
        if isinstance(value, bool) and self._rng.random() < .4:
            return int(value)
        return value

    def _uuid(self, name: str, value: str) -> str | None:
        if name == 'person_id' and value == NOBODY:
            return None
        return value.upper() if self._rng.random() < .1 else value

    def _instant(self, micros: int) -> str:
        offset = self._rng.choice(OFFSETS_MINUTES)
        form = self._rng.choice(['space', 'space', 'Z', 'offset'])
        local = micros + offset * MICROS_A_MINUTE if form == 'offset' else micros
        moment = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(microseconds=local)
        text = moment.strftime('%Y-%m-%d %H:%M:%S' if form == 'space' else '%Y-%m-%dT%H:%M:%S') + self._fraction(moment.microsecond)
        if form == 'offset':
            return text + f'{"-" if offset < 0 else "+"}{abs(offset) // 60:02}:{abs(offset) % 60:02}'
        return text + ('Z' if form == 'Z' else '')

    def _fraction(self, micros: int) -> str:
        """With any number of digits that says it exactly, up to 6."""
        needed = f'{micros:06}'.rstrip('0')
        digits = f'{micros:06}'[:self._rng.randrange(len(needed), 7)]
        return '.' + digits if digits else ''


def lines(settings: Settings) -> Iterator[str]:
    """The lines of a stream."""
    spelling = Spelling(random.Random(settings.seed + 1))
    yield from (spelling.line(event) for event in Stream(settings).events())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--seed', type=int, default=Settings.seed)
    parser.add_argument('--sessions', type=int, default=Settings.sessions)
    parser.add_argument('--teams', type=int, default=Settings.teams)
    parser.add_argument('--first-day', type=date.fromisoformat, default=Settings.first_day)
    parser.add_argument('--days', type=int, default=Settings.days)
    parser.add_argument('--last-day', type=date.fromisoformat, default=Settings.last_day)
    parser.add_argument('--late', type=float, default=Settings.late, metavar='PERCENT')
    sys.stdout.reconfigure(encoding='utf-8')
    for line in lines(Settings(**vars(parser.parse_args()))):
        print(line)


if __name__ == '__main__':
    main()
