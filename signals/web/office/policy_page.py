"""By which rules do we work here? The policy of a municipality with its versions, to read only: /beleid.

Everyone who signs in may read it, of their own municipalities; it holds no person. `signals policy load` adds a
version, and a version never changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from signals.outreach.configuration import load_policies
from signals.outreach.policy import PolicyBook
from signals.web.desk import Page
from signals.web.office.policy_words import parts_of
from signals.web.people import EVERYONE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from starlette.responses import Response

    from signals.outreach.policy import Policy
    from signals.web.desk import Desk
    from signals.web.office.policy_words import Part


@dataclass(frozen=True, slots=True)
class Version:
    """A version as the page shows it; `until` is its last day, None of the newest."""

    policy: Policy
    until: date | None
    in_force: bool
    parts: list[Part]


def show_policies(desk: Desk) -> Response:
    """All versions of the user's municipalities, those in force open, the newest first."""
    book = PolicyBook(
        policy for policy in load_policies(desk.cursor) if policy.municipality in desk.user.municipalities
    )
    towns = [(_name(desk, book, town), list(_versions(desk, book, town))) for town in sorted(book.municipalities)]
    return desk.page("office/policy.html", towns=towns)


def _name(desk: Desk, book: PolicyBook, town: str) -> str:
    return book.in_force(town, desk.today).name


def _versions(desk: Desk, book: PolicyBook, town: str) -> Iterator[Version]:
    """Newest first."""
    until: date | None = None
    now = book.in_force(town, desk.today)
    for policy in reversed([one for one in book.versions() if one.municipality == town]):
        yield Version(policy, until, policy is now, parts_of(desk, policy))
        until = policy.valid_from - timedelta(days=1)


PAGES: Final = (Page("policy", "/beleid", "GET", show_policies, EVERYONE),)
