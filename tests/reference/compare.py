#!/usr/bin/env python3
"""Compares the groups that the product made with those of the reference, group by group.

Usage: compare.py stats|bounces|breakdowns PRODUCT REFERENCE, both files of lines as rollup.py prints them: a JSON array of strings for each
group, its key columns, then its measures; the order of lines does not matter. Prints the differences; exit code 0 where there are none, 1
where there are some, 2 where an input cannot be read.

Exact (SEMANTICS section 3): every key column, pageviews, bounces, duration and session count. What comes from a uniq state is exact up to
5,000 values, and may differ by max(2, 1 %) above.
"""
from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator

from events import FLAGS, NUMBERS
from targets import TARGETS, Target

EXACT_UNIQ = 5000
SHOWN = 20

Key = tuple[str, ...]
Groups = dict[Key, tuple[int, ...]]


def uniq_allowance(reference: int) -> int:
    """By how much the number of values in a uniq state may differ from the reference's."""
    return 0 if reference <= EXACT_UNIQ else max(2, reference // 100)


def differences(target_name: str, product: Iterable[str], reference: Iterable[str]) -> list[str]:
    """One readable text a difference; empty where product and reference agree. Raises ValueError for a line of another form."""
    target = TARGETS[target_name]
    found: list[str] = []
    ours = _groups(target, product, 'product', found)
    theirs = _groups(target, reference, 'reference', found)
    for key in sorted(ours.keys() | theirs.keys()):
        if key not in theirs:
            found.append(f'{describe(target, key)}: only in the product, with {_figures(target, ours[key])}')
        elif key not in ours:
            found.append(f'{describe(target, key)}: missing in the product, the reference has {_figures(target, theirs[key])}')
        else:
            found += (f'{describe(target, key)}: {wrong}' for wrong in _wrong_measures(target, ours[key], theirs[key]))
    return found


def _groups(target: Target, lines: Iterable[str], origin: str, found: list[str]) -> Groups:
    """Parses lines; a full key that is there twice is itself a difference, and added to `found`."""
    groups: Groups = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        key, measures = _parse(target, line, f'{origin}, line {number}')
        if key in groups:
            found.append(f'{describe(target, key)}: more than once in the {origin}')
        groups[key] = measures
    return groups


def _parse(target: Target, line: str, where: str) -> tuple[Key, tuple[int, ...]]:
    columns = len(target.key) + len(target.measures)
    row = json.loads(line)
    if not isinstance(row, list) or len(row) != columns or not all(isinstance(value, str) for value in row):
        raise ValueError(f'{where}: not an array of {columns} strings: {line.strip()[:200]}')
    return tuple(row[:len(target.key)]), tuple(int(text) for text in row[len(target.key):])


def _wrong_measures(target: Target, ours: tuple[int, ...], theirs: tuple[int, ...]) -> Iterator[str]:
    for name, product, reference in zip(target.measures, ours, theirs):
        allowance = uniq_allowance(reference) if name in target.uniq else 0
        if abs(product - reference) > allowance:
            margin = f' within {allowance}' if allowance else ''
            yield f'{name} {product}, expected {reference}{margin}'


def _figures(target: Target, measures: tuple[int, ...]) -> str:
    return ', '.join(f'{name} {value}' for name, value in zip(target.measures, measures))


def describe(target: Target, key: Key) -> str:
    """A group by its key: when and whose, then the dimensions that say something, quoted so that odd characters show."""
    columns = dict(zip(target.key, key))
    place = f'team {columns.pop("team")} {columns.pop("day")} {columns.pop("hour")}h'
    unset = {name: '0' if name in NUMBERS | FLAGS else '' for name in columns}
    dimensions = ' '.join(f'{name}={ascii(value)}' for name, value in columns.items() if value != unset[name])
    return f'{place} {dimensions}'.rstrip()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('target', choices=sorted(TARGETS))
    parser.add_argument('product')
    parser.add_argument('reference')
    arguments = parser.parse_args()
    try:
        with (open(arguments.product, encoding='utf-8', newline='\n') as product,
              open(arguments.reference, encoding='utf-8', newline='\n') as reference):
            found = differences(arguments.target, product, reference)
    except (OSError, ValueError) as error:
        print(f'error: {error}', file=sys.stderr)
        return 2
    for difference in found[:SHOWN]:
        print(difference)
    if len(found) > SHOWN:
        print(f'and {len(found) - SHOWN} more differences')
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
