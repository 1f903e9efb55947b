"""What every black-box test of the program needs: the real binary, a fresh data directory, its output and exit code.

With GAPLESS_TEST_ENGINE=server the same tests run on a server: a stand-in holds what would be `engine/` of the data directory, and every
command but `load` goes over engine.url. For a load the stand-in gives its directory back.
"""
from __future__ import annotations

import atexit
import contextlib
import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / 'tests' / 'reference'
SAMPLES = ROOT / 'samples'
GAPLESS = Path(os.environ.get('GAPLESS_BINARY', ROOT / 'build' / 'release' / 'gapless'))
STAND_IN = Path(os.environ.get('GAPLESS_STAND_IN', GAPLESS.parent / 'tests' / 'stand_in_server'))
ON_SERVER = os.environ.get('GAPLESS_TEST_ENGINE', 'embedded') == 'server'
embedded_only = functools.partial(unittest.skipIf, ON_SERVER)


@dataclass(frozen=True)
class Ran:
    """A finished command."""
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output, which must be exactly one JSON document."""
        return json.loads(self.out)


def environment(**more: str) -> dict[str, str]:
    """The environment of a test: nothing of the caller's that gapless would read, no colours."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(('GAPLESS_', 'WEB_'))}
    if 'GAPLESS_CHDB_LIBRARY' in os.environ:
        kept['GAPLESS_CHDB_LIBRARY'] = os.environ['GAPLESS_CHDB_LIBRARY']
    return kept | {'NO_COLOR': '1', 'LC_ALL': 'C.UTF-8'} | more


class Server:
    """The stand-in for a modern server, over a directory."""

    def __init__(self, directory: Path, *options: str) -> None:
        self.directory, self.options, self.address = directory, options, '127.0.0.1:0'
        self.process: subprocess.Popen[bytes] | None = None
        self.log: Path | None = None  # of each request, where it is wanted

    def start(self) -> None:
        with contextlib.ExitStack() as files:
            log = files.enter_context(self.log.open('ab')) if self.log else None
            self.process = subprocess.Popen([STAND_IN, self.directory, '--listen', self.address, *self.options, *(['--log'] if log else [])],
                                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log)
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().decode().removeprefix('listening on ').strip()

    def stop(self) -> None:
        if self.process is not None:
            self.process.communicate()  # its input ends
            self.process = None

    def kill(self) -> None:
        """Whoever starts it again finds it at the same address."""
        if self.process is not None:
            self.process.kill()
            self.stop()


@functools.cache
def engine_with(events: bytes) -> Path:
    """The embedded engine's directory with these events; to be copied, since every test that wants it shares it."""
    folder = tempfile.mkdtemp(prefix='gapless-cli-')
    atexit.register(shutil.rmtree, folder)
    path = Path(folder) / 'events.ndjson'
    path.write_bytes(events)
    subprocess.run([GAPLESS, 'load', path], env=environment(GAPLESS_DATA=f'{folder}/data'), capture_output=True, check=True)
    return Path(folder) / 'data' / 'engine'


