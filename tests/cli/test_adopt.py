"""Rows that gapless did not write: proven right and given entries, or refused by name, and looked after from then on."""
from __future__ import annotations

import unittest

from groups import FALSIFIED, assert_groups_equal_reference, groups
from harness import CommandTest, stream

DAYS = ('--from', '2026-02-28', '--to', '2026-03-01')
LEDGER = 'ALTER TABLE gapless_ledger DELETE WHERE {} SETTINGS mutations_sync = 2'


class AdoptTest(CommandTest):
    """Targets that are right, of which the ledger knows nothing."""

    def setUp(self) -> None:
        super().setUp()
        self.events = stream(self.folder / 'events.ndjson', seed=301, sessions=40, teams=2, days=1, last_day='2026-03-01')
        self.gapless('load', self.events)
        self.gapless('backfill', *DAYS, '--quiet')
        self.gapless('sql', '--write', LEDGER.format('1'))

    def states(self) -> dict[str, int]:
        summary = self.gapless('plan', *DAYS, '--output', 'json').json['summary']
        return {state: count for state, count in summary.items() if count and state not in ('empty', 'missing')}

    def rows(self) -> list[list]:
        return self.sql('SELECT team_id, toDate(period_bucket) AS day, _part, count() FROM web_pre_aggregated_bounces GROUP BY ALL ORDER BY ALL')

    def test_what_is_right_is_adopted_and_looked_after(self) -> None:
        self.assertEqual(set(self.states()), {'foreign'})
        foreign, rows = self.states()['foreign'], self.rows()
        adopted = self.gapless('adopt', *DAYS, '--output', 'json').json
        self.assertEqual((adopted['adopted'], adopted['refused']), (foreign, []))
        self.assertEqual(self.states(), {'fresh': foreign})
        self.assertEqual(self.rows(), rows, 'no row was touched')
        run = self.gapless('runs', 'show', adopted['run_id'], '--output', 'json').json['runs'][0]
        self.assertEqual((run['job'], run['status']), ('adopt', 'succeeded'))
        self.assertEqual({step['step'] for step in run['steps']}, {'look', 'compare', 'record'})
        self.assertIn('every row of 2026-02-28 to 2026-03-01 is gapless', self.gapless('adopt', *DAYS).out)

        team, day = (str(word) for word in self.sql('SELECT team_id, toDate(period_bucket) FROM web_pre_aggregated_bounces ORDER BY 1, 2 LIMIT 1')[0])
        late = self.write('late.ndjson', f'{{"team_id":{team},"event":"$pageview","timestamp":"{day} 23:00:00","uuid":"00000000-0000-0000-0000-0000000000ff",'
                                         '"person_id":"00000000-0000-0000-0000-00000000000a","session_id":"late","pathname":"/late"}\n')
        self.gapless('load', late)
        plan = self.gapless('plan', *DAYS, '--output', 'json').json
        self.assertIn((int(team), day, 'stale'), {(cell['team_id'], cell['day'], cell['state']) for cell in plan['cells']})
        before = sorted(groups(self, 'stats', f'team_id != {team}'))
        self.gapless('backfill', *DAYS, '--states', 'stale', '--quiet')
        self.assertEqual(sorted(groups(self, 'stats', f'team_id != {team}')), before)
        self.assertEqual(set(self.states()), {'fresh'})
        assert_groups_equal_reference(self, self.events, late)

    def test_what_differs_is_refused_by_name(self) -> None:
        team, day = (str(word) for word in self.sql('SELECT team_id, toDate(period_bucket) FROM web_pre_aggregated_bounces ORDER BY 1, 2 LIMIT 1')[0])
        self.gapless('sql', '--write', FALSIFIED.format(team=team, day=day))
        alone = self.gapless('adopt', '--teams', team, '--from', day, '--to', day, code=4)
        self.assertIn('bounces_count_state', alone.out)
        done = self.gapless('adopt', *DAYS, '--output', 'json', code=3).json
        self.assertEqual([(one['team_id'], one['day'], one['reason']) for one in done['refused']], [(int(team), day, 'differs')])
        self.assertEqual({(one['table'], one['measure']) for one in done['refused'][0]['differences']}, {('web_pre_aggregated_bounces', 'bounces_count_state')})
        self.assertEqual(self.states()['foreign'], 1)
        run = self.gapless('runs', '--limit', '1', '--output', 'json').json['runs'][0]
        self.assertEqual(run['status'], 'partial')
        self.assertIn(f'team {team} on {day}', run['error'])

        self.gapless('backfill', *DAYS, '--take-over', '--quiet')
        self.assertEqual(set(self.states()), {'fresh'})
        self.assertEqual(self.gapless('verify', *DAYS, '--output', 'json').json['differences'], [])


if __name__ == '__main__':
    unittest.main()
