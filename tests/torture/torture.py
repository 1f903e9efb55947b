#!/usr/bin/env python3
"""Kills the real program with SIGKILL, again and again, and looks whether anything was lost or counted twice.

A stream of a few teams and days is loaded and published. Then, over and over, some events come or go, a backfill of a team or two is killed at
a named point (src/util/kill_point.h) or at any moment, at times the command that recovers is killed too, and at times a second process
asks for the data meanwhile. Afterwards every day must be wholly as it was or wholly as the reference wants it, in both tables; nobody else's
groups have changed; nothing is left over; ledger and tables agree. Now and then, and at the end, all is published and must equal the reference.

usage: torture.py [--kills N] [--publishing-at-least M] [--seed S] [--store sqlite|postgres]

It goes on until there were so many kills, so many of them while publishing, and one at least at every named point. What happens follows from
the seed, but for the moments that are random in time. After a failure the directory stays.
"""
from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / 'cli'), str(HERE.parent / 'reference')]
import kill_points  # noqa: E402
from days import TABLES, Days, days_of, differing, neither, replaced, wanted  # noqa: E402
from events import Event, Loaded  # noqa: E402
from groups import columns  # noqa: E402
from harness import CommandTest, Ran  # noqa: E402
from postgres import PostgresServer  # noqa: E402
from streams import Settings, Spelling, Stream  # noqa: E402

WINDOW = ('--from', '2026-02-28', '--to', '2026-03-20')
TEAMS, DAYS = 3, 3
FIRST_EVENTS, EVENTS_A_CHANGE = 250, 4
LONE_DAY = '2026-03-16'     # after the stream's: it has one event or none, so that publishing it may empty it
PUBLISHED_EVERY = 25        # iterations from one comparison of everything with the reference to the next

POINTS = kill_points.listed()
OF_RECOVERY = [name for name in POINTS if name.startswith('recover.')]
OF_RUN = [name for name in POINTS if not name.startswith(('recover.', 'rebuild.'))]  # a rebuild's are those of tests/cli/test_buckets.py
JOURNALLED = OF_RUN[OF_RUN.index('build.journal_written'):OF_RUN.index('publish.journal_erased')]
PUBLISHING = JOURNALLED[JOURNALLED.index('publish.journal_written'):]
BEFORE_RECOVERY = {'recover.before_redo': PUBLISHING, 'recover.after_redo': PUBLISHING, 'recover.before_discard': JOURNALLED,
                   'recover.journal_erased': JOURNALLED, 'recover.before_closing': OF_RUN, 'recover.before_sweeping': ['publish.journal_erased']}
"""Where a run must have died for recovery to come to a point."""


@dataclass(frozen=True)
class Death:
    """How one run dies."""
    point: str = ''             # '': at any moment
    nth: int = 1                # the first time that it comes there, the second…
    from_publishing: bool = False   # any moment from the first journal entry `publishing` on
    asked_meanwhile: bool = False   # a second process comes while the run stands still
    recovery_point: str = ''        # where the command that recovers dies too
    recovery_killed: bool = False   # at any moment

    def __str__(self) -> str:
        told = f'{self.point}:{self.nth}' if self.point else 'while publishing' if self.from_publishing else 'at any moment'
        told += ', a second process meanwhile' if self.asked_meanwhile else ''
        return told + (f', then recovery at {self.recovery_point or "any moment"}' if self.recovery_point or self.recovery_killed else '')


def stands_still(process: subprocess.Popen[bytes]) -> bool:
    """Waits until it was stopped by its own signal (True) or ended."""
    found = os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
    return found is not None and found.si_code == os.CLD_STOPPED


