"""Which teams a job is given: every strategy through the real program, the settings table in a real PostgreSQL and in SQLite."""
from __future__ import annotations

import contextlib
import json
import socket
import sqlite3
import time
import unittest
from datetime import date, timedelta
from typing import Any

from harness import ON_SERVER, CommandTest, Ran
from postgres import PASSWORD, USER, PostgresServer

NOW = '2026-03-31T12:00:00Z'
DAYS = [date(2026, 3, 1) + timedelta(days=number) for number in range(30)]
FLAG = 'web_analytics_pre_aggregated_tables_enabled'


class TeamsTest(CommandTest):
    """A test that configures the choice of teams through the environment."""

    def variables(self, strategies: str, more: dict[str, str]) -> dict[str, str]:
        return {'WEB_ANALYTICS_TEAM_SELECTION_STRATEGIES': strategies, 'GAPLESS_NOW': NOW} | more

    def chosen(self, strategies: str, *, code: int = 0, **more: str) -> dict[int, list[str]]:
        teams = self.gapless('teams', '--output', 'json', code=code, **self.variables(strategies, more)).json['teams']
        return {team['team_id']: team['strategies'] for team in teams}

    def failed(self, strategies: str, *names: str, command: tuple[str, ...] = ('teams',), code: int = 1, **more: str) -> Ran:
        """The command ends so, at once, saying why, and makes nothing."""
        if ON_SERVER:
            self.engine_of(self.data, command[0])  # a server takes longer to begin than this may
        started = time.monotonic()
        ran = self.gapless(*command, code=code, **self.variables(strategies, more))
        self.assertLess(time.monotonic() - started, 60, 'it waits for what is not there')
        self.assertEqual(ran.out, '')
        *log, error = ran.err.splitlines()
        self.assertTrue(error.startswith('error: '), ran.err)
        self.assertTrue(all(' ended before it began to work: failed' in line for line in log) and len(log) < 2, ran.err)
        for name in names:
            self.assertIn(name, ran.err)
        self.assertEqual(self.data.exists(), bool(log), 'nothing is made for teams that cannot be chosen, but where a run is recorded')
        self.begin_anew()
        return ran

    def load(self, views: dict[int, list[int]]) -> None:
        """View events of each team on the days of March, as many as the list says."""
        lines = []
        for team, counts in views.items():
            for day, count in zip(DAYS, counts, strict=False):
                for number in range(count):
                    lines.append(json.dumps({'team_id': team, 'event': '$pageview', 'timestamp': f'{day} 12:{number // 60:02}:{number % 60:02}',
                                             'uuid': f'{team:08}-{day.day:04}-0000-0000-{number:012}', 'pathname': '/'}))
        self.gapless('load', self.write('events.ndjson', '\n'.join(lines) + '\n'), '--quiet')