class CommandTest(unittest.TestCase):
    """A test with a folder of its own, in which commands run, and the data directory `data` in it."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix='gapless-cli-')
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.data = self.folder / 'data'
        self.servers: dict[Path, Server] = {}  # by data directory, where tests run on one

    def start_server(self, events: Path, *options: str) -> Server:
        """A server of the test's own until it ends, with these events in its database gapless."""
        directory = self.folder / 'server'
        shutil.copytree(engine_with(events.read_bytes()), directory, symlinks=True)
        server = Server(directory, *options)
        server.start()
        self.addCleanup(server.kill)
        return server

    def engine_of(self, data: Path, command: str) -> dict[str, str]:
        """What a command is told of the server that holds the data directory's engine; a load is told nothing, and has the directory."""
        server = self.servers.get(data)
        if server is None:
            server = self.servers[data] = Server(data.with_name(data.name + '-server'))
            self.addCleanup(server.stop)
        if command == 'load':
            server.stop()
            if server.directory.exists():
                data.mkdir(exist_ok=True)
                server.directory.rename(data / 'engine')
            return {}
        if server.process is None:
            if (data / 'engine').exists():
                (data / 'engine').rename(server.directory)
            elif not server.directory.exists():  # a table of events without any, and nobody's warehouse
                empty = data.with_name(data.name + '-empty')
                subprocess.run([GAPLESS, 'sql', '--write', 'TRUNCATE TABLE gapless_meta'], env=environment(GAPLESS_DATA=str(empty)),
                               capture_output=True, check=True)
                (empty / 'engine').rename(server.directory)
            server.start()
        return {'GAPLESS_ENGINE_URL': f'http://{server.address}'}

    def begin_anew(self) -> None:
        """Away with all that the data directory, and its server, hold."""
        shutil.rmtree(self.data, ignore_errors=True)
        if (server := self.servers.pop(self.data, None)) is not None:
            server.stop()
            shutil.rmtree(server.directory, ignore_errors=True)

    def variables_of(self, arguments: tuple[str | Path, ...], variables: dict[str, str]) -> dict[str, str]:
        variables = {'GAPLESS_DATA': str(self.data)} | variables
        if ON_SERVER and 'GAPLESS_ENGINE_URL' not in variables:
            variables = self.engine_of(self.folder / variables['GAPLESS_DATA'], str(arguments[0]) if arguments else '') | variables
        return environment(**variables)

    def run_gapless(self, *arguments: str | Path, stdin: bytes | None = None, timeout: float = 120, **variables: str) -> Ran:
        done = subprocess.run([GAPLESS, *arguments], cwd=self.folder, input=stdin or b'', capture_output=True, timeout=timeout,
                              env=self.variables_of(arguments, variables), check=False)
        return Ran(done.returncode, done.stdout.decode(), done.stderr.decode('utf-8', 'replace'))

    def gapless(self, *arguments: str | Path, code: int = 0, **options: Any) -> Ran:
        """Runs the program, which must end with this exit code."""
        ran = self.run_gapless(*arguments, **options)
        self.assertEqual(ran.code, code, f'gapless {" ".join(map(str, arguments))}\n{ran.out}\n{ran.err}')
        return ran

    def start(self, *arguments: str | Path, **variables: str) -> subprocess.Popen[bytes]:
        """Starts the program without waiting; it is killed when the test ends, should it still run."""
        process = subprocess.Popen([GAPLESS, *arguments], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, env=self.variables_of(arguments, variables))

        def end() -> None:
            if process.poll() is None:
                process.kill()
            process.communicate()

        self.addCleanup(end)
        return process

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def sql(self, query: str) -> list[list[Any]]:
        """The rows of a query."""
        lines = self.gapless('sql', query, '--format', 'JSONCompactEachRow').out.split('\n')
        return [json.loads(line) for line in lines if line]

    def number(self, query: str) -> int:
        return int(self.sql(query)[0][0])


@functools.cache
def reference_of(what: str, *events: tuple[Path, bytes]) -> list[str]:
    return subprocess.run([sys.executable, '-B', REFERENCE / 'rollup.py', f'--{what}', *(path for path, _ in events)], capture_output=True,
                          text=True, check=True).stdout.split('\n')


def reference(what: str, *events: Path) -> list[str]:
    """The lines of the reference implementation: cells, stats, bounces or breakdowns. Of the same events it is asked once."""
    return reference_of(what, *((path, path.read_bytes()) for path in events))


def stream(path: Path, *, seed: int, sessions: int, teams: int = 3, days: int = 3, late: int = 0, last_day: str = '') -> Path:
    """Writes a generated stream of events."""
    options = ('--last-day', last_day) if last_day else ()
    with path.open('wb') as out:
        subprocess.run([sys.executable, '-B', REFERENCE / 'streams.py', '--seed', str(seed), '--sessions', str(sessions), '--teams', str(teams),
                        '--days', str(days), '--late', str(late), *options], stdout=out, check=True)
    return path
