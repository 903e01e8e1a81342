"""How does the work go as a whole? The overview of a team lead, and the same figures as JSON. No person is in it.

Figures of the work that lies there now lead to the queues they are of, for whoever may open these.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from babel.dates import format_date
from starlette.responses import JSONResponse

from signals.contract.codes import OUTCOMES
from signals.contract.partners import SECTORS
from signals.outreach.queues import policy_book
from signals.reports.month import CLASSES
from signals.reports.overview import document, read_overview
from signals.web.desk import Page
from signals.web.office.charts import lying, stacked
from signals.web.people import CASE_WORKERS, Role
from signals.web.texts import said
from signals.web.words import word
from signals.web.work.teams import ALL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from starlette.responses import Response

    from signals.reports.overview import Channel, FirstStep, Intake, Late, Overview
    from signals.web.desk import Desk
    from signals.web.office.charts import Chart

READERS: Final = frozenset({Role.TEAM_LEAD, Role.PARTNER_MANAGER})
QUEUE_NAMES: Final = {
    "letters": said("Brieven"),
    "visits": said("Huisbezoeken"),
    "follow-up": said("Vervolg"),
    "review": said("Beoordelen"),
}
REACH: Final = (said("Hulp geaccepteerd"), said("Bereikt, zonder hulp"), said("Niet bereikt"))


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart with the table that says the same: `series` are the names of its parts, the first one lowest."""

    chart: Chart
    series: tuple[str, ...]
    names: tuple[str, ...]
    columns: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A queue by its name, how many of a figure stand there, and its address; None for who may not open it."""

    name: str
    count: int
    href: str | None


def show_overview(desk: Desk) -> Response:
    """The figures of the last twelve months, with charts."""
    chosen, names = _chosen(desk), municipality_names(desk)
    desk.did("view-overview", "overview")
    overview = read_overview(desk.cursor, chosen, desk.today)
    only = chosen[0] if len(chosen) == 1 and len(names) > 1 else None
    return desk.page(
        "office/overview.html",
        overview=overview,
        sectors=month_figure(desk, overview.months, "sector", SECTORS),
        classes=month_figure(desk, overview.months, "class", CLASSES),
        channels=[(word("contact", one.kind, desk.language), one) for one in overview.channels],
        reach=reach_figure(desk, overview.channels),
        waiting=[(_place(desk, one.queue, one.households, only), one) for one in overview.waiting],
        steps=[(month_name(desk, one.first), one) for one in overview.first_steps if one.cases],
        waited=waited_figure(desk, overview.first_steps),
        late=[_late(desk, one, only) for one in overview.late],
        accepted=_groupings(desk, overview, names),
        municipalities=sorted(names.items(), key=lambda one: one[1]),
        chosen=only or "",
        may_open=desk.user.has_any(CASE_WORKERS),
    )


def figures(desk: Desk) -> Response:
    """The figures of the overview as one JSON document."""
    chosen = _chosen(desk)
    desk.did("view-overview", "overview")
    overview: Overview = read_overview(desk.cursor, chosen, desk.today)
    return JSONResponse({"municipalities": chosen, "today": desk.today.isoformat(), **document(overview)})


def _groupings(desk: Desk, overview: Overview, names: Mapping[str, str]) -> list[tuple[str, list[str]]]:
    """What counts as accepted help: the municipalities that count alike together, and the outcomes in words."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for municipality, grouping in overview.accepted_help.items():
        alike.setdefault(grouping, []).append(names.get(municipality, municipality))
    outcomes = {one: [word("outcome", code, desk.language) for code in OUTCOMES if code in one] for one in alike}
    return [(", ".join(where) if len(alike) > 1 else "", outcomes[one]) for one, where in alike.items()]


def _late(desk: Desk, late: Late, municipality: str | None) -> tuple[str, Late, list[Place]]:
    """A clock by its name, and where those stand that are past it."""
    asked = {"due": "late", "clock": late.clock}
    places = [_place(desk, queue, count, municipality, **asked) for queue, count in late.past_in.items()]
    return late.en if desk.language == "en" else late.nl, late, places


def _place(desk: Desk, queue: str, count: int, municipality: str | None, **asked: str) -> Place:
    """Where these stand: the queue with the filter that lists these and no others."""
    href = desk.url("queue", queue=queue, team=ALL, municipality=municipality, **asked)
    return Place(desk.text(QUEUE_NAMES[queue]), count, href if desk.user.has_any(CASE_WORKERS) else None)


def _chosen(desk: Desk) -> list[str]:
    """The municipality that is asked for, or all of the user's. Raises NotFoundError when it is not the user's."""
    wanted = desk.query.get("gemeente", "")
    if wanted:
        desk.may_see(wanted)
    return [wanted] if wanted else sorted(desk.user.municipalities)


def municipality_names(desk: Desk) -> dict[str, str]:
    """The user's municipalities by code, as their latest policy calls them."""
    names = {policy.municipality: policy.name for policy in policy_book(desk.cursor).versions()}
    return {code: names.get(code, code) for code in desk.user.municipalities}


def month_figure(desk: Desk, months: Sequence[Intake], what: str, codes: Sequence[str]) -> Figure:
    """The months as columns: of cases by monitor class, or of signals by sector; a sector without any is left out."""
    counts: list[Mapping[str, int]] = [one.sectors if what == "sector" else one.classes for one in months]
    there = [code for code in codes if what == "class" or any(one.get(code) for one in counts)]
    names = tuple(month_name(desk, one.first) for one in months)
    columns = tuple(tuple(one.get(code, 0) for code in there) for one in counts)
    short = [format_date(one.first, "MMM yy", locale=desk.language) for one in months]
    return Figure(stacked(columns, short), tuple(word(what, code, desk.language) for code in there), names, columns)


def waited_figure(desk: Desk, steps: Sequence[FirstStep]) -> Figure:
    """For the cases of each month: after how many days the middle one had its first step; 0 where none had one."""
    columns = tuple((one.median_days or 0,) for one in steps)
    names = tuple(month_name(desk, one.first) for one in steps)
    short = [format_date(one.first, "MMM yy", locale=desk.language) for one in steps]
    return Figure(stacked(columns, short), (desk.text("De middelste na"),), names, columns)


def reach_figure(desk: Desk, channels: Sequence[Channel]) -> Figure:
    """The households that were tried in each way: with help, reached without, and not reached."""
    rows = tuple(
        (one.accepted, one.households_reached - one.accepted, one.households - one.households_reached)
        for one in channels
    )
    names = tuple(word("contact", one.kind, desk.language) for one in channels)
    series = tuple(desk.text(part) for part in REACH)
    return Figure(lying(rows, names), series, names, rows)


def month_name(desk: Desk, first: date) -> str:
    """As november 2026."""
    return format_date(first, "MMMM y", locale=desk.language)


PAGES: Final = (
    Page("overview", "/overzicht", "GET", show_overview, READERS),
    Page("overview-figures", "/overzicht/cijfers.json", "GET", figures, READERS),
)
