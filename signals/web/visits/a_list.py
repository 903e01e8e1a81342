"""What is on a list of visits, in which order and why; what is not, and why? The page on which a person decides.

A proposed list is weighed anew each time that it is shown: whoever may not be visited any more is named before it is
released. Ways are reckoned in straight lines here; a routing server is asked when a list is proposed (`web.planner`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from signals.outreach.queues import policy_book
from signals.outreach.reasons import heaviest_reason
from signals.outreach.teams import COMMON
from signals.outreach.visits.candidates import NOT_DUE, homes, left_out
from signals.outreach.visits.lists import VisitError, read_list, standing
from signals.outreach.visits.nearby import suggestions
from signals.outreach.visits.opting import WAYS
from signals.outreach.visits.round import numbers_of
from signals.outreach.visits.unsafe import unsafe_at
from signals.outreach.visits.words import FIRST, HOW, RESULTS, STATES, STOPS, UNKNOWN_PLACE, WHY_NOT
from signals.outreach.work.people import Actor
from signals.web.desk import NotFoundError, Page
from signals.web.office.overview import municipality_names
from signals.web.people import CASE_WORKERS
from signals.web.texts import ENGLISH
from signals.web.visits.said import names_of, of, when
from signals.web.words import options

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import time

    from starlette.responses import Response

    from signals.outreach.visits.candidates import Home
    from signals.outreach.visits.lists import ListedStop, VisitList
    from signals.outreach.visits.nearby import Nearby
    from signals.web.desk import Desk

URGENT: Final = 20
"""So many households that come first and are not on the list are named."""


@dataclass(frozen=True, slots=True)
class Row:
    """A household on the list, as the page says it.

    Attributes:
        stop: As it is kept.
        number: Which one of those that are visited; households at one door have one number.
        why: The reasons behind its points, in words.
        hindrance: The code of what stands in the way now, or None.
        other_time: The code of when it is due in fact, where a person chose this time; or None.
        about: When the pair is there; None when it is not planned any more.
    """

    stop: ListedStop
    number: int
    why: tuple[str, ...]
    hindrance: str | None
    other_time: str | None
    about: time | None


@dataclass(frozen=True, slots=True)
class Around:
    """What is not on a proposed list.

    Attributes:
        near: Doors on the way.
        urgent: Who comes first, and is not on it, or could not be placed.
        waiting: How many could be visited besides.
        left_out: How many cannot, by code.
    """

    near: Sequence[Nearby]
    urgent: Sequence[Home]
    waiting: int
    left_out: Mapping[str, int]


def show_list(desk: Desk) -> Response:
    """The list as it stands."""
    return shown(desk, own_list(desk))


def own_list(desk: Desk) -> VisitList:
    """The list of the address. Raises NotFoundError when there is none, or it is of another municipality."""
    try:
        found = read_list(desk.cursor, desk.path["list"])
    except VisitError:
        raise NotFoundError("there is no such list") from None
    desk.may_see(found.wish.municipality)
    return found


def shown(
    desk: Desk,
    found: VisitList,
    *,
    status: int = 200,
    problem: str | None = None,
    faults: Sequence[tuple[str, str]] = (),
) -> Response:
    """The page of a list; with why an act on it could not be done, and what was typed."""
    is_proposed = found.state == "proposed"
    rows = _rows(desk, found)
    around = _around(desk, found) if is_proposed and found.wish.on_day >= desk.today else None
    near = [home for one in around.near for home in one.homes] if around else []
    there = {*(row.stop.household for row in rows), *(home.household for home in near)}
    there |= {home.household for home in around.urgent} if around else set()
    desk.viewed("view-visits", f"visit-list {found.id}", households=there)
    language, wish = desk.language, found.wish
    going = [row for row in rows if row.stop.state in {"planned", "visited", "not-visited"}]
    return desk.page(
        "visits/list.html",
        status=status,
        problem=problem,
        faults=faults,
        errors=dict(faults),
        typed={name: desk.form.get(name) for name in ("address", "how", "note", "stop")},
        found=found,
        wish=wish,
        when=when(wish.on_day, wish.part, language),
        who=names_of(wish.pair, language),
        municipality=municipality_names(desk)[wish.municipality],
        team=_team(desk, found),
        is_over=wish.on_day < desk.today,
        minutes=round(found.minutes()),
        going=going,
        doors=len({row.stop.door for row in going}),
        falling=[row for row in going if is_proposed and row.hindrance],
        gone=[row for row in rows if row not in going],
        around=around,
        offered=sum(1 for row in going if row.stop.state == "planned"),
        why_of=partial(_why_of, language),
        code_words=partial(of, WHY_NOT, language=language),
        first_words=partial(of, FIRST, language=language),
        how_words=partial(of, HOW, language=language),
        result_words=partial(of, RESULTS, language=language),
        stop_words=partial(of, STOPS, language=language),
        state=of(STATES, found.state, language),
        unknown_place=UNKNOWN_PLACE[language == ENGLISH],
        opted_by=[one for one in options("contact", language) if one[0] in WAYS],
        unsafe=unsafe_at(desk.cursor, there),
    )


def _rows(desk: Desk, found: VisitList) -> list[Row]:
    """The households in their order; those that fell out among them, without a number."""
    now = standing(desk.cursor, found, Actor(desk.user.id, desk.user.name)) if found.state != "done" else {}
    reasons, about = _reasons(desk, found), found.arrivals()
    numbers = numbers_of(found)
    return [
        Row(
            stop,
            numbers.get(stop.id, 0),
            reasons.get(stop.household, ()),
            *_in_the_way(now.get(stop.household)),
            about.get(stop.id),
        )
        for stop in found.stops
    ]


def _in_the_way(code: str | None) -> tuple[str | None, str | None]:
    """`Row.hindrance` and `other_time`: what is due at another time is let go all the same."""
    return (None, code) if code in NOT_DUE else (code, None)


def _reasons(desk: Desk, found: VisitList) -> dict[int, tuple[str, ...]]:
    """By household why it has its points: as it was when the list was released, or as it is now."""
    frozen = {stop.household: stop.frozen["cases"] for stop in found.stops if stop.frozen is not None}
    open_ones = {stop.household for stop in found.stops} - frozen.keys()
    user = Actor(desk.user.id, desk.user.name)
    there = homes(desk.cursor, found.wish, user, only=open_ones, own_list=found.id) if open_ones else []
    kept = {home: _why(desk.language, (one["explanation"] for one in cases)) for home, cases in frozen.items()}
    return kept | {home.household: _why_of(desk.language, home) for home in there}


def _why_of(language: str, home: Home) -> tuple[str, ...]:
    return _why(language, (one.explanation for one in home.cases))


def _why(language: str, explanations: Iterable[list[dict[str, Any]]]) -> tuple[str, ...]:
    """What weighs most in each case, each reason once."""
    return tuple(dict.fromkeys(said for one in explanations if (said := heaviest_reason(one, language))))


def _around(desk: Desk, found: VisitList) -> Around:
    user = Actor(desk.user.id, desk.user.name)
    due = homes(desk.cursor, found.wish, user, own_list=found.id)
    on = {stop.household for stop in found.going}
    free = [home for home in due if home.hindrance is None and home.household not in on]
    first = [home for home in free if home.first is not None]
    near = suggestions(desk.cursor, found, user, due=due)
    return Around(near, first[:URGENT], len(free), left_out(due))


def _team(desk: Desk, found: VisitList) -> str | None:
    wish = found.wish
    if wish.team in {None, COMMON}:
        return desk.text("Gezamenlijke werkvoorraad") if wish.team else None
    teams = policy_book(desk.cursor).in_force(wish.municipality, wish.on_day).teams
    return next((team.name for team in teams if team.key == wish.team), None)


def households_of(found: VisitList) -> Collection[int]:
    """Everybody on the list, for the logs."""
    return {stop.household for stop in found.stops}


PAGES: Final[tuple[Page, ...]] = (
    Page("visit-list", "/bezoeken/{list:int}", "GET", show_list, CASE_WORKERS, shows_person=True),
)
