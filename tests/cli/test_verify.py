"""Verification through the real program: nothing where nothing is wrong, exit code 4 and names where it is, and the repair."""
from __future__ import annotations

import unittest

from groups import FALSIFIED, assert_groups_equal_reference
from harness import SAMPLES, CommandTest, stream

STREAM_WINDOW = ('--from', '2026-02-28', '--to', '2026-03-20')
FIRST_DAYS = ('--from', '2026-02-28', '--to', '2026-03-03')  # most of it, at a fifth of the time


class VerifyTest(CommandTest):
    """A stream of three teams, backfilled."""

    def setUp(self) -> None:
        super().setUp()
        self.events = stream(self.folder / 'events.ndjson', seed=201, sessions=120)
        self.gapless('load', self.events)
        self.gapless('backfill', *STREAM_WINDOW)

    def verify(self, *options: str, code: int = 0, days: tuple[str, ...] = FIRST_DAYS) -> dict:
        return self.gapless('verify', *days, *options, '--output', 'json', code=code).json

    def newest_run(self) -> dict:
        return self.gapless('runs', '--limit', '1', '--output', 'json').json['runs'][0]

    def test_an_untouched_rollup(self) -> None:
        seen = self.verify('--tolerance', '0.5', days=STREAM_WINDOW)
        self.assertEqual((seen['differences'], seen['differences_found'], seen['cells_different']), ([], 0, 0))
        self.assertEqual(seen['window'], {'from': '2026-02-28', 'to': '2026-03-20'})
        fresh = self.gapless('status', *STREAM_WINDOW, '--output', 'json').json['summary']['fresh']
        self.assertGreaterEqual(seen['cells_checked'], fresh)
        self.assertGreater(fresh, 3)
        self.assertEqual(self.verify('--sample', '2')['cells_checked'], 2)
        self.assertEqual((self.newest_run()['job'], self.newest_run()['status'], self.newest_run()['cells_planned']), ('verify', 'succeeded', 2))

    def test_what_differs_is_named_and_repaired(self) -> None:
        team, day = self.sql('SELECT team_id, toString(toDate(period_bucket)) FROM web_pre_aggregated_bounces ORDER BY 1, 2 LIMIT 1')[0]
        self.gapless('sql', '--write', FALSIFIED.format(team=team, day=day))
        seen = self.verify(code=4)
        self.assertEqual({(one['team_id'], one['day'], one['table'], one['measure'], one['target'] - one['source']) for one in seen['differences']},
                         {(int(team), day, 'web_pre_aggregated_bounces', 'bounces_count_state', 1)})
        self.assertIn(f'team {team} on {day}', self.newest_run()['error'])
        self.assertEqual(self.newest_run()['status'], 'failed')
        self.assertIn('differs from the source', self.gapless('verify', *FIRST_DAYS, code=4).out)
        self.assertEqual(self.verify(code=0, *('--teams', '999999'))['cells_checked'], 0)
        self.gapless('verify', *FIRST_DAYS, GAPLESS_EXCLUDE_TEAM_IDS=str(team))

        repaired = self.verify('--repair')
        self.assertEqual((repaired['differences'], repaired['repair']['run']['cells_recomputed']), ([], 1))
        assert_groups_equal_reference(self, self.events)
        self.assertEqual(self.verify()['differences'], [])

    def test_changed_events_are_no_wrong_figures(self) -> None:
        cells = self.verify()['cells_checked']
        self.gapless('load', stream(self.folder / 'late.ndjson', seed=202, sessions=5))
        seen = self.verify()
        self.assertGreater(seen['cells_left_out']['stale'], 0)
        self.assertLess(seen['cells_checked'], cells)

    def test_a_field_that_the_fingerprint_leaves_out(self) -> None:
        self.gapless('sql', '--write', "ALTER TABLE events UPDATE browser = 'Another' WHERE 1 SETTINGS mutations_sync = 2")
        self.assertEqual(self.gapless('plan', *STREAM_WINDOW, '--output', 'json').json['cells'], [])
        self.assertEqual({one['measure'] for one in self.verify(code=4)['differences']}, {'rows'})
        self.assertEqual(self.verify('--repair')['differences'], [])

    def test_wrong_options(self) -> None:
        for options in (('--sample', '0'), ('--tolerance', '-1'), ('--tolerance', 'x'), ('--sample', 'all')):
            self.gapless('verify', *options, code=2)


class SamplesTest(CommandTest):
    """The files that the project ships."""

    def test_samples(self) -> None:
        self.gapless('load', SAMPLES / 'elastic-apache-2015.log.gz', '--team', '1')
        self.gapless('load', SAMPLES / 'wikimedia-readers-2014.ndjson.gz')
        for window, cells in ((('2015-05-17', '2015-05-20'), 4), (('2014-01-07', '2014-01-22'), 16)):
            days = ('--from', window[0], '--to', window[1])
            self.gapless('backfill', *days)
            seen = self.gapless('verify', *days, '--tolerance', '1', '--output', 'json').json
            self.assertEqual((seen['cells_checked'], seen['differences']), (cells, []))


if __name__ == '__main__':
    unittest.main()
