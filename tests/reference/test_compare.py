"""The comparison of the product's groups with the reference's."""
from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from compare import differences, uniq_allowance
from events import FLAGS, NUMBERS
from targets import BOUNCES, BREAKDOWNS, STATS, Target

STATS_GROUP = {'persons': 6, 'sessions': 6, 'pageviews': 20}


def group(target: Target, measures: dict[str, int], **key: str) -> str:
    columns = dict.fromkeys(NUMBERS | FLAGS, '0') | {'day': '2026-03-01', 'hour': '9', 'team': '1'} | key
    return json.dumps([columns.get(name, '') for name in target.key] + [str(measures[name]) for name in target.measures])


def stats(**changed: int) -> str:
    return group(STATS, STATS_GROUP | changed)


class Case(NamedTuple):
    name: str
    product: list[str]
    reference: list[str]
    expected: list[str]     # the end of each difference


CASES = [
    Case('equal', [stats()], [stats()], []),
    Case('in another order', [stats(), group(STATS, STATS_GROUP, host='x')], [group(STATS, STATS_GROUP, host='x'), stats()], []),
    Case('both empty', [], ['', '\n'], []),
    Case('a figure', [stats(pageviews=21)], [stats()], ['pageviews 21, expected 20']),
    Case('two figures', [stats(pageviews=21, persons=5)], [stats()], ['persons 5, expected 6', 'pageviews 21, expected 20']),
    Case('persons up to 5,000 are exact', [stats(persons=4999)], [stats(persons=5000)], ['persons 4999, expected 5000']),
    Case('persons above, within 1 %', [stats(persons=10_100, sessions=9_900)], [stats(persons=10_000, sessions=10_000)], []),
    Case('persons above, beyond 1 %', [stats(persons=10_101)], [stats(persons=10_000)], ['persons 10101, expected 10000 within 100']),
    Case('the reference decides which rule', [stats(sessions=5001)], [stats(sessions=5000)], ['sessions 5001, expected 5000']),
    Case('pageviews are exact whatever their number', [stats(pageviews=10_001)], [stats(pageviews=10_000)], ['pageviews 10001, expected 10000']),
    Case('missing', [], [stats()], ['missing in the product, the reference has persons 6, sessions 6, pageviews 20']),
    Case('too many', [stats()], [], ['only in the product, with persons 6, sessions 6, pageviews 20']),
    Case('twice', [stats(), stats()], [stats()], ['more than once in the product']),
    Case('keys differ by one character', [group(STATS, STATS_GROUP, browser='x ')], [group(STATS, STATS_GROUP, browser='x')],
         ["browser='x': missing in the product, the reference has persons 6, sessions 6, pageviews 20",
          "browser='x ': only in the product, with persons 6, sessions 6, pageviews 20"]),
]


class Differences(unittest.TestCase):
    def test_table(self) -> None:
        for case in CASES:
            with self.subTest(case.name):
                found = differences('stats', case.product, case.reference)
                self.assertEqual(len(found), len(case.expected), found)
                for text, end in zip(found, case.expected):
                    self.assertTrue(text.startswith('team 1 2026-03-01 9h'), text)
                    self.assertTrue(text.endswith(end), text)

    def test_every_exact_measure_of_the_other_targets(self) -> None:
        for name, target in (('bounces', BOUNCES), ('breakdowns', BREAKDOWNS)):
            for measure in set(target.measures) - target.uniq:
                with self.subTest(name, measure=measure):
                    usual = dict.fromkeys(target.measures, 100_000)
                    found = differences(name, [group(target, usual | {measure: 100_001})], [group(target, usual)])
                    self.assertEqual([text.partition(': ')[2] for text in found], [f'{measure} 100001, expected 100000'])

    def test_allowance(self) -> None:
        self.assertEqual([uniq_allowance(n) for n in (0, 5000, 5001, 5099, 5100, 1_000_000)], [0, 0, 50, 50, 51, 10_000])

    def test_lines_of_another_form(self) -> None:
        for bad in ('{}', '["x"]', 'x', stats().replace('"20"', '20'), stats().replace('"20"', '"many"')):
            with self.subTest(bad), self.assertRaises(ValueError):
                differences('stats', [bad], [])


class CommandLine(unittest.TestCase):
    def test_exit_codes(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            one, other, broken = (Path(folder, name) for name in ('one', 'other', 'broken'))
            one.write_text(stats() + '\n')
            other.write_text(stats(pageviews=1) + '\n')
            broken.write_text('[]\n')
            for product, code, output in ((one, 0, ''), (other, 1, 'team 1 2026-03-01 9h: pageviews 1, expected 20\n'), (broken, 2, '')):
                with self.subTest(product.name):
                    run = subprocess.run([sys.executable, str(HERE / 'compare.py'), 'stats', str(product), str(one)], capture_output=True, text=True)
                    self.assertEqual((run.returncode, run.stdout), (code, output))


if __name__ == '__main__':
    unittest.main()
