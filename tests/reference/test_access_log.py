"""The rules of ACCESS_LOGS, by lines of a log and what becomes of each."""
from __future__ import annotations

import hashlib
import sys
import unittest
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent))

from access_log import events_of

AGENT = b'Mozilla/5.0 (X11; Linux)'


def combined(target: bytes = b'/a', *, method: bytes = b'GET', status: bytes = b'200', referer: bytes = b'-', agent: bytes = AGENT, head: bytes = b'',
             time: bytes = b'17/May/2015:10:05:03 +0000') -> bytes:
    """A line of the combined format, which is an event unless an argument says otherwise."""
    return head + b'10.0.0.1 - - [' + time + b'] "' + method + b' ' + target + b' HTTP/1.1" ' + status + b' 12 "' + referer + b'" "' + agent + b'"'


class Case(NamedTuple):
    name: str
    line: bytes
    expected: dict[str, Any] | str      # fields of the event, or what it is counted as


CASES = [
    Case('common format', b'10.0.0.1 - frank [17/May/2015:10:05:03 +0000] "GET /a HTTP/1.1" 200 -',
         {'pathname': '/a', 'referring_domain': '$direct', 'host': 'default'}),
    Case('vhost format', combined(head=b'www.example.com:443 '), {'host': 'www.example.com'}),
    Case('two words', combined().replace(b' HTTP/1.1', b''), {'pathname': '/a'}),
    Case('an offset', combined(time=b'17/May/2015:23:30:00 -0130'), {'timestamp': '2015-05-18 01:00:00.000000'}),
    Case('an offset before the year', combined(time=b'01/Jan/2015:00:30:00 +0200'), {'timestamp': '2014-12-31 22:30:00.000000'}),
    Case('304', combined(status=b'304'), {'pathname': '/a'}),
    Case('trailing blanks', combined() + b'  ', {'pathname': '/a'}),
    # The target.
    Case('a query', combined(b'/a/b?x=/c.png#d'), {'pathname': '/a/b'}),
    Case('a fragment', combined(b'/a#?utm_source=x'), {'pathname': '/a', 'utm_source': ''}),
    Case('an empty path', combined(b'?x=1'), {'pathname': '/'}),
    Case('an absolute target', combined(b'http://example.com/p/q?gclid=1'), {'pathname': '/p/q', 'has_gclid': True, 'host': 'default'}),
    Case('an absolute target without a path', combined(b'https://example.com?utm_source=x'), {'pathname': '/', 'utm_source': 'x'}),
    Case('an address in a path', combined(b'/to/http://example.com/'), {'pathname': '/to/http://example.com/'}),
    Case('escapes', combined(rb'/\"q\"\\\x41\xc3\xa9'), {'pathname': '/"q"\\Aé'}),
    Case('an escaped byte that is not UTF-8', combined(rb'/\xff\xe2\x82'), {'pathname': '/\ufffd\ufffd'}),
    Case('bytes that are not UTF-8', combined(b'/\xff\xe2\x82'), {'pathname': '/\ufffd\ufffd'}),
    Case('percent signs stay in the path', combined(b'/%41%zz'), {'pathname': '/%41%zz'}),
    # The query.
    Case('decoding', combined(b'/?utm_source=a%20b+c%C3%A9%&utm_%6dedium=m&utm_term=%ff'),
         {'utm_source': 'a b cé%', 'utm_medium': 'm', 'utm_term': '\ufffd'}),
    Case('the first of repeated keys', combined(b'/?utm_campaign=&utm_campaign=2&utm_content=a=b'), {'utm_campaign': '', 'utm_content': 'a=b'}),
    Case('keys are exact', combined(b'/?UTM_SOURCE=x&gclid'), {'utm_source': '', 'has_gclid': False}),
    Case('null clicks', combined(b'/?gclid=null&fbclid=&gad_source=2'),
         {'has_gclid': False, 'has_fbclid': False, 'has_gad_source_paid_search': False}),
    Case('clicks', combined(b'/?gclid=NULL&fbclid=0&gad_source=1'), {'has_gclid': True, 'has_fbclid': True, 'has_gad_source_paid_search': True}),
    # The referer.
    *(Case(f'referer {referer!r}', combined(referer=referer), {'referring_domain': domain}) for referer, domain in (
        (b'http://Example.COM/x', 'example.com'), (b'HTTPS://example.com', 'example.com'), (b'http://user:pw@example.com:8080?q', 'example.com'),
        (b'http://a@b@example.com#f', 'example.com'), (b'http://[2001:DB8::1]:80/', '2001:db8::1'),
        (b'', '$direct'), (b'-', '$direct'), (b'ftp://example.com/', '$direct'),
        (b'//example.com/', '$direct'), (b'http:/example.com/', '$direct'), (b'http:///x', '$direct'), (b'http://:80/', '$direct'),
        (b'example.com', '$direct'), (b'android-app://x/', '$direct'))),
    # Rejected.
    Case('an empty line', b'', 'rejected'),
    Case('words', b'hello world', 'rejected'),
    Case('one word', combined().replace(b'GET /a HTTP/1.1', b'GET'), 'rejected'),
    Case('four words', combined(b'/a b'), 'rejected'),
    Case('a blank by its escape', combined(rb'/a\x20b'), 'rejected'),
    Case('an open quote', combined()[:-1], 'rejected'),
    Case('a referer alone', combined().removesuffix(b' "' + AGENT + b'"'), 'rejected'),
    Case('more after the line', combined() + b' "x"', 'rejected'),
    Case('a status of two digits', combined(status=b'20'), 'rejected'),
    Case('no such day', combined(time=b'31/Feb/2015:10:05:03 +0000'), 'rejected'),
    Case('no such month', combined(time=b'17/Mai/2015:10:05:03 +0000'), 'rejected'),
    Case('no offset', combined(time=b'17/May/2015:10:05:03'), 'rejected'),
    # Skipped, by the first reason that applies.
    Case('POST', combined(method=b'POST', status=b'404'), 'skipped method'),
    Case('method in lower case', combined(method=b'get'), 'skipped method'),
    *(Case(f'status {status!r}', combined(b'/a.png', status=status), 'skipped status') for status in (
        b'199', b'300', b'301', b'303', b'305', b'404', b'500')),
    *(Case(f'path {target!r}', combined(target, agent=b'bot'), 'skipped asset') for target in (
        b'/a.PNG', b'/a.js?v=1', b'/.woff2#x', b'/a.tar.gz', b'/robots.txt', b'/favicon.ico', b'http://example.com/a.css')),
    *(Case(f'agent {agent!r}', combined(agent=agent), 'skipped bot') for agent in (
        b'', b'-', b'GoogleBOT/2', b'curl/7.1', b'Java/1.8', b'My RSS reader', b'HeadlessChrome')),
    *(Case(f'path {target!r} is a page', combined(target), {'pathname': target.decode()}) for target in (
        b'/a.html', b'/a.png/', b'/js', b'/a.jsp', b'/a.php')),
    *(Case(f'agent {agent!r} is a reader', combined(agent=agent), {'pathname': '/a'}) for agent in (b'curl', b'JavaScript', b'- ', rb'\"x\"')),
]


