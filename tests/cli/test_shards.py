"""Teams spread over several servers: where figures lie, what it costs, what moves when there are more, what is refused, and one that is down.

Each stand-in has its own copy of the events. With GAPLESS_TEST_LONG also two and four servers, more teams and days, and figures.
"""
from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import time
import unittest
import urllib.request
import uuid
from pathlib import Path
from typing import Any

from daemons import NOW
from groups import columns
from harness import REFERENCE, CommandTest, Server, embedded_only, engine_with, reference, stream

sys.path.insert(0, str(REFERENCE))
from compare import differences  # noqa: E402
from targets import TARGETS  # noqa: E402

LONG = 'GAPLESS_TEST_LONG' in os.environ
TEAMS = range(1, 61 if LONG else 13)
DAYS = ('2026-02-26', '2026-02-27', '2026-02-28', '2026-03-01')[0 if LONG else 2:]
WINDOW = ('--from', '2026-02-25', '--to', '2026-03-02')
CONFIGURATION = """[engine]
database = "rollup"
staging_database = "building"

[source]
table = "gapless.events"

[retry]
base_delay = "10ms"
"""


def shard_of(team: int, shards: int) -> int:
    """Lamping and Veach, 2014."""
    shard, following = -1, 0
    while following < shards:
        shard = following
        team = (team * 2862933555777941757 + 1) % 2**64
        following = int((shard + 1) * ((1 << 31) / ((team >> 33) + 1)))
    return shard


def views_of(team: int) -> int:
    return len(DAYS) * (3 + team % 3)


def plain_events(path: Path) -> None:
    """A few views of each team and day, beside the stream with the odd ones."""
    with path.open('a') as out:
        for team in TEAMS:
            for day in DAYS:
                for number in range(3 + team % 3):
                    person = uuid.UUID(int=team * 1000 + number)
                    out.write(json.dumps({'team_id': team, 'event': '$pageview', 'timestamp': f'{day} {8 + number:02}:00:00', 'uuid': str(uuid.uuid5(
                        person, f'{day}')), 'person_id': str(person), 'session_id': f'{team}-{day}-{number}', 'host': 'example.com',
                        'pathname': f'/{number}'}) + '\n')


@embedded_only('it has servers of its own')
class ShardsTest(CommandTest):
    """Servers with the same events in their database gapless, and a data directory that holds the state alone."""

    def setUp(self) -> None:
        super().setUp()
        self.events = stream(self.folder / 'events.ndjson', seed=88, sessions=20, teams=2, days=1, last_day='2026-03-01')
        plain_events(self.events)
        self.write('gapless.toml', CONFIGURATION)
        self.shards: list[Server] = []

    def add_servers(self, number: int) -> None:
        for _ in range(number):
            directory = self.folder / f'server-{len(self.shards)}'
            shutil.copytree(engine_with(self.events.read_bytes()), directory, symlinks=True)
            server = Server(directory)
            server.log = self.folder / f'server-{len(self.shards)}.log'
            server.start()
            self.addCleanup(server.kill)
            self.shards.append(server)

    def use(self, *shards: int) -> None:
        """In this order; none given: all."""
        urls = [f'"http://{self.shards[shard].address}"' for shard in shards or range(len(self.shards))]
        self.write('gapless.toml', CONFIGURATION.replace('[engine]', f'[engine]\nshards = [{", ".join(urls)}]'))

    def on(self, shard: int, query: str) -> list[list[Any]]:
        url = f'http://{self.shards[shard].address}/?database=rollup&default_format=JSONCompactEachRow'
        with urllib.request.urlopen(url, data=query.encode(), timeout=60) as reply:
            return [json.loads(line) for line in reply.read().decode().split('\n') if line]

    def backfill(self, *more: str, code: int = 0, **variables: str) -> Any:
        return self.gapless('backfill', *WINDOW, *more, '--output', 'json', code=code, GAPLESS_NOW=NOW, **variables).json

    def plan(self) -> Any:
        return self.gapless('plan', *WINDOW, '--output', 'json', GAPLESS_NOW=NOW).json

    def states(self) -> dict[str, int]:
        return {state: count for state, count in self.plan()['summary'].items() if count and state not in ('empty', 'open')}

    def assert_as_the_reference(self) -> None:
        """All shards together hold the reference's groups, and each the groups and entries of its own teams alone."""
        found: dict[str, list[str]] = {what: [] for what in TARGETS}
        for shard in range(len(self.shards)):
            query = ' UNION ALL '.join(f"SELECT '{what}', [{', '.join(columns(what))}], team_id FROM web_pre_aggregated_{what}" for what in TARGETS)
            for what, line, team in self.on(shard, query):
                found[what].append(json.dumps(line))
                self.assertEqual(shard_of(int(team), len(self.shards)), shard, f'team {team} has rows on shard {shard}')
            entries = self.on(shard, "SELECT team_id, argMax(definition, fence) AS made FROM gapless_ledger GROUP BY team_id, day, target HAVING made != 'forgotten'")
            self.assertEqual({shard_of(int(team), len(self.shards)) for team, _ in entries} - {shard}, set())
            here = self.on(shard, f'SELECT count() FROM gapless_ledger WHERE jumpConsistentHash(toUInt64(team_id), {len(self.shards)}) = {shard}')
            self.assertGreater(int(here[0][0]), 0, 'a shard without teams proves nothing')
        for what in TARGETS:
            self.assertEqual(differences(what, found[what], reference(what, self.events))[:5], [])
        for shard in range(len(self.shards)):
            self.assertEqual(self.on(shard, "SELECT name FROM system.tables WHERE startsWith(name, 'staging_')"), [])

    def parts(self, shard: int) -> dict[str, str]:
        return {str(team): str(content) for team, content in self.on(
            shard, 'SELECT team_id, groupBitXor(cityHash64(*)) FROM web_pre_aggregated_stats GROUP BY team_id')}


