#!/usr/bin/env python3
"""Three weeks of scheduled jobs over a source that grows, against the reference: every gap is found at once, and in the end none is left.

Usage: reference_weeks.py EMBEDDED_WEEKS: the program that runs the jobs.

Events come twice or once a day; some are late, by up to more than jobs look back, and a team comes in the second week with all its history. On one day
the engine fails, and one run dies while it publishes. What is asserted, by replaying what happened:
- Jobs run at every tick of their schedules, and at no other; the tick whose run died runs again.
- A run plans exactly the cells whose owned events differ from those that they were last built from, of the days that its job looks at, in the right
  state. So a gap is found at the first tick after its cause that covers its day: intraday for open days, daily for the last week, backfill for the rest.
- Ticks of the day of the outage fail, say why, and publish nothing; all others succeed or have nothing to do.
- The new process finishes what the dead one was publishing, and closes its run.
- In the end nothing is left to do on any day, and both targets equal the reference.
"""
from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from reference_changes import TARGETS, Cell, Owned, owned

REFERENCE = Path(__file__).resolve().parent.parent / 'reference'
sys.path.insert(0, str(REFERENCE))
from compare import differences  # noqa: E402
from events import MICROS_AN_HOUR, Event, Loaded  # noqa: E402
from rollup import day_text, output  # noqa: E402
from sessions import sessions_of  # noqa: E402
from streams import TEAMS, Settings, Spelling, Stream  # noqa: E402

SEED = 7
FIRST, LAST = date(2026, 3, 1), date(2026, 3, 21)
STREAM = Settings(seed=SEED, sessions=170, teams=4, first_day=FIRST, days=17, late=2)   # sessions live on for four more days
NEW_TEAM, ITS_FIRST_DAY = TEAMS[3], date(2026, 3, 10)
DAYS_BACK, DETECTION_DAYS, LATE_DAYS = 11, 7, 16
OUTAGE = date(2026, 3, 14)
DEATH = '2026-03-17T01:00:00Z'         # of a daily run
SETTLE = timedelta(minutes=30)
TWICE_A_DAY_UNTIL = date(2026, 3, 5)      # later, events come once a day: what takes time is building days
ONE_DAY = timedelta(days=1)
NOTHING: tuple[frozenset[tuple[object, ...]], int] = (frozenset(), 0)
MUST_HAPPEN = ('found by intraday', 'found by daily', 'found by backfill', 'found at any age', 'found after the outage', 'failed runs', 'deaths')
Entry = dict[str, Any]      # of the log


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text.replace('Z', '+00:00'))


def text_of(moment: datetime) -> str:
    return moment.strftime('%Y-%m-%dT%H:%M:%SZ')


def micros_of(day: date) -> int:
    return (day - date(1970, 1, 1)).days * 24 * MICROS_AN_HOUR


