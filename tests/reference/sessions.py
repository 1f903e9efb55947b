"""Sessions, and the day that owns each event: SEMANTICS section 2."""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from events import INTERACTIONS, MICROS_A_DAY, MICROS_A_MINUTE, MICROS_A_SECOND, MICROS_AN_HOUR, Event

LONGEST_GAP = 30 * MICROS_A_MINUTE
SHORTEST_STAY_SECONDS = 10


@dataclass(frozen=True)
class Session:
    """What one day owns of one session: its events, at least one, in their total order."""
    team: int
    day: int
    session_id: str
    events: tuple[Event, ...]

    @cached_property
    def views(self) -> tuple[Event, ...]:
        return tuple(event for event in self.events if event.is_view)

    @property
    def hour(self) -> int:
        """Of the day, of its first event."""
        return self.events[0].micros % MICROS_A_DAY // MICROS_AN_HOUR

    @property
    def duration_seconds(self) -> int:
        """Both ends are cut to whole seconds before they are subtracted."""
        return self.events[-1].micros // MICROS_A_SECOND - self.events[0].micros // MICROS_A_SECOND

    @property
    def person(self) -> str:
        return self.events[-1].person

    @property
    def is_bounce(self) -> bool:
        interactions = {event.uuid for event in self.events if event.name in INTERACTIONS}
        return len(interactions) <= 1 and self.duration_seconds < SHORTEST_STAY_SECONDS

    @property
    def entry(self) -> Event:
        """Its first view event; only for a session that has one."""
        return self.views[0]

    @property
    def entry_pathname(self) -> str:
        return self.views[0].text('pathname')

    @property
    def end_pathname(self) -> str:
        return self.views[-1].text('pathname')


def owner(event: Event, first_by_day: dict[int, int]) -> int:
    """The day that owns an event of a named session, given the first instant of each day that the session has events on."""
    day_before = event.day - 1
    before_is_proper_start = day_before in first_by_day and day_before - 1 not in first_by_day
    if before_is_proper_start and event.micros < first_by_day[day_before] + MICROS_A_DAY:
        return day_before
    return event.day


def split_named(events: Iterable[Event]) -> dict[int, list[Event]]:
    """The events of one named session by the day that owns them (rules 1 to 3)."""
    first_by_day: dict[int, int] = {}
    in_time = sorted(events, key=lambda event: event.order)
    for event in in_time:
        first_by_day.setdefault(event.day, event.micros)
    owned: dict[int, list[Event]] = defaultdict(list)
    for event in in_time:
        owned[owner(event, first_by_day)].append(event)
    return owned


def split_nameless(events: Iterable[Event]) -> list[list[Event]]:
    """The runs of one person's nameless events on one day: a gap over 30 minutes ends one."""
    runs: list[list[Event]] = []
    last = None
    for event in sorted(events, key=lambda event: event.order):
        if last is None or event.micros - last > LONGEST_GAP:
            runs.append([])
        runs[-1].append(event)
        last = event.micros
    return runs


def sessions_of(events: Iterable[Event], *, named_only: bool = False) -> Iterator[Session]:
    """All sessions, in no particular order. With named_only, nameless events are left out (`sessionize = "named"`)."""
    named: dict[tuple[int, str], list[Event]] = defaultdict(list)
    nameless: dict[tuple[int, str, int], list[Event]] = defaultdict(list)
    for event in events:
        if event.session_id:
            named[event.team, event.session_id].append(event)
        elif not named_only:
            nameless[event.team, event.person, event.day].append(event)
    for (team, session_id), those in named.items():
        for day, owned in split_named(those).items():
            yield Session(team, day, session_id, tuple(owned))
    for (team, person, day), those in nameless.items():
        for run in split_nameless(those):
            yield Session(team, day, f'{person}:{run[0].micros}', tuple(run))
