"""The daemon through the real program: commands go through it, ticks run, the API answers, failures are told, a death is made good."""
from __future__ import annotations

import hashlib
import hmac
import http.client
import http.server
import json
import signal
import sqlite3
import subprocess
import threading
import time
import unittest
from typing import Any

from daemons import NOW, OFF, DaemonTest
from groups import assert_groups_equal_reference
from harness import GAPLESS, embedded_only, environment, stream

BACKFILL_ONLY = OFF | {'GAPLESS_SCHEDULE_BACKFILL': '0 3 * * *'}


class ServedTest(DaemonTest):
    """A daemon that is asked over its API, and whose runs are waited for."""

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any, http.client.HTTPMessage]:
        """A request of the API; its answer as JSON where it is."""
        address = json.loads((self.data / 'daemon.json').read_text())['address']
        connection = http.client.HTTPConnection(address, timeout=60)
        if body is not None:
            headers['Content-Type'] = 'application/json'
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        response = connection.getresponse()
        text = response.read().decode()
        connection.close()
        return response.status, json.loads(text) if 'json' in response.headers.get('Content-Type', '') else text, response.headers

    def until(self, what: str, condition: Any) -> Any:
        """What the condition gives as soon as it is true."""
        for _ in range(600):
            if found := condition():
                return found
            time.sleep(0.05)
        return self.fail(f'no {what} within 30 s')

    def miss_a_tick(self) -> None:
        """As if nobody had been there at the last tick of the job backfill."""
        self.stop(self.serve(**BACKFILL_ONLY))
        with sqlite3.connect(self.data / 'state.sqlite') as store:
            self.assertEqual(store.execute("UPDATE ticks SET at_micros = at_micros - 172800000000 WHERE job = 'backfill'").rowcount, 1)
        store.close()

    def finished_run(self, run_id: str | None = None) -> Any:
        """The newest run, or that one, once it is over."""
        def look() -> Any:
            runs = self.call('GET', '/api/v1/runs')[1]['runs']
            found = [run for run in runs if run_id in (None, run['run_id'])]
            return found[0] if found and found[0]['status'] != 'running' else None
        return self.until('finished run', look)


class ForwardingTest(ServedTest):
    """With a daemon on the data directory a command behaves as it does without."""

    @embedded_only('it loads while the daemon serves, which takes the embedded engine')
    def test_commands_are_the_same(self) -> None:
        log = '203.0.113.9 - - [01/Mar/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0"\n'
        (self.folder / 'logs').mkdir()
        self.write('logs/access.log', log)
        self.gapless('load', 'logs/access.log')
        window = ('--from', '2026-03-01', '--to', '2026-03-01')
        commands: list[tuple[str, ...]] = [
            ('plan', *window), ('plan', *window, '--output', 'json'), ('status', *window), ('teams', '--explain'), ('plan', '--teams', 'x'),
            ('load', 'logs/access.log'), ('load', 'no/such.log'), ('load', '-', '--team', '2'), ('sql', 'SELECT count() FROM events'),
            ('sql', 'SELECT nonsense'), ('run', 'nightly'), ('plan', '--config', 'logs/none.toml'), ('doctor', '--output', 'json')]

        def outcome(command: tuple[str, ...]) -> tuple[Any, ...]:
            ran = self.run_gapless(*command, GAPLESS_NOW=NOW, stdin=b'' if '-' not in command else log.encode())
            out = ran.out
            if command[0] == 'load':  # the time that it took
                out = '\n'.join(line.split(' in ')[0] for line in out.split('\n'))
            if command[0] == 'doctor':
                out = str([(check['name'], check['status']) for check in ran.json['checks']])
            return ran.code, out, ran.err

        without = [outcome(command) for command in commands]
        self.assertEqual([code for code, _, _ in without], [0, 0, 0, 0, 2, 0, 1, 0, 0, 1, 2, 2, 0])
        self.gapless('sql', "ALTER TABLE events DELETE WHERE team_id = 2 SETTINGS mutations_sync = 2", '--write')
        daemon = self.serve()
        for command, before in zip(commands, without):
            with self.subTest(' '.join(command)):
                self.assertEqual(outcome(command), before)
        self.assertEqual(self.gapless('serve', code=5).out, '')
        done = self.gapless('backfill', *window, '--output', 'json', GAPLESS_NOW=NOW)
        self.assertEqual(done.json['status'], 'succeeded')
        self.assertIn('published', done.err, 'the log of the command is its own')
        self.stop(daemon)
        self.assertEqual(self.gapless('plan', *window, '--output', 'json', GAPLESS_NOW=NOW).json['summary']['fresh'], 2)

    @embedded_only('it loads while the daemon serves, which takes the embedded engine')
    def test_a_command_can_be_stopped_and_a_dead_daemon_is_in_nobodys_way(self) -> None:
        self.gapless('load', stream(self.folder / 'events.ndjson', seed=7, sessions=30))
        daemon = self.serve()
        silent = subprocess.Popen(['sleep', '30'], stdout=subprocess.PIPE)  # a pipe that stays open
        self.addCleanup(silent.communicate)
        self.addCleanup(silent.kill)
        reading = subprocess.Popen([GAPLESS, 'load', '-', '--team', '9'], cwd=self.folder, stdin=silent.stdout, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, env=environment(GAPLESS_DATA=str(self.data)))
        self.addCleanup(reading.kill)
        time.sleep(0.3)
        reading.send_signal(signal.SIGINT)
        _, error = reading.communicate(timeout=10)
        self.assertEqual(reading.returncode, 130, error.decode())
        daemon.kill()
        daemon.wait()
        self.assertTrue((self.data / 'daemon.sock').exists())
        self.gapless('plan', GAPLESS_NOW=NOW)
        self.stop(self.serve())


