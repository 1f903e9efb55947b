"""The rows of reports, from sessions: docs/REPORTS.md in plain Python."""
from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from events import Event
from sessions import Session

CHANNELS = Path(__file__).resolve().parents[2] / 'data' / 'channels'
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)
FIGURES = ('visitors', 'views', 'sessions', 'bounces', 'duration')


# Channels

@dataclass(frozen=True)
class ChannelList:
    domains: tuple[str, ...]
    sources: tuple[str, ...]

    def has_domain(self, text: str) -> bool:
        return any(_is_at_or_below(text, domain) for domain in self.domains)

    def has(self, domain: str, source: str) -> bool:
        return self.has_domain(domain) or self.has_domain(source) or source in self.sources


def _is_at_or_below(text: str, domain: str) -> bool:
    if not domain.endswith('.*'):
        return text == domain or text.endswith('.' + domain)
    name = domain.removesuffix('.*')
    parts = text.split('.')
    for ends in (1, 2):
        suffix = parts[-ends:]
        stem = '.'.join(parts[:-ends])
        country = suffix[-1:] and re.fullmatch('[a-z][a-z]', suffix[-1])
        if ends == 1 and not (country or suffix == ['com']) or ends == 2 and not (country and suffix[0] in ('co', 'com')):
            continue
        if stem == name or stem.endswith('.' + name):
            return True
    return False


@functools.cache
def channel_list(name: str) -> ChannelList:
    lines = [line for line in (CHANNELS / f'{name}.txt').read_text(encoding='utf-8').splitlines() if line and not line.startswith('#')]
    return ChannelList(tuple(line for line in lines if '.' in line), tuple(line for line in lines if '.' not in line))


def _lower(text: str) -> str:
    """Letters of ASCII alone."""
    return ''.join(character.lower() if character < '\x80' else character for character in text)


def channel_of(entry: Event) -> str:
    domain, source, medium = (_lower(entry.text(name)) for name in ('referring_domain', 'utm_source', 'utm_medium'))
    has_gclid, has_gad, has_fbclid = (entry.text(name) == '1' for name in ('has_gclid', 'has_gad_source_paid_search', 'has_fbclid'))
    paid = 'cp' in medium or medium.startswith('paid') or medium in ('ppc', 'retargeting')
    mail = ('email', 'e-mail', 'e_mail', 'e mail', 'mail', 'newsletter')

    def listed(name: str) -> bool:
        return channel_list(name).has(domain, source)

    rules: tuple[tuple[Callable[[], bool], str], ...] = (
        (lambda: medium in ('affiliate', 'affiliates'), 'Affiliate'),
        (lambda: has_gclid or has_gad or paid and listed('search'), 'Paid Search'),
        (lambda: paid and listed('social'), 'Paid Social'),
        (lambda: medium in mail or source in mail or listed('email'), 'Email'),
        (lambda: listed('video') or 'video' in medium, 'Video'),
        (lambda: listed('ai'), 'AI Assistant'),
        (lambda: medium in ('display', 'banner', 'expandable', 'interstitial', 'cpm'), 'Display'),
        (lambda: listed('social') or has_fbclid or
         medium in ('social', 'social-network', 'social-media', 'sm', 'social network', 'social media'), 'Organic Social'),
        (lambda: listed('search') or medium == 'organic', 'Organic Search'),
        (lambda: paid, 'Other'),
        (lambda: medium in ('referral', 'app', 'link') or domain not in ('', '$direct'), 'Referral'),
        (lambda: any(entry.text('utm_' + name) for name in ('source', 'medium', 'campaign', 'term', 'content')), 'Other'))
    return next((name for holds, name in rules if holds()), 'Direct')


# Dimensions

def _flag(name: str) -> Callable[[Session], str]:
    return lambda session: 'true' if session.entry.text(name) == '1' else 'false'


def _entry(name: str) -> Callable[[Session], str]:
    return lambda session: session.entry.text(name)


