#!/usr/bin/env python3
"""A busy month (workload.sql) backfilled with 300 MB for all statements together, and without a limit to speak of: the
same groups. Takes some minutes and 3 GB of disk; `make test-long` runs it.
"""
from __future__ import annotations

import hashlib
import os
import shutil
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / 'cli'))
from groups import groups  # noqa: E402
from harness import CommandTest  # noqa: E402

SESSIONS = int(os.environ.get('GAPLESS_TEST_SESSIONS', '2500000'))
WORKLOAD = Path(__file__).resolve().parents[2] / 'bench' / 'workload.sql'
WINDOW = ('--from', '2026-05-16', '--to', '2026-06-15')
DAYS = [f'2026-05-{day}' for day in range(16, 32)] + [f'2026-06-{day:02}' for day in range(1, 16)]


class MemoryMonth(CommandTest):
    def digests(self) -> dict[tuple[str, str], tuple[int, str]]:
        """Of each table and day: how many groups, and a hash of them in order."""
        found = {}
        for what in ('stats', 'bounces', 'breakdowns'):
            for day in DAYS:
                lines = sorted(line for line in groups(self, what, f"toDate(period_bucket) = '{day}'") if line)
                found[what, day] = len(lines), hashlib.sha256('\n'.join(lines).encode()).hexdigest()
        return found

    def test_with_300_megabytes_it_has_the_same_groups(self) -> None:
        query = WORKLOAD.read_text().replace('{sessions}', str(SESSIONS))
        self.gapless('sql', '--write', '-', stdin=query.encode(), timeout=600)
        shutil.copytree(self.data, self.folder / 'limited', symlinks=True)

        self.gapless('backfill', *WINDOW, '--quiet', timeout=3600)
        expected = self.digests()
        self.assertGreater(sum(count for count, _ in expected.values()), SESSIONS)
        shutil.rmtree(self.data)

        self.data = self.folder / 'limited'
        ran = self.gapless('backfill', *WINDOW, timeout=3600, GAPLESS_MEMORY_LIMIT='300MB')
        self.assertRegex(ran.err, 'did not fit in memory', 'the limit was never felt')
        self.assertEqual(self.digests(), expected)


if __name__ == '__main__':
    unittest.main()
