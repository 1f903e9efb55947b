"""ClickHouse clients read the rollup from a running daemon, by plain HTTP and by clickhouse-connect where that is installed."""
from __future__ import annotations

import hashlib
import importlib.util
import json
import subprocess
import unittest
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from daemons import NOW, OFF, DaemonTest
from harness import stream

TOKEN = 'a-token-that-nobody-is-shown'
TOKENS = f'board=read:{hashlib.sha256(TOKEN.encode()).hexdigest()}'


class GatewayTest(DaemonTest):
    """A daemon with a gateway, and tables to read."""

    def serve_clients(self) -> subprocess.Popen[bytes]:
        """A daemon whose gateway is ready."""
        return self.serve(listen='off', says=b'ClickHouse clients at http://127.0.0.1:', GAPLESS_GATEWAY_LISTEN='127.0.0.1:0',
                          GAPLESS_GATEWAY_TOKENS=TOKENS, GAPLESS_LOG_LEVEL='debug')

    def address(self) -> str:
        """HOST:PORT of the gateway."""
        return str(json.loads((self.data / 'daemon.json').read_text())['gateway'])

    def ask(self, statement: str, token: str = TOKEN, **parameters: str) -> tuple[int, str, Any]:
        """A statement in the body; status, text and headers of the reply."""
        url = f'http://{self.address()}/?{urllib.parse.urlencode(parameters)}'
        request = urllib.request.Request(url, statement.encode(), {'X-ClickHouse-User': 'somebody', 'X-ClickHouse-Key': token})
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return response.status, response.read().decode(), response.headers
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode(), error.headers

    def fill(self) -> int:
        """Events, and the rollup of them; how many rows it has."""
        self.gapless('load', stream(self.folder / 'events.ndjson', seed=3, sessions=40))
        self.gapless('backfill', '--from', '2026-03-18', '--to', '2026-03-20', GAPLESS_NOW=NOW)
        return self.number('SELECT count() FROM web_pre_aggregated_stats')

    def test_the_rollup_is_read_and_nothing_else_is_done(self) -> None:
        rows = self.fill()
        daemon = self.serve_clients()
        status, text, headers = self.ask('SELECT count() AS n FROM web_pre_aggregated_stats FORMAT JSONEachRow')
        self.assertEqual((status, headers['X-ClickHouse-Format']), (200, 'JSONEachRow'))
        self.assertEqual(int(json.loads(text)['n']), rows)
        self.assertEqual(self.ask('SELECT {a:UInt8} + 1', param_a='41')[:2], (200, '42\n'))
        self.assertEqual(self.ask("SHOW TABLES LIKE 'web_pre%'")[1],
                         'web_pre_aggregated_bounces\nweb_pre_aggregated_breakdowns\nweb_pre_aggregated_stats\n')
        for statement, code in (('DROP TABLE web_pre_aggregated_stats', 164), ("SELECT file('/etc/passwd')", 497),
                                ("SELECT * FROM url('http://127.0.0.1:1/', LineAsString)", 497), ('SELECT * FROM system.processes', 497),
                                ('SELECT 1 SETTINGS max_threads = 64', 164), ('SELECT 1; SELECT 2', 62), ('SELECT * FROM nothing', 60)):
            with self.subTest(statement):
                status, text, headers = self.ask(statement)
                self.assertEqual(headers['X-ClickHouse-Exception-Code'], str(code), text)
                self.assertTrue(text.startswith(f'Code: {code}. DB::Exception: '), text)
        self.assertEqual(self.ask('SELECT 1', max_execution_time='3600')[2]['X-ClickHouse-Exception-Code'], '452')
        self.assertEqual(self.number('SELECT count() FROM web_pre_aggregated_stats'), rows, 'commands work beside it')
        self.stop(daemon)

    def test_tokens_are_asked_for_and_never_told(self) -> None:
        refused = self.gapless('serve', '--listen', 'off', code=2, **OFF, GAPLESS_GATEWAY_LISTEN='0.0.0.0:0')
        self.assertIn('token', refused.err)
        bad = self.run_gapless('serve', **OFF, GAPLESS_GATEWAY_TOKENS=f'x=read:{TOKEN}')
        self.assertEqual((bad.code, 'sha256sum' in bad.err, TOKEN in bad.err), (2, True, False))
        daemon = self.serve_clients()
        self.assertEqual([self.ask('SELECT 1', token)[0] for token in (TOKEN, 'wrong', '')], [200, 403, 403])
        doctor = self.run_gapless('doctor', '--output', 'json', GAPLESS_GATEWAY_TOKENS=TOKENS)
        self.assertNotIn(TOKENS.partition(':')[2], doctor.out)
        log = self.stop(daemon)
        self.assertIn('token board', log)
        for secret in (TOKEN, 'wrong', TOKENS.partition(':')[2]):
            self.assertNotIn(secret, log + doctor.err)

    def test_clickhouse_connect_reads_it(self) -> None:
        if importlib.util.find_spec('clickhouse_connect') is None:
            self.skipTest('clickhouse-connect is not installed: pip install clickhouse-connect')
        import clickhouse_connect  # type: ignore[import-not-found,unused-ignore]  # pylint: disable=import-error,import-outside-toplevel
        rows = self.fill()
        daemon = self.serve_clients()
        host, port = self.address().split(':')
        client = clickhouse_connect.get_client(host=host, port=int(port), username='somebody', password=TOKEN)
        self.assertEqual(client.query('SELECT count() FROM web_pre_aggregated_stats').result_rows, [(rows,)])
        self.assertEqual(client.query('SELECT {a:Int32} + 1', parameters={'a': 41}).result_rows, [(42,)])
        self.assertEqual(len(client.query('SELECT number FROM numbers(200000)').result_rows), 200000)
        with self.assertRaisesRegex(Exception, 'Not enough privileges'):
            client.query("SELECT file('/etc/passwd')")
        with self.assertRaisesRegex(Exception, 'readonly'):
            client.command('CREATE TABLE x (a UInt8) ENGINE = Memory')
        client.close()
        self.stop(daemon)


if __name__ == '__main__':
    unittest.main()
