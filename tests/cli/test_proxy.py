"""A backfill on a server behind a connection that fails: at one statement after another, in every way."""
from __future__ import annotations

import http.client
import http.server
import json
import os
import threading
import unittest
from typing import Any

from groups import assert_groups_equal_reference, groups
from harness import CommandTest, embedded_only, stream

EVERY = int(os.environ.get('GAPLESS_PROXY_EVERY', '61'))  # of so many statements one fails; 1 is all of them
NOW = '2026-03-21T12:00:00Z'
FAULTS = ('refuse', 'lose', 'truncate', 'corrupt', 'delay', 'duplicate', 'echo')
CONFIGURATION = """[engine]
url = "http://127.0.0.1:{port}"
database = "rollup"
[source]
table = "gapless.events"
[retry]
base_delay = "10ms"
max_delay = "50ms"
[backfill]
max_concurrent = 1
"""


class Proxy(http.server.ThreadingHTTPServer):
    """Hands requests on, and spoils the answer to one of them."""
    daemon_threads = True

    def __init__(self, server: str) -> None:
        super().__init__(('127.0.0.1', 0), Handler)
        self.server = server
        self.lock = threading.Lock()
        self.fault, self.at, self.count = '', 0, 0
        self.denied: tuple[bytes, ...] = ()  # words of statements that the server's user may not run
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def arm(self, fault: str, at: int) -> None:
        with self.lock:
            self.fault, self.at, self.count = fault, at, 0

    def fault_now(self) -> str:
        with self.lock:
            self.count += 1
            return self.fault if self.count == self.at else ''

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that go are what this is about."""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    server: Proxy

    def log_message(self, *arguments: Any) -> None:
        """Nothing."""

    def body(self) -> bytes:
        if self.headers.get('Transfer-Encoding', '').lower() != 'chunked':
            return self.rfile.read(int(self.headers.get('Content-Length', 0)))
        whole = b''
        while size := int(self.rfile.readline().strip() or b'0', 16):
            whole += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return whole

    def deny(self, statement: bytes) -> None:
        answer = b"Code: 497. DB::Exception: gapless: Not enough privileges to run " + statement[:40] + b'. (ACCESS_DENIED)\n'
        self.send_response(403)
        self.send_header('X-ClickHouse-Exception-Code', '497')
        self.send_header('Content-Length', str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def do_POST(self) -> None:
        body = self.body()
        if any(word in body for word in self.server.denied):
            self.deny(body)
            return
        fault = self.server.fault_now()
        if fault == 'refuse':
            self.close_connection = True
            return
        upstream = http.client.HTTPConnection(self.server.server, timeout=60)
        kept = {name: value for name, value in self.headers.items() if name.lower() not in ('transfer-encoding', 'content-length', 'connection')}
        upstream.request(self.command, self.path, body, kept)
        response = upstream.getresponse()
        answer = response.read()
        headers = [(name, value) for name, value in response.getheaders() if name.lower() not in ('transfer-encoding', 'content-length', 'connection')]
        upstream.close()
        if fault == 'lose':
            self.close_connection = True
            return
        if fault == 'delay':
            threading.Event().wait(0.4)
        if fault == 'corrupt':
            answer = answer[:len(answer) // 2] + b'\xff\x00' * (len(answer) - len(answer) // 2)
        if fault == 'truncate':
            self.reply(response.status, headers, len(answer))
            self.wfile.write(answer[:len(answer) // 2])
            self.close_connection = True
            return
        for _ in range(2 if fault == 'duplicate' else 1):
            self.reply(response.status, headers, len(answer))
            self.wfile.write(answer)
            self.wfile.flush()
        if fault == 'echo':  # what the next statement may take for its own, if it looks at nothing but the status
            self.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n' % len(answer) + answer)

    def reply(self, status: int, headers: list[tuple[str, str]], size: int) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header('Content-Length', str(size))
        self.end_headers()

    do_GET = do_POST


@embedded_only('it has a server of its own')
class ProxyTest(CommandTest):
    """Nothing is lost, nothing doubled, and what is said is so."""

    def setUp(self) -> None:
        super().setUp()
        self.events = stream(self.folder / 'events.ndjson', seed=3, sessions=40, teams=2, days=1, last_day='2026-03-01')
        self.proxy = Proxy(self.start_server(self.events).address)
        self.addCleanup(self.proxy.server_close)
        self.addCleanup(self.proxy.shutdown)
        self.write('gapless.toml', CONFIGURATION.format(port=self.proxy.server_address[1]))

    def backfill(self, *options: str) -> Any:
        """Of team 1 alone, made anew each time."""
        return self.run_gapless('backfill', '--force', '--teams', '1', '--from', '2026-03-01', '--to', '2026-03-01', '--output', 'json', *options,
                                GAPLESS_NOW=NOW)

    @staticmethod
    def stats_of_others(found: dict[str, list[str]]) -> list[str]:
        return sorted(line for line in found['stats'] if json.loads(line)[2] != '1')

    def test_a_right_that_is_missing_is_named(self) -> None:
        self.gapless('backfill', '--quiet', GAPLESS_NOW=NOW)
        published = sorted(groups(self, 'stats'))

        def missing(*words: bytes) -> set[str]:
            self.proxy.denied = words
            checks = self.gapless('doctor', '--output', 'json', code=1 if words else 0, GAPLESS_NOW=NOW).json['checks']
            return {check['remedy'] for check in checks if check['name'] == 'rights' and check['status'] != 'ok'}

        self.assertEqual(missing(), set())
        self.assertEqual(missing(b'DROP PARTITION'), {'GRANT ALTER DELETE ON rollup.* TO default'})
        self.assertEqual(missing(b'MOVE PARTITION', b'FROM system.parts LIMIT 0'),
                         {'GRANT ALTER MOVE PARTITION ON rollup.* TO default', 'GRANT SELECT ON system.parts TO default'})
        self.assertEqual(missing(b'RENAME TABLE'), {'GRANT SELECT, INSERT, CREATE TABLE, DROP TABLE ON rollup.* TO default', 'grant the others first, and look again'})
        self.proxy.denied = ()
        self.assertEqual(self.sql("SELECT name FROM system.tables WHERE name = 'gapless_probe'"), [])
        self.assertEqual(sorted(groups(self, 'stats')), published)

    def test_every_statement_in_every_way(self) -> None:
        self.gapless('backfill', '--quiet', GAPLESS_NOW=NOW)
        other = self.stats_of_others(assert_groups_equal_reference(self, self.events))
        self.assertTrue(other)
        self.proxy.arm('', 0)
        self.assertEqual(self.backfill().code, 0)
        statements = self.proxy.count
        self.assertGreater(statements, 30)
        ends: dict[str, int] = {}
        for number, fault in enumerate(FAULTS):
            for at in range(1 + number % EVERY, statements + 1, EVERY):
                with self.subTest(f'{fault} at statement {at} of {statements}'):
                    self.proxy.arm(fault, at)
                    ran = self.backfill()
                    self.proxy.arm('', 0)
                    if ran.code == 2:  # whatever answers the very first one like that is taken for no ClickHouse
                        self.assertEqual((fault, at, 'no ClickHouse answers there' in ran.err), ('corrupt', 1, True), ran.err)
                    else:
                        self.assertIn(ran.code, (0, 1), ran.err)
                    if ran.code == 0:
                        self.assertEqual(ran.json['status'], 'succeeded')
                    else:
                        self.assertRegex(ran.err, 'error: |failed')
                    ends[f'{fault} {ran.code}'] = ends.get(f'{fault} {ran.code}', 0) + 1
                    self.gapless('backfill', '--quiet', GAPLESS_NOW=NOW)
                    found = assert_groups_equal_reference(self, self.events)
                    self.assertEqual(self.stats_of_others(found), other, 'nobody else\'s are touched')
                    left = self.sql("SELECT name FROM system.tables WHERE startsWith(name, 'staging_')")
                    self.assertEqual(left, [], 'nothing is left over')
        print(f'{sum(ends.values())} runs, one of {statements} statements spoilt in each; fault and exit code: {json.dumps(ends)}')


if __name__ == '__main__':
    unittest.main()
