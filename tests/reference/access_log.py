#!/usr/bin/env python3
"""The canonical events of a web server's access log, one JSON object a line, by the rules of ACCESS_LOGS.

Reads the common, the combined and the vhost_combined format. What was rejected and skipped is counted on standard error.
"""
from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from events import FIRST_MICROS, LAST_MICROS, Rejected, lines_of

_HEAD = re.compile(r'(?:(?P<vhost>[^\s:]+):\d+ )?(?P<host>\S+) \S+ \S+ \[(?P<time>[^\]]*)\] ', re.ASCII)
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_STATUS_AND_BYTES = re.compile(r' (?P<status>\d{3}) (?:\d+|-)', re.ASCII)
_END = re.compile(r'\s*', re.ASCII)
_TIME = re.compile(r'(\d\d)/([A-Z][a-z]{2})/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)', re.ASCII)
_ESCAPE = re.compile(rb'\\(?:x([0-9a-fA-F]{2})|(.))')
_PERCENT = re.compile(rb'%([0-9a-fA-F]{2})')
_ABSOLUTE = re.compile(r'[a-zA-Z][a-zA-Z0-9+.-]*://[^/]*(.*)', re.DOTALL)
_REFERER = re.compile(r'https?://(?:[^/?#]*@)?(?:\[([^\]/?#@]*)\]|([^:/?#@\[\]]*))(?::[^/?#@]*)?(?:[/?#].*)?', re.IGNORECASE | re.DOTALL)
_ASCII_LOWER = {code: code + 32 for code in range(ord('A'), ord('Z') + 1)}
_MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split()

ASSET_SUFFIXES = tuple(
    '.avi .bmp .css .doc .docx .eot .exe .gif .gz .ico .jar .jpeg .jpg .js .json .map .mov .mp3 .mp4 .mpg .otf .pdf .png .ppt .ps .rar .rss '
    '.svg .swf .tar .tgz .ttf .txt .wav .webm .webp .woff .woff2 .xls .xml .z .zip'.split())
ASSET_PATHS = ('/robots.txt', '/favicon.ico')
BOT_WORDS = tuple(
    'bot crawl spider slurp archiver wget curl/ libwww python java/ perl httpclient okhttp go-http feed rss monitor pingdom check_http scan '
    'facebookexternalhit mediapartners headless'.split())
UTM_KEYS = ('utm_source', 'utm_medium', 'utm_campaign', 'utm_term', 'utm_content')


@dataclass(frozen=True)
class Entry:
    """What a line says, with its escapes undone."""
    vhost: str
    host: str
    when: datetime          # UTC
    method: str
    target: str
    status: int
    referer: str | None     # None where the format has no such field
    agent: str | None

    @property
    def path(self) -> str:
        """Of the target, cut at the first ? or #; never empty."""
        path = re.split('[?#]', self.target, maxsplit=1)[0]
        absolute = _ABSOLUTE.fullmatch(path)
        return (absolute[1] if absolute else path) or '/'

    @property
    def query(self) -> dict[str, str]:
        """The target's parameters, decoded; the first of repeated keys."""
        values: dict[str, str] = {}
        for pair in self.target.partition('#')[0].partition('?')[2].split('&'):
            key, _, value = pair.partition('=')
            values.setdefault(form_decoded(key), form_decoded(value))
        return values


def ascii_lower(text: str) -> str:
    return text.translate(_ASCII_LOWER)


def unescaped(text: str) -> str:
    r"""A quoted field's value: \xHH is a byte, and a backslash before anything else stands for that itself."""
    raw = _ESCAPE.sub(lambda match: bytes.fromhex(match[1].decode()) if match[1] else match[2], text.encode())
    return raw.decode('utf-8', 'replace')


def form_decoded(text: str) -> str:
    """Percent-decoded, with + as a space."""
    raw = _PERCENT.sub(lambda match: bytes.fromhex(match[1].decode()), text.replace('+', ' ').encode())
    return raw.decode('utf-8', 'replace')


def parse_time(text: str) -> datetime:
    """The log's time, as UTC. Raises Rejected."""
    match = _TIME.fullmatch(text)
    if not match or match[2] not in _MONTHS or int(match[8]) > 23 or int(match[9]) > 59:
        raise Rejected(f'not a time: {text!r}')
    offset = timedelta(hours=int(match[8]), minutes=int(match[9]))
    try:
        local = datetime(int(match[3]), _MONTHS.index(match[2]) + 1, int(match[1]), *(int(match[i]) for i in (4, 5, 6)), tzinfo=timezone.utc)
        when = local + offset if match[7] == '-' else local - offset
    except (ValueError, OverflowError) as error:
        raise Rejected(f'not a time: {text!r}: {error}') from error
    if not FIRST_MICROS <= (when - datetime(1970, 1, 1, tzinfo=timezone.utc)) // timedelta(microseconds=1) <= LAST_MICROS:
        raise Rejected(f'time {text} is outside 1970-01-03 to 2106-02-04')
    return when


