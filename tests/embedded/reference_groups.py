#!/usr/bin/env python3
"""The product's groups of generated streams against the reference's, group by group.

Usage: reference_groups.py EMBEDDED_GROUPS [PART PARTS]: the program that makes the product's groups; with PART of PARTS, only that share
of the streams. Every stream is backfilled in one go, a day at a time and a team at a time; some also in ever less memory.
With GAPLESS_TEST_LONG in the environment all of them do, with each number of team buckets. Closes with `N passed, N failed`.
"""
from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

REFERENCE = Path(__file__).resolve().parent.parent / 'reference'
sys.path.insert(0, str(REFERENCE))
from compare import differences  # noqa: E402

Stream = tuple[int, int, int, int]  # seed, sessions, teams, days
# Many seeds, sizes and team counts. Ids live on for days, so that a stream of one day owns five at least. What takes time is days, not
# events: of the small streams the first days are built, with nearly all there is; of the others every day.
SMALL, DAYS_OF_SMALL = 16, 3
STREAMS: list[Stream] = ([(seed, 120, 1 + seed % 2, 1) for seed in range(1, SMALL + 1)] +
                         [(seed, 120, 1 + seed % 3, 1 + seed % 3) for seed in range(17, 21)] +
                         [(seed, 20 + 5 * seed, 2, 1) for seed in range(21, 29)] +
                         [(29, 400, 8, 1), (30, 400, 4, 2), (31, 3000, 2, 2), (32, 3, 1, 1)])
# Of these seeds, instead of one: a stream takes as many times as long as there are teams in different buckets.
TEAM_BUCKETS = {1: 8, 4: 2, 14: 8, 24: 2, 30: 2}
# Of these seeds in one go also in so many megabytes, half as many, and so on, as long as one team's day fits.
MEGABYTES = {14: 16, 29: 32, 30: 16}
EVERY_BUCKETS, EVERY_MEGABYTES = (1, 2, 8), 64  # of every stream, where there is time for it
VERIFIED, VERIFIED_DAYS = 20, 2  # of the streams, and of their days
WAYS = ('once', 'days', 'teams')
TARGETS = ('stats', 'bounces', 'breakdowns')


class Case(NamedTuple):
    """A stream, and how it is built."""
    stream: Stream
    buckets: int
    megabytes: int  # 0: not in less memory than there is


def cases() -> list[Case]:
    if 'GAPLESS_TEST_LONG' in os.environ:
        return [Case(stream, buckets, EVERY_MEGABYTES) for stream in STREAMS for buckets in EVERY_BUCKETS]
    return [Case(stream, TEAM_BUCKETS.get(stream[0], 1), MEGABYTES.get(stream[0], 0)) for stream in STREAMS]


def reference_lines(what: str, events: Path) -> list[str]:
    return subprocess.run([sys.executable, '-B', REFERENCE / 'rollup.py', f'--{what}', events], capture_output=True, text=True,
                          check=True).stdout.split('\n')


def days_of(stream: Stream, events: Path) -> tuple[date, date]:
    """From the day before the first owned event to the day after the last, or as many as are built."""
    days = [json.loads(line)['day'] for line in reference_lines('cells', events) if line]
    first, last = date.fromisoformat(min(days)) - timedelta(days=1), date.fromisoformat(max(days)) + timedelta(days=1)
    return first, min(last, first + timedelta(days=DAYS_OF_SMALL)) if stream[0] <= SMALL else last


def memory_of(own: Path) -> str:
    """In words, in how little memory it was built."""
    least = min((int(path.stem[:-2]) for path in own.glob('*MB.stats')), default=0)
    return f', in {least} MB and more' if least else ''


def generate(case: Case, folder: Path) -> Path:
    """The stream's events, in a folder of the case's own."""
    seed, sessions, teams, days = case.stream
    own = folder / f'{seed}-{case.buckets}'
    own.mkdir()
    with (own / 'events.ndjson').open('wb') as out:
        subprocess.run([sys.executable, '-B', REFERENCE / 'streams.py', '--seed', str(seed), '--sessions', str(sessions), '--teams', str(teams),
                        '--days', str(days)], stdout=out, check=True)
    return own


def check(case: Case, own: Path, last: date) -> list[str]:
    """What differs, in words, up to the last day."""
    found = []
    ways = list(WAYS) + sorted(path.stem for path in own.glob('*MB.stats'))
    if case.megabytes and len(ways) < len(WAYS) + 2:
        found.append(f'two limits of the memory at least, and not only {ways[len(WAYS):]}')
    for what in TARGETS:
        expected = [line for line in reference_lines(what, own / 'events.ndjson') if line and json.loads(line)[0] <= last.isoformat()]
        assert any(expected) or case.stream[1] < 10, 'a stream without groups proves nothing'
        for way in ways:
            ours = (own / f'{way}.{what}').read_text().split('\n')
            found += [f'{way}, {what}: {text}' for text in differences(what, ours, expected)]
    return found


def main() -> int:
    program = sys.argv[1]
    part, parts = (int(text) for text in sys.argv[2:4]) if len(sys.argv) > 2 else (1, 1)
    passed = failed = 0
    with tempfile.TemporaryDirectory(prefix='gapless-groups-') as folder:
        folders = {case: generate(case, Path(folder)) for case in cases()[part - 1::parts]}
        arguments: list[str | Path] = []
        lasts: dict[Case, date] = {}
        for case, own in folders.items():
            first, lasts[case] = days_of(case.stream, own / 'events.ndjson')
            arguments += [own / 'events.ndjson', first.isoformat(), lasts[case].isoformat(), own, str(case.buckets), str(case.megabytes),
                          str(VERIFIED_DAYS if case.stream[0] <= VERIFIED else 0)]
        subprocess.run([program, *arguments], check=True)
        for case, own in folders.items():
            found = check(case, own, lasts[case])
            name = 'seed {}, {} sessions, {} teams, {} days'.format(*case.stream) + f', {case.buckets} team buckets' + memory_of(own)
            print(f'{"FAILED" if found else "ok"}: {name}', *found[:10], sep='\n  ', flush=True)
            passed, failed = passed + (not found), failed + bool(found)
    print(f'{passed} passed, {failed} failed')
    return 1 if failed or not passed else 0


if __name__ == '__main__':
    sys.exit(main())
