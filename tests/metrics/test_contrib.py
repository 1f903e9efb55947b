"""The alert rules and the dashboard of contrib/: every metric, label and value in them is one that gapless has."""
from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import unittest
from pathlib import Path

from promql import Names, names_of

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / 'contrib' / 'prometheus' / 'alerts.yml'
RULES_TEST = Path(__file__).with_name('alert_rules_test.yml')
DASHBOARD = ROOT / 'contrib' / 'grafana' / 'gapless.json'
METRICS_TEXT = Path(os.environ.get('GAPLESS_METRICS_TEXT', ROOT / 'build' / 'release' / 'tests' / 'metrics_text'))

# What Prometheus adds when it scrapes.
PROMETHEUS_METRICS = {'up': {'job': {'gapless'}}}
PROMETHEUS_LABELS = {'instance'}

SAMPLE = re.compile(r'^(?P<name>\w+)(?:\{(?P<labels>.*)\})? \S+$')
LABEL = re.compile(r'(\w+)="((?:\\.|[^"\\])*)"')


def metrics_text() -> str:
    return subprocess.run([METRICS_TEXT], capture_output=True, text=True, check=True, timeout=30).stdout


def series_of(text: str) -> dict[str, dict[str, set[str]]]:
    """Metrics, with their labels and the values that these have."""
    found: dict[str, dict[str, set[str]]] = {}
    for line in text.splitlines():
        if line.startswith('#'):
            continue
        match = SAMPLE.match(line)
        assert match, line
        labels = found.setdefault(match['name'], {})
        for label, value in LABEL.findall(match['labels'] or ''):
            labels.setdefault(label, set()).add(value)
    return found


def rules() -> dict[str, str]:
    """Alerts and their expressions, which stand on one line each."""
    text = RULES.read_text(encoding='utf-8')
    found = dict(re.findall(r'^ +- alert: (\w+)\n +expr: (\S.*)$', text, re.MULTILINE))
    assert len(found) == text.count('alert:') == text.count('expr:'), 'an alert without its expression on the next line'
    return found


def panels() -> list[dict]:
    return json.loads(DASHBOARD.read_text(encoding='utf-8'))['panels']


def panel_queries() -> dict[str, str]:
    return {f'{panel["title"]} {target["refId"]}': target['expr'] for panel in panels() for target in panel['targets']}


def problems_of(names: Names, series: dict[str, dict[str, set[str]]]) -> list[str]:
    problems, labels_there = [], set(PROMETHEUS_LABELS)
    if not names.metrics:
        problems.append('it names no metric')
    for metric, matchers in names.metrics:
        labels = (PROMETHEUS_METRICS | series).get(metric)
        if labels is None:
            problems.append(f'there is no metric {metric}')
            continue
        labels_there |= labels.keys()
        for label, (sign, value) in matchers.items():
            if label in PROMETHEUS_LABELS:
                continue
            if label not in labels:
                problems.append(f'{metric} has no label {label}')
                continue
            for one in value.split('|') if '~' in sign else [value]:
                if one not in labels[label]:
                    problems.append(f'{metric} has no {label} {one!r}')
    problems += [f'there is no label {label} to group by' for label in sorted(names.grouped_by - labels_there)]
    return problems


class Contrib(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.text = metrics_text()
        cls.series = series_of(cls.text)

    def test_names_only_what_there_is(self) -> None:
        for where, expression in (rules() | panel_queries()).items():
            with self.subTest(where=where):
                self.assertEqual(problems_of(names_of(expression), self.series), [])

    def test_notices_what_there_is_not(self) -> None:
        for expression, problem in (
            ('gapless_gaps > 1', 'there is no metric gapless_gaps'),
            ('time() - 5', 'it names no metric'),
            ('rate(gapless_runs_total[5m]) + rate(gapless_run_total[5m])', 'there is no metric gapless_run_total'),
            ('gapless_runs_total{job="daily"}', 'gapless_runs_total has no label job'),
            ('gapless_runs_total{instance="a", job_name="nightly"}', "gapless_runs_total has no job_name 'nightly'"),
            ('gapless_cells{state=~"fresh|broken"}', "gapless_cells has no state 'broken'"),
            ('gapless_cells{state!~"good"}', "gapless_cells has no state 'good'"),
            ('sum by (instance, day) (gapless_cells)', 'there is no label day to group by'),
            ('up unless on (team) gapless_paused', 'there is no label team to group by'),
            ('histogram_quantile(0.9, sum(rate(gapless_run_duration_bucket[1h])) by (le))', 'there is no metric gapless_run_duration_bucket'),
        ):
            with self.subTest(expression=expression):
                self.assertIn(problem, problems_of(names_of(expression), self.series))

    def test_rules_are_those_that_the_readme_promises(self) -> None:
        self.assertLessEqual({'GaplessDown', 'GaplessJobFailing', 'GaplessNoSuccess', 'GaplessGapTooOld', 'GaplessPaused', 'GaplessDamagedCells'},
                             rules().keys())

    def test_dashboard_has_panels_that_stand_beside_each_other(self) -> None:
        taken: set[tuple[int, int]] = set()
        for panel in panels():
            place = panel['gridPos']
            cells = {(x, y) for x in range(place['x'], place['x'] + place['w']) for y in range(place['y'], place['y'] + place['h'])}
            self.assertFalse(cells & taken, panel['title'])
            self.assertLessEqual(place['x'] + place['w'], 24, panel['title'])
            taken |= cells
        self.assertEqual(len({panel['id'] for panel in panels()}), len(panels()))

    @unittest.skipUnless(shutil.which('promtool'), 'there is no promtool (Debian: prometheus)')
    def test_promtool_accepts_rules_and_metrics_and_gets_the_right_alerts(self) -> None:
        for arguments, given in ((['check', 'rules', str(RULES)], ''), (['check', 'metrics'], self.text), (['test', 'rules', str(RULES_TEST)], '')):
            done = subprocess.run(['promtool', *arguments], input=given, capture_output=True, text=True, check=False, timeout=30)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == '__main__':
    unittest.main()
