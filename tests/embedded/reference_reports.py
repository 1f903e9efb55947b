#!/usr/bin/env python3
"""Reports over days in every state against the reference: generated streams, and both real samples.

Usage: reference_reports.py EMBEDDED_REPORTS [SHARE STREAMS ROUNDS]: the program that answers; each stream is asked for one of SHARE reports (of every
fifth by default), of so many streams, and of some of them so often again while days are built.

Of each stream some days are built, then late events come and a person's are deleted, then some more are built; on others rows are taken from the targets
or put there, the last ones are not over, and of some streams the first ones are no longer held by the source. Then every report is asked for, with and
without filters, in several time zones. Closes with `N passed, N failed`.
"""
from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

REFERENCE = Path(__file__).resolve().parent.parent / 'reference'
sys.path.insert(0, str(REFERENCE))
import access_log  # noqa: E402
from events import Event, Loaded, lines_of  # noqa: E402
from reports import BREAKDOWNS, OF_SESSIONS, OF_VIEWS, Filter, Question, answer  # noqa: E402
from rollup import day_text  # noqa: E402
from sessions import Session, sessions_of  # noqa: E402
from streams import Settings, Spelling, Stream  # noqa: E402
from support import ACCESS_LOG_SAMPLE, READERS_SAMPLE  # noqa: E402

FIRST_DAY = date(2026, 3, 28)       # clocks in Europe change on the 29th
SENTINEL = '2026-03-01'             # an event of nobody's, so that the source does not seem to have forgotten the first days
ZONES = ('UTC', 'UTC', 'UTC', 'Europe/Berlin', 'America/New_York', 'Pacific/Auckland', 'Asia/Kolkata')
SORTS = ('visitors:desc', 'visitors:desc', 'views:desc', 'sessions:asc', 'value:asc', 'value:desc', 'bounce_rate:desc', 'session_duration_seconds:asc')
ORIGINS: dict[str, tuple[str, ...]] = {
    'referring_domain': ('www.google.de', 'bing.com', 'notbing.com', 'google.co.uk', 'google.example.com', 'GOOGLE.COM', 'm.facebook.com', 't.co', 'youtube.com',
                         'mail.google.com', 'gemini.google.com', 'chatgpt.com', 'news.example.org', 'google.com.de.', 'bing.com\n', 'xyahoo.com', 'yahoo.co.jp'),
    'utm_source': ('google', 'Facebook', 'newsletter', 'youtube', 'partner', 'bing.com', 'l.instagram.com', 'chatgpt.com', 'googles'),
    'utm_medium': ('cpc', 'ppc', 'paid_social', 'cpm', 'banner', 'email', 'affiliate', 'social', 'organic', 'referral', 'Video', 'retargeting', 'print'),
    'utm_campaign': ('spring',)}
EXACT_UP_TO = 5000


@dataclass
class Case:
    """A scenario for the program, and what the reference makes of it."""
    name: str
    folder: Path
    sessions: list[Session]                                 # as the source has them at the end
    kept: list[Session] = field(default_factory=list)       # of the days that the source no longer holds whole: as they were built
    questions: list[Question] = field(default_factory=list)


def surrounding(rng: random.Random, event: dict[str, Any]) -> None:
    """Gives an event an origin that says more than the stream's own."""
    for name, values in ORIGINS.items():
        if rng.random() < .3:
            event[name] = rng.choice(values)


