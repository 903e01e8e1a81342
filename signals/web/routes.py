"""Which pages are there? The table of all routes, and the menu. A page module adds itself here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from signals.web import own_sessions, pages
from signals.web.office import (
    audit,
    overview,
    partner_acts,
    partners,
    policy_page,
    processing,
    processing_answer,
    score_page,
)
from signals.web.people import CASE_WORKERS, EVERYONE, Role
from signals.web.signin import pages as signin
from signals.web.texts import said
from signals.web.visits import a_list, changing, door, lists, off, paper, plan, safe
from signals.web.work import acts, address, case, print_run, printing, queues, runs, search, sendings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from signals.web.desk import Page

MODULES: Final = (
    pages,
    signin,
    own_sessions,
    policy_page,
    score_page,
    # one line per page module, in the order of the walk
    queues,
    runs,
    printing,
    print_run,
    sendings,
    search,
    case,
    acts,
    safe,
    address,
    lists,
    plan,
    a_list,
    changing,
    off,
    door,
    paper,
    overview,
    partners,
    partner_acts,
    audit,
    processing,
    processing_answer,
)


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One link of the header; `beside` is where pages that belong to it are, when not below its own address."""

    label: str
    page: str
    roles: frozenset[Role]
    values: Mapping[str, str] = field(default_factory=dict)
    beside: str | None = None


MENU: Final = (
    MenuItem(said("Huisbezoeken"), "queue", CASE_WORKERS, {"queue": "visits"}, "/bezoeken"),
    MenuItem(said("Brieven"), "queue", CASE_WORKERS, {"queue": "letters"}, "/brievenronde"),
    MenuItem(said("Vervolg"), "queue", CASE_WORKERS, {"queue": "follow-up"}),
    MenuItem(said("Beoordelen"), "queue", CASE_WORKERS, {"queue": "review"}),
    MenuItem(said("Zoeken"), "search", CASE_WORKERS),
    MenuItem(said("Overzicht"), "overview", frozenset({Role.TEAM_LEAD, Role.PARTNER_MANAGER})),
    MenuItem(said("Partners"), "partners", frozenset({Role.PARTNER_MANAGER})),
    MenuItem(said("Logboek"), "audit", frozenset({Role.AUDITOR})),
    MenuItem(said("Verwerkingen"), "processing", frozenset({Role.AUDITOR}), beside="/inzage"),
    MenuItem(said("Score"), "score", EVERYONE),
)


def all_pages() -> tuple[Page, ...]:
    """Every page there is."""
    return tuple(page for module in MODULES for page in module.PAGES)