def generate(folder: Path) -> None:
    """A file for each instant at which events come."""
    rng = random.Random(SEED)
    spelling = Spelling(random.Random(SEED))
    events = Stream(STREAM).events()
    is_late_from = max(event['inserted_at'] for event in events)
    days_late: dict[tuple[Any, ...], int] = {}      # repetitions are late together
    files: dict[int, list[str]] = defaultdict(list)
    for event in events:
        every = (12 if event['timestamp'] < micros_of(TWICE_A_DAY_UNTIL) else 24) * MICROS_AN_HOUR
        comes = event['timestamp'] // every * every + every
        if event['inserted_at'] == is_late_from:
            identity = event['team_id'], event['uuid'], event['event'], event['timestamp']
            comes += days_late.setdefault(identity, rng.randrange(1, LATE_DAYS + 1)) * 24 * MICROS_AN_HOUR
        if event['team_id'] == NEW_TEAM:
            comes = max(comes, micros_of(ITS_FIRST_DAY))
        comes = min(comes, micros_of(LAST + ONE_DAY))
        files[comes].append(spelling.line(event | {'inserted_at': comes}) + '\n')
    for comes, those in files.items():
        name = text_of(datetime.fromtimestamp(comes // 1_000_000, timezone.utc))
        (folder / f'{name}.ndjson').write_bytes(''.join(those).encode('utf-8', 'surrogatepass'))


def schedule() -> Counter[tuple[str, str]]:
    """Every tick, as (job, instant)."""
    ticks: Counter[tuple[str, str]] = Counter()
    now = datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=timezone.utc)
    while now <= datetime(LAST.year, LAST.month, LAST.day, 4, tzinfo=timezone.utc) + ONE_DAY:
        for job, is_due in (('daily', now.hour == 1), ('intraday', now.hour == 12), ('backfill', now.hour == 3)):
            ticks[job, text_of(now)] += is_due
        now += timedelta(hours=1)
    return +ticks


class Replay:
    """What should have come of what happened; one method for each kind of entry in the log."""

    def __init__(self, arrivals: Path):
        self._arrivals = arrivals
        self._loaded = Loaded()
        self._owned: Owned = {}
        self._flat: dict[Cell, list[int]] = {}      # events, and views among them
        self._built: Owned = {}                     # what each cell with an entry was made from
        self._plan: dict[Cell, str] | None = None   # of the run under way, or that died
        self._pending = False                       # a run failed, and none has succeeded since
        self.ticks: Counter[tuple[str, str]] = Counter()
        self.happened: Counter[str] = Counter()
        self.wrong: list[str] = []

    @property
    def events(self) -> list[Event]:
        return self._loaded.events

    def on_arrived(self, entry: Entry) -> None:
        self._loaded.add((self._arrivals / entry['file']).read_bytes().split(b'\n')[:-1])
        self._owned = owned(self.events)
        self._flat = defaultdict(lambda: [0, 0])
        for event in self.events:
            flat = self._flat[event.team, day_text(event.day)]
            flat[0] += 1
            flat[1] += event.is_view

    def on_tick(self, entry: Entry) -> None:
        self.ticks[entry['job'], entry['tick']] += 1
        self._plan = None

    def on_planned(self, entry: Entry) -> None:
        job, now = entry['job'], instant(entry['at'])
        self._plan = {(team, day): state for team, day, state in entry['cells']}
        due = self._due(job, now)
        for cell in sorted(self._plan.keys() | due.keys()):
            planned, expected = self._plan.get(cell, 'not planned'), due.get(cell, 'nothing to do')
            if planned != expected:
                self._complain(entry, f'{job}: team {cell[0]} on {cell[1]} is {planned}, the reference says {expected}')
        self.happened[f'found by {job}'] += len(self._plan)
        self.happened['found at any age'] += sum(date.fromisoformat(day) < now.date() - DAYS_BACK * ONE_DAY for _, day in self._plan)
        self.happened['found after the outage'] += len(self._plan) if self._pending else 0
        self._pending = False

    def on_day(self, entry: Entry) -> None:
        if entry['status'] != 'published':
            self._complain(entry, f'{entry["day"]} is {entry["status"]}')
        self._take_as_built(entry['day'])

    def on_ended(self, entry: Entry) -> None:
        in_outage = instant(entry['at']).date() == OUTAGE
        expected = 'failed' if in_outage else 'succeeded' if self._plan else 'nothing_to_do'
        self.happened[f'{entry["status"]} runs'] += 1
        self._pending |= in_outage
        said = 'cannot be reached' in entry['error'] and 'cannot be reached' in entry['command'] if in_outage else not entry['error']
        if entry['status'] != expected or not said or not entry['finished'] or in_outage and self._plan is not None:
            self._complain(entry, f'{entry["job"]} {entry["status"]}, expected {expected}; it says: {entry["error"]}')

    def on_died(self, entry: Entry) -> None:
        self.happened['deaths'] += 1

    def on_began(self, entry: Entry) -> None:
        """A new process finishes what a dead one was publishing: one day, since it dies in the first."""
        died = self.happened['deaths']
        if (len(entry['publishing']), entry['redone'], entry['discarded'], entry['interrupted']) != (died, died, 0, died):
            self._complain(entry, f'recovery: {entry}')
        for day in entry['publishing']:
            self._take_as_built(day)

    def _complain(self, entry: Entry, text: str) -> None:
        self.wrong.append(f'{entry["at"]}: {text}')

    def _take_as_built(self, day: str) -> None:
        self._built |= {cell: self._owned.get(cell, NOTHING) for cell in self._plan or () if cell[1] == day}

    def _due(self, job: str, now: datetime) -> dict[Cell, str]:
        """The cells that a job finds, with their states."""
        finished = (now - SETTLE).date() - ONE_DAY
        first, last = {'intraday': (finished, now.date()), 'daily': (finished - (DETECTION_DAYS - 1) * ONE_DAY, finished),
                       'backfill': (finished - (DAYS_BACK - 1) * ONE_DAY, finished)}[job]
        due = {}
        for cell in self._flat.keys() | self._built.keys():
            day = date.fromisoformat(cell[1])
            at_any_age = job == 'backfill' and cell in self._built
            if day <= last and (first <= day or at_any_age) and (state := self._state(cell)):
                due[cell] = 'open' if day > finished else state
        return due

    def _state(self, cell: Cell) -> str | None:
        """SEMANTICS: the state of a cell, where it needs something. Without an entry flat counts decide."""
        if cell not in self._built:
            next_day = cell[0], (date.fromisoformat(cell[1]) + ONE_DAY).isoformat()
            events, views = self._flat.get(cell, (0, 0))
            return 'missing' if events and views + self._flat.get(next_day, (0, 0))[1] else None
        then, now = self._built[cell], self._owned.get(cell, NOTHING)
        if then[1] and not now[1]:
            return 'orphaned'
        return 'stale' if then[0] != now[0] else None


def check(folder: Path) -> tuple[list[str], Counter[str]]:
    """What is wrong, in words; and how often what happened."""
    replay = Replay(folder)
    for line in (folder / 'log').read_text().splitlines():
        entry = json.loads(line)
        getattr(replay, 'on_' + entry['what'])(entry)
    wrong, expected = replay.wrong, schedule() + Counter({('daily', DEATH): 1})
    wrong += [f'{job} at {tick}: ran {replay.ticks[job, tick]} times, expected {expected[job, tick]}'
              for job, tick in sorted(replay.ticks.keys() | expected.keys()) if replay.ticks[job, tick] != expected[job, tick]]
    wrong += [f'still to be done in the end: {line}' for line in (folder / 'last.plan').read_text().splitlines()]
    sessions = list(sessions_of(replay.events))
    for target in TARGETS:
        ours = (folder / f'last.{target}').read_text().split('\n')
        wrong += [f'{target}: {text}' for text in differences(target, ours, list(output(target, sessions)))]
    wrong += [f'nothing was {what}: this proves nothing' for what in MUST_HAPPEN if not replay.happened[what]]
    return wrong, replay.happened


def main() -> int:
    with tempfile.TemporaryDirectory(prefix='gapless-weeks-') as name:
        folder = Path(name)
        generate(folder)
        subprocess.run([sys.argv[1], folder, FIRST.isoformat(), LAST.isoformat(), str(DAYS_BACK), OUTAGE.isoformat(), DEATH, folder], check=True)
        wrong, happened = check(folder)
    print(*(f'{count} {what}' for what, count in sorted(happened.items())), sep='\n')
    print('FAILED' if wrong else 'ok', *wrong[:20], sep='\n  ')
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
