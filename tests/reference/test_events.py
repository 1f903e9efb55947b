"""What a line of an events file may say: SEMANTICS section 1, and CLI on `events` files."""
from __future__ import annotations

import gzip
import json
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from events import Loaded, Rejected, lines_of, parse_event, parse_instant
from support import event, line, numbered_uuid

NOON_MICROS = 1_772_366_400_000_000     # 2026-03-01 12:00:00 UTC

TIMES = {
    '2026-03-01 12:00:00': NOON_MICROS,
    '2026-03-01 12:00:00.1': NOON_MICROS + 100_000,
    '2026-03-01 12:00:00.000001': NOON_MICROS + 1,
    '2026-03-01T12:00:00Z': NOON_MICROS,
    '2026-03-01t12:00:00.25z': NOON_MICROS + 250_000,
    '2026-03-01T12:00:00+00:00': NOON_MICROS,
    '2026-03-01T17:30:00.5+05:30': NOON_MICROS + 500_000,
    '2026-02-28T23:00:00-13:00': NOON_MICROS,
    '2026-03-02T02:00:00+14:00': NOON_MICROS,
}
NOT_TIMES = ['', '2026-03-01', '2026-03-01 12:00', '2026-02-29 12:00:00', '2026-03-01 24:00:00', '2026-03-01 12:00:60', '2026-03-01 12:00:00.',
             '2026-03-01 12:00:00.0000001', '2026-03-01T12:00:00', '2026-03-01 12:00:00Z', '2026-03-01T12:00:00+0100', '2026-03-01T12:00:00+24:00',
             '2026-03-01T12:00:00+01:60', ' 2026-03-01 12:00:00', '2026-3-1 12:00:00', '１０26-03-01 12:00:00', '1772366400']

REJECTED: list[tuple[str, dict[str, Any]]] = [
    ('an unknown key', {'colour': 'red'}),
    ('a key in another case', {'Browser': 'x'}),
    ('no uuid', {'uuid': None}),
    ('a uuid without dashes', {'uuid': '0' * 32}),
    ('a uuid in braces', {'uuid': '{' + numbered_uuid(1) + '}'}),
    ('a bad person', {'person_id': 'x'}),
    ('no timestamp', {'timestamp': None}),
    ('a timestamp as a number', {'timestamp': 1}),
    ('a bad inserted_at', {'inserted_at': 'yesterday'}),
    ('team 0', {'team_id': 0}),
    ('no team', {'team_id': None}),
    ('a negative team', {'team_id': -1}),
    ('a team of 2^63', {'team_id': 2**63}),
    ('a team as text', {'team_id': '1'}),
    ('a team as a fraction', {'team_id': 1.0}),
    ('a team as a flag', {'team_id': True}),
    ('a text as a number', {'browser': 1}),
    ('a number as text', {'viewport_width': '1'}),
    ('a number as a fraction', {'viewport_width': 1.5}),
    ('a number beyond Int64', {'viewport_height': 2**63}),
    ('a flag as text', {'has_gclid': 'true'}),
    ('a flag of 2', {'has_gclid': 2}),
    ('a flag as a fraction', {'has_gclid': 1.0}),
    ('half a surrogate pair', {'pathname': '\ud800'}),
    ('before 1970-01-03', {'timestamp': '1970-01-02 23:59:59.999999'}),
    ('after 2106-02-04', {'timestamp': '2106-02-05 00:00:00'}),
    ('after 2106-02-04, by its offset', {'timestamp': '2106-02-04T23:59:59-00:01'}),
]


class Instants(unittest.TestCase):
    def test_forms(self) -> None:
        for text, micros in TIMES.items():
            with self.subTest(text):
                self.assertEqual(parse_instant(text), micros)

    def test_other_forms_are_rejected(self) -> None:
        for text in NOT_TIMES:
            with self.subTest(text), self.assertRaises(Rejected):
                parse_instant(text)


