"""Agreement with an outside reference: programs that follow the same rules, written by others.

They are looked for in the folder that the environment variable GAPLESS_SHARED_REFERENCE names, else in ../shared/reference beside the
repository: rollup_reference.py, access_log_events.py and generate_events.py, with the command lines of ours. Outputs agree byte for byte.
"""
from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import unittest
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import access_log
import streams
from events import Event, Loaded, lines_of
from rollup import output
from sessions import Session, sessions_of
from support import ACCESS_LOG_SAMPLE, READERS_SAMPLE, REPOSITORY, readers

OUTSIDE = Path(os.environ.get('GAPLESS_SHARED_REFERENCE') or REPOSITORY.parent / 'shared' / 'reference')
WHAT = ('cells', 'stats', 'bounces', 'breakdowns')
SEEDS = range(1, 11)
SESSIONS = 150


def outside(program: str, *arguments: str) -> bytes:
    command = [sys.executable, '-X', 'utf8', str(OUTSIDE / program), *arguments]
    return subprocess.run(command, capture_output=True, check=True).stdout


def ours(what: str, sessions: list[Session]) -> bytes:
    return ''.join(line + '\n' for line in output(what, sessions)).encode()


def plainly(event: Event) -> str:
    """An event as a line in one spelling. The outside rollup reads a time as UTC whatever its offset, tells uuids apart by their case, and
    wants `event` and `person_id` to be there; what is spelled otherwise is for ours alone."""
    when = datetime(1970, 1, 1) + timedelta(microseconds=event.micros)
    spelled = {'uuid': event.uuid, 'person_id': event.person, 'event': event.name, 'timestamp': when.isoformat(' ', 'microseconds')}
    return json.dumps(event.fields | spelled)


@unittest.skipUnless(OUTSIDE.is_dir(), f'no outside reference: {OUTSIDE} is not a folder (set GAPLESS_SHARED_REFERENCE to one)')
class Agreement(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name, 'events.ndjson')

    def assert_agree(self, events: list[Event], path: Path) -> None:
        """Ours of the events, and the outside's of the file that holds them."""
        sessions = list(sessions_of(events))
        for what in WHAT:
            with self.subTest(what):
                self.assertTrue(ours(what, sessions) == outside('rollup_reference.py', f'--{what}', str(path)), f'--{what} of {path.name} differs')

    def test_readers_sample(self) -> None:
        self.assert_agree(readers().events, READERS_SAMPLE)

    def test_access_log_sample(self) -> None:
        for options in ({'team': 1, 'default_host': ''}, {'team': 2**63 - 1, 'default_host': 'www.example.com'}):
            with self.subTest(options):
                events = access_log.events_of(lines_of(str(ACCESS_LOG_SAMPLE)), counts=Counter(), **options)
                text = ''.join(json.dumps(one) + '\n' for one in events).encode()
                self.path.write_bytes(text)
                arguments = '--team', str(options['team']), '--host', options['default_host'], str(ACCESS_LOG_SAMPLE)
                self.assertTrue(text == outside('access_log_events.py', *arguments), 'events differ')
        self.assert_agree(Loaded().add(text.splitlines()).events, self.path)

    def test_streams_of_the_outside_generator(self) -> None:
        for seed in SEEDS:
            with self.subTest(seed=seed):
                self.path.write_bytes(outside('generate_events.py', '--seed', str(seed), '--sessions', str(SESSIONS)))
                loaded = Loaded().add(lines_of(str(self.path)))
                self.assertEqual(loaded.rejects, [])
                self.assert_agree(loaded.events, self.path)

    def test_streams_of_ours(self) -> None:
        for seed in SEEDS:
            with self.subTest(seed=seed):
                loaded = self._load_and_write_plainly(streams.Settings(seed=seed, sessions=SESSIONS))
                self.assert_agree(loaded.events, self.path)

    def test_named_sessions_alone(self) -> None:
        loaded = self._load_and_write_plainly(streams.Settings(sessions=SESSIONS))
        theirs = outside('rollup_reference.py', '--sessionize', 'named', str(self.path))
        self.assertTrue(ours('cells', list(sessions_of(loaded.events, named_only=True))) == theirs)

    def _load_and_write_plainly(self, settings: streams.Settings) -> Loaded:
        """Writes every line of the stream, repetitions included, so that the outside leaves them out itself."""
        lines = [line.encode() for line in streams.lines(settings)]
        every_event = [one for line in lines for one in Loaded().add([line]).events]
        self.path.write_text(''.join(plainly(one) + '\n' for one in every_event), encoding='utf-8')
        return Loaded().add(lines)


if __name__ == '__main__':
    unittest.main()