class SpreadTest(ShardsTest):
    """Over so many servers."""

    def over(self, number: int) -> None:
        self.add_servers(number)
        self.use()
        self.assertEqual(list(self.states()), ['missing'])
        done = self.backfill()
        self.assertEqual(done['status'], 'succeeded')
        self.assert_as_the_reference()
        if number > 1:
            self.assertEqual(sum(share['cells'] for share in done['shards']), done['cells_recomputed'])
            self.assertEqual(len(done['shards']), number)
            self.assertTrue(all(share['partitions'] > 0 for share in done['shards']))
        else:
            self.assertNotIn('shards', done)
        self.assertEqual(self.backfill()['status'], 'nothing_to_do')
        self.assertEqual(list(self.states()), ['fresh'])
        if number > 1:
            verified = self.gapless('verify', *WINDOW, '--teams', '1,2,3,4', '--output', 'json', GAPLESS_NOW=NOW).json
            self.assertEqual((verified['differences'], verified['cells_checked'] >= 4 * len(DAYS)), ([], True))
        for team in (TEAMS[0], TEAMS[-1]):
            report = self.gapless('query', 'overview', '--team', str(team), '--from', DAYS[0], '--to', DAYS[-1], '--output', 'json', GAPLESS_NOW=NOW).json
            self.assertEqual(report['answered_from'], {'rollup_days': len(DAYS), 'raw_days': 0})
        self.assertEqual(report['rows'][0]['views'], views_of(TEAMS[-1]))

    def test_one(self) -> None:
        self.over(1)

    def test_three(self) -> None:
        self.over(3)

    def asked(self, *command: str, **variables: str) -> list[int]:
        """How many statements each server had of a command."""
        def counts() -> list[int]:
            return [server.log.read_text().count('] POST /') for server in self.shards if server.log]
        before = counts()
        self.gapless(*command, *WINDOW, GAPLESS_NOW=NOW, **variables)
        return [now - was for now, was in zip(counts(), before)]

    def test_what_others_are_asked_does_not_grow(self) -> None:
        self.add_servers(3)
        alone = {'GAPLESS_ENGINE_URL': f'http://{self.shards[0].address}', 'GAPLESS_ENGINE_DATABASE': 'alone',
                 'GAPLESS_ENGINE_STAGING_DATABASE': 'alone', 'GAPLESS_DATA': str(self.folder / 'alone')}
        self.asked('backfill', '--quiet', **alone)
        of_one = self.asked('plan', **alone)
        self.assertEqual(of_one[1:], [0, 0])
        self.use()
        self.backfill()
        first, *others = self.asked('plan')
        self.assertEqual(len(set(others)), 1, 'all the same')
        self.assertLess(others[0], first, 'the source is asked about on the first')
        # How the targets of all are partitioned, before a new one's are made as they are; and whether the meta table has shards.
        self.assertLessEqual(first, of_one[0] + 2)

    @unittest.skipUnless(LONG, 'GAPLESS_TEST_LONG is not set')
    def test_two(self) -> None:
        self.over(2)

    @unittest.skipUnless(LONG, 'GAPLESS_TEST_LONG is not set')
    def test_four(self) -> None:
        self.over(4)