class SettingsCases:
    """What holds of a settings table in any database; `database()` says where it is, `execute()` changes it."""

    def execute(self, text: str) -> None:
        raise NotImplementedError

    def database(self) -> dict[str, str]:
        raise NotImplementedError

    def table(self, values: str, *, id_type: str = 'BIGINT', flag_type: str = 'BOOLEAN', name: str = 'posthog_team') -> None:
        self.execute(f'DROP TABLE IF EXISTS {name}; CREATE TABLE {name} (id {id_type}, {FLAG} {flag_type}, name TEXT)'
                     + (f'; INSERT INTO {name} (id, {FLAG}) VALUES {values}' if values else ''))

    def test_flags(self: Any) -> None:
        self.table('(1, TRUE), (2, FALSE), (3, NULL), (9223372036854775807, TRUE)')
        expected = {1: ['project_settings'], 9223372036854775807: ['project_settings']}
        self.assertEqual(self.chosen('project_settings', **self.database()), expected)
        self.assertEqual(self.chosen('project_settings', GAPLESS_EXCLUDE_TEAM_IDS='1', **self.database()), {9223372036854775807: ['project_settings']})
        self.table('(1, 1), (2, 0), (3, NULL)', flag_type='INTEGER')
        self.assertEqual(self.chosen('project_settings', **self.database()), {1: ['project_settings']})
        self.table('(1, 1), (2, 2)', flag_type='INTEGER')
        self.failed('project_settings', 'team selection by project_settings failed', "'2'", f'posthog_team.{FLAG}', **self.database())

    def test_bad_ids(self: Any) -> None:
        for text in ('12; DROP TABLE', '1e3', '-1', '0', ' ', '１２', '9223372036854775808', ''):
            self.table(f"('7', TRUE), ('{text}', TRUE)", id_type='TEXT')
            self.failed('project_settings', 'project_settings', f"'{text}'", 'posthog_team.id', **self.database())
            self.table(f"('7', TRUE), ('{text}', FALSE)", id_type='TEXT')
            self.assertEqual(list(self.chosen('project_settings', **self.database())), [7], 'only what is needed is read')
        self.table('(NULL, TRUE)')
        self.failed('project_settings', 'NULL', 'posthog_team.id', **self.database())

    def test_missing(self: Any) -> None:
        self.table('(1, TRUE)')
        self.failed('project_settings', 'project_settings', 'no_such', 'teams.settings_table', GAPLESS_TEAMS_SETTINGS_TABLE='no_such', **self.database())
        self.failed('project_settings', 'project_settings', 'no_such', 'teams.settings_column', GAPLESS_TEAMS_SETTINGS_COLUMN='no_such', **self.database())
        self.failed('project_settings', 'project_settings', 'no_such', 'teams.settings_id_column', GAPLESS_TEAMS_SETTINGS_ID_COLUMN='no_such', **self.database())

    def test_odd_identifiers_are_refused_or_quoted(self: Any) -> None:
        self.table('(1, TRUE)')
        for variable in ('TABLE', 'COLUMN', 'ID_COLUMN'):
            for text in ('x"; DROP TABLE posthog_team; --', 'posthog_team; DROP TABLE posthog_team', 'a b', '1a', "o'clock", 'été'):
                self.failed('project_settings', text, f'GAPLESS_TEAMS_SETTINGS_{variable}', code=2,
                            **{f'GAPLESS_TEAMS_SETTINGS_{variable}': text} | self.database())
        self.assertEqual(list(self.chosen('project_settings', **self.database())), [1])
        self.execute('DROP TABLE IF EXISTS "Order"; CREATE TABLE "Order" ("select" INTEGER, "Where" INTEGER); INSERT INTO "Order" VALUES (5, 1)')
        self.assertEqual(list(self.chosen('project_settings', GAPLESS_TEAMS_SETTINGS_TABLE='Order', GAPLESS_TEAMS_SETTINGS_COLUMN='Where',
                                          GAPLESS_TEAMS_SETTINGS_ID_COLUMN='select', **self.database())), [5])

    def test_failure_is_neither_nobody_nor_everybody(self: Any) -> None:
        self.table('(1, TRUE)')
        wrong = {'GAPLESS_TEAMS_SETTINGS_TABLE': 'no_such', 'WEB_ANALYTICS_ENABLED_TEAM_IDS': '1'} | self.database()
        for strategies in ('project_settings', 'list,project_settings', 'project_settings,all'):
            for command in (('plan',), ('backfill',), ('run', 'daily'), ('status',)):
                self.failed(strategies, 'team selection by project_settings failed', command=command, **wrong)


