"""What a user sees when something is wrong: one line that says what to do, the right exit code, nothing changed."""
from __future__ import annotations

import os
import signal
import subprocess
import time
import unittest

from harness import GAPLESS, CommandTest, embedded_only, environment


class UsageTest(CommandTest):
    """Exit code 2, an `error:` line that names the text and where it came from."""

    def refused(self, *arguments: str, names: tuple[str, ...], **variables: str) -> None:
        with self.subTest(' '.join(arguments) + str(variables)):
            ran = self.gapless(*arguments, code=2, **variables)
            self.assertEqual(ran.out, '')
            self.assertTrue(ran.err.startswith('error: '), ran.err)
            for name in names:
                self.assertIn(name, ran.err)
            self.assertFalse(self.data.exists(), 'nothing is made for a command that cannot run')

    def test_team_ids(self) -> None:
        for text in ('12; DROP TABLE events', '1e3', '-1', '0', ' ', '１２', '9223372036854775808', '1,,2', '1,'):
            self.refused('plan', f'--teams={text}', names=('--teams',))
            self.refused('plan', names=('WEB_ANALYTICS_ENABLED_TEAM_IDS',), WEB_ANALYTICS_ENABLED_TEAM_IDS=text)

    def test_days(self) -> None:
        for text in ('2026-02-30', 'yesterday', '2026-3-1', '1970-01-01', '20260301'):
            self.refused('plan', '--from', text, '--to', '2026-03-01', names=(text, '--from'))
        self.refused('plan', '--from', '2026-03-02', '--to', '2026-03-01', names=('2026-03-02', '2026-03-01'))

    def test_unknown_words(self) -> None:
        self.refused('plan', '--form', '2026-03-01', names=('--form', '--from'))
        self.refused('backfil', names=('backfil', 'backfill'))
        self.refused('plan', '--states', 'mising', names=('mising', 'missing'))

    def test_configuration(self) -> None:
        for text, names in ((b'[backfill]\ndays_bakc = 3\n', ('gapless.toml:2', 'days_bakc', 'days_back')),
                            (b'[backfill]\ndays_back = "many"\n', ('gapless.toml:2', 'days_back')),
                            (b'[backfill\n', ('gapless.toml:1',)),
                            (b'[teams]\nenabled = [1, 0]\n', ('gapless.toml:2', "'0'"))):
            self.write('gapless.toml', text)
            self.refused('plan', names=names)
        self.refused('plan', '--config', 'missing.toml', names=('missing.toml',))


class EnvironmentTest(CommandTest):
    """What the machine gets in the way of."""

    def test_data_directory_that_cannot_be(self) -> None:
        occupied = self.write('occupied', 'a file')
        ran = self.gapless('plan', '--data', str(occupied), code=2)
        self.assertIn(str(occupied), ran.err)
        ran = self.run_gapless('plan', '--data', '/proc/gapless')
        self.assertIn(ran.code, (1, 2))
        self.assertIn('/proc/gapless', ran.err)

    @embedded_only('a server needs no library')
    def test_missing_library(self) -> None:
        ran = self.gapless('plan', code=1, GAPLESS_CHDB_LIBRARY='/nonexistent/libchdb.so')
        self.assertIn('/nonexistent/libchdb.so', ran.err)
        self.assertIn('tools/setup', ran.err)

    @embedded_only('the lock of the embedded engine')
    def test_directory_in_use(self) -> None:
        holder = self.start('sql', 'SELECT max(sipHash64(number)) FROM numbers(1000000000000)')
        deadline = time.monotonic() + 20
        while not (self.data / 'engine' / 'status').exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(0.5)
        ran = self.gapless('plan', code=5)
        self.assertIn(str(holder.pid), ran.err)
        holder.send_signal(signal.SIGINT)
        self.assertEqual(holder.wait(timeout=10), 130)
        self.gapless('plan')

    def test_no_disk_space(self) -> None:
        if os.geteuid() != 0:
            self.skipTest('needs root, for a small file system')
        small = self.folder / 'small'
        small.mkdir()
        mounted = subprocess.run(['mount', '-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', small], capture_output=True)
        if mounted.returncode != 0:
            self.skipTest('no small file system can be mounted here')
        self.addCleanup(subprocess.run, ['umount', '-l', small])
        text = ''.join(line(number) for number in range(60_000))
        ran = self.run_gapless('load', self.write('events.ndjson', text), '--data', str(small / 'data'))
        self.assertEqual(ran.code, 1, ran.err)
        self.assertIn('space', ran.err.lower())
        self.assertNotIn('Stack trace', ran.err)

    def test_sql_is_read_only(self) -> None:
        self.gapless('plan')
        for query in ('DROP TABLE events', 'INSERT INTO events (team_id) SELECT 1', 'ALTER TABLE events DELETE WHERE 1', 'CREATE TABLE x (a UInt8) ENGINE = Memory'):
            ran = self.gapless('sql', query, code=1)
            self.assertIn('--write', ran.err)
        self.assertEqual(self.number('SELECT count() FROM events'), 0)


class HelpTest(CommandTest):
    def test_help_and_version_are_instant(self) -> None:
        """The medians of repeated runs are printed, not asserted; that the engine stays shut is."""
        for option in ('--help', '--version'):
            times = []
            for _ in range(11):
                started = time.perf_counter()
                ran = subprocess.run([GAPLESS, option], capture_output=True, env=environment(GAPLESS_CHDB_LIBRARY='/nonexistent'), check=True)
                times.append(time.perf_counter() - started)
                self.assertTrue(ran.stdout)
            print(f'gapless {option}: {sorted(times)[5] * 1000:.1f} ms')


def line(number: int) -> str:
    return (f'{{"team_id":1,"event":"$pageview","timestamp":"2026-03-01 10:00:00","uuid":"00000000-0000-0000-0000-{number:012}",'
            f'"pathname":"/{os.urandom(60).hex()}"}}\n')


if __name__ == '__main__':
    unittest.main()