class Torture(CommandTest):
    """The directory, what was loaded into it, and what must be published."""
    maxDiff = None

    def __init__(self, kills: int, publishing: int, seed: int, postgres: PostgresServer | None):
        super().__init__('torture')
        self.postgres = postgres    # where the state is; None: in the directory
        self.least_kills, self.least_publishing, self.rng = kills, publishing, random.Random(seed)
        self.kills = self.while_publishing = self.of_recovery = self.second_processes = self.iteration = 0
        self.never_killed_at = set(OF_RECOVERY + OF_RUN)
        self.changes = self.new_changes(seed)
        self.loaded = Loaded()
        self.published: Days = days_of(())
        self.wanted: Days = days_of(())
        self.seconds_of_a_run = 1.0
        self.death = Death()

    def setUp(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix='gapless-torture-'))
        self.data = self.folder / 'data'
        # Through it the engine is seen without the state store: commands may look, and recover nothing.
        self.looking = self.folder / 'looking'
        self.looking.mkdir()
        (self.looking / 'engine').symlink_to(self.data / 'engine')

    def variables_of(self, arguments: tuple[str | Path, ...], variables: dict[str, str]) -> dict[str, str]:
        if self.postgres is None:
            return super().variables_of(arguments, variables)
        is_looking = variables.get('GAPLESS_DATA') == str(self.looking)
        return super().variables_of(arguments, {'GAPLESS_STATE_URL': self.postgres.url(),
                                                'GAPLESS_STATE_SCHEMA': 'looking' if is_looking else 'gapless'} | variables)

    def torture(self) -> None:
        self.load(next(self.changes))
        self.publish_all()
        while self.kills < self.least_kills or self.while_publishing < self.least_publishing or self.never_killed_at:
            self.iteration += 1
            self.assertLess(self.iteration, 3 * self.least_kills + 300, f'never killed at {sorted(self.never_killed_at)}')
            self.death = self.next_death()
            self.iterate()
            if self.iteration % PUBLISHED_EVERY == 0:
                self.publish_all()
                print(f'{self.kills} kills, {self.while_publishing} while publishing', flush=True)
        self.publish_all()

    # What changes

    def new_changes(self, seed: int) -> Iterator[list[str]]:
        """Lines of events: many at first, then a few at a time."""
        settings = Settings(seed=seed, sessions=200 + 2 * self.least_kills, teams=TEAMS, days=DAYS)
        spelling = Spelling(random.Random(seed))
        lines = [spelling.line(event) for event in Stream(settings).events()]
        yield lines[:FIRST_EVENTS]
        for start in range(FIRST_EVENTS, len(lines), EVENTS_A_CHANGE):
            yield lines[start:start + EVENTS_A_CHANGE]

    def load(self, lines: list[str]) -> None:
        content = ''.join(line + '\n' for line in lines).encode('utf-8', 'surrogatepass')
        self.gapless('load', self.write('events.ndjson', content))
        self.set_events(self.loaded.add(content.split(b'\n')[:-1]).events)

    def set_events(self, events: list[Event]) -> None:
        self.loaded.events = events
        self.wanted = wanted(events)

    def toggle_lone_day(self) -> None:
        """Its only event comes, or goes: then all tables' partitions are dropped."""
        kept = [event for event in self.loaded.events if LONE_DAY not in event.fields['timestamp']]
        if len(kept) == len(self.loaded.events):
            lone = Stream(Settings(seed=self.iteration, sessions=1, teams=1)).events()[0] | {'event': '$pageview'}
            self.load([json.dumps(lone | {'timestamp': f'{LONE_DAY} 12:00:00', 'inserted_at': f'{LONE_DAY} 13:00:00'})])
        else:
            self.gapless('sql', f"ALTER TABLE events DELETE WHERE toDate(timestamp) = '{LONE_DAY}' SETTINGS mutations_sync = 2", '--write')
            self.set_events(kept)

    def teams_due(self) -> list[int]:
        return sorted({int(group[2]) for day in differing(self.published, self.wanted) for table in TABLES
                       for rows in [(self.wanted[day].of(table), self.published[day].of(table))]
                       for group in (rows[0] - rows[1]) + (rows[1] - rows[0])})

    # How a run dies

    def next_death(self) -> Death:
        """At a point where none died yet, of recovery first, or anyhow."""
        waiting = [name for name in OF_RECOVERY + OF_RUN if name in self.never_killed_at]
        if waiting and self.rng.random() < .9:
            if waiting[0] in OF_RUN:
                return Death(self.rng.choice(waiting), asked_meanwhile=self.rng.random() < .1)
            before = BEFORE_RECOVERY[waiting[0]]
            return Death(self.rng.choice([name for name in before if name in waiting] or before), recovery_point=waiting[0])
        killed_too = self.rng.random() < .3
        meanwhile = self.rng.random() < .15
        recovery_point = self.rng.choice([*OF_RECOVERY, *PUBLISHING, '', '', '']) if killed_too else ''
        if self.rng.random() < .4:
            return Death(self.rng.choice(OF_RUN), self.rng.choice([1, 1, 2, 3]), False, meanwhile, recovery_point, killed_too)
        return Death('', 1, self.rng.random() < .6, meanwhile, recovery_point, killed_too)

    def iterate(self) -> None:
        while not self.teams_due() or self.rng.random() < .15:
            if self.rng.random() < .2:
                self.toggle_lone_day()
            else:
                self.load(next(self.changes))
        due = self.teams_due()
        teams = frozenset(self.rng.sample(due, k=min(len(due), self.rng.choice([1, 2, 2]))))
        backfill = ('backfill', *WINDOW, '--teams', ','.join(map(str, sorted(teams))), '--allow-shrink')
        new = replaced(self.published, self.wanted, teams)
        if not self.killed_run(backfill):
            self.check(new, new)
            return
        unfinished = self.count_kill()
        if unfinished or self.rng.random() < .2:
            self.look(new, unfinished)
        if self.death.recovery_point or self.death.recovery_killed:
            if self.killed_recovery(self.recovering_command(backfill)):
                self.of_recovery += 1
                again = self.count_kill()
                self.look(new, again)
                unfinished |= again
        if self.recovers_by_backfill(backfill):
            self.check(new, new)
        else:
            self.check(self.published | {day: new[day] for day in unfinished}, new)     # what was being published is finished
        if unfinished or self.rng.random() < .3:
            self.check_ledger()

    def killed_run(self, command: tuple[str, ...]) -> bool:
        """Starts it and kills it as said. False where it was done before; then it must have gone well."""
        death, asked = self.death, f'{self.death.point}:{self.death.nth}'
        if death.asked_meanwhile or death.from_publishing:
            process = self.start(*command, GAPLESS_STOP_AT=asked if death.point else 'publish.journal_written')
            if stands_still(process):
                if death.asked_meanwhile:
                    self.second_processes += 1
                    self.gapless('plan', *WINDOW, code=5)
                if not death.point:
                    process.send_signal(signal.SIGCONT)
                    time.sleep(self.rng.random() * .06)
                process.kill()
        elif death.point:
            process = self.start(*command, GAPLESS_KILL_AT=asked)
        else:
            process = self.start(*command)
            time.sleep(self.rng.random() * self.seconds_of_a_run)
            process.kill()
        return self.was_killed(process, death.point)

    def killed_recovery(self, command: tuple[str, ...]) -> bool:
        if point := self.death.recovery_point:
            return self.was_killed(self.start(*command, GAPLESS_KILL_AT=point), point)
        process = self.start(*command)
        time.sleep(self.rng.random() * self.seconds_of_a_run)
        process.kill()
        return self.was_killed(process, '')

    def was_killed(self, process: subprocess.Popen[bytes], point: str) -> bool:
        out, err = process.communicate(timeout=120)
        if process.returncode == -signal.SIGKILL:
            self.never_killed_at.discard(point)
            return True
        self.assertEqual(process.returncode, 0, f'{out.decode()}\n{err.decode()}')
        return False

    def count_kill(self) -> frozenset[str]:
        """Returns the days that were being published."""
        self.kills += 1
        days = frozenset(str(day) for (day,) in self.store("SELECT day FROM journal WHERE phase = 'publishing'"))
        self.while_publishing += bool(days)
        return days

    def recovering_command(self, backfill: tuple[str, ...]) -> tuple[str, ...]:
        return self.rng.choice([backfill, (*backfill, '--dry-run'), ('plan', *WINDOW), ('status', *WINDOW), ('sql', 'SELECT 1')])

    def recovers_by_backfill(self, backfill: tuple[str, ...]) -> bool:
        """Now and then a command of its own recovers, else the look of the check does. True for a backfill, which also goes on."""
        if self.rng.random() < .7:
            return False
        command = self.recovering_command(backfill)
        self.gapless(*command)
        return command == backfill

    # What must be true

    def store(self, query: str) -> list[tuple[object, ...]]:
        """Rows of the state store; of a file in a copy, since opening it might change what a process finds that comes next."""
        if self.postgres is not None:
            lines = self.postgres.sql(f'SET search_path = gapless; {query}').split('\n')
            return [tuple(int(value) if value.isdigit() else value for value in line.split('|')) for line in lines if line]
        with tempfile.TemporaryDirectory(dir=self.folder) as copy:
            for file in self.data.glob('state.sqlite*'):
                shutil.copy(file, copy)
            database = sqlite3.connect(Path(copy) / 'state.sqlite')
            try:
                return database.execute(query).fetchall()
            finally:
                database.close()

    def tables(self, **variables: str) -> tuple[Days, list[str], Ran]:
        """What the tables hold, and which staging tables there are; read by one command, since each has to open the engine."""
        ran = self.gapless('sql', TABLES_AND_STAGING, '--format', 'JSONCompactEachRow', **variables)
        rows = [json.loads(line) for line in ran.out.split('\n') if line]
        staging = [line[0] for what, line in rows if what == 'staging']
        return days_of((what, tuple(line)) for what, line in rows if what != 'staging'), staging, ran

    def look(self, new: Days, unfinished: frozenset[str]) -> None:
        """What a reader would find before anybody has recovered."""
        now, _, ran = self.tables(GAPLESS_DATA=str(self.looking))
        self.assertIn('kept by store', ran.err, 'it must only look')
        self.assertEqual(neither(now, self.published, new, unfinished), [], 'before recovery')

    def check(self, old: Days, new: Days) -> None:
        """After recovery: each day old or new, and nothing left over."""
        now, staging, _ = self.tables()
        self.assertEqual(neither(now, old, new, frozenset()), [], 'after recovery')
        self.assertEqual(staging, [])
        for left in ('runs WHERE status = \'running\'', 'journal', 'leases'):
            self.assertEqual(self.store(f'SELECT count(*) FROM {left}'), [(0,)], f'left over: {left}')
        self.published = now

    def check_ledger(self) -> list[dict[str, str]]:
        """It agrees with the tables: what a plan finds to do comes from the events alone. Returns that."""
        planned = self.gapless('plan', *WINDOW, '--output', 'json').json['cells']
        self.assertLessEqual({cell['state'] for cell in planned}, {'missing', 'stale', 'orphaned'}, planned)
        return list(planned)

    def publish_all(self) -> None:
        """Afterwards all is as the reference wants it."""
        started = time.monotonic()
        self.gapless('backfill', *WINDOW, '--allow-shrink')
        self.seconds_of_a_run = time.monotonic() - started
        self.check(self.wanted, self.wanted)
        self.assertEqual(self.check_ledger(), [])

    def summary(self) -> str:
        return (f'{self.kills} kills, {self.while_publishing} of them while publishing, {self.of_recovery} recoveries killed, '
                f'{self.second_processes} second processes turned away')