class Lines(unittest.TestCase):
    def test_rejected(self) -> None:
        for name, fields in REJECTED:
            with self.subTest(name), self.assertRaises(Rejected):
                parse_event(line('1 12:00', **fields))

    def test_lines_that_are_no_object(self) -> None:
        for text in (b'', b'\n', b'null', b'[]', b'{}', b'{"uuid":', line('1 12:00') + b'x', line('1 12:00').replace(b'$pageview', b'\xff')):
            with self.subTest(text), self.assertRaises(Rejected):
                parse_event(text)

    def test_the_whole_range_of_times_and_teams(self) -> None:
        for fields in ({'timestamp': '1970-01-03 00:00:00'}, {'timestamp': '2106-02-04 23:59:59.999999'}, {'team_id': 2**63 - 1}):
            with self.subTest(fields):
                event('1 12:00', **fields)

    def test_absent_and_null_read_as_empty(self) -> None:
        bare = {'team_id': 1, 'uuid': numbered_uuid(1), 'timestamp': '2026-03-01 12:00:00'}
        nulls = dict.fromkeys(('event', 'session_id', 'person_id', 'browser', 'viewport_width', 'has_gclid', 'inserted_at'))
        for fields in (bare, bare | nulls):
            read = parse_event(json.dumps(fields).encode())
            self.assertEqual((read.name, read.session_id, read.person), ('', '', '00000000-0000-0000-0000-000000000000'))
            self.assertEqual([read.text(name) for name in ('browser', 'viewport_width', 'has_gclid')], ['', '0', '0'])

    def test_values_as_text(self) -> None:
        read = event('1 12:00', browser=' X ', viewport_width=-1, viewport_height=2**63 - 1,
                     has_gclid=True, has_fbclid=1, mat_metadata_loggedIn=False)
        names = ('browser', 'viewport_width', 'viewport_height', 'has_gclid', 'has_fbclid', 'mat_metadata_loggedIn')
        self.assertEqual([read.text(name) for name in names], [' X ', '-1', '9223372036854775807', '1', '1', '0'])

    def test_uuids_are_read_in_lower_case(self) -> None:
        read = event('1 12:00', uuid='ABCDEF00-0000-0000-0000-000000000000', person_id='00000000-0000-0000-0000-00000000000F')
        self.assertEqual((read.uuid, read.person), ('abcdef00-0000-0000-0000-000000000000', '00000000-0000-0000-0000-00000000000f'))


class Loading(unittest.TestCase):
    def test_the_first_of_equal_events_wins_whatever_the_spelling(self) -> None:
        identity = {'uuid': 'ABCDEF00-0000-0000-0000-000000000000', 'event': '$pageview', 'team_id': 1}
        loaded = Loaded().add([line('1 12:00', **identity, pathname='/first')])
        loaded.add([line('1 12:00', **identity | {'uuid': identity['uuid'].lower()}, timestamp='2026-03-01T13:00:00.0+01:00', pathname='/second')])
        self.assertEqual([one.text('pathname') for one in loaded.events], ['/first'])
        self.assertEqual((loaded.lines, loaded.duplicates), (2, 1))

    def test_what_makes_another_event(self) -> None:
        same = {'uuid': numbered_uuid(1)}
        loaded = Loaded().add([line('1 12:00', **same), line('1 12:00:00.000001', **same), line('1 12:00', '$screen', **same),
                               line('1 12:00', **same, team_id=2), line('1 12:00', uuid=numbered_uuid(2))])
        self.assertEqual((len(loaded.events), loaded.duplicates), (5, 0))

    def test_rejects_are_told_by_line(self) -> None:
        loaded = Loaded().add([line('1 12:00'), b'[]', line('1 12:00', team_id=0)])
        self.assertEqual(loaded.rejects, ['line 2: not an object', 'line 3: team_id 0 is not in 1..2^63-1'])

    def test_files_plain_and_gzip(self) -> None:
        text = line('1 12:00') + b'\n' + line('1 12:01') + b'\n'
        with tempfile.TemporaryDirectory() as folder:
            for name, content in (('plain.gz', text), ('compressed', gzip.compress(text)), ('empty', b'')):
                path = Path(folder, name)
                path.write_bytes(content)
                self.assertEqual(list(lines_of(str(path))), text.splitlines(keepends=True) if content else [], name)


if __name__ == '__main__':
    unittest.main()