def read(lines: list[bytes], *, team: int = 1, host: str = 'default') -> tuple[list[dict[str, Any]], Counter[str]]:
    counts: Counter[str] = Counter()
    return list(events_of((line + b'\n' for line in lines), team, host, counts)), counts


def sha_uuid(text: bytes) -> str:
    digest = hashlib.sha256(text).hexdigest()
    return f'{digest[:8]}-{digest[8:12]}-{digest[12:16]}-{digest[16:20]}-{digest[20:32]}'


class Lines(unittest.TestCase):
    def test_table(self) -> None:
        for case in CASES:
            with self.subTest(case.name, line=case.line):
                events, counts = read([case.line])
                if isinstance(case.expected, str):
                    self.assertEqual(counts, {'lines': 1, case.expected: 1})
                else:
                    self.assertEqual(counts, {'lines': 1, 'events': 1})
                    self.assertEqual({name: events[0][name] for name in case.expected}, case.expected)


class Identities(unittest.TestCase):
    def test_uuid_is_of_team_line_and_number_of_equal_lines_before(self) -> None:
        line = combined(b'/\xc3\xa9\xff')
        text = line.decode('utf-8', 'replace').encode()
        events, _ = read([line, combined(b'/b'), line + b'\r\r', line], team=7)
        self.assertEqual([events[i]['uuid'] for i in (0, 2, 3)], [sha_uuid(b'7\n' + text + b'\n' + number) for number in (b'0', b'1', b'2')])

    def test_person_is_of_team_address_and_agent(self) -> None:
        events, _ = read([combined(agent=rb'A \"b\"'), b'10.0.0.1 - - [17/May/2015:10:05:03 +0000] "GET /a HTTP/1.1" 200 1'], team=7)
        self.assertEqual([one['person_id'] for one in events], [sha_uuid(b'7\n10.0.0.1\nA "b"'), sha_uuid(b'7\n10.0.0.1\n')])

    def test_sessions_are_nameless(self) -> None:
        events, _ = read([combined()])
        self.assertEqual((events[0]['session_id'], events[0]['event'], events[0]['team_id']), ('', '$pageview', 1))


if __name__ == '__main__':
    unittest.main()
