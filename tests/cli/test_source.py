"""Sources of other layouts: PostHog's tables by preset, and tables of one's own by expressions."""
from __future__ import annotations

import json
import unittest
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from groups import assert_groups_equal_reference
from harness import CommandTest, stream

NOW = '2026-03-21T12:00:00Z'
Event = dict[str, Any]

PROPERTIES = {'host': '$host', 'pathname': '$pathname', 'device_type': '$device_type', 'browser': '$browser', 'os': '$os',
              'viewport_width': '$viewport_width', 'viewport_height': '$viewport_height', 'referring_domain': '$referring_domain',
              'country_code': '$geoip_country_code', 'city_name': '$geoip_city_name', 'region_code': '$geoip_subdivision_1_code',
              'region_name': '$geoip_subdivision_1_name', 'session_id': '$session_id', 'mat_metadata_backend': 'metadata.backend'}
UTM = ('utm_source', 'utm_medium', 'utm_campaign', 'utm_term', 'utm_content')
MATERIALISED = ('$host', '$pathname', '$browser', '$viewport_width', '$referring_domain', 'utm_source', 'gclid', '$geoip_city_name')
MERGED, MERGED_AGAIN = ('00000000-0000-4000-8000-00000000000%d' % n for n in (1, 2))

EVENTS = """CREATE TABLE posthog.events (uuid UUID, event VARCHAR, properties VARCHAR CODEC(ZSTD(3)), timestamp DateTime64(6, 'UTC'),
  team_id Int64, distinct_id VARCHAR, created_at DateTime64(6, 'UTC'), person_id UUID, _timestamp DateTime, _offset UInt64,
  inserted_at Nullable(DateTime64(6, 'UTC')){more})
  ENGINE = MergeTree PARTITION BY toYYYYMM(timestamp)
  ORDER BY (team_id, toDate(timestamp), event, cityHash64(distinct_id), cityHash64(uuid))"""
OVERRIDES = """CREATE TABLE posthog.person_distinct_id_overrides (team_id Int64, distinct_id VARCHAR, person_id UUID, is_deleted Int8,
  version Int64) ENGINE = ReplacingMergeTree(version) ORDER BY (team_id, distinct_id)"""
CONFIGURATION = '[source]\npreset = "posthog"\ntable = "posthog.events"\n'


def distinct_id(event: Event) -> str:
    """A person has one in each team, and people of different teams may share one."""
    return 'id-' + event['person_id'][:2]


def posthog(event: Event) -> Event:
    """The event as PostHog keeps it."""
    properties: dict[str, Any] = {PROPERTIES[field]: event[field] for field in PROPERTIES if event.get(field, '') not in ('', 0)}
    properties |= {name: event[name] for name in UTM if event.get(name)}
    properties |= {name: 'some' for name, field in (('gclid', 'has_gclid'), ('fbclid', 'has_fbclid')) if event.get(field)}
    if event.get('has_gad_source_paid_search'):
        properties['gad_source'] = '1'
    if event.get('mat_metadata_loggedIn'):
        properties['metadata.loggedIn'] = True
    return {name: event[name] for name in ('uuid', 'event', 'timestamp', 'team_id', 'person_id')} | {
        'distinct_id': distinct_id(event), 'properties': json.dumps(properties), 'created_at': event['timestamp']} | {
        f'mat_{name}': str(properties.get(name, '')) for name in MATERIALISED} | {'$session_id': event.get('session_id', '')}


class SourceTest(CommandTest):
    """An embedded engine with tables of somebody else's."""

    def setUp(self) -> None:
        super().setUp()
        self.gapless('sql', 'CREATE DATABASE posthog ENGINE = Atomic', '--write')

    def insert(self, table: str, rows: Iterator[Event], structure: str) -> None:
        path = self.folder / 'rows.ndjson'
        path.write_text(''.join(json.dumps(row) + '\n' for row in rows))
        names = ', '.join(f'`{name}`' for name in (part.split(' ')[0] for part in structure.split(', ')))
        self.gapless('sql', f"INSERT INTO {table} ({names}) SELECT * FROM file('{path}', JSONEachRow, '{structure}')"
                            " SETTINGS input_format_skip_unknown_fields = 1", '--write')

    def states(self) -> dict[str, int]:
        summary = self.plan()['summary']
        return {state: count for state, count in summary.items() if count and state not in ('empty', 'open')}

    def plan(self) -> Any:
        return self.gapless('plan', '--output', 'json', GAPLESS_NOW=NOW).json


