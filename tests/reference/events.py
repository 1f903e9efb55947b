"""Canonical events: what a line of an events file may say, and what it means.

The fields and what is rejected: SEMANTICS section 1. The file format: CLI, "`events` files".
"""
from __future__ import annotations

import gzip
import json
import re
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

MICROS_A_SECOND = 1_000_000
MICROS_A_MINUTE = 60 * MICROS_A_SECOND
MICROS_AN_HOUR = 60 * MICROS_A_MINUTE
MICROS_A_DAY = 24 * MICROS_AN_HOUR

VIEW_EVENTS = frozenset({'$pageview', '$screen'})
INTERACTIONS = VIEW_EVENTS | {'$autocapture'}

TEXTS = frozenset('event session_id host pathname device_type browser os referring_domain utm_source utm_medium utm_campaign '
                  'utm_term utm_content country_code city_name region_code region_name mat_metadata_backend'.split())
NUMBERS = frozenset({'viewport_width', 'viewport_height'})
FLAGS = frozenset({'has_gclid', 'has_gad_source_paid_search', 'has_fbclid', 'mat_metadata_loggedIn'})

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_INSTANT = re.compile(r'(\d{4})-(\d\d)-(\d\d)([ Tt])(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?([Zz]|[+-]\d\d:\d\d)?', re.ASCII)
_UUID = re.compile(r'[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}')
_HALF_A_PAIR = re.compile('[\ud800-\udfff]')
_NIL = str(uuid.UUID(int=0))


class Rejected(ValueError):
    """The line is not an event; the message is the reason."""


@dataclass(frozen=True, slots=True)
class Event:
    """One accepted event. Two are the same one where their identities are equal."""
    team: int
    name: str
    micros: int                 # unix time in microseconds
    uuid: str                   # lower case
    person: str                 # lower case; the nil UUID where absent
    session_id: str             # '' for a nameless event
    fields: dict[str, Any]      # the object as it was read, nulls included

    @property
    def identity(self) -> tuple[int, str, str, int]:
        """What loading compares to leave out repetitions (SEMANTICS section 1)."""
        return self.team, self.uuid, self.name, self.micros

    @property
    def order(self) -> tuple[int, str, bytes]:
        """The total order of a session's events (SEMANTICS section 2)."""
        return self.micros, self.uuid, self.name.encode()

    @property
    def day(self) -> int:
        """Days since 1970-01-01, UTC."""
        return self.micros // MICROS_A_DAY

    @property
    def is_view(self) -> bool:
        return self.name in VIEW_EVENTS

    def text(self, dimension: str) -> str:
        """A dimension's value as text; numbers and flags in decimal, absent and null as '' or 0."""
        value = self.fields.get(dimension)
        if dimension in TEXTS:
            return value or ''
        return str(int(value or 0))


def parse_instant(text: str) -> int:
    """Unix microseconds of `YYYY-MM-DD hh:mm:ss[.ffffff]` (UTC) or of an RFC 3339 time. Raises Rejected."""
    match = _INSTANT.fullmatch(text)
    if not match or (match[4] == ' ') != (match[9] is None):
        raise Rejected(f'not a time: {text!r}')
    fraction, offset = match[8] or '', match[9] or 'Z'
    try:
        local = datetime(*(int(match[i]) for i in (1, 2, 3, 5, 6, 7)), tzinfo=timezone.utc)
    except ValueError as error:
        raise Rejected(f'not a time: {text!r}: {error}') from error
    micros = (local - _EPOCH) // timedelta(microseconds=1) + int(fraction.ljust(6, '0'))
    return micros - _offset_micros(offset)


def _offset_micros(offset: str) -> int:
    if offset in 'Zz':
        return 0
    hours, minutes = int(offset[1:3]), int(offset[4:6])
    if hours > 23 or minutes > 59:
        raise Rejected(f'not an offset from UTC: {offset!r}')
    micros = hours * MICROS_AN_HOUR + minutes * MICROS_A_MINUTE
    return -micros if offset[0] == '-' else micros


