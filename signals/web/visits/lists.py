"""Which rounds of visits are there, and how do pairs usually go? Where the planning of a day begins."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from signals.outreach.queues import policy_book
from signals.outreach.visits.glance import lists_done, lists_to_come
from signals.outreach.visits.settings import settings_of
from signals.outreach.visits.words import STATES
from signals.web.desk import Page
from signals.web.office.overview import municipality_names
from signals.web.people import CASE_WORKERS
from signals.web.visits.said import names_of, of, weekday, when
from signals.web.words import word

if TYPE_CHECKING:
    from starlette.responses import Response

    from signals.outreach.visits.glance import Glance
    from signals.outreach.visits.settings import Setting
    from signals.web.desk import Desk

DONE: Final = 10
"""So many lists that are done are shown."""


def show_lists(desk: Desk) -> Response:
    """The lists to come, one's own first; the last ones that are done; and the settings of the pairs."""
    here, language = desk.user.municipalities, desk.language
    coming = lists_to_come(desk.cursor, here)
    names = municipality_names(desk)
    planned = policy_book(desk.cursor).municipalities & here
    return desk.page(
        "visits/lists.html",
        own=[one for one in coming if one.is_of(desk.user.id)],
        others=[one for one in coming if not one.is_of(desk.user.id)],
        done=lists_done(desk.cursor, here, DONE),
        settings=settings_of(desk.cursor, here),
        usually=partial(_usually, language),
        municipalities=sorted(((code, names[code]) for code in planned), key=lambda one: one[1]),
        names=names,
        when=partial(_when, language),
        who=lambda one: names_of(one.pair, language),
        state=lambda one: of(STATES, one.state, language),
        today=desk.today,
    )


def _when(language: str, one: Glance) -> str:
    return f"{when(one.on_day, one.part, language)} ({one.begins:%H:%M})"


def _usually(language: str, one: Setting) -> str:
    usual = one.usual
    return f"{weekday(usual.weekday, language)}, {word('part', usual.part, language).lower()} ({usual.begins:%H:%M})"


PAGES: Final[tuple[Page, ...]] = (Page("visit-lists", "/bezoeken", "GET", show_lists, CASE_WORKERS),)
