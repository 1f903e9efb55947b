"""Loading: all or nothing, idempotent, clear about what it cannot use."""
from __future__ import annotations

import gzip
import os
import signal
import time
import unittest

from harness import SAMPLES, CommandTest, embedded_only

LOG = SAMPLES / 'elastic-apache-2015.log.gz'


def event(number: int, at: str = '2026-03-01 10:00:00') -> str:
    return f'{{"team_id":1,"event":"$pageview","timestamp":"{at}","uuid":"00000000-0000-0000-0000-{number:012}","pathname":"/{number}"}}\n'


class LoadTest(CommandTest):
    def events(self) -> int:
        return self.number('SELECT count() FROM events')

    def test_twice_adds_nothing(self) -> None:
        self.gapless('load', LOG, LOG)
        self.assertEqual(self.events(), 1856)
        again = self.gapless('load', LOG, '--output', 'json').json
        self.assertEqual((again['files'][0]['duplicates'], again['events']), (1856, 0))
        self.assertEqual(self.events(), 1856)

    def test_first_of_a_repeated_event_wins(self) -> None:
        repeated, another = event(1).replace('"/1"', '"/other"'), event(1, at='2026-03-01 11:00:00')
        text = event(1) + repeated + another + event(2) + repeated
        loaded = self.gapless('load', self.write('events.ndjson', text), '--output', 'json').json
        self.assertEqual((loaded['events'], loaded['files'][0]['duplicates']), (3, 2))
        self.assertEqual(self.sql('SELECT pathname FROM events ORDER BY pathname'), [['/1'], ['/1'], ['/2']])

    def test_standard_input_plain_and_gzip(self) -> None:
        self.gapless('load', '-', stdin=event(1).encode())
        self.gapless('load', '-', stdin=gzip.compress(event(2).encode()))
        self.assertEqual(self.events(), 2)

    def test_rejects_are_shown_and_kept(self) -> None:
        text = ''.join(event(number) for number in range(1, 100)) + '{"team_id": 0}\n'
        loaded = self.gapless('load', self.write('events.ndjson', text), '--rejects', 'bad.ndjson')
        self.assertIn('100', loaded.out + loaded.err)
        self.assertEqual((self.folder / 'bad.ndjson').read_text(), '{"team_id": 0}\n')
        self.assertEqual(self.events(), 99)

    def test_too_many_rejects_change_nothing(self) -> None:
        text = event(1) + 'not json\n'
        failed = self.gapless('load', self.write('events.ndjson', text), '--format', 'events', code=1)
        self.assertIn('--max-rejects', failed.err)
        self.assertEqual(self.events(), 0)
        self.gapless('load', 'events.ndjson', '--format', 'events', '--max-rejects', '50')
        self.assertEqual(self.events(), 1)

    def test_one_bad_file_of_two(self) -> None:
        self.write('good.ndjson', event(1))
        failed = self.run_gapless('load', 'good.ndjson', 'missing.ndjson')
        self.assertIn(failed.code, (1, 2, 3))
        self.assertIn('missing.ndjson', failed.err)

    def test_unusable_files(self) -> None:
        whole = gzip.compress(''.join(event(number) for number in range(1, 2000)).encode())
        cases = {'truncated.gz': whole[:len(whole) // 2], 'binary.log': os.urandom(5000) + b'\0' * 100}
        for name, content in cases.items():
            with self.subTest(name):
                failed = self.run_gapless('load', self.write(name, content))
                self.assertIn(failed.code, (1, 2))
                self.assertIn(name, failed.err)
                self.assertEqual(len(failed.err.strip().splitlines()), 1, failed.err)
        for name in ('.', 'missing.log'):
            with self.subTest(name):
                failed = self.run_gapless('load', name)
                self.assertIn(failed.code, (1, 2))
                self.assertIn('error:', failed.err)
        self.assertEqual(self.events(), 0)

    def test_an_empty_file_and_a_long_line(self) -> None:
        self.assertEqual(self.gapless('load', self.write('empty.log', ''), '--output', 'json').json['files'][0]['lines'], 0)
        text = ''.join(event(number) for number in range(1, 30)) + 'x' * 10_000_000 + '\n' + event(30)
        loaded = self.gapless('load', self.write('long.ndjson', text), '--output', 'json').json['files'][0]
        self.assertEqual((loaded['lines'], loaded['events'], loaded['rejected']), (31, 30, 1))

    @embedded_only('a command on a server knows nothing of loads')
    def test_killed_half_way(self) -> None:
        """Whenever it is killed, the next command sees nothing of the load, or all of it, and repeating it succeeds."""
        total = 60_000
        path = self.write('events.ndjson', ''.join(event(number, f'2026-03-{1 + number % 20:02} 10:00:00') for number in range(total)))
        self.gapless('load', self.write('before.ndjson', event(total + 1)))
        seen = set()
        for delay in (0.25, 0.5, 0.75, 1.0, 1.3):
            process = self.start('load', path)
            time.sleep(delay)
            process.send_signal(signal.SIGKILL)
            process.wait()
            count = self.events()
            self.assertIn(count, (1, total + 1))
            seen.add(count)
            if count > 1:
                break
        self.assertIn(1, seen, 'no load was killed half way')
        self.gapless('load', path)
        self.assertEqual(self.events(), total + 1)
        self.assertEqual(self.number("SELECT count() FROM system.tables WHERE database = currentDatabase() AND name LIKE 'load\\_%'"), 0)


if __name__ == '__main__':
    unittest.main()
