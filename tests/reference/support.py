"""What the tests of the reference share: events by hand, and the real samples."""
from __future__ import annotations

import functools
import itertools
import json
import uuid
from pathlib import Path
from typing import Any

from events import Event, Loaded, lines_of, parse_event

REPOSITORY = Path(__file__).resolve().parents[2]
SAMPLES = REPOSITORY / 'samples'
ACCESS_LOG_SAMPLE = SAMPLES / 'elastic-apache-2015.log.gz'
READERS_SAMPLE = SAMPLES / 'wikimedia-readers-2014.ndjson.gz'
MARCH_FIRST = 20513     # 2026-03-01 as days since 1970-01-01

_numbers = itertools.count(1)


def numbered_uuid(number: int) -> str:
    return str(uuid.UUID(int=number))


def line(time: str, name: str = '$pageview', **fields: Any) -> bytes:
    """A line of an events file. `time` is 'D hh:mm[:ss[.ffffff]]', D a day of March 2026; by default team 1, session 's', person 1, a new uuid."""
    day, _, clock = time.partition(' ')
    clock += ':00' if clock.count(':') == 1 else ''
    usual = {'team_id': 1, 'event': name, 'timestamp': f'2026-03-{int(day):02} {clock}', 'uuid': numbered_uuid(next(_numbers)),
             'person_id': numbered_uuid(1), 'session_id': 's'}
    return json.dumps(usual | fields).encode()


def event(time: str, name: str = '$pageview', **fields: Any) -> Event:
    return parse_event(line(time, name, **fields))


def march(day: int) -> int:
    """A day of March 2026 as days since 1970-01-01."""
    return MARCH_FIRST + day - 1


@functools.cache
def readers() -> Loaded:
    """The events of the larger sample, read once."""
    return Loaded().add(lines_of(str(READERS_SAMPLE)))
