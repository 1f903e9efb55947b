#!/usr/bin/env python3
"""What other layouts of the tables would cost: a day written, its size, and what reads it, beside the layout that they have.

usage: layouts.py STAND_IN_SERVER DATA
`DATA` is a data directory with the workload's month in it, backfilled (docs/BENCHMARK.md says how to make one). Tables are made beside
the others, in a database of their own, and dropped. Medians of five; CPU is the server's. docs/BENCHMARK.md says what came of it.
"""
from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from pathlib import Path

RUNS = 5
DAY = '20260530'
PERIOD = 'PARTITION BY toYYYYMMDD(period_bucket)'
ZSTD = ", default_compression_codec = 'ZSTD(1)'"
WIDE = ('team_id, period_bucket, host, pathname, entry_pathname, end_pathname, device_type, browser, os, viewport_width, viewport_height, referring_domain, utm_source, '
        'utm_medium, utm_campaign, utm_term, utm_content, country_code, city_name, region_code, region_name, has_gclid, '
        'has_gad_source_paid_search, has_fbclid, mat_metadata_loggedIn, mat_metadata_backend')
SHORT = 'team_id, period_bucket, host, pathname'
STATS_READS = {
    'pages of Chrome': "SELECT pathname, uniqMerge(persons_uniq_state) AS n, sumMerge(pageviews_count_state) FROM {} WHERE team_id = 1 "
                       "AND browser = 'Chrome' GROUP BY pathname ORDER BY n DESC, pathname LIMIT 10",
    'a small team': "SELECT pathname, uniqMerge(persons_uniq_state) AS n FROM {} WHERE team_id = 40 GROUP BY pathname ORDER BY n DESC, pathname LIMIT 10",
}
BREAKDOWNS_READS = {
    'overview': "SELECT uniqMerge(persons_uniq_state), sumMerge(pageviews_count_state) FROM {} WHERE team_id = 1 AND dimension = ''",
    'pages': "SELECT value, uniqMerge(persons_uniq_state) AS n FROM {} WHERE team_id = 1 AND dimension = 'pathname' GROUP BY value "
             "ORDER BY n DESC, value LIMIT 10",
}
EVENTS_READS = {
    'sessions of three days': "SELECT count(), max(n) FROM (SELECT count() AS n, min(timestamp) FROM {} WHERE toDate(timestamp) BETWEEN "
                              "'2026-05-29' AND '2026-05-31' GROUP BY team_id, session_id)",
    'raw overview': 'SELECT uniq(person_id), count() FROM {} WHERE team_id = 1',
    'raw overview, a small team': 'SELECT uniq(person_id), count() FROM {} WHERE team_id = 40',
}


@dataclass(frozen=True)
class Layout:
    name: str
    table: str
    reads: dict[str, str]
    order: str
    settings: str = ''
    partition: str = PERIOD
    plain_strings: bool = False


LAYOUTS = [
    Layout('stats: as it is', 'web_pre_aggregated_stats', STATS_READS, SHORT),
    Layout('stats: ZSTD(1)', 'web_pre_aggregated_stats', STATS_READS, SHORT, ZSTD),
    Layout('stats: String', 'web_pre_aggregated_stats', STATS_READS, SHORT, plain_strings=True),
    Layout('stats: granularity 1024', 'web_pre_aggregated_stats', STATS_READS, SHORT, ', index_granularity = 1024'),
    Layout('stats: by every dimension', 'web_pre_aggregated_stats', STATS_READS, WIDE),
    Layout('stats: by every dimension, String', 'web_pre_aggregated_stats', STATS_READS, WIDE, plain_strings=True),
    Layout('breakdowns: as it is', 'web_pre_aggregated_breakdowns', BREAKDOWNS_READS, 'team_id, dimension, period_bucket, value',
           ', index_granularity = 256'),
    Layout('breakdowns: granularity 8192', 'web_pre_aggregated_breakdowns', BREAKDOWNS_READS, 'team_id, dimension, period_bucket, value'),
    Layout('breakdowns: by time before dimension', 'web_pre_aggregated_breakdowns', BREAKDOWNS_READS, 'team_id, period_bucket, dimension, value',
           ', index_granularity = 256'),
    Layout('breakdowns: ZSTD(1)', 'web_pre_aggregated_breakdowns', BREAKDOWNS_READS, 'team_id, dimension, period_bucket, value',
           ', index_granularity = 256' + ZSTD),
    Layout('events: as it is', 'events', EVENTS_READS, 'team_id, session_id, timestamp', partition='PARTITION BY toYYYYMMDD(timestamp)'),
    Layout('events: by time', 'events', EVENTS_READS, 'team_id, timestamp', partition='PARTITION BY toYYYYMMDD(timestamp)'),
    Layout('events: by month', 'events', EVENTS_READS, 'team_id, session_id, timestamp', partition='PARTITION BY toYYYYMM(timestamp)'),
    Layout('events: ZSTD(1)', 'events', EVENTS_READS, 'team_id, session_id, timestamp', ZSTD, 'PARTITION BY toYYYYMMDD(timestamp)'),
    Layout('events: String', 'events', EVENTS_READS, 'team_id, session_id, timestamp', partition='PARTITION BY toYYYYMMDD(timestamp)',
           plain_strings=True),
]


