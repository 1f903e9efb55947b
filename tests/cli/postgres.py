"""A PostgreSQL server of the test's own: Debian's programs, a new cluster in a temporary directory, reached by its socket alone.

As a program it is the server of one that is written in another language: it prints the server's URL, does what each line of standard input
says (start, stop, freeze, thaw) and prints "done", and ends with its standard input, however its caller ended.
"""
from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

USER = 'keeper'
PASSWORD = 'pass\'wo@rd/1'


def programs() -> Path:
    """The directory of initdb, postgres and psql."""
    found = sorted(Path('/usr/lib/postgresql').glob('*/bin/initdb'), key=lambda path: int(path.parts[-3]))
    if not found:
        raise RuntimeError('there is no PostgreSQL in /usr/lib/postgresql: tools/setup test installs it')
    return found[-1].parent


class PostgresServer:
    """Runs from its making until stop(); as another user where the test runs as root, as which PostgreSQL does not run."""

    def __init__(self, max_connections: int = 10) -> None:
        self.bin = programs()
        self.max_connections = max_connections
        # In memory where that can be, as stores in files are: a busy disk takes its time for each table. The socket's path must be short.
        self.folder = Path(tempfile.mkdtemp(prefix='gapless-pg-', dir='/dev/shm' if os.access('/dev/shm', os.W_OK) else '/tmp'))
        self.identity: dict[str, Any] = {}
        if os.geteuid() == 0:
            users = {user.pw_name: user for user in pwd.getpwall()}
            user = users.get('postgres') or users['nobody']
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            self.identity = {'user': user.pw_uid, 'group': user.pw_gid, 'extra_groups': []}
        self.process: subprocess.Popen[bytes] | None = None
        try:
            self._make()
            self.start()
        except BaseException:
            self.stop()
            raise

    def _make(self) -> None:
        self.folder.chmod(0o755)
        password_file = self.folder / 'password'
        password_file.write_text(PASSWORD + '\n')
        password_file.chmod(0o644)
        self._run('initdb', '-D', self.folder / 'data', '-U', USER, '-A', 'scram-sha-256', '--pwfile', password_file, '-E', 'UTF8', '--locale=C',
                  '--no-sync', '--no-instructions', '--wal-segsize=1')

    def start(self) -> None:
        log = (self.folder / 'log').open('ab')
        with log:
            self.process = subprocess.Popen(
                [self.bin / 'postgres', '-D', self.folder / 'data', '-k', self.folder, '-c', 'listen_addresses=', '-c', 'fsync=off',
                 '-c', f'max_connections={self.max_connections}', '-c', 'shared_buffers=8MB', '-c', 'max_wal_size=32MB',
                 '-c', 'min_wal_size=8MB', '-c', 'autovacuum=off'],
                cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **self.identity)
        deadline = time.monotonic() + 30
        while True:
            try:
                self.sql('SELECT 1')
                return
            except RuntimeError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError('PostgreSQL does not start:\n' + (self.folder / 'log').read_text()) from None
            time.sleep(0.05)

    def _run(self, program: str, *arguments: object, **variables: str) -> str:
        done = subprocess.run([self.bin / program, *map(str, arguments)], cwd=self.folder, capture_output=True, text=True, check=False,
                              stdin=subprocess.DEVNULL, env={'PATH': os.environ['PATH'], 'LC_ALL': 'C.UTF-8'} | variables, **self.identity)
        if done.returncode != 0:
            raise RuntimeError(f'{program}: {done.stderr}')
        return done.stdout

    def sql(self, text: str) -> str:
        return self._run('psql', '-h', self.folder, '-U', USER, '-d', 'postgres', '-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-c', text,
                         PGPASSWORD=PASSWORD)

    def url(self, password: str | None = PASSWORD, user: str = USER) -> str:
        secret = '' if password is None else ':' + quote(password, safe='')
        return f'postgresql://{user}{secret}@{quote(str(self.folder), safe="")}/postgres'

    def freeze(self, signum: signal.Signals = signal.SIGSTOP) -> None:
        """All its processes stand still, with their connections; SIGCONT has them go on."""
        assert self.process is not None
        children = Path(f'/proc/{self.process.pid}/task/{self.process.pid}/children').read_text().split()
        for pid in [self.process.pid, *map(int, children)]:
            os.kill(pid, signum)

    def halt(self) -> None:
        """Ends the server; start() starts it again on the same data."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)  # "fast": sessions are ended
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGQUIT)
                self.process.wait(timeout=20)

    def stop(self) -> None:
        self.halt()
        shutil.rmtree(self.folder, ignore_errors=True)


def main() -> None:
    server = PostgresServer(max_connections=100)
    does = {'start': server.start, 'stop': server.halt, 'freeze': server.freeze, 'thaw': lambda: server.freeze(signal.SIGCONT)}
    try:
        print(server.url(), flush=True)
        for line in sys.stdin:
            does[line.strip()]()
            print('done', flush=True)
    finally:
        if server.process is not None and server.process.poll() is None:
            server.freeze(signal.SIGCONT)
        server.stop()


if __name__ == '__main__':
    main()