class GrowingTest(ShardsTest):
    """From two servers to three."""

    def setUp(self) -> None:
        super().setUp()
        self.add_servers(2)
        self.use()
        self.backfill()

    def moving(self) -> set[int]:
        teams = {int(team) for shard in range(2) for team, in self.on(shard, 'SELECT DISTINCT team_id FROM web_pre_aggregated_stats')}
        return {team for team in teams if shard_of(team, 2) != shard_of(team, 3)}

    def grow(self) -> set[int]:
        moving = self.moving()
        self.assertGreater(len(moving), 1)
        self.add_servers(1)
        self.use()
        return moving

    def test_a_backfill_moves_what_is_the_new_servers_and_nothing_else(self) -> None:
        moving = self.grow()
        stay = [{team: content for team, content in self.parts(shard).items() if int(team) not in moving} for shard in range(2)]
        plan = self.gapless('plan', *WINDOW, '--output', 'json', GAPLESS_NOW=NOW)
        self.assertIn('spread over 2 servers, and engine.shards names 3', plan.err)
        due = [cell for cell in plan.json['cells'] if cell['action'] != 'none']
        self.assertEqual({cell['team_id'] for cell in due}, moving)
        self.assertEqual({(cell['state'], cell['shard'] == 2) for cell in due}, {('missing', True), ('orphaned', False)})
        states = plan.json['summary']
        self.assertEqual(states['missing'], states['orphaned'])
        self.assertLess(states['missing'], states['fresh'], 'a part of the teams, and not most of them')
        shown = self.gapless('status', *WINDOW, GAPLESS_NOW=NOW).out
        self.assertIn('orphaned', shown)
        team = str(min(moving))
        explained = self.gapless('explain', '--team', team, '--day', DAYS[1], '--output', 'json', GAPLESS_NOW=NOW).json
        self.assertEqual((explained['cell']['state'], [one['state'] for one in explained['left_on_other_shards']]), ('missing', ['orphaned']))
        self.assertRegex(self.gapless('doctor', GAPLESS_NOW=NOW).out, r'spread over 2 servers until\s+now')

        done = self.gapless('backfill', *WINDOW, '--output', 'json', GAPLESS_NOW=NOW)
        self.assertEqual(done.json['status'], 'succeeded', 'what moves is no loss, how much it may be')
        self.assertIn('shard 2:', done.err)
        self.assert_as_the_reference()
        self.assertEqual([{team: content for team, content in self.parts(shard).items()} for shard in range(2)], stay)
        self.assertEqual(list(self.states()), ['fresh'])
        self.assertEqual(self.backfill()['status'], 'nothing_to_do')
        self.assertNotIn('until', self.gapless('doctor', GAPLESS_NOW=NOW).out.replace('unusable', ''))

        for wrong, why in (((1, 0, 2), 'this server is shard 1'), ((0, 1), 'spread over 3 servers'), ((0,), 'spread over 3 servers'), ((0, 2, 1), 'order')):
            with self.subTest(servers=wrong):
                self.use(*wrong)
                for command in ('plan', 'backfill'):
                    refused = self.gapless(command, *WINDOW, code=5, GAPLESS_NOW=NOW)
                    self.assertIn(why, refused.err)
        self.use()
        self.assertEqual(list(self.states()), ['fresh'])

    @unittest.skipUnless(LONG, 'GAPLESS_TEST_LONG is not set')
    def test_what_is_there_goes_only_after_the_new(self) -> None:
        moving = self.grow()
        for point in ('check.passed', 'publish.after_stats', 'publish.staging_dropped'):
            killed = self.run_gapless('backfill', *WINDOW, GAPLESS_NOW=NOW, GAPLESS_KILL_AT=point)
            self.assertEqual(killed.code, -signal.SIGKILL, killed.err)
            plan = self.plan()
            here = [{int(team) for team in self.parts(shard)} for shard in range(3)]
            self.assertLessEqual(moving, here[0] | here[1] | here[2], 'nobody is ever without figures')
            missing = {(cell['team_id'], cell['day']) for cell in plan['cells'] if cell['state'] == 'missing'}
            orphaned = {(cell['team_id'], cell['day']) for cell in plan['cells'] if cell['state'] == 'orphaned'}
            self.assertLessEqual(missing, orphaned)
        self.backfill()
        self.assert_as_the_reference()

    @unittest.skipUnless(LONG, 'GAPLESS_TEST_LONG is not set')
    def test_a_new_server_that_fails_leaves_what_is_there(self) -> None:
        moving = self.grow()
        before = [self.parts(shard) for shard in range(2)]
        stopped = self.start('backfill', *WINDOW, '--output', 'json', GAPLESS_NOW=NOW, GAPLESS_STOP_AT='build.journal_written')
        while Path(f'/proc/{stopped.pid}/stat').read_text().rsplit(')', 1)[1].split()[0] != 'T':
            time.sleep(0.02)
        self.shards[2].kill()
        stopped.send_signal(signal.SIGCONT)
        out, err = stopped.communicate(timeout=60)
        self.assertEqual(stopped.returncode, 1, err.decode())
        days = json.loads(out)['days']
        self.assertEqual({(one['shard'] == 2, one['status']) for one in days}, {(False, 'skipped'), (True, 'failed')})
        self.assertIn('what moved from here stays', {one['error'].split(':')[0] for one in days})
        self.assertEqual([self.parts(shard) for shard in range(2)], before)
        self.shards[2].start()
        self.backfill()
        self.assert_as_the_reference()
        self.assertTrue(moving)


    @unittest.skipUnless(LONG, 'GAPLESS_TEST_LONG is not set')
    def test_a_rebuild_is_one_of_all(self) -> None:
        self.grow()
        self.backfill()
        rebuild = ('targets', 'rebuild', '--team-buckets', '2')
        self.gapless(*rebuild, code=-signal.SIGKILL, GAPLESS_NOW=NOW, GAPLESS_KILL_AT='rebuild.after_stats')
        self.assertIn('gapless targets rebuild', self.gapless('plan', *WINDOW, code=2, GAPLESS_NOW=NOW).err)
        self.gapless(*rebuild, GAPLESS_NOW=NOW)
        targets = self.gapless('targets', '--output', 'json').json['targets']
        self.assertEqual([(one['shard'], one['team_buckets']) for one in targets], [(shard, 2) for shard in range(3) for _ in TARGETS])
        self.assert_as_the_reference()
        self.assertEqual(list(self.states()), ['fresh'])
        self.add_servers(1)
        self.use()
        self.backfill()
        self.assertEqual({one['team_buckets'] for one in self.gapless('targets', '--output', 'json').json['targets']}, {2}, 'a new one is as the others')
        self.assert_as_the_reference()

    @unittest.skipUnless(LONG, 'GAPLESS_TEST_LONG is not set')
    def test_figures_without_events_stay_and_are_read_where_they_are(self) -> None:
        moving = [team for team in self.grow() if team in TEAMS]
        self.assertGreater(self.states()['orphaned'], 0)
        for shard in range(3):
            self.on(shard, f"ALTER TABLE gapless.events DELETE WHERE toDate(timestamp) <= '{DAYS[0]}' SETTINGS mutations_sync = 2")
        self.backfill()
        expired = [cell for cell in self.gapless('plan', *WINDOW, '--all', '--output', 'json', GAPLESS_NOW=NOW).json['cells']
                   if cell['state'] == 'expired' and cell['shard'] != shard_of(cell['team_id'], 3)]
        self.assertEqual({cell['team_id'] for cell in expired} & set(moving), set(moving))
        for team in moving:
            report = self.gapless('query', 'overview', '--team', str(team), '--from', DAYS[0], '--to', DAYS[-1], '--output', 'json', GAPLESS_NOW=NOW).json
            self.assertEqual(report['rows'][0]['views'], views_of(team))
            self.assertGreater(report['answered_from']['rollup_days'], 0)
        self.assertEqual(self.backfill()['status'], 'nothing_to_do')


