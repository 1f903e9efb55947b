"""The published days: what the tables hold, what they must hold, and the judgement between the two."""
from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from compare import describe
from events import Event
from rollup import output
from sessions import sessions_of
from targets import TARGETS

Group = tuple[str, ...]
Rows = Counter[Group]
TABLES = ('stats', 'bounces', 'breakdowns')
DAY, TEAM = 0, 2    # among the key columns of all tables


@dataclass
class Day:
    """The rows of one day in each table; a row that is there twice counts twice."""
    tables: dict[str, Rows] = field(default_factory=lambda: {table: Counter() for table in TABLES})

    def of(self, table: str) -> Rows:
        return self.tables[table]


Days = defaultdict[str, Day]


def days_of(rows: Iterable[tuple[str, Group]]) -> Days:
    days: Days = defaultdict(Day)
    for table, group in rows:
        days[group[DAY]].of(table)[group] += 1
    return days


def wanted(events: list[Event]) -> Days:
    """What the reference makes of the events."""
    sessions = list(sessions_of(events, named_only=False))
    return days_of((table, tuple(json.loads(line))) for table in TABLES for line in output(table, sessions))


def replaced(old: Days, by: Days, teams: frozenset[int]) -> Days:
    """The days after these teams were published: theirs as wanted, everybody else's as they were."""
    days: Days = defaultdict(Day)
    for source, theirs in ((old, False), (by, True)):
        for day, content in source.items():
            for table in TABLES:
                days[day].of(table).update({group: count for group, count in content.of(table).items() if (int(group[TEAM]) in teams) == theirs})
    return days


def differing(one: Days, other: Days) -> set[str]:
    return {day for day in one.keys() | other.keys() if one[day] != other[day]}


def neither(now: Days, old: Days, new: Days, unfinished: frozenset[str]) -> list[str]:
    """Readable texts for each day that is neither as it was nor as it shall be, in all tables together. Of a day that is being published
    (`unfinished`) each table may be either by itself, or hold old and new parts side by side."""
    found: list[str] = []
    for day in sorted(now.keys() | old.keys() | new.keys()):
        if now[day] in (old[day], new[day]):
            continue
        for table in TABLES:
            rows, before, after = now[day].of(table), old[day].of(table), new[day].of(table)
            if day not in unfinished:
                found += [f'{day} {table}: {text}' for text in _texts(table, rows, before, after)]
            elif not _side_by_side(rows, before, after):
                found += [f'{day} {table}, being published: {text}' for text in _texts(table, rows, before, after)]
    return found


def _side_by_side(now: Rows, old: Rows, new: Rows) -> bool:
    """At least all old rows or all new ones, since new parts come before old ones go, each by each; at most the old ones once, and the new
    ones once for each REPLACE that was killed."""
    return (old <= now or new <= now) and now <= old + new + new + new


def _texts(table: str, now: Rows, old: Rows, new: Rows) -> list[str]:
    what = 'as before' if now == old else 'as it shall be' if now == new else 'neither as before nor as it shall be'
    texts = [f'{what} ({now.total()} rows, {old.total()} before, {new.total()} to come)']
    if now not in (old, new):
        for name, rows in (('lost', (old & new) - now), ('from nowhere', now - (old | new))):
            texts += [f'{name}: {describe(TARGETS[table], group)}' for group in list(rows)[:3]]
    return texts
