"""The columns of the target tables, as the lines of groups hold them: SEMANTICS section 3."""
from __future__ import annotations

from dataclasses import dataclass

ENTRY_DIMENSIONS = tuple('browser os viewport_width viewport_height referring_domain utm_source utm_medium utm_campaign utm_term utm_content '
                         'country_code city_name region_code region_name has_gclid has_gad_source_paid_search has_fbclid '
                         'mat_metadata_loggedIn mat_metadata_backend'.split())
"""The dimensions that a session takes from its entry event, in the targets' order, after the paths."""


@dataclass(frozen=True)
class Target:
    """The columns of a group: its key, then its measures. `uniq` names those that come from a uniq state."""
    key: tuple[str, ...]
    measures: tuple[str, ...]
    uniq: frozenset[str]


STATS = Target(('day', 'hour', 'team', 'host', 'device_type', 'entry_pathname', 'pathname', 'end_pathname') + ENTRY_DIMENSIONS,
               ('persons', 'sessions', 'pageviews'), frozenset({'persons', 'sessions'}))
BOUNCES = Target(('day', 'hour', 'team', 'host', 'device_type', 'entry_pathname', 'end_pathname') + ENTRY_DIMENSIONS,
                 ('persons', 'sessions', 'pageviews', 'bounces', 'duration', 'session_count'), frozenset({'persons', 'sessions'}))
BREAKDOWNS = Target(('day', 'hour', 'team', 'dimension', 'value'),
                    ('persons', 'session_count', 'pageviews', 'bounces', 'duration'), frozenset({'persons'}))

TARGETS = {'stats': STATS, 'bounces': BOUNCES, 'breakdowns': BREAKDOWNS}
