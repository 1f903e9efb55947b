"""A ClickHouse server as the engine: the same commands, the same figures, nothing of the password anywhere."""
from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import time
import unittest
from pathlib import Path

from daemons import NOW, DaemonTest
from groups import assert_groups_equal_reference
from harness import embedded_only, stream

PASSWORD = 'pass:word/that?nobody&may#see'
CONFIGURATION = """[engine]
url = "http://{address}"
user = "keeper"
password_file = "password"
database = "rollup"
staging_database = "building"

[source]
table = "gapless.events"
"""


@embedded_only('it has a server of its own')
class ServerTest(DaemonTest):
    """A server with events in its database gapless, and a data directory that holds the state alone."""

    def setUp(self) -> None:
        super().setUp()
        self.events = stream(self.folder / 'events.ndjson', seed=5, sessions=60, teams=2, days=1, last_day='2026-03-01')
        self.server = self.start_server(self.events, '--user', 'keeper', '--password', PASSWORD)
        self.write('gapless.toml', CONFIGURATION.format(address=self.server.address))
        self.write('password', PASSWORD + '\n')

    def states(self) -> dict[str, int]:
        summary = self.gapless('plan', '--output', 'json', GAPLESS_NOW=NOW).json['summary']
        return {state: count for state, count in summary.items() if count and state not in ('empty', 'open')}

    def test_the_main_job(self) -> None:
        self.gapless('doctor', GAPLESS_NOW=NOW)
        self.assertFalse(self.data.exists(), 'doctor only looks')
        self.assertEqual(list(self.states()), ['missing'])
        self.gapless('backfill', '--quiet', GAPLESS_NOW=NOW)
        assert_groups_equal_reference(self, self.events)
        self.assertEqual(list(self.states()), ['fresh'])
        self.assertEqual(self.sql("SELECT database, name FROM system.tables WHERE startsWith(name, 'staging_')"), [])
        self.assertFalse((self.data / 'engine').exists(), 'there is no embedded engine')
        checks = {check['name']: check for check in self.gapless('doctor', '--output', 'json', GAPLESS_NOW=NOW).json['checks']}
        self.assertEqual({check['status'] for name, check in checks.items() if name != 'clock'}, {'ok'}, checks)
        self.assertIn('ClickHouse ', checks['engine']['detail'])
        self.assertNotIn('chDB library', checks)

        self.gapless('sql', "ALTER TABLE web_pre_aggregated_bounces DELETE WHERE team_id = 1 SETTINGS mutations_sync = 2", '--write')
        self.assertEqual(set(self.states()), {'fresh', 'damaged'})
        self.gapless('run', 'backfill', GAPLESS_NOW=NOW)
        assert_groups_equal_reference(self, self.events)
        self.assertIn('source.table', self.gapless('load', self.events, code=2).err)

    def test_a_killed_run_is_finished_or_discarded(self) -> None:
        for point in ('build.sessions_built', 'publish.after_stats', 'publish.before_record'):
            with self.subTest(point):
                killed = self.run_gapless('backfill', '--force', GAPLESS_NOW=NOW, GAPLESS_KILL_AT=point)
                self.assertEqual(killed.code, -signal.SIGKILL, killed.err)
                self.gapless('backfill', '--quiet', GAPLESS_NOW=NOW)
                assert_groups_equal_reference(self, self.events)
                self.assertEqual(self.sql("SELECT name FROM system.tables WHERE startsWith(name, 'staging_')"), [])

    def test_a_run_of_another_container_is_dead_once_nobody_is_at_work(self) -> None:
        """Where every process has the same number, or every start another host name, neither says who is alive."""
        for host, pid in (('another', 1), (socket.gethostname(), os.getpid())):
            with self.subTest(host):
                self.run_gapless('backfill', '--force', GAPLESS_NOW=NOW, GAPLESS_KILL_AT='publish.after_stats')
                with sqlite3.connect(self.data / 'state.sqlite') as store:
                    store.execute("UPDATE runs SET host = ?, pid = ? WHERE status = 'running'", (host, pid))
                store.close()
                self.gapless('plan', GAPLESS_NOW=NOW)
                self.assertEqual(self.gapless('runs', '--limit', '1', '--output', 'json').json['runs'][0]['status'], 'interrupted')

    def test_what_is_left_unfinished_in_one_database_waits_for_it(self) -> None:
        self.gapless('backfill', '--quiet', GAPLESS_NOW=NOW)
        self.run_gapless('backfill', '--force', GAPLESS_NOW=NOW, GAPLESS_KILL_AT='publish.after_stats')
        other = {'GAPLESS_NOW': NOW, 'GAPLESS_ENGINE_DATABASE': 'other', 'GAPLESS_ENGINE_STAGING_DATABASE': 'other'}
        elsewhere = self.gapless('backfill', **other)
        self.assertIn('left unfinished in another warehouse', elsewhere.err)
        with sqlite3.connect(self.data / 'state.sqlite') as store:
            self.assertGreater(store.execute('SELECT count(*) FROM journal').fetchone(), (0,))
        store.close()
        self.gapless('plan', GAPLESS_NOW=NOW)
        self.assertEqual(self.sql("SELECT name FROM system.tables WHERE database = 'building'"), [])
        assert_groups_equal_reference(self, self.events)

    def test_a_server_that_is_away_is_a_failure_to_look(self) -> None:
        self.gapless('backfill', '--quiet', GAPLESS_NOW=NOW)
        self.server.kill()
        away = self.gapless('plan', code=1, GAPLESS_NOW=NOW)
        self.assertIn(f'ClickHouse at http://{self.server.address}', away.err)
        self.assertEqual(away.out, '')
        self.server.start()
        self.assertEqual(list(self.states()), ['fresh'])

    def test_a_daemon_and_commands_beside_it(self) -> None:
        self.write('other.toml', '')
        daemon = self.serve()
        self.gapless('backfill', '--quiet', GAPLESS_NOW=NOW)
        self.assertEqual(self.gapless('runs', '--output', 'json').json['runs'][0]['pid'], daemon.pid, 'it went through the daemon')
        other = self.gapless('plan', '--config', 'other.toml', code=5, GAPLESS_NOW=NOW)
        self.assertIn('and this configuration says the embedded engine', other.err)
        second = self.gapless('serve', '--listen', '127.0.0.1:0', code=5, GAPLESS_NOW=NOW)
        self.assertIn(f'a daemon serves {self.data} already', second.err)
        self.stop(daemon)
        assert_groups_equal_reference(self, self.events)

    def test_two_state_stores_never_publish_to_one_warehouse(self) -> None:
        self.gapless('backfill', '--quiet', GAPLESS_NOW=NOW)
        other = self.gapless('backfill', '--quiet', code=5, GAPLESS_NOW=NOW, GAPLESS_DATA=str(self.folder / 'other'))
        self.assertIn('this warehouse is kept by store', other.err)

    def test_the_password_is_nowhere(self) -> None:
        shown = []
        for command in (('backfill', '--verbose'), ('doctor', '--output', 'json'), ('plan', '--verbose'), ('sql', 'SELECT nonsense'), ('runs', '--output', 'json')):
            ran = self.run_gapless(*command, GAPLESS_NOW=NOW, GAPLESS_LOG_LEVEL='debug')
            shown += [ran.out, ran.err]
        shown.append(self.run_gapless('plan', GAPLESS_ENGINE_PASSWORD=PASSWORD + 'x', GAPLESS_LOG_LEVEL='debug').err)
        process = self.start('backfill', '--force', GAPLESS_NOW=NOW, GAPLESS_ENGINE_PASSWORD=PASSWORD)
        while process.poll() is None:
            try:
                shown.append(Path(f'/proc/{process.pid}/cmdline').read_text())
            except OSError:
                break
            time.sleep(0.01)
        process.communicate()
        shown += [path.read_bytes().decode('latin-1') for path in self.data.glob('state.sqlite*')]
        shown.append(json.dumps(self.sql('SELECT query, toString(Settings) FROM system.processes')))
        for text in shown:
            self.assertNotIn(PASSWORD, text)
            self.assertNotIn('pass%3Aword', text)
        self.assertIn('without user and password', self.gapless('plan', code=2, GAPLESS_ENGINE_URL=f'http://keeper:{PASSWORD}@127.0.0.1:1').err)


if __name__ == '__main__':
    unittest.main()
