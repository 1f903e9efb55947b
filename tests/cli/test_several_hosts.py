"""Hosts that share a ClickHouse server and, in PostgreSQL, one state store: each with a data directory of its own."""
from __future__ import annotations

import json
import os
import signal
import subprocess
import unittest
from collections import Counter
from typing import Any

from daemons import NOW, DaemonTest
from groups import assert_groups_equal_reference
from harness import embedded_only, stream
from postgres import PASSWORD, USER, PostgresServer

NOTHING = 'postgresql://keeper:sesame@127.0.0.1:1/postgres'


@embedded_only('it has a server of its own')
class SeveralHostsTest(DaemonTest):
    postgres: PostgresServer

    @classmethod
    def setUpClass(cls) -> None:
        cls.postgres = PostgresServer(max_connections=40)
        cls.addClassCleanup(cls.postgres.stop)

    def setUp(self) -> None:
        super().setUp()
        self.events = stream(self.folder / 'events.ndjson', seed=5, sessions=60, teams=2, days=4, last_day='2026-03-06')
        self.server = self.start_server(self.events)
        self.schema = f'test_{self.id().rsplit(".", maxsplit=1)[-1]}'[:60]
        self.write('password', PASSWORD + '\n')

    def variables_of(self, arguments: Any, variables: dict[str, str]) -> dict[str, str]:
        return super().variables_of(arguments, {'GAPLESS_ENGINE_URL': f'http://{self.server.address}', 'GAPLESS_NOW': NOW,
                                                'GAPLESS_ENGINE_DATABASE': 'rollup', 'GAPLESS_SOURCE_TABLE': 'gapless.events',
                                                'GAPLESS_STATE_URL': self.postgres.url(password=None), 'GAPLESS_STATE_PASSWORD_FILE': 'password',
                                                'GAPLESS_STATE_SCHEMA': self.schema} | variables)

    def backfill(self, host: str, **variables: str) -> subprocess.Popen[bytes]:
        return self.start('backfill', '--output', 'json', GAPLESS_DATA=host, **variables)

    def report(self, process: subprocess.Popen[bytes]) -> Any:
        out, err = process.communicate(timeout=120)
        self.assertEqual(process.returncode, 0, err.decode())
        return json.loads(out)

    def days_of(self, *reports: Any) -> Counter[str]:
        return Counter(day['day'] for report in reports for day in report['days'] if day['status'] == 'published')

    def runs(self) -> list[tuple[str, str]]:
        return [(run['job'], run['status']) for run in self.gapless('runs', '--output', 'json', GAPLESS_DATA='two').json['runs']]

    def test_share_the_days_out_and_do_each_once(self) -> None:
        hosts = [self.backfill('one'), self.backfill('two')]
        reports = [self.report(host) for host in hosts]
        days = self.days_of(*reports)
        self.assertEqual(set(days.values()), {1}, days)
        assert_groups_equal_reference(self, self.events)
        self.assertEqual(len(self.runs()), 2, 'each sees the other\'s')
        self.assertFalse((self.folder / 'one' / 'state.sqlite').exists())
        entries = self.number('SELECT uniqExact(team_id, day) FROM gapless_ledger')
        rows = self.number('SELECT count() FROM gapless_ledger')
        self.assertEqual(rows, 3 * entries, 'something was recorded twice')

    def test_what_a_killed_one_left_the_other_finishes(self) -> None:
        for point in ('build.staged_stats', 'publish.after_stats'):
            with self.subTest(point):
                killed = self.run_gapless('backfill', '--force', GAPLESS_DATA='one', GAPLESS_KILL_AT=point)
                self.assertEqual(killed.code, -signal.SIGKILL, killed.err)
                self.assertIn(('manual', 'running'), self.runs())
                self.gapless('backfill', '--quiet', GAPLESS_DATA='two')
                assert_groups_equal_reference(self, self.events)
                self.assertIn(('manual', 'interrupted'), self.runs())
                self.assertNotIn(('manual', 'running'), self.runs())
                for table in ('journal', 'leases'):
                    self.assertEqual(self.postgres.sql(f'SELECT count(*) FROM {self.schema}.{table}').strip(), '0', table)
                self.assertEqual(self.number("SELECT count() FROM system.tables WHERE name LIKE 'staging%'"), 0)

    def test_a_host_that_is_gone_is_known_by_its_silence(self) -> None:
        self.run_gapless('backfill', GAPLESS_DATA='one', GAPLESS_KILL_AT='build.staged_stats')
        runs, backfill = f'UPDATE {self.schema}.runs SET', ('backfill', '--quiet')
        self.postgres.sql(f"{runs} host = 'elsewhere'")
        skipped = self.gapless(*backfill, '--on-conflict', 'skip', GAPLESS_DATA='two', code=3)
        self.assertIn('held by run', skipped.out + skipped.err)
        self.assertIn(('manual', 'running'), self.runs())
        self.postgres.sql(f'{runs} heard_at_millis = heard_at_millis - 181000')
        self.gapless(*backfill, GAPLESS_DATA='two')
        self.assertEqual(sorted(self.runs()), [('manual', 'interrupted'), ('manual', 'partial'), ('manual', 'succeeded')])
        assert_groups_equal_reference(self, self.events)

    def test_stop_each_other_s_runs(self) -> None:
        stopped = self.backfill('one', GAPLESS_STOP_AT='build.staging_created')
        self.assertTrue(self.stands_still(stopped))
        run_id = self.gapless('runs', '--output', 'json', GAPLESS_DATA='two').json['runs'][0]['run_id']
        self.gapless('runs', 'cancel', run_id, GAPLESS_DATA='two')
        stopped.send_signal(signal.SIGCONT)
        stopped.communicate(timeout=60)
        self.assertEqual(self.runs(), [('manual', 'cancelled')])

    @staticmethod
    def stands_still(process: subprocess.Popen[bytes]) -> bool:
        """Waits until it was stopped by its own signal (True) or ended."""
        found = os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        return found is not None and found.si_code == os.CLD_STOPPED

    def test_daemons_take_each_tick_once(self) -> None:
        ticking = {'GAPLESS_SCHEDULE_BACKFILL': '0 3 * * *'}
        first = self.serve(GAPLESS_DATA='one', **ticking)
        second = self.serve(GAPLESS_DATA='two', **ticking)
        self.postgres.sql(f'UPDATE {self.schema}.ticks SET at_micros = at_micros - 172800000000')
        for daemon in (first, second):
            daemon.send_signal(signal.SIGTERM)
            daemon.communicate(timeout=60)
        daemons = [self.serve(GAPLESS_DATA=host, **ticking) for host in ('one', 'two')]
        self.gapless('backfill', '--quiet', GAPLESS_DATA='two')
        for daemon in daemons:
            daemon.send_signal(signal.SIGTERM)
            daemon.communicate(timeout=60)
        self.assertEqual([job for job, _ in self.runs() if job == 'backfill'], ['backfill'])

    def test_one_that_keeps_its_state_elsewhere_is_refused(self) -> None:
        self.gapless('backfill', '--quiet', GAPLESS_DATA='one')
        for elsewhere in ({'GAPLESS_STATE_URL': ''}, {'GAPLESS_STATE_SCHEMA': 'elsewhere'}):
            refused = self.gapless('backfill', GAPLESS_DATA='two', code=5, **elsewhere)
            self.assertIn('this warehouse is kept by store', refused.err)
            self.assertIn('state.url', refused.err)
        self.gapless('backfill', '--quiet', GAPLESS_DATA='two')

    def test_moves_from_a_file(self) -> None:
        self.gapless('backfill', '--quiet', GAPLESS_STATE_URL='')
        fence = self.number('SELECT max(fence) FROM gapless_ledger')
        self.gapless('backfill', code=5)
        self.gapless('adopt', '--take-over')
        self.gapless('backfill', '--quiet', '--force')
        self.assertGreater(self.number('SELECT min(f) FROM (SELECT max(fence) AS f FROM gapless_ledger GROUP BY team_id, day)'), fence)
        self.gapless('backfill', GAPLESS_STATE_URL='', code=5)
        assert_groups_equal_reference(self, self.events)

    def test_doctor_says_where_the_state_is(self) -> None:
        def state() -> Any:
            checks = self.run_gapless('doctor', '--output', 'json').json['checks']
            return next(check for check in checks if check['name'] == 'state store')
        self.assertIn('none yet', state()['detail'])
        self.gapless('backfill', '--quiet')
        self.assertEqual(state()['status'], 'ok')
        self.assertRegex(state()['detail'], f'PostgreSQL at .*, schema {self.schema}, schema 1, a round trip takes [0-9.]+ ms')

    def test_messages(self) -> None:
        self.gapless('backfill', '--quiet')
        wrong = self.write('wrong', 'sesame\n')
        cases: list[tuple[dict[str, str], int, str]] = [
            ({'GAPLESS_STATE_URL': NOTHING}, 1, 'cannot be reached'),
            ({'GAPLESS_STATE_URL': 'mysql://u:sesame@x'}, 2, 'state.url must be postgresql://user@host:port/database'),
            ({'GAPLESS_STATE_URL': 'postgresql://u:sesame@x@y/z'}, 2, 'state.url must be'),
            ({'GAPLESS_STATE_PASSWORD_FILE': str(wrong)}, 1, 'state.password_file'),
            ({'GAPLESS_STATE_PASSWORD_FILE': 'nowhere'}, 1, 'state.password_file'),
            ({'GAPLESS_STATE_URL': self.postgres.url(password=None, user='nobody')}, 1, 'refuses user or password'),
            ({'GAPLESS_STATE_SCHEMA': 'a"b'}, 2, 'state.schema must be'),
        ]
        for variables, code, message in cases:
            with self.subTest(variables):
                said = self.gapless('backfill', code=code, timeout=60, **variables)
                self.assertIn(message, said.err)
                for text in (said.out, said.err):
                    self.assertNotIn('sesame', text)
                    self.assertNotIn(PASSWORD, text)
        self.postgres.sql(f'UPDATE {self.schema}.store SET version = 9')
        self.assertIn('a newer gapless has written it, in schema version 9', self.gapless('backfill', code=5).err)
        shown = self.gapless('doctor', '--verbose', code=1, GAPLESS_STATE_URL=self.postgres.url()).out
        self.assertIn(f'postgresql://{USER}:***@', shown)


if __name__ == '__main__':
    unittest.main()