TABLES_AND_STAGING = ' UNION ALL '.join(
    [f"SELECT '{table}' AS what, [{', '.join(columns(table))}] AS line FROM web_pre_aggregated_{table}" for table in TABLES]
    + ["SELECT 'staging', [name] FROM system.tables WHERE database = currentDatabase() AND name LIKE 'staging%'"])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--kills', type=int, default=500)
    parser.add_argument('--publishing-at-least', type=int, default=0, metavar='M')
    parser.add_argument('--store', choices=('sqlite', 'postgres'), default='sqlite', help='where the state is')
    parser.add_argument('--seed', type=int, default=random.SystemRandom().randrange(10**6))
    arguments = parser.parse_args()
    print(f'torture.py --kills {arguments.kills} --publishing-at-least {arguments.publishing_at_least} --seed {arguments.seed}'
          f' --store {arguments.store}', flush=True)
    if wrong := kill_points.problems():
        print(*wrong, sep='\n')
        return 1
    started = time.monotonic()
    postgres = PostgresServer(max_connections=40) if arguments.store == 'postgres' else None
    torture = Torture(arguments.kills, arguments.publishing_at_least, arguments.seed, postgres)
    torture.setUp()
    try:
        torture.torture()
    except BaseException as error:
        print(f'{error}\n\nfailed in iteration {torture.iteration} ({torture.death}) of seed {arguments.seed}, after {torture.summary()};'
              f' left as it is: {torture.folder}')
        if isinstance(error, AssertionError):
            return 1
        raise
    finally:
        torture.doCleanups()
        if postgres is not None:
            postgres.stop()
    shutil.rmtree(torture.folder)
    print(f'{torture.summary()}: nothing lost, in {time.monotonic() - started:.0f} s')
    return 0


if __name__ == '__main__':
    sys.exit(main())
