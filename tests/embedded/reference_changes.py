#!/usr/bin/env python3
"""The cells that the product recomputes when the source changes, against the reference: no more and no fewer.

Usage: reference_changes.py EMBEDDED_CHANGES [PART PARTS]: the program that makes the product's; with PART of PARTS, only that share of the streams.

Streams of which some events come late; of every fifth, a person's are deleted then. Both times the plan must name exactly the cells whose owned events
differ, of those that have view events before or after, or an entry; what comes of it must equal the reference; and nothing is left to do.
"""
from __future__ import annotations

import random
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from datetime import date, timedelta
from pathlib import Path

REFERENCE = Path(__file__).resolve().parent.parent / 'reference'
sys.path.insert(0, str(REFERENCE))
from compare import differences  # noqa: E402
from events import Event, Loaded  # noqa: E402
from rollup import day_text, output  # noqa: E402
from sessions import sessions_of  # noqa: E402
from streams import Settings, Spelling, Stream  # noqa: E402

SEEDS = range(101, 121)
DELETING = range(101, 121, 5)
TARGETS = ('stats', 'bounces', 'breakdowns')
Cell = tuple[int, str]
Owned = dict[Cell, tuple[frozenset[tuple[object, ...]], int]]   # identities, and the number of views


def generate(seed: int, folder: Path) -> Path:
    """Events and late ones, in a folder of its own."""
    own = folder / str(seed)
    own.mkdir()
    settings = Settings(seed=seed, sessions=80, teams=1 + seed % 3, days=1, late=3)
    spelling = Spelling(random.Random(seed))
    events = Stream(settings).events()
    late = max(event['inserted_at'] for event in events)
    for name, is_late in (('events', False), ('late', True)):
        made = ''.join(spelling.line(event) + '\n' for event in events if (event['inserted_at'] == late) == is_late)
        (own / f'{name}.ndjson').write_bytes(made.encode('utf-8', 'surrogatepass'))
    return own


def loaded(*files: Path) -> list[Event]:
    events = Loaded()
    for file in files:
        events.add(file.read_bytes().split(b'\n')[:-1])
    return events.events


def owned(events: list[Event]) -> Owned:
    cells: dict[Cell, list[tuple[object, ...]]] = defaultdict(list)
    views: Counter[Cell] = Counter()
    for session in sessions_of(events, named_only=False):
        cell = session.team, day_text(session.day)
        cells[cell] += [(event.uuid, event.name, event.micros, event.person, event.session_id) for event in session.events]
        views[cell] += len(session.views)
    return {cell: (frozenset(identities), views[cell]) for cell, identities in cells.items()}


def lines(path: Path) -> list[list[str]]:
    return [line.split(' ') for line in path.read_text().splitlines()]


def cells_in(path: Path) -> set[Cell]:
    return {(int(line[0]), line[1]) for line in lines(path)}


def changed(before: Owned, after: Owned, entries: set[Cell]) -> set[Cell]:
    nothing: tuple[frozenset[tuple[object, ...]], int] = (frozenset(), 0)
    found = set()
    for cell in before.keys() | after.keys():
        then, now = before.get(cell, nothing), after.get(cell, nothing)
        if then[0] != now[0] and (then[1] or now[1] or cell in entries):
            found.add(cell)
    return found


def check(change: str, own: Path, before: list[Event], after: list[Event], entries: Path, states: set[str]) -> tuple[list[str], int]:
    """What is wrong, in words; and how many cells changed."""
    expected = changed(owned(before), owned(after), cells_in(entries))
    planned = cells_in(own / f'{change}.plan')
    wrong = [f'{change}: team {team} on {day} changed and is not planned' for team, day in sorted(expected - planned)]
    wrong += [f'{change}: team {team} on {day} is planned and did not change' for team, day in sorted(planned - expected)]
    wrong += [f'{change}: {" ".join(line)}' for line in lines(own / f'{change}.plan') if line[2] not in states]
    wrong += [f'{change}: still planned afterwards: {" ".join(line)}' for line in lines(own / f'{change}.again')]
    sessions = list(sessions_of(after, named_only=False))
    for target in TARGETS:
        ours = (own / f'{change}.{target}').read_text().split('\n')
        wrong += [f'{change}, {target}: {text}' for text in differences(target, ours, list(output(target, sessions)))]
    return wrong, len(expected)


def main() -> int:
    part, parts = (int(text) for text in sys.argv[2:4]) if len(sys.argv) > 2 else (1, 1)
    passed = failed = late_cells = deleted_cells = 0
    with tempfile.TemporaryDirectory(prefix='gapless-changes-') as folder:
        folders = {seed: generate(seed, Path(folder)) for seed in SEEDS[part - 1::parts]}
        persons, arguments = {}, []
        for seed, own in folders.items():
            everything = loaded(own / 'events.ndjson', own / 'late.ndjson')
            persons[seed] = Counter(event.person for event in everything).most_common(3)[seed % 3][0] if seed in DELETING else '-'
            days = [day_text(session.day) for session in sessions_of(everything, named_only=False)]
            first, last = date.fromisoformat(min(days)) - timedelta(days=1), date.fromisoformat(max(days)) + timedelta(days=1)
            arguments += [own / 'events.ndjson', own / 'late.ndjson', persons[seed], first.isoformat(), last.isoformat(), own]
        subprocess.run([sys.argv[1], *arguments], check=True)
        for seed, own in folders.items():
            first = loaded(own / 'events.ndjson')
            both = loaded(own / 'events.ndjson', own / 'late.ndjson')
            rest = [event for event in both if event.person != persons[seed]]
            wrong, late = check('late', own, first, both, own / 'first.entries', {'missing', 'stale', 'orphaned'})
            deleted = 0
            if seed in DELETING:
                more, deleted = check('deleted', own, both, rest, own / 'late.entries', {'stale', 'orphaned'})
                wrong += more
            late_cells, deleted_cells = late_cells + late, deleted_cells + deleted
            print(f'{"FAILED" if wrong else "ok"}: seed {seed}, {late} cells by late events, {deleted} by deletion', *wrong[:10], sep='\n  ', flush=True)
            passed, failed = passed + (not wrong), failed + bool(wrong)
    print(f'{passed} passed, {failed} failed; {late_cells} cells changed by late events, {deleted_cells} by a deletion')
    return 1 if failed or late_cells < 2 * len(folders) or deleted_cells < 2 else 0


if __name__ == '__main__':
    sys.exit(main())