FIRST_MICROS = parse_instant('1970-01-03 00:00:00')
LAST_MICROS = parse_instant('2106-02-04 23:59:59.999999')


def _is_int64(value: Any) -> bool:
    return type(value) is int and -2**63 <= value < 2**63


def _is_flag(value: Any) -> bool:
    return type(value) is bool or type(value) is int and value in (0, 1)


def _is_text(value: Any) -> bool:
    """A string that UTF-8 can hold: JSON can also spell half a surrogate pair."""
    return isinstance(value, str) and _HALF_A_PAIR.search(value) is None


def _is_uuid(value: Any) -> bool:
    return isinstance(value, str) and _UUID.fullmatch(value) is not None


def _is_instant(value: Any) -> bool:
    """Raises Rejected, which says more, for a text that is not one."""
    return isinstance(value, str) and parse_instant(value) is not None


_RIGHT_TYPE: dict[str, Callable[[Any], bool]] = {
    **dict.fromkeys(TEXTS, _is_text), **dict.fromkeys(NUMBERS, _is_int64), **dict.fromkeys(FLAGS, _is_flag),
    **dict.fromkeys(('uuid', 'person_id'), _is_uuid), 'team_id': lambda value: type(value) is int, 'timestamp': _is_instant,
    'inserted_at': _is_instant}


def parse_event(line: bytes) -> Event:
    """The event that a line of an events file holds. Raises Rejected."""
    try:
        fields = json.loads(line.decode('utf-8'))
    except ValueError as error:
        raise Rejected(f'not JSON: {error}') from error
    if not isinstance(fields, dict):
        raise Rejected('not an object')
    for name, value in fields.items():
        if name not in _RIGHT_TYPE:
            raise Rejected(f'unknown key {name!r}')
        if value is not None and not _RIGHT_TYPE[name](value):
            raise Rejected(f'{name} has the wrong type: {value!r}')
    for required in ('uuid', 'timestamp'):
        if fields.get(required) is None:
            raise Rejected(f'no {required}')
    return _event(fields)


def _event(fields: dict[str, Any]) -> Event:
    """An event of fields that have the right types. Raises Rejected for values out of range."""
    team, micros = fields.get('team_id') or 0, parse_instant(fields['timestamp'])
    if not 1 <= team < 2**63:
        raise Rejected(f'team_id {team} is not in 1..2^63-1')
    if not FIRST_MICROS <= micros <= LAST_MICROS:
        raise Rejected(f'timestamp {fields["timestamp"]} is outside 1970-01-03 to 2106-02-04')
    return Event(team, fields.get('event') or '', micros, fields['uuid'].lower(), (fields.get('person_id') or _NIL).lower(),
                 fields.get('session_id') or '', fields)


@dataclass
class Loaded:
    """The events of some files, as one load would bring them in, and what it left out."""
    events: list[Event] = field(default_factory=list)
    lines: int = 0
    duplicates: int = 0
    rejects: list[str] = field(default_factory=list)    # "line N: reason", N over all the files

    def add(self, lines: Iterable[bytes]) -> Loaded:
        """Takes lines in, without events that are there already: the first wins (SEMANTICS section 1)."""
        seen = {event.identity for event in self.events}
        for line in lines:
            self.lines += 1
            try:
                event = parse_event(line)
            except Rejected as reason:
                self.rejects.append(f'line {self.lines}: {reason}')
                continue
            if event.identity in seen:
                self.duplicates += 1
                continue
            seen.add(event.identity)
            self.events.append(event)
        return self


def lines_of(path: str) -> Iterator[bytes]:
    """The lines of a file, which may be gzip whatever its name."""
    with open(path, 'rb') as file:
        compressed = file.peek(2)[:2] == b'\x1f\x8b'
        yield from gzip.open(file) if compressed else file