class PosthogTest(SourceTest):
    """PostHog's events and merged persons give the reference's groups of the events as they resolve."""

    STRUCTURE = 'uuid UUID, event String, timestamp String, team_id Int64, person_id UUID, distinct_id String, properties String, created_at String'

    def some_merges(self, events: list[Event]) -> list[Event]:
        """Of team 1 alone: somebody merged, somebody merged twice, somebody whose merge was taken back."""
        ids = sorted({distinct_id(event) for event in events if event['team_id'] == 1 and event.get('session_id') and event['event'] == '$pageview'})
        self.assertGreater(len(ids), 6)
        row = lambda which, person, version, deleted=0: {  # noqa: E731
            'team_id': 1, 'distinct_id': ids[which], 'person_id': person, 'version': version, 'is_deleted': deleted}
        return [row(0, MERGED, 1), row(1, MERGED, 1), row(1, MERGED_AGAIN, 2), row(2, MERGED, 3), row(2, MERGED, 4, 1), row(3, MERGED_AGAIN, 7)]

    def resolved(self, events: list[Event], merges: list[Event], materialised: bool) -> Path:
        """What the figures are to be of: named events, with the persons of the latest versions."""
        latest = {(merge['team_id'], merge['distinct_id']): merge for merge in sorted(merges, key=lambda merge: merge['version'])}
        lines = []
        for event in events:
            merge = latest.get((event['team_id'], distinct_id(event)))
            if materialised:  # PostHog writes the word null where there is nothing
                event = {name: '' if value == 'null' and PROPERTIES.get(name, name) in MATERIALISED else value for name, value in event.items()}
            if event.get('session_id'):
                lines.append(json.dumps(event | ({'person_id': merge['person_id']} if merge and not merge['is_deleted'] else {})))
        path = self.folder / 'resolved.ndjson'
        path.write_text('\n'.join(lines) + '\n')
        return path

    def publish(self, materialised: bool) -> None:
        """Fills PostHog's tables and publishes what they give."""
        self.materialised = materialised
        self.gapless('load', stream(self.folder / 'events.ndjson', seed=11, sessions=200, teams=2, days=1, last_day='2026-03-02'), '--max-rejects', '100')
        query = 'SELECT * EXCEPT (load_id, inserted_at) FROM events'
        self.unique = [json.loads(line) for line in self.gapless('sql', query, '--format', 'JSONEachRow').out.split('\n') if line]
        more = ''.join(f', `mat_{name}` {"Nullable(String)" if name == "$browser" else "String"}' for name in MATERIALISED) + ', `$session_id` String'
        self.gapless('sql', EVENTS.format(more=more if materialised else ''), '--write')
        self.gapless('sql', OVERRIDES, '--write')
        self.structure = self.STRUCTURE + (''.join(f', mat_{name} String' for name in MATERIALISED) + ', $session_id String' if materialised else '')
        self.insert('posthog.events', map(posthog, self.unique), self.structure)
        self.merges = self.some_merges(self.unique)
        self.insert_merges(self.merges)
        self.write('gapless.toml', CONFIGURATION)
        self.assertEqual(list(self.states()), ['missing'])
        self.gapless('backfill', '--quiet', GAPLESS_NOW=NOW)
        self.assert_as_resolved()

    def insert_merges(self, merges: list[Event]) -> None:
        self.insert('posthog.person_distinct_id_overrides', iter(merges), 'team_id Int64, distinct_id String, person_id UUID, version Int64, is_deleted Int8')

    def assert_as_resolved(self) -> None:
        assert_groups_equal_reference(self, self.resolved(self.unique, self.merges, self.materialised))

    def verified(self) -> tuple[list[Any], int]:
        seen = self.gapless('verify', '--from', '2026-03-01', '--to', '2026-03-02', '--output', 'json', GAPLESS_NOW=NOW).json
        return seen['differences'], seen['cells_merged_since']

    def test_properties(self) -> None:
        self.publish(materialised=False)
        self.assertEqual(list(self.states()), ['fresh'])
        checks = {check['name']: check for check in self.gapless('doctor', '--output', 'json', GAPLESS_NOW=NOW).json['checks']}
        self.assertEqual((checks['source']['status'], checks['inventory']['status']), ('ok', 'ok'))
        self.assertIn('by parts, ', checks['inventory']['detail'])

        self.merges.append({'team_id': 1, 'distinct_id': self.merges[0]['distinct_id'], 'person_id': MERGED_AGAIN, 'version': 9, 'is_deleted': 0})
        self.insert_merges(self.merges[-1:])
        self.assertEqual(list(self.states()), ['fresh'], 'a later merge changes nothing by itself')
        differences, merged = self.verified()
        self.assertEqual(differences, [])
        self.assertGreater(merged, 0, 'and verification tells it apart')
        self.gapless('backfill', '--force', '--quiet', GAPLESS_NOW=NOW)
        self.assertEqual(self.verified(), ([], 0))
        self.assert_as_resolved()

        late = next(event for event in self.unique if event.get('session_id') and event['event'] == '$pageview' and event['team_id'] == 1)
        self.unique.append(late | {'uuid': '99999999-9999-4999-8999-999999999999', 'pathname': '/late'})
        self.insert('posthog.events', iter([posthog(self.unique[-1])]), self.structure)
        self.assertEqual(self.states().get('stale'), 1)
        self.gapless('backfill', '--quiet', GAPLESS_NOW=NOW)
        self.assert_as_resolved()

    def test_materialised_columns(self) -> None:
        self.publish(materialised=True)

    def test_what_is_not_there_is_said(self) -> None:
        self.assertIn('posthog.events', self.gapless('init', '--preset', 'posthog').out)
        self.assertIn('the source `posthog`.`events` does not exist', self.gapless('plan', code=2).err)
        self.gapless('sql', 'CREATE TABLE posthog.events (uuid UUID) ENGINE = MergeTree ORDER BY uuid', '--write')
        self.assertIn('has no column team_id: say what it is with source.columns.team_id', self.gapless('plan', code=2).err)
        self.gapless('sql', 'DROP TABLE posthog.events SYNC', '--write')
        self.gapless('sql', EVENTS.format(more=''), '--write')
        self.assertIn('persons cannot be looked up in `posthog`.`person_distinct_id_overrides`', self.gapless('plan', code=2).err)
        self.write('gapless.toml', CONFIGURATION + 'persons = "as_read"\n')
        self.gapless('plan')