OF_SESSIONS: dict[str, Callable[[Session], str]] = {
    'entry_page': lambda session: session.entry_pathname, 'exit_page': lambda session: session.end_pathname,
    'entry_host': _entry('host'), 'channel': lambda session: channel_of(session.entry), 'referrer': _entry('referring_domain'),
    'viewport': lambda session: session.entry.text('viewport_width') + 'x' + session.entry.text('viewport_height'),
    'browser': _entry('browser'), 'system': _entry('os'), 'device': _entry('device_type'), 'country': _entry('country_code'),
    'region': _entry('region_name'), 'city': _entry('city_name'), 'logged_in': _flag('mat_metadata_loggedIn'),
    'has_gclid': _flag('has_gclid'), 'has_gad_source': _flag('has_gad_source_paid_search'), 'has_fbclid': _flag('has_fbclid'),
    'backend': _entry('mat_metadata_backend'),
    **{name: _entry(name) for name in ('utm_source', 'utm_medium', 'utm_campaign', 'utm_term', 'utm_content', 'viewport_width',
                                       'viewport_height', 'region_code')}}
OF_VIEWS = {'page': 'pathname', 'host': 'host'}
BREAKDOWNS = {
    'pages': 'page', 'entry-pages': 'entry_page', 'exit-pages': 'exit_page', 'hosts': 'host', 'referrers': 'referrer', 'utm-sources': 'utm_source',
    'utm-mediums': 'utm_medium', 'utm-campaigns': 'utm_campaign', 'utm-terms': 'utm_term', 'utm-contents': 'utm_content',
    'browsers': 'browser', 'systems': 'system', 'devices': 'device', 'viewports': 'viewport', 'countries': 'country', 'regions': 'region',
    'cities': 'city', 'channels': 'channel'}


@dataclass(frozen=True)
class Filter:
    dimension: str
    operator: str               # = ~ ^, or one of them after !
    texts: tuple[str, ...]

    def __str__(self) -> str:
        def escaped(text: str) -> str:
            return text.replace('\\', '\\\\').replace('|', '\\|').replace('&', '\\&').replace('\n', '\\n')
        return self.dimension + self.operator + '|'.join(map(escaped, self.texts))

    def holds(self, value: str) -> bool:
        match = {'=': str.__eq__, '~': str.__contains__, '^': str.startswith}[self.operator[-1]]
        return any(match(value, text) for text in self.texts) != self.operator.startswith('!')


# Time