class Server:
    def __init__(self, program: str, data: Path) -> None:
        self.process = subprocess.Popen([program, data / 'engine', '--listen', '127.0.0.1:0'], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        self.address = self.process.stdout.readline().split()[-1].removeprefix('http://')

    def ask(self, statement: str) -> str:
        url = f'http://{self.address}/?' + urllib.parse.urlencode({'max_partitions_per_insert_block': 1000, 'wait_end_of_query': 1})
        try:
            with urllib.request.urlopen(urllib.request.Request(url, statement.encode()), timeout=600) as reply:
                return str(reply.read().decode()).strip()
        except urllib.error.HTTPError as error:
            raise SystemExit(f'{statement[:200]}: {error.read().decode()}') from error

    def cpu(self) -> float:
        fields = Path(f'/proc/{self.process.pid}/stat').read_text().rpartition(')')[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')

    def timed(self, statement: str) -> tuple[float, float]:
        cpu, begun = self.cpu(), time.monotonic()
        self.ask(statement)
        return time.monotonic() - begun, self.cpu() - cpu

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


def measure(server: Server, layout: Layout) -> None:
    columns = []
    for line in server.ask(f"SELECT name, type FROM system.columns WHERE database = 'gapless' AND table = '{layout.table}'").split('\n'):
        name, kind = line.replace("\\'", "'").split('\t')
        columns.append(f"{name} {'String' if layout.plain_strings and kind == 'LowCardinality(String)' else kind}")
    day = f"_partition_id = '{DAY}'"
    server.ask('DROP TABLE IF EXISTS layouts.day SYNC')
    server.ask('CREATE TABLE layouts.day ENGINE = MergeTree ORDER BY tuple() AS '
               f'SELECT * FROM gapless.{layout.table} WHERE {day} ORDER BY rand()')  # as a GROUP BY leaves them: in no order
    writes = []
    for _ in range(RUNS):
        server.ask('DROP TABLE IF EXISTS layouts.t SYNC')
        server.ask(f"CREATE TABLE layouts.t ({', '.join(columns)}) ENGINE = MergeTree {layout.partition} ORDER BY ({layout.order}) "
                   f"SETTINGS allow_nullable_key = 0{layout.settings}")
        writes.append(server.timed('INSERT INTO layouts.t SELECT * FROM layouts.day'))
    size = int(server.ask("SELECT sum(bytes_on_disk) FROM system.parts WHERE database = 'layouts' AND table = 't' AND active"))
    server.ask(f'INSERT INTO layouts.t SELECT * FROM gapless.{layout.table} WHERE NOT {day}')
    server.ask('OPTIMIZE TABLE layouts.t FINAL')
    wall, cpu = (statistics.median(column) for column in zip(*writes))
    reads = []
    for name, statement in layout.reads.items():
        server.ask(statement.format('layouts.t'))
        reads.append(f"{name} {1000 * statistics.median(server.timed(statement.format('layouts.t'))[0] for _ in range(RUNS)):.0f} ms")
    print(f"{layout.name:50} a day: {wall:.2f} s, {cpu:.2f} s CPU, {size / 1e6:5.1f} MB   {', '.join(reads)}", flush=True)
    server.ask('DROP TABLE layouts.t SYNC')


def main() -> int:
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    server = Server(sys.argv[1], Path(sys.argv[2]))
    try:
        server.ask('CREATE DATABASE IF NOT EXISTS layouts')
        for layout in LAYOUTS:
            measure(server, layout)
        server.ask('DROP DATABASE layouts SYNC')
    finally:
        server.stop()
    return 0


if __name__ == '__main__':
    sys.exit(main())