class OwnLayoutTest(SourceTest):
    """A table of one's own, by an expression for each field that is called otherwise."""

    TABLE = """CREATE TABLE posthog.hits (site UInt32, kind LowCardinality(String), at {type}, id UUID, visitor String, visit Nullable(String),
      url String) ENGINE = MergeTree PARTITION BY toYYYYMMDD(at) ORDER BY (site, at)"""
    COLUMNS = {'team_id': 'site', 'event': "if(kind = 'view', '$pageview', kind)", 'timestamp': 'at', 'uuid': 'id',
               'person_id': 'reinterpretAsUUID(MD5(visitor))', 'session_id': 'visit', 'host': 'domain(url)', 'pathname': 'path(url)'}

    def configure(self, **more: str) -> None:
        lines = [f'{name} = {json.dumps(value)}' for name, value in (self.COLUMNS | more).items()]
        self.write('gapless.toml', '[source]\ntable = "posthog.hits"\n[source.columns]\n' + '\n'.join(lines) + '\n')

    def test_figures_and_cost(self) -> None:
        self.gapless('sql', self.TABLE.format(type="DateTime64(3, 'UTC')"), '--write')
        self.gapless('sql', "INSERT INTO posthog.hits SELECT 1 + number % 2, 'view', toDateTime64('2026-03-18 10:00:00', 3, 'UTC') + number * 60,"
                            " generateUUIDv4(), toString(number % 10), toString(intDiv(number, 3)), 'https://example.com/p' || toString(number % 4)"
                            ' FROM numbers(3000)', '--write')
        self.configure()
        self.gapless('backfill', '--quiet', GAPLESS_NOW=NOW)
        self.assertEqual(self.number('SELECT sumMerge(pageviews_count_state) FROM web_pre_aggregated_stats'), 3000)
        self.assertEqual(self.sql('SELECT DISTINCT host, length(pathname) FROM web_pre_aggregated_stats'), [['example.com', 3]])
        again = self.gapless('plan', '--verbose', GAPLESS_LOG_LEVEL='debug', GAPLESS_NOW=NOW).err
        self.assertNotIn('how many events the source', again, 'nothing changed, nothing is read')
        self.gapless('sql', "INSERT INTO posthog.hits SELECT 1, 'view', '2026-03-19 00:00:30.000',"
                            " generateUUIDv4(), 'x', 'late', 'https://example.com/late'", '--write')
        looked = self.gapless('plan', '--verbose', GAPLESS_LOG_LEVEL='debug', GAPLESS_NOW=NOW).err
        read = next(line for line in looked.split('\n') if "how many events the source's partitions hold" in line)
        on_that_day = self.number("SELECT count() FROM posthog.hits WHERE toDate(at) = '2026-03-19'")
        self.assertIn(f'{on_that_day} rows read', read, 'only the partition that changed is read, through the mapping too')

        self.configure(pathname="lower(path(url))")
        outdated = [cell['why'] for cell in self.plan()['cells'] if cell['state'] == 'outdated']
        self.assertEqual(set(outdated), {'made by another definition; changed: source.columns.pathname'})

    def test_a_query_over_tables(self) -> None:
        self.gapless('sql', self.TABLE.format(type="DateTime64(3, 'UTC')"), '--write')
        self.gapless('sql', "INSERT INTO posthog.hits SELECT 1, 'view', toDateTime64('2026-03-18 10:00:00', 3, 'UTC') + number, generateUUIDv4(),"
                            " 'v', 's', 'https://example.com/' FROM numbers(10)", '--write')
        self.configure()
        self.write('gapless.toml', (self.folder / 'gapless.toml').read_text().replace(
            'table = "posthog.hits"', 'query = "SELECT * FROM posthog.hits WHERE kind != \'bot\'"\ntables = ["posthog.hits"]'))
        self.gapless('backfill', '--quiet', GAPLESS_NOW=NOW)
        self.assertEqual(self.states(), {'fresh': 1})
        again = self.gapless('plan', '--verbose', GAPLESS_LOG_LEVEL='debug', GAPLESS_NOW=NOW).err
        self.assertNotIn('how many events the source', again, 'the parts of source.tables tell that nothing changed')
        self.write('gapless.toml', (self.folder / 'gapless.toml').read_text().replace('tables = ["posthog.hits"]', ''))
        self.assertEqual(self.states(), {'fresh': 1})
        checks = {check['name']: check['detail'] for check in self.gapless('doctor', '--output', 'json', GAPLESS_NOW=NOW).json['checks']}
        self.assertIn('every plan reads the days of its window', checks['inventory'])

    def test_what_is_wrong_is_said(self) -> None:
        self.gapless('sql', self.TABLE.format(type='DateTime64(3)'), '--write')
        for more, says in (({}, "source.columns.timestamp gives DateTime64(3): a timestamp without the time zone UTC"),
                           ({'timestamp': "toTimeZone(at, 'UTC')", 'person_id': 'visitor'}, 'source.columns.person_id gives String: it must be a UUID'),
                           ({'host': 'domain(link)'}, 'source.columns.host = domain(link): '),
                           ({'host': '1) AS x, (2'}, 'source.columns.host = 1) AS x, (2: it is not one expression'),
                           ({'hots': "'x'"}, "an event has no field 'hots' (from gapless.toml:")):
            with self.subTest(says):
                self.configure(**more)
                self.assertIn(says, self.gapless('plan', code=2).err)
        self.configure(timestamp="toTimeZone(at, 'UTC')")
        self.gapless('plan')


if __name__ == '__main__':
    unittest.main()