class _Cursor:
    """Walks over a line from left to right; every step but `quoted_if_any` raises Rejected where the line reads otherwise."""

    def __init__(self, line: str):
        self._line = line
        self._at = 0

    def take(self, pattern: re.Pattern[str], what: str) -> re.Match[str]:
        match = pattern.match(self._line, self._at)
        if not match:
            raise Rejected(f'no {what} at character {self._at + 1}')
        self._at = match.end()
        return match

    def take_to_end(self) -> None:
        if not _END.fullmatch(self._line, self._at):
            raise Rejected(f'more than a line of the format at character {self._at + 1}')

    def quoted(self, what: str) -> str:
        return unescaped(self.take(_QUOTED, what)[1])

    def space_before_quote(self) -> bool:
        """Steps over a space where a quoted field follows it."""
        follows = self._line.startswith(' "', self._at)
        self._at += follows
        return follows


def parse_line(line: str) -> Entry:
    """Raises Rejected, with the reason, for a line that does not parse."""
    cursor = _Cursor(line)
    head = cursor.take(_HEAD, 'HOST IDENT USER [TIME]')
    words = cursor.quoted('quoted request').split(' ')
    status = cursor.take(_STATUS_AND_BYTES, 'status and bytes')
    referer = agent = None
    if cursor.space_before_quote():
        referer = cursor.quoted('quoted referer')
        if not cursor.space_before_quote():
            raise Rejected('a referer without a user agent')
        agent = cursor.quoted('quoted user agent')
    cursor.take_to_end()
    if len(words) not in (2, 3):
        raise Rejected(f'the request has {len(words)} words')
    return Entry(head['vhost'] or '', head['host'], parse_time(head['time']), words[0], words[1], int(status['status']), referer, agent)


def skip_reason(entry: Entry) -> str | None:
    """Why a line that parses is not a page view, the first reason that applies; None where it is one."""
    if entry.method != 'GET':
        return 'method'
    if not 200 <= entry.status <= 299 and entry.status != 304:
        return 'status'
    if ascii_lower(entry.path).endswith(ASSET_SUFFIXES) or entry.path in ASSET_PATHS:
        return 'asset'
    return 'bot' if entry.agent is not None and is_bot(entry.agent) else None


def is_bot(agent: str) -> bool:
    lower = ascii_lower(agent)
    return agent in ('', '-') or any(word in lower for word in BOT_WORDS)


def referring_domain(referer: str | None) -> str:
    """The host of an http(s) address; `$direct` for anything else."""
    match = _REFERER.fullmatch(referer or '')
    return ascii_lower(match[1] or match[2] or '') or '$direct' if match else '$direct'


def hashed_uuid(*parts: str) -> str:
    """The first 16 bytes of the SHA-256 of the parts joined by newlines; no version bits are set."""
    return str(uuid.UUID(bytes=hashlib.sha256('\n'.join(parts).encode()).digest()[:16]))


def event_of(entry: Entry, line: str, ordinal: int, team: int, default_host: str) -> dict[str, str | int | bool]:
    """The event of a page view; `ordinal` counts the identical lines before it in the file."""
    query = entry.query
    return {
        'team_id': team, 'event': '$pageview', 'timestamp': entry.when.strftime('%Y-%m-%d %H:%M:%S.%f'),
        'uuid': hashed_uuid(str(team), line, str(ordinal)), 'person_id': hashed_uuid(str(team), entry.host, entry.agent or ''),
        'session_id': '', 'host': entry.vhost or default_host, 'pathname': entry.path, 'referring_domain': referring_domain(entry.referer),
        'has_gclid': query.get('gclid', '') not in ('', 'null'), 'has_fbclid': query.get('fbclid', '') not in ('', 'null'),
        'has_gad_source_paid_search': query.get('gad_source') == '1', **{key: query.get(key, '') for key in UTM_KEYS}}


def events_of(lines: Iterable[bytes], team: int, default_host: str, counts: Counter[str]) -> Iterator[dict[str, str | int | bool]]:
    """The events of a log; counts lines, rejected, `skipped <reason>` and events."""
    seen: Counter[str] = Counter()
    for raw in lines:
        line = raw.removesuffix(b'\n').rstrip(b'\r').decode('utf-8', 'replace')
        ordinal = seen[line]
        seen[line] += 1
        counts['lines'] += 1
        try:
            entry = parse_line(line)
        except Rejected:
            counts['rejected'] += 1
            continue
        reason = skip_reason(entry)
        counts[f'skipped {reason}' if reason else 'events'] += 1
        if not reason:
            yield event_of(entry, line, ordinal, team, default_host)


def team_id(text: str) -> int:
    team = int(text)
    if not 1 <= team < 2**63:
        raise argparse.ArgumentTypeError(f'{text} is not in 1..2^63-1')
    return team


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--team', type=team_id, default=1)
    parser.add_argument('--host', default='', help='host of the events where the format does not say it')
    parser.add_argument('log')
    arguments = parser.parse_args()
    counts: Counter[str] = Counter()
    for event in events_of(lines_of(arguments.log), arguments.team, arguments.host, counts):
        print(json.dumps(event))
    print(json.dumps(counts), file=sys.stderr)


if __name__ == '__main__':
    main()