class DownTest(ShardsTest):
    """One server of two."""

    def test_none_is_planned_without_all_and_the_others_go_on(self) -> None:
        self.add_servers(2)
        self.use()
        stopped = self.start('backfill', *WINDOW, '--output', 'json', GAPLESS_NOW=NOW, GAPLESS_STOP_AT='build.journal_written')
        while Path(f'/proc/{stopped.pid}/stat').read_text().rsplit(')', 1)[1].split()[0] != 'T':
            time.sleep(0.02)
        self.shards[1].kill()
        stopped.send_signal(signal.SIGCONT)
        out, err = stopped.communicate(timeout=60)
        self.assertEqual(stopped.returncode, 3, err.decode())
        done = json.loads(out)
        self.assertEqual(done['status'], 'partial')
        self.assertEqual({(one['shard'], one['status']) for one in done['days']}, {(0, 'published'), (1, 'failed')})
        self.assertIn(self.shards[1].address, done['error'])
        for command in ('plan', 'backfill', 'status'):
            away = self.gapless(command, *WINDOW, code=1, GAPLESS_NOW=NOW)
            self.assertIn(f'ClickHouse at http://{self.shards[1].address}', away.err)
        self.assertIn(self.shards[1].address, self.gapless('doctor', code=1, GAPLESS_NOW=NOW).out)
        self.shards[1].start()
        self.assertEqual(self.backfill()['status'], 'succeeded')
        self.assert_as_the_reference()


if __name__ == '__main__':
    unittest.main()
