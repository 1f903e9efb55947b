#!/usr/bin/env python3
"""The figures of the `web` rollup for files of canonical events, by the rules of SEMANTICS.

Standard output is JSON lines. --cells (the default): one object a cell, with its owned events, view events, sessions, persons, bounces
and duration. --stats, --bounces, --breakdowns: the groups of that target, sorted, each an array of strings: key columns, then measures
(targets.py names them). Several files are one load: of equal events the first wins. What was left out is told on standard error.
"""
from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta

from events import Loaded, lines_of
from sessions import Session, sessions_of
from targets import BOUNCES, BREAKDOWNS, ENTRY_DIMENSIONS, STATS, TARGETS, Target

Key = tuple[str, ...]


@dataclass
class Group:
    """The measures of one group; a uniq state is the set of its values."""
    persons: set[str] = field(default_factory=set)
    sessions: set[str] = field(default_factory=set)
    pageviews: int = 0
    bounces: int = 0
    duration: int = 0
    session_count: int = 0

    def add_views(self, session: Session, count: int) -> None:
        """Counts a session's views, and who viewed."""
        self.persons.add(session.person)
        self.sessions.add(session.session_id)
        self.pageviews += count

    def add_whole(self, session: Session) -> None:
        """Counts a session with all that is its own."""
        self.add_views(session, len(session.views))
        self.bounces += session.is_bounce
        self.duration += session.duration_seconds
        self.session_count += 1

    def figures(self, target: Target) -> Key:
        """Its measures as text, in the target's order."""
        values = (getattr(self, name) for name in target.measures)
        return tuple(str(len(value) if isinstance(value, set) else value) for value in values)


def day_text(day: int) -> str:
    return (date(1970, 1, 1) + timedelta(days=day)).isoformat()


def dimensions_of(session: Session) -> dict[str, str]:
    """The dimensions that a session has one value of; of its entry event, but for the paths (SEMANTICS section 2)."""
    values = {name: session.entry.text(name) for name in ('device_type', *ENTRY_DIMENSIONS)}
    return values | {'entry_pathname': session.entry_pathname, 'end_pathname': session.end_pathname}


def place_of(session: Session) -> dict[str, str]:
    """The key columns that say when and whose."""
    return {'day': day_text(session.day), 'hour': str(session.hour), 'team': str(session.team)}


def key_of(target: Target, columns: dict[str, str]) -> Key:
    return tuple(columns[name] for name in target.key)


def stats_groups(sessions: Iterable[Session]) -> dict[Key, Group]:
    """One group a combination with `pathname`; host and pathname are each view's."""
    groups: dict[Key, Group] = defaultdict(Group)
    for session in sessions:
        columns = place_of(session) | dimensions_of(session)
        for view in session.views:
            page = {'host': view.text('host'), 'pathname': view.text('pathname')}
            groups[key_of(STATS, columns | page)].add_views(session, 1)
    return groups


def bounces_groups(sessions: Iterable[Session]) -> dict[Key, Group]:
    """One group a combination without `pathname`; host is the entry event's."""
    groups: dict[Key, Group] = defaultdict(Group)
    for session in sessions:
        columns = place_of(session) | dimensions_of(session) | {'host': session.entry.text('host')}
        groups[key_of(BOUNCES, columns)].add_whole(session)
    return groups


def breakdowns_groups(sessions: Iterable[Session]) -> dict[Key, Group]:
    """The totals by the hour under the dimension '', and every single dimension by the day."""
    groups: dict[Key, Group] = defaultdict(Group)
    for session in sessions:
        hourly = place_of(session)
        daily = hourly | {'hour': '0'}
        groups[key_of(BREAKDOWNS, hourly | {'dimension': '', 'value': ''})].add_whole(session)
        for name, value in dimensions_of(session).items():
            groups[key_of(BREAKDOWNS, daily | {'dimension': name, 'value': value})].add_whole(session)
        for name in ('host', 'pathname'):
            _add_viewed(groups, session, daily | {'dimension': name})
    return groups


def _add_viewed(groups: dict[Key, Group], session: Session, columns: dict[str, str]) -> None:
    """A dimension of view events: the session counts once for each value that it viewed, without bounces and duration."""
    viewed = [view.text(columns['dimension']) for view in session.views]
    for value in set(viewed):
        group = groups[key_of(BREAKDOWNS, columns | {'value': value})]
        group.add_views(session, viewed.count(value))
        group.session_count += 1


@dataclass
class Cell:
    """The totals of one (team, day). Sessions without a view event only own events."""
    team_id: int
    day: str
    owned_events: int = 0
    views: int = 0
    sessions: int = 0
    persons: int = 0
    bounces: int = 0
    duration: int = 0


def cells_of(sessions: Iterable[Session]) -> list[Cell]:
    """The cells that own events, by team and day."""
    by_cell: dict[tuple[int, int], list[Session]] = defaultdict(list)
    for session in sessions:
        by_cell[session.team, session.day].append(session)
    cells = []
    for (team, day), those in sorted(by_cell.items()):
        total = Group()
        for session in filter(lambda session: session.views, those):
            total.add_whole(session)
        cells.append(Cell(team, day_text(day), sum(len(session.events) for session in those), total.pageviews, total.session_count,
                          len(total.persons), total.bounces, total.duration))
    return cells


GROUPERS = {'stats': stats_groups, 'bounces': bounces_groups, 'breakdowns': breakdowns_groups}


def output(what: str, sessions: list[Session]) -> Iterator[str]:
    """The lines of `cells` or of one target's groups."""
    if what == 'cells':
        yield from (json.dumps(asdict(cell)) for cell in cells_of(sessions))
        return
    groups = GROUPERS[what](session for session in sessions if session.views)
    for key in sorted(groups):
        yield json.dumps(key + groups[key].figures(TARGETS[what]), ensure_ascii=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = parser.add_mutually_exclusive_group()
    for name in ('cells', *GROUPERS):
        what.add_argument('--' + name, action='store_const', const=name, dest='what', default='cells')
    parser.add_argument('--sessionize', choices=('all', 'named'), default='all')
    parser.add_argument('events', nargs='+')
    arguments = parser.parse_args()

    loaded = Loaded()
    for path in arguments.events:
        loaded.add(lines_of(path))
    sys.stdout.reconfigure(encoding='utf-8')
    for line in output(arguments.what, list(sessions_of(loaded.events, named_only=arguments.sessionize == 'named'))):
        print(line)
    counts = {'lines': loaded.lines, 'events': len(loaded.events), 'duplicates': loaded.duplicates, 'rejected': len(loaded.rejects)}
    print(json.dumps(counts), *loaded.rejects[:10], sep='\n', file=sys.stderr)


if __name__ == '__main__':
    main()
