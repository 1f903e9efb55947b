"""Reports through the real program: formats, errors, the readers' statements of the manual, and the API."""
from __future__ import annotations

import csv
import http.client
import io
import json
import re
import unittest
from typing import Any

from harness import ROOT, SAMPLES, CommandTest

RANGE = ('--team', '2', '--from', '2014-01-07', '--to', '2014-01-11')
BOUNDS = {'team': '2', 'from': "'2014-01-07 00:00:00'", 'until': "'2014-01-12 00:00:00'"}
NOW = '2014-01-11T18:30:00Z'


def readers_statements() -> list[str]:
    """Those of docs/REPORTS.md, with their placeholders filled in."""
    page = (ROOT / 'docs' / 'REPORTS.md').read_text(encoding='utf-8')
    return [re.sub(r"\{(\w+):[^}]*\}", lambda match: BOUNDS[match[1]], text) for text in re.findall('```sql\n(.*?)```', page, re.DOTALL)]


class QueryTest(CommandTest):
    """A sample of which two days are built, and the last one is not over."""

    def setUp(self) -> None:
        super().setUp()
        self.gapless('load', SAMPLES / 'wikimedia-readers-2014.ndjson.gz')
        self.gapless('backfill', '--from', '2014-01-08', '--to', '2014-01-09', GAPLESS_NOW=NOW)

    def query(self, report: str, *options: str, **more: Any) -> Any:
        return self.gapless('query', report, *RANGE, *options, '--output', 'json', GAPLESS_NOW=NOW, **more).json

    def test_reports(self) -> None:
        overview = self.query('overview', '--explain')
        self.assertEqual(overview['answered_from'], {'rollup_days': 2, 'raw_days': 3})
        self.assertEqual([day['state'] for day in overview['explanation']['days']], ['missing', 'fresh', 'fresh', 'missing', 'open'])
        total = overview['rows'][0]
        trend = self.query('trend')['rows']
        self.assertEqual([row['bucket'] for row in trend], [f'2014-01-{day:02}' for day in range(7, 12)])
        self.assertEqual(sum(row['sessions'] for row in trend), total['sessions'])
        self.assertLess(total['visitors'], sum(row['visitors'] for row in trend))

        first, second = self.query('pages', '--limit', '3'), self.query('pages', '--limit', '3', '--offset', '3')
        self.assertEqual(first['next_offset'], 3)
        self.assertEqual(first['rows'] + second['rows'], self.query('pages', '--limit', '6')['rows'])
        self.assertNotIn('bounce_rate', first['rows'][0])

        page = first['rows'][0]['value']
        viewed = self.query('overview', '--filter', f'page={page}')['rows'][0]
        self.assertEqual(viewed, {name: first['rows'][0][name] for name in ('visitors', 'views', 'sessions')})
        compared = self.gapless('query', 'overview', '--team', '2', '--from', '2014-01-09', '--to', '2014-01-10', '--compare', '--output', 'json', GAPLESS_NOW=NOW).json
        self.assertEqual(compared['previous'], {'from': '2014-01-07', 'to': '2014-01-08'})
        self.assertEqual(compared['rows'][0]['previous']['sessions'], trend[0]['sessions'] + trend[1]['sessions'])

        text = self.gapless('query', 'pages', *RANGE, '--limit', '3', GAPLESS_NOW=NOW).out
        self.assertIn('█', text)
        self.assertIn('answered from the rollup: 2 days; from raw events: 3 days', text)
        rows = list(csv.DictReader(io.StringIO(self.gapless('query', 'pages', *RANGE, '--limit', '3', '--csv', GAPLESS_NOW=NOW).out)))
        self.assertEqual([row['value'] for row in rows], [row['value'] for row in first['rows']])

    def test_time_zones(self) -> None:
        kolkata = self.gapless('query', 'trend', *RANGE, '--timezone', 'Asia/Kolkata', '--output', 'json', GAPLESS_NOW=NOW)
        self.assertFalse(kolkata.json['timezone_is_exact'])
        self.assertIn('note: Asia/Kolkata is not ahead of UTC by full hours', kolkata.err)
        self.assertTrue(self.query('trend', '--timezone', 'Europe/Berlin')['timezone_is_exact'])
        hours = self.gapless('query', 'trend', '--team', '2', '--from', '2014-01-08T22:00:00Z', '--to', '2014-01-09T02:00:00Z', '--timezone', 'Europe/Berlin',
                             '--output', 'json', GAPLESS_NOW=NOW).json
        self.assertEqual([row['bucket'] for row in hours['rows']], [f'2014-01-{text}:00:00+01:00' for text in ('08T23', '09T00', '09T01', '09T02')])

    def test_what_cannot_be_asked(self) -> None:
        for options, message in (
                (('visitors', *RANGE), 'REPORT must be overview'), (('pages',), 'query needs a team'), (('pages', '--team', '0'), '--team'),
                (('pages', *RANGE, '--filter', 'brwser=x'), 'did you mean browser?'), (('pages', *RANGE, '--filter', 'browser'), 'is not a filter'),
                (('pages', *RANGE, '--filter', 'entry_host=x'), 'entry_host cannot be combined'), (('pages', *RANGE, '--sort', 'bounce_rate'), '--sort'),
                (('overview', *RANGE, '--limit', '5'), 'leave --limit out'), (('pages', *RANGE, '--by', 'hour'), '--by is for'),
                (('pages', *RANGE, '--days', '3'), '--days cannot be combined'), (('pages', *RANGE, '--timezone', 'berlin'), 'Europe/Berlin'),
                (('pages', *RANGE, '--limit', '0'), '--limit'), (('pages', *RANGE, '--csv', '--output', 'json'), '--csv')):
            self.assertIn(message, self.gapless('query', *options, code=2).err, options)

    def test_nothing_there(self) -> None:
        nothing = self.gapless('query', 'pages', '--team', '5')
        self.assertIn('no rows', nothing.out)
        self.assertIn('--from 2014-01-07 --to 2014-01-22', nothing.err)

    def test_readers_statements(self) -> None:
        """Those of the manual say what reports say, once all is built."""
        self.gapless('backfill', '--from', '2014-01-07', '--to', '2014-01-11')
        statements = readers_statements()
        self.assertEqual(len(statements), 4)
        for report, statement in zip(('overview', 'trend', 'pages', 'referrers'), statements):
            asked = self.gapless('query', report, *RANGE, '--output', 'json').json
            self.assertEqual(asked['answered_from']['raw_days'], 0)
            rows = [json.loads(line) for line in self.gapless('sql', statement, '--format', 'JSONEachRow').out.splitlines()]
            self.assertEqual([{name: row[name] for name in rows[0]} for row in asked['rows']],
                             [{name: int(value) if isinstance(value, str) and value.isdigit() else value for name, value in row.items()} for row in rows])

    def test_api(self) -> None:
        daemon = self.start('serve', '--listen', '127.0.0.1:0', GAPLESS_NOW=NOW)
        assert daemon.stdout is not None
        daemon.stdout.readline()
        connection = http.client.HTTPConnection(json.loads((self.data / 'daemon.json').read_text())['address'], timeout=60)
        self.addCleanup(connection.close)

        def get(path: str) -> tuple[int, Any]:
            connection.request('GET', path)
            response = connection.getresponse()
            return response.status, json.loads(response.read())

        asked = '/api/v1/query/pages?team=2&from=2014-01-07&to=2014-01-11&limit=3&filter=page%5E/%26browser!%3DNetscape'
        status, document = get(asked)
        self.assertEqual(status, 200, document)
        self.assertEqual(document['filters'], ['page^/', 'browser!=Netscape'])
        self.assertEqual(document, self.query('pages', '--limit', '3', '--filter', 'page^/', '--filter', 'browser!=Netscape'))
        self.assertEqual(get('/api/v1/query/visitors?team=2')[0], 400)
        self.assertEqual(get('/api/v1/query/pages')[0], 400)
        status, problem = get('/api/v1/query/pages?team=2&filter=x')
        self.assertEqual((status, 'is not a filter' in problem['detail']), (409, True))


if __name__ == '__main__':
    unittest.main()