class TickTest(ServedTest):
    """Jobs by the clock."""

    def test_a_missed_tick_is_made_up_for_and_a_killed_one_done_again(self) -> None:
        events = stream(self.folder / 'events.ndjson', seed=11, sessions=80)
        self.gapless('load', events)
        self.miss_a_tick()
        killed = self.start('serve', '--listen', 'off', **({'GAPLESS_NOW': NOW, 'GAPLESS_KILL_AT': 'publish.after_stats:2'} | BACKFILL_ONLY))
        killed.communicate(timeout=60)
        self.assertEqual(killed.returncode, -signal.SIGKILL)
        daemon = self.serve(**BACKFILL_ONLY)
        run = self.until('run after the restart', lambda: next(
            (run for run in self.gapless('runs', '--output', 'json').json['runs'] if run['status'] == 'succeeded'), None))
        self.assertEqual((run['job'], run['trigger']), ('backfill', 'schedule'))
        statuses = [one['status'] for one in self.gapless('runs', '--output', 'json').json['runs']]
        self.assertEqual(statuses, ['succeeded', 'interrupted'])
        self.assertEqual(self.gapless('plan', '--output', 'json', GAPLESS_NOW=NOW).json['cells'], [])
        assert_groups_equal_reference(self, events)
        self.stop(daemon)
        self.stop(self.serve(**BACKFILL_ONLY))
        self.assertEqual(len(self.gapless('runs', '--output', 'json').json['runs']), 2, 'a tick is run once')

    def test_a_failure_to_look_is_told_and_nothing_is_processed(self) -> None:
        received: list[tuple[dict[str, str], bytes]] = []

        class Webhook(http.server.BaseHTTPRequestHandler):
            """Keeps what it gets."""

            def do_POST(self) -> None:  # noqa: N802
                """Answers 200."""
                received.append((dict(self.headers), self.rfile.read(int(self.headers['Content-Length']))))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Says nothing."""

        server = http.server.HTTPServer(('127.0.0.1', 0), Webhook)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.gapless('load', stream(self.folder / 'events.ndjson', seed=11, sessions=10))
        self.miss_a_tick()
        broken = {'WEB_ANALYTICS_TEAM_SELECTION_STRATEGIES': 'project_settings', 'GAPLESS_TEAMS_SETTINGS_DATABASE': 'sqlite:none.sqlite'}
        told = {'GAPLESS_ALERTS_WEBHOOKS': f'ops=http://127.0.0.1:{server.server_port}/hook', 'GAPLESS_ALERTS_SECRET': 'sesame'}
        daemon = self.serve(**BACKFILL_ONLY, **broken, **told)
        run = self.finished_run()
        self.assertEqual((run['job'], run['trigger'], run['status']), ('backfill', 'schedule', 'failed'))
        self.assertIn('team selection by project_settings failed', run['error'])
        self.assertEqual(self.number('SELECT count() FROM web_pre_aggregated_stats'), 0)
        self.until('alert', lambda: received)
        headers, body = received[0]
        alert = json.loads(body)
        self.assertEqual((alert['kind'], alert['job'], alert['run_id']), ('run_failed', 'backfill', run['run_id']))
        parts = dict(part.split('=', 1) for part in headers['X-Gapless-Signature'].split(','))
        self.assertEqual(parts['v1'], hmac.new(b'sesame', f"{parts['t']}.".encode() + body, hashlib.sha256).hexdigest())
        self.assertIn('project_settings', self.call('GET', '/readyz')[1]['last_failure'])
        metrics = self.call('GET', '/metrics')[1]
        self.assertIn('gapless_runs_total{job_name="backfill",status="failed"} 1', metrics)
        self.stop(daemon)


class ApiTest(ServedTest):
    """The API does what the commands do."""

    def test_looking_and_steering(self) -> None:
        events = stream(self.folder / 'events.ndjson', seed=5, sessions=40)
        self.gapless('load', events)
        daemon = self.serve()
        self.assertEqual(self.call('GET', '/healthz')[:2], (200, {'status': 'ok'}))
        self.assertEqual(self.call('GET', '/readyz')[1], {'status': 'ready', 'last_failure': None})
        for path, command in (('/api/v1/plan?explain=true', ('plan', '--explain')), ('/api/v1/status?teams=1,2', ('status', '--teams', '1,2')),
                              ('/api/v1/teams', ('teams',))):
            status, document, _ = self.call('GET', path)
            self.assertEqual((status, document), (200, self.gapless(*command, '--output', 'json', GAPLESS_NOW=NOW).json))
        status, problem, headers = self.call('GET', '/api/v1/plan?teams=1,x')
        self.assertEqual((status, headers['Content-Type']), (400, 'application/problem+json'))
        self.assertIn("item 2 of the query parameter 'teams' must be an integer; it is \"x\"", problem['detail'])
        status, problem, _ = self.call('GET', '/api/v1/plan?days=3&from=2026-03-01')
        self.assertEqual(status, 409)
        self.assertIn('--days cannot be combined with --from', problem['detail'])
        self.assertEqual(self.call('POST', '/api/v1/backfill', {'from': '2026-03-02', 'to': '2026-03-01'})[0], 409)
        tag = self.call('GET', '/api/v1/teams')[2]['ETag']
        self.assertEqual(self.call('GET', '/api/v1/teams', **{'If-None-Match': tag})[0], 304)
        cell = self.call('GET', '/api/v1/explain?team=1&day=2026-03-19')[1]
        self.assertEqual(cell, self.gapless('explain', '--team', '1', '--day', '2026-03-19', '--output', 'json', GAPLESS_NOW=NOW).json)
        self.assertEqual(self.call('GET', '/api/v1/runs/none')[0], 404)

        status, begun, headers = self.call('POST', '/api/v1/backfill', {'teams': [1]})
        self.assertEqual((status, headers['Location']), (202, '/api/v1/runs/' + begun['run_id']))
        text = self.call('GET', headers['Location'] + '/events')[1]
        kinds = [line.removeprefix('event: ') for line in text.split('\n') if line.startswith('event: ')]
        self.assertEqual((kinds[:2], kinds[-1]), (['begun', 'started'], 'ended'))
        self.assertIn('day', kinds)
        run = self.call('GET', headers['Location'])[1]
        self.assertEqual((run['status'], run['trigger'], run['teams']), ('succeeded', 'api', 1))
        self.assertTrue(run['steps'])
        self.assertEqual(self.call('POST', headers['Location'] + '/cancel', {})[0], 409)
        self.assertEqual(self.call('POST', '/api/v1/runs', {'job': 'daily', 'teams': [1]})[0], 400)
        self.assertEqual(self.call('POST', '/api/v1/runs', {'job': 'nightly'})[0], 400)
        self.assertEqual(self.call('POST', '/api/v1/runs')[0], 415)

        self.assertTrue(self.call('POST', '/api/v1/pause', {'reason': 'moving house', 'for_seconds': 7200})[1]['paused'])
        skipped = self.finished_run(self.call('POST', '/api/v1/runs', {'job': 'backfill'})[1]['run_id'])
        self.assertEqual(skipped['status'], 'skipped')
        self.assertIn('moving house', skipped['reason'])
        self.assertFalse(self.call('POST', '/api/v1/resume', {})[1]['paused'])
        done = self.finished_run(self.call('POST', '/api/v1/runs', {'job': 'backfill'})[1]['run_id'])
        self.assertEqual((done['status'], list(done['cells_by_state'])), ('succeeded', ['missing']))
        assert_groups_equal_reference(self, events)
        verified = self.finished_run(self.call('POST', '/api/v1/verify', {'sample': 3, 'tolerance': 0.5, 'days': 30})[1]['run_id'])
        self.assertEqual((verified['job'], verified['trigger'], verified['status']), ('verify', 'api', 'succeeded'))
        self.assertEqual(verified['cells_by_state'], {'equal': 3, 'different': 0})
        self.assertEqual(self.call('POST', '/api/v1/verify', {'sample': 0})[0], 400)
        self.gapless('sql', '--write', 'ALTER TABLE gapless_ledger DELETE WHERE team_id = 1 SETTINGS mutations_sync = 2')
        adopted = self.finished_run(self.call('POST', '/api/v1/adopt', {'teams': [1], 'days': 30})[1]['run_id'])
        self.assertEqual((adopted['job'], adopted['trigger'], adopted['status'], adopted['cells_by_state']['refused']), ('adopt', 'api', 'succeeded', 0))
        self.assertGreater(adopted['cells_by_state']['adopted'], 0)
        self.assertEqual(self.call('POST', '/api/v1/adopt', {'take_over': True})[0], 400)
        self.gapless('sql', '--write', 'RENAME TABLE web_pre_aggregated_breakdowns TO away')
        self.gapless('doctor', GAPLESS_NOW=NOW)
        self.assertEqual(self.number("SELECT count() FROM system.tables WHERE name = 'web_pre_aggregated_breakdowns'"), 1, 'made anew')
        page, _, headers = self.call('GET', '/api/v1/runs?limit=1')
        self.assertEqual((page, headers['Link']), (200, '</api/v1/runs?limit=1&offset=1>; rel="next"'))
        metrics = self.call('GET', '/metrics')[1]
        self.assertIn('gapless_cells{state="missing"} 0', metrics)
        self.assertIn('gapless_http_requests_total{code="404",endpoint="/api/v1/runs/{id}",method="GET"} 1', metrics)
        self.assertIn('gapless_http_request_duration_seconds_count{endpoint="/api/v1/plan"}', metrics)
        self.assertIn('gapless_runs_total{job_name="backfill",status="succeeded"} 1', metrics)
        self.assertIn('gapless_verified_cells_total{outcome="equal"} 3', metrics)
        self.stop(daemon)

    def test_the_configuration_is_read_anew_or_refused(self) -> None:
        configuration = self.write('gapless.toml', '[backfill]\ndays_back = 3\n')
        daemon = self.serve()
        days = lambda: self.call('GET', '/api/v1/plan')[1]['window']  # noqa: E731
        self.assertEqual(days(), {'from': '2026-03-18', 'to': '2026-03-20'})
        configuration.write_text('[backfill]\ndays_back = 5\n')
        self.assertEqual(self.call('POST', '/api/v1/reload', {})[:2], (200, {'reloaded': True}))
        self.assertEqual(days(), {'from': '2026-03-16', 'to': '2026-03-20'})
        configuration.write_text('[backfill]\ndays_bakc = 7\n')
        status, problem, _ = self.call('POST', '/api/v1/reload', {})
        self.assertEqual(status, 409)
        self.assertIn('days_bakc', problem['detail'])
        self.assertEqual(days(), {'from': '2026-03-16', 'to': '2026-03-20'}, 'the old one stays')
        configuration.write_text('[backfill]\ndays_back = 7\n')
        daemon.send_signal(signal.SIGHUP)
        self.until('reload by SIGHUP', lambda: days() == {'from': '2026-03-14', 'to': '2026-03-20'})
        self.assertIn('refused, the old one stays', self.stop(daemon))

    def test_tokens(self) -> None:
        def of(token: str) -> str:
            return hashlib.sha256(token.encode()).hexdigest()

        refused = self.gapless('serve', '--listen', '0.0.0.0:0', code=2, **OFF)
        self.assertIn('token', refused.err)
        daemon = self.serve(GAPLESS_API_TOKENS=f'board=read:{of("r")},admin=operate:{of("o")}')
        read, operate = {'Authorization': 'Bearer r'}, {'Authorization': 'Bearer o'}
        self.assertEqual(self.call('GET', '/healthz')[0], 200)
        self.assertEqual([self.call('GET', '/api/v1/teams', **who)[0] for who in ({}, {'Authorization': 'Bearer x'}, read, operate)], [401, 401, 200, 200])
        self.assertEqual([self.call('POST', '/api/v1/resume', {}, **who)[0] for who in ({}, read, operate)], [401, 403, 200])
        self.assertEqual(self.call('GET', '/metrics')[0], 401)
        self.assertEqual(self.call('GET', '/api/v1/teams', Host='evil.example', **read)[0], 421)
        log = self.stop(daemon)
        self.assertNotIn('Bearer', log)
        bad = self.run_gapless('serve', GAPLESS_API_TOKENS='x=read:abc')
        self.assertEqual((bad.code, 'sha256sum' in bad.err), (2, True))


if __name__ == '__main__':
    unittest.main()
