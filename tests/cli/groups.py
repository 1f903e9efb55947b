"""The groups of the product's targets, read with its own `sql` command in the form of the reference."""
from __future__ import annotations

import json
import sys
from pathlib import Path

from harness import REFERENCE, CommandTest, reference

sys.path.insert(0, str(REFERENCE))
from compare import differences  # noqa: E402
from targets import TARGETS  # noqa: E402

FLAGS = ('has_gclid', 'has_gad_source_paid_search', 'has_fbclid', 'mat_metadata_loggedIn')
STATES = {'persons': 'persons_uniq_state', 'sessions': 'sessions_uniq_state', 'pageviews': 'pageviews_count_state',
          'bounces': 'bounces_count_state', 'duration': 'total_session_duration_state', 'session_count': 'total_session_count_state'}
NARROW_STATES = STATES | {'session_count': 'sessions_count_state'}
EXPRESSIONS = {'day': 'toDate(period_bucket)', 'hour': 'toHour(period_bucket)', 'team': 'team_id'}
# One bounce too many in each group of a cell: what no plan can see.
FALSIFIED = """ALTER TABLE web_pre_aggregated_bounces UPDATE bounces_count_state = arrayReduce('sumState', [toUInt64(finalizeAggregation(
bounces_count_state) + 1)]) WHERE team_id = {team} AND toDate(period_bucket) = '{day}' SETTINGS mutations_sync = 2"""


def columns(what: str) -> list[str]:
    """The expressions of a group's columns, each as text, in the order of the reference."""
    target = TARGETS[what]
    states = NARROW_STATES if what == 'breakdowns' else STATES
    key = [f'toUInt8({name})' if name in FLAGS else EXPRESSIONS.get(name, name) for name in target.key]
    return [f'toString({column})' for column in key + [f'finalizeAggregation({states[name]})' for name in target.measures]]


def groups(test: CommandTest, what: str, where: str = '1') -> list[str]:
    """One line a row of the target: each key should be there once, so nothing is merged here."""
    query = f'SELECT {", ".join(columns(what))} FROM web_pre_aggregated_{what} WHERE {where}'
    return test.gapless('sql', query, '--format', 'JSONCompactEachRow').out.split('\n')


def all_groups(test: CommandTest) -> dict[str, list[str]]:
    """The same of every target, by one statement."""
    query = ' UNION ALL '.join(f"SELECT '{what}' AS what, [{', '.join(columns(what))}] AS line FROM web_pre_aggregated_{what}" for what in TARGETS)
    lines: dict[str, list[str]] = {what: [] for what in TARGETS}
    for what, line in test.sql(query):
        lines[what].append(json.dumps(line))
    return lines


def assert_groups_equal_reference(test: CommandTest, *events: Path) -> dict[str, list[str]]:
    """Every target holds the reference's groups of these files of events, and some at all; all groups, by target."""
    found = all_groups(test)
    for what in TARGETS:
        expected = reference(what, *events)
        test.assertTrue(any(expected), 'a stream without groups proves nothing')
        test.assertEqual(differences(what, found[what], expected)[:5], [])
    return found
