"""How does the work go as a whole? The overview of a team lead, and the same figures as JSON. No person is in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from babel.dates import format_date
from starlette.responses import JSONResponse

from signals.contract.codes import ACCEPTED_HELP, OUTCOMES
from signals.contract.partners import SECTORS
from signals.outreach.queues import policy_book
from signals.reports.month import CLASSES
from signals.reports.overview import document, read_overview
from signals.web.desk import Page
from signals.web.office.charts import stacked
from signals.web.people import Role
from signals.web.texts import said
from signals.web.words import word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from starlette.responses import Response

    from signals.reports.overview import Intake, Overview
    from signals.web.desk import Desk
    from signals.web.office.charts import Chart

READERS: Final = frozenset({Role.TEAM_LEAD, Role.PARTNER_MANAGER})
QUEUE_NAMES: Final = {
    "letters": said("Brieven"),
    "visits": said("Huisbezoeken"),
    "review": said("Beoordelen"),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart with the table that says the same: `series` are the names of its parts, the first one lowest."""

    chart: Chart
    series: tuple[str, ...]
    names: tuple[str, ...]
    columns: tuple[tuple[int, ...], ...]


def show_overview(desk: Desk) -> Response:
    """The figures of the last twelve months, with charts."""
    chosen, names = _chosen(desk), municipality_names(desk)
    overview = read_overview(desk.cursor, chosen, desk.today)
    return desk.page(
        "office/overview.html",
        overview=overview,
        sectors=month_figure(desk, overview.months, "sector", SECTORS),
        classes=month_figure(desk, overview.months, "class", CLASSES),
        channels=[(word("contact", one.kind, desk.language), one) for one in overview.channels],
        waiting=[(desk.text(QUEUE_NAMES[one.queue]), one) for one in overview.waiting],
        steps=[(month_name(desk, one.first), one) for one in overview.first_steps if one.cases],
        late=[(one.en if desk.language == "en" else one.nl, one) for one in overview.late],
        accepted=[word("outcome", code, desk.language) for code in OUTCOMES if code in ACCEPTED_HELP],
        municipalities=sorted(names.items(), key=lambda one: one[1]),
        chosen=chosen[0] if len(chosen) == 1 and len(names) > 1 else "",
    )


def figures(desk: Desk) -> Response:
    """The figures of the overview as one JSON document."""
    chosen = _chosen(desk)
    overview: Overview = read_overview(desk.cursor, chosen, desk.today)
    return JSONResponse({"municipalities": chosen, "today": desk.today.isoformat(), **document(overview)})


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
    """The months as columns: of signals by sector, or of cases by monitor class; what never occurs is left out."""
    counts: list[Mapping[str, int]] = [one.sectors if what == "sector" else one.classes for one in months]
    there = [code for code in codes if any(one.get(code) for one in counts)]
    names = tuple(month_name(desk, one.first) for one in months)
    columns = tuple(tuple(one.get(code, 0) for code in there) for one in counts)
    short = [format_date(one.first, "MMM yy", locale=desk.language) for one in months]
    return Figure(stacked(columns, short), tuple(word(what, code, desk.language) for code in there), names, columns)


def month_name(desk: Desk, first: date) -> str:
    """As november 2026."""
    return format_date(first, "MMMM y", locale=desk.language)


PAGES: Final = (
    Page("overview", "/overzicht", "GET", show_overview, READERS),
    Page("overview-figures", "/overzicht/cijfers.json", "GET", figures, READERS),
)