def with_origins(rng: random.Random, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    origins: dict[tuple[Any, ...], dict[str, Any]] = {}
    for event in events:
        origin = origins.setdefault((event['team_id'], event['session_id'] or event['person_id']), {})
        if not origin:
            surrounding(rng, origin)
        event |= origin
        if rng.random() < .1:
            surrounding(rng, event)
    return events


def loaded(*files: Path) -> list[Event]:
    events = Loaded()
    for file in files:
        events.add(file.read_bytes().split(b'\n')[:-1])
    return events.events


def some_values(rng: random.Random, sessions: list[Session], dimension: str) -> list[str]:
    session = rng.choice(sessions)
    if dimension in OF_VIEWS:
        return [rng.choice(session.views).text(OF_VIEWS[dimension])]
    return [OF_SESSIONS[dimension](session)]


def some_filter(rng: random.Random, sessions: list[Session], without: set[str]) -> Filter:
    dimension = rng.choice([name for name in (*OF_SESSIONS, *OF_VIEWS, 'page', 'channel') if name not in without])
    is_flag = dimension.startswith('has_') or dimension == 'logged_in'
    operator = rng.choice(['=', '=', '!='] if is_flag else ['=', '=', '!=', '~', '!~', '^', '!^'])
    texts = [text for _ in range(rng.choice([1, 1, 2])) for text in some_values(rng, sessions, dimension)]
    if operator[-1] in '~^':
        texts = [text[:3] for text in texts]
    return Filter(dimension, operator, tuple(texts))


def some_question(rng: random.Random, report: str, sessions: list[Session], days: list[str]) -> Question:
    filters: list[Filter] = []
    for _ in range(rng.choice([0, 0, 1, 1, 2])):
        views = BREAKDOWNS.get(report) in OF_VIEWS or any(one.dimension in OF_VIEWS for one in filters)
        hosts = any(one.dimension == 'entry_host' for one in filters)
        filters.append(some_filter(rng, sessions, {'entry_host'} if views else set(OF_VIEWS) if hosts else set()))
    views = BREAKDOWNS.get(report) in OF_VIEWS or any(one.dimension in OF_VIEWS for one in filters)
    first, last = sorted(rng.choices(days, k=2)) if rng.random() < .6 else (days[0], days[-1])
    if rng.random() < .2:
        first, last = f'{first}T{rng.randrange(12):02}:00:00Z', f'{last}T{rng.randrange(13, 24):02}:00:00Z'
    return Question(report, rng.choice(sessions).team, first, last, zone=rng.choice(ZONES), by=rng.choice(['hour', 'day']), filters=tuple(filters),
                    sort=rng.choice(SORTS[:6] if views else SORTS), limit=rng.choice([3, 10, 1000]), offset=rng.choice([0, 0, 2]),
                    compare=rng.random() < .3)


def all_questions(rng: random.Random, sessions: list[Session], days: list[str]) -> list[Question]:
    viewing = [session for session in sessions if session.views]
    return [some_question(rng, report, viewing, days) for report in ('overview', 'trend', 'overview', 'trend', 'channels', 'pages', *BREAKDOWNS)]


def write_scenario(case: Case, **settings: Any) -> None:
    scenario: dict[str, Any] = {'built_first': [], 'built_later': [], 'deleted_person': '', 'spoilt': [], 'foreign': [], 'source_from': '',
                                'backfilled_meanwhile': [], 'rounds': 0}
    questions = [{'report': one.report, 'team': one.team, 'begin': one.begin, 'end': one.end, 'zone': one.zone, 'by': one.by, 'sort': one.sort,
                  'filters': '\n'.join(map(str, one.filters)), 'limit': one.limit, 'offset': one.offset, 'compare': one.compare}
                 for one in case.questions]
    (case.folder / 'scenario.json').write_text(json.dumps(scenario | settings | {'questions': questions}), encoding='utf-8')


def stream_case(seed: int, folder: Path, share: int, rounds: int) -> Case:
    own = folder / str(seed)
    own.mkdir()
    rng = random.Random(seed)
    spelling = Spelling(random.Random(seed))
    events = with_origins(rng, Stream(Settings(seed=seed, sessions=rng.choice([60, 120, 200]), teams=1 + seed % 3, first_day=FIRST_DAY, days=1, late=3)).events())
    late = max(event['inserted_at'] for event in events)
    for name, is_late in (('events', False), ('late', True)):
        made = ''.join(spelling.line(event) + '\n' for event in events if (event['inserted_at'] == late) == is_late)
        if not is_late:
            made += json.dumps({'team_id': 999, 'uuid': '0' * 8 + '-0000-0000-0000-000000000000', 'timestamp': f'{SENTINEL} 00:00:00', 'event': ''}) + '\n'
        (own / f'{name}.ndjson').write_bytes(made.encode('utf-8', 'surrogatepass'))
    first, everything = loaded(own / 'events.ndjson'), loaded(own / 'events.ndjson', own / 'late.ndjson')
    person = Counter(event.person for event in everything).most_common(2)[-1][0] if seed % 2 else ''
    final = list(sessions_of(event for event in everything if event.person != person))
    days = sorted({day_text(session.day) for session in final if session.team != 999})
    days = [(date.fromisoformat(days[0]) + timedelta(days=number)).isoformat()
            for number in range((date.fromisoformat(days[-1]) - date.fromisoformat(days[0])).days + 1)]
    built_first = [day for day in days if rng.random() < .5]
    built_later = [day for day in days if rng.random() < .2]
    source_from = days[rng.randrange(2, len(days))] if seed % 3 == 0 else ''
    last_finished = days[-1 - rng.randrange(3)]
    forgotten = {day for day in days if source_from and day <= last_finished and date.fromisoformat(day) - timedelta(days=2) < date.fromisoformat(source_from)}
    spoilt = [day for day in days if rng.random() < .15 and day not in forgotten]
    foreign = [day for day in days if rng.random() < .15 and day not in forgotten]
    case = Case(f'seed {seed}', own, final)
    built_at_first = [session for session in sessions_of(first) if day_text(session.day) in built_first]
    case.kept = [session for session in built_at_first if day_text(session.day) in forgotten and day_text(session.day) not in built_later]
    case.kept += [session for session in final if day_text(session.day) in forgotten and day_text(session.day) in built_later]
    case.sessions = case.kept + [session for session in final if day_text(session.day) not in forgotten]
    case.questions = all_questions(rng, final, days)[seed % share::share]
    meanwhile = [day for day in days if rng.random() < .5] if seed % 9 == 2 and not source_from else []
    write_scenario(case, built_first=built_first, built_later=built_later, deleted_person=person, spoilt=spoilt, foreign=foreign, source_from=source_from,
                   last_finished=last_finished, backfilled_meanwhile=meanwhile, rounds=rounds if meanwhile else 0)
    return case


def sample_case(name: str, folder: Path, share: int, lines: list[bytes]) -> Case:
    own = folder / name
    own.mkdir()
    (own / 'events.ndjson').write_bytes(b''.join(line.rstrip(b'\n') + b'\n' for line in lines))
    sessions = list(sessions_of(Loaded().add(lines).events))
    days = sorted({day_text(session.day) for session in sessions})
    rng = random.Random(name)
    case = Case(name, own, sessions, questions=all_questions(rng, sessions, days)[::(share + 1) // 2])
    write_scenario(case, built_first=rng.sample(days, k=min(3, len(days))), last_finished=days[-2])
    return case


def sample_cases(folder: Path, share: int) -> list[Case]:
    log = [json.dumps(event).encode() for event in access_log.events_of(lines_of(str(ACCESS_LOG_SAMPLE)), 1, '', Counter())]
    return [sample_case('access-log', folder, share, log), sample_case('readers', folder, share, list(lines_of(str(READERS_SAMPLE))))]


def is_equal(ours: dict[str, Any], theirs: dict[str, Any]) -> bool:
    """But for visitors of whom there are so many that a uniq state may miss some."""
    if theirs['visitors'] <= EXACT_UP_TO:
        return ours == theirs
    return ours | {'visitors': 0} == theirs | {'visitors': 0} and abs(ours['visitors'] - theirs['visitors']) <= max(2, theirs['visitors'] // 100)


def check(case: Case, states: Counter[str]) -> list[str]:
    """What differs, in words."""
    answers = [json.loads(line) for line in (case.folder / 'answers.ndjson').read_text(encoding='utf-8').split('\n') if line]
    found = [] if len(answers) == len(case.questions) else [f'{len(answers)} answers to {len(case.questions)} questions']
    for question, ours in zip(case.questions, answers):
        states.update(ours['states'].values())
        states['rows'] += len(ours['rows'])
        theirs = answer(question, case.sessions)
        if len(ours['rows']) != len(theirs) or not all(map(is_equal, ours['rows'], theirs)):
            first = next(((one, other) for one, other in zip(ours['rows'], theirs) if not is_equal(one, other)), (len(ours['rows']), len(theirs)))
            found.append(f'{question}: {first[0]}, and {first[1]} by the reference; {ours["states"]}')
    return found


def main() -> int:
    share, streams, rounds = (int(text) for text in sys.argv[2:5]) if len(sys.argv) > 2 else (5, 20, 2)
    passed = failed = 0
    states: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix='gapless-reports-') as folder:
        cases = [stream_case(seed, Path(folder), share, rounds) for seed in range(201, 201 + streams)] + sample_cases(Path(folder), share)
        started = time.monotonic()
        subprocess.run([sys.argv[1], *(case.folder for case in cases)], check=True)
        print(f'answered in {time.monotonic() - started:.1f} s')
        for case in cases:
            found = check(case, states)
            print(f'{"FAILED" if found else "ok"}: {case.name}, {len(case.questions)} reports', *found[:10], sep='\n  ', flush=True)
            passed, failed = passed + (not found), failed + bool(found)
    print(f'{passed} passed, {failed} failed; rows, and days by state: {dict(states)}')
    proves = all(states[state] for state in ('fresh', 'changed', 'missing', 'open', 'damaged', 'foreign', 'expired'))
    return 0 if passed and not failed and proves else 1


if __name__ == '__main__':
    sys.exit(main())