class PostgresTest(SettingsCases, TeamsTest):
    """The settings table in PostgreSQL."""
    server: PostgresServer

    @classmethod
    def setUpClass(cls) -> None:
        cls.server = PostgresServer()
        cls.addClassCleanup(cls.server.stop)

    def execute(self, text: str) -> None:
        self.server.sql(text)

    def database(self) -> dict[str, str]:
        return {'GAPLESS_TEAMS_SETTINGS_DATABASE': self.server.url()}

    def test_ways_to_connect(self) -> None:
        self.table('(4, TRUE)')
        pairs = f'host={self.server.folder} dbname=postgres user={USER}'
        file = str(self.write('password', PASSWORD + '\n'))
        for ways in ({'GAPLESS_TEAMS_SETTINGS_DATABASE': pairs, 'PGPASSWORD': PASSWORD},
                     {'GAPLESS_TEAMS_SETTINGS_DATABASE': pairs, 'GAPLESS_TEAMS_SETTINGS_PASSWORD_FILE': file},
                     {'GAPLESS_TEAMS_SETTINGS_DATABASE': self.server.url('wrong'), 'GAPLESS_TEAMS_SETTINGS_PASSWORD_FILE': file}):
            self.assertEqual(list(self.chosen('project_settings', **ways)), [4])
        doctor = self.gapless('doctor', **self.variables('project_settings', self.database())).out
        self.assertIn('1 flag is set in posthog_team', doctor)
        self.begin_anew()
        self.failed('project_settings', 'missing-file', GAPLESS_TEAMS_SETTINGS_DATABASE=pairs, GAPLESS_TEAMS_SETTINGS_PASSWORD_FILE='missing-file')

    def test_a_table_in_a_schema(self) -> None:
        self.execute('CREATE SCHEMA IF NOT EXISTS app')
        self.table('(6, TRUE)', name='app.projects')
        self.assertEqual(list(self.chosen('project_settings', GAPLESS_TEAMS_SETTINGS_TABLE='app.projects', **self.database())), [6])
        self.failed('project_settings', 'nowhere', 'teams.settings_table', GAPLESS_TEAMS_SETTINGS_TABLE='nowhere.projects', **self.database())

    def test_needs_to_read_two_columns_and_no_more(self) -> None:
        self.table('(8, TRUE)')
        self.execute("DROP ROLE IF EXISTS reader; CREATE ROLE reader LOGIN PASSWORD 'reader'")
        reader = {'GAPLESS_TEAMS_SETTINGS_DATABASE': self.server.url('reader', 'reader')}
        self.failed('project_settings', 'permission denied', 'SELECT', **reader)
        self.execute(f'GRANT SELECT (id, {FLAG}) ON posthog_team TO reader')
        self.assertEqual(list(self.chosen('project_settings', **reader)), [8])
        self.execute('DROP OWNED BY reader; DROP ROLE reader')

    def test_wrong_password_is_said_and_not_shown(self) -> None:
        ran = self.failed('project_settings', 'project_settings', 'password authentication failed', USER,
                          GAPLESS_TEAMS_SETTINGS_DATABASE=self.server.url('wrong-secret'))
        self.assertNotIn('wrong-secret', ran.err)
        for strategies in ('all', 'project_settings'):
            ran = self.run_gapless('doctor', '--output', 'json', GAPLESS_TEAMS_SETTINGS_DATABASE=self.server.url('wrong-secret'),
                                   WEB_ANALYTICS_TEAM_SELECTION_STRATEGIES=strategies)
            self.assertEqual(any(check['name'] == 'team settings' and check['status'] == 'fail' for check in ran.json['checks']), strategies != 'all')
            self.assertIn(f'postgresql://{USER}:***@', ran.out)
            self.assertNotIn('wrong-secret', ran.out + ran.err)

    def test_a_server_that_is_not_there_or_says_nothing(self) -> None:
        self.failed('project_settings', 'project_settings', 'Connection refused', GAPLESS_TEAMS_SETTINGS_DATABASE='postgresql://u@127.0.0.1:1/x')
        with contextlib.closing(socket.create_server(('127.0.0.1', 0))) as silent:
            url = f'postgresql://u@127.0.0.1:{silent.getsockname()[1]}/x?connect_timeout=2'
            self.failed('project_settings', 'project_settings', 'timeout', GAPLESS_TEAMS_SETTINGS_DATABASE=url)

    def test_nowhere_to_look(self) -> None:
        self.failed('project_settings', 'team selection by project_settings failed', 'teams.settings_database', code=2)
        for text in ('mysql://u:secret@h/x', 'postgresql://u:sec/ret@h/x', 'settings.db'):
            ran = self.failed('project_settings', 'GAPLESS_TEAMS_SETTINGS_DATABASE', code=2, GAPLESS_TEAMS_SETTINGS_DATABASE=text)
            self.assertNotIn('sec', ran.err.replace('settings', ''))


class SqliteTest(SettingsCases, TeamsTest):
    """The settings table in an SQLite file."""

    def execute(self, text: str) -> None:
        with contextlib.closing(sqlite3.connect(self.folder / 'settings.sqlite')) as database:
            database.executescript(text)

    def database(self) -> dict[str, str]:
        return {'GAPLESS_TEAMS_SETTINGS_DATABASE': 'sqlite:settings.sqlite'}

    def test_a_file_that_is_not_there_or_no_database(self) -> None:
        self.failed('project_settings', 'project_settings', 'settings.sqlite', **self.database())
        self.assertFalse((self.folder / 'settings.sqlite').exists(), 'made by looking')
        self.write('settings.sqlite', 'x' * 5000)
        self.failed('project_settings', 'project_settings', 'settings.sqlite', 'not a database', **self.database())
        self.failed('project_settings', 'project_settings', GAPLESS_TEAMS_SETTINGS_DATABASE=f'sqlite:{self.folder}')