def start_of(day: date, zone: str) -> datetime:
    """Of a day in a time zone: the full hour of UTC at its midnight, or before it."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(timezone.utc)
    return midnight.replace(minute=0, second=0, microsecond=0)


def hour_of(session: Session) -> datetime:
    return EPOCH + timedelta(days=session.day, hours=session.hour)


@dataclass(frozen=True)
class Question:
    report: str
    team: int
    begin: str                  # a day, or an instant at a full hour
    end: str                    # a day, included, or an instant, not included
    zone: str = 'UTC'
    by: str = 'day'
    filters: tuple[Filter, ...] = ()
    sort: str = 'visitors:desc'
    limit: int = 1000
    offset: int = 0
    compare: bool = False

    @property
    def counts_views(self) -> bool:
        return BREAKDOWNS.get(self.report) in OF_VIEWS or any(one.dimension in OF_VIEWS for one in self.filters)

    @property
    def is_in_days(self) -> bool:
        return len(self.begin) == 10 and len(self.end) == 10

    def span(self) -> tuple[datetime, datetime]:
        def instant(text: str, later: int) -> datetime:
            if len(text) == 10:
                return start_of(date.fromisoformat(text) + timedelta(days=later), self.zone)
            return datetime.fromisoformat(text.replace('Z', '+00:00'))
        return instant(self.begin, 0), instant(self.end, 1)

    def span_before(self) -> tuple[datetime, datetime]:
        begin, end = self.span()
        if not self.is_in_days:
            return begin - (end - begin), begin
        days = (date.fromisoformat(self.end) - date.fromisoformat(self.begin)).days + 1
        return start_of(date.fromisoformat(self.begin) - timedelta(days=days), self.zone), begin


def bucket_names(question: Question, begin: datetime, end: datetime) -> list[tuple[datetime, str]]:
    """Where each bucket begins, and its name."""
    zone = ZoneInfo(question.zone)
    if question.by == 'hour':
        hours = [begin + HOUR * number for number in range((end - begin) // HOUR)]
        names = [hour.astimezone(zone).isoformat().replace('+00:00', 'Z') for hour in hours]
        return list(zip(hours, names))
    day = begin.astimezone(zone).date() - timedelta(days=2)
    starts = [(start_of(day + timedelta(days=number), question.zone), (day + timedelta(days=number)).isoformat())
              for number in range((end - begin).days + 6)]
    return [(max(at, begin), name) for (at, name), (after, _) in zip(starts, starts[1:]) if after > begin and at < end]


# Rows

@dataclass
class Group:
    persons: set[str] = field(default_factory=set)
    views: int = 0
    sessions: int = 0
    bounces: int = 0
    duration: int = 0

    def figures(self) -> dict[str, int]:
        return dict(zip(FIGURES, (len(self.persons), self.views, self.sessions, self.bounces, self.duration)))


def grouped(question: Question, sessions: Iterable[Session], begin: datetime, end: datetime) -> dict[str, Group]:
    buckets = bucket_names(question, begin, end) if question.report == 'trend' else []
    groups: dict[str, Group] = defaultdict(Group)
    for session in sessions:
        hour = hour_of(session)
        if session.team != question.team or not session.views or not begin <= hour < end:
            continue
        if not all(one.holds(OF_SESSIONS[one.dimension](session)) for one in question.filters if one.dimension in OF_SESSIONS):
            continue
        of_views = [one for one in question.filters if one.dimension in OF_VIEWS]
        views = [view for view in session.views if all(one.holds(view.text(OF_VIEWS[one.dimension])) for one in of_views)]
        dimension = BREAKDOWNS.get(question.report, '')
        if question.report == 'trend':
            values = [[name for at, name in buckets if at <= hour][-1]] * len(views)
        elif dimension in OF_VIEWS:
            values = [view.text(OF_VIEWS[dimension]) for view in views]
        else:
            values = [OF_SESSIONS[dimension](session) if dimension else ''] * len(views)
        for value in set(values):
            group = groups[value]
            group.persons.add(session.person)
            group.views += values.count(value)
            group.sessions += 1
            if not question.counts_views:
                group.bounces += session.is_bounce
                group.duration += session.duration_seconds
    return groups


def in_order(question: Question, groups: dict[str, Group]) -> list[str]:
    by, _, way = question.sort.partition(':')

    def figure(group: Group) -> Fraction | int:
        if by == 'bounce_rate':
            return Fraction(group.bounces, group.sessions)
        if by == 'session_duration_seconds':
            return Fraction(group.duration, group.sessions)
        return group.figures()[by]

    values = sorted(groups, key=lambda value: value.encode('utf-8'))
    if by == 'value':
        return values[::-1] if way == 'desc' else values
    return sorted(values, key=lambda value: figure(groups[value]), reverse=way == 'desc')


def answer(question: Question, sessions: list[Session], before: list[Session] | None = None) -> list[dict[str, Any]]:
    """The rows of a report. `before`: the sessions to take for the previous period, if not the same."""
    now = grouped(question, sessions, *question.span())
    earlier = grouped(question, sessions if before is None else before, *question.span_before()) if question.compare else {}
    if question.report == 'trend':
        names = [name for _, name in bucket_names(question, *question.span())]
        names_before = [name for _, name in bucket_names(question, *question.span_before())] if question.compare else []
        rows = [(name, now.get(name, Group()), earlier.get(old, Group())) for name, old in
                zip(names, names_before + [''] * len(names))]
    elif question.report == 'overview':
        rows = [('', now.get('', Group()), earlier.get('', Group()))]
    else:
        values = in_order(question, now)[question.offset:question.offset + question.limit]
        rows = [(value, now[value], earlier.get(value, Group())) for value in values]
    return [{'value': value, **group.figures()} | ({'before': old.figures()} if question.compare else {}) for value, group, old in rows]