class JobsTest(TeamsTest):
    """Plans and runs work on the teams that are chosen, and on no others."""

    def settings(self, values: str) -> dict[str, str]:
        with contextlib.closing(sqlite3.connect(self.folder / 'settings.sqlite')) as database:
            database.executescript(f'CREATE TABLE posthog_team (id INTEGER, {FLAG} INTEGER); INSERT INTO posthog_team VALUES {values}')
        return {'GAPLESS_TEAMS_SETTINGS_DATABASE': 'sqlite:settings.sqlite'}

    def test_several_strategies(self) -> None:
        self.load({1: [2] * 30, 2: [0] * 29 + [500], 3: [3] * 20, 4: [3] * 14, 5: [3] * 30, 6: [1] * 2})
        settings = self.settings('(1, 1), (4, 1), (2, 0)')
        self.assertEqual(self.chosen('high_pageviews', GAPLESS_EXCLUDE_TEAM_IDS='5', WEB_ANALYTICS_TOP_TEAMS_LIMIT='1'), {3: ['high_pageviews']})
        several = self.variables('high_pageviews,environment_variable,project_settings', settings | {
            'WEB_ANALYTICS_ENABLED_TEAM_IDS': '5,6,3', 'GAPLESS_EXCLUDE_TEAM_IDS': '5'})
        text = self.gapless('teams', '--explain', **several).out
        self.assertEqual([line.split() for line in text.split('\n')[:5]],
                         [['team', 'chosen', 'by', 'views', 'a', 'day'], ['1', 'high_pageviews,', 'project_settings', '2'],
                          ['3', 'high_pageviews,', 'environment_variable', '3'], ['4', 'project_settings'], ['6', 'environment_variable']])
        for part in ('high_pageviews: at most 30 teams', '2026-03-01 to 2026-03-30; it chose 2 teams', f'posthog_team.{FLAG}', 'always wins: 5'):
            self.assertIn(part, text)
        self.assertEqual(self.gapless('plan', '--output', 'json', **several).json['teams'], [1, 3, 4, 6])
        done = self.gapless('run', 'intraday', '--output', 'json', '--quiet', **several).json
        self.assertEqual(done['status'], 'succeeded')
        self.assertEqual(self.sql('SELECT DISTINCT team_id FROM web_pre_aggregated_stats ORDER BY team_id'), [[1]])
        everybody = self.variables('all,project_settings', settings)
        self.assertEqual(self.gapless('plan', '--output', 'json', **everybody).json['teams'], [1, 2, 3, 4, 5, 6])

    def test_nobody(self) -> None:
        self.load({1: [1]})
        listed = self.variables('list', {})
        excluded = self.variables('list', {'WEB_ANALYTICS_ENABLED_TEAM_IDS': '1', 'GAPLESS_EXCLUDE_TEAM_IDS': '1'})
        for command, variables, why in ((('plan',), listed, 'teams.enabled names none (list)'),
                                        (('teams',), listed, 'teams.enabled names none (list)'),
                                        (('backfill', '--quiet'), excluded, 'teams.exclude'),
                                        (('run', 'daily', '--quiet'), self.variables('high_pageviews', {}), '(high_pageviews)')):
            out = self.gapless(*command, **variables).out
            self.assertIn('nothing to do: no team is selected: ', out)
            self.assertIn(why, out)
        self.assertIn('no team is selected: ', self.gapless('status', **listed).out)
        plan = self.gapless('plan', '--output', 'json', **excluded).json
        self.assertEqual((plan['teams'], plan['cells']), ([], []))
        done = self.gapless('backfill', '--quiet', '--output', 'json', **excluded).json
        self.assertEqual((done['status'], done['days'], done['cells_recomputed']), ('nothing_to_do', [], 0))
        self.assertEqual(self.number('SELECT count() FROM web_pre_aggregated_stats'), 0)
        self.assertIn('teams.exclude', self.gapless('plan', '--teams', '1', code=2, **excluded).err)


if __name__ == '__main__':
    unittest.main()
