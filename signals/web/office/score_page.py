"""How does the score work here, and how good is it? The card of the model or the framework in use: /score.

Everyone who signs in may read it, of their own municipalities; it holds no resident. The same paper comes from `signals
score card`. Below it stands the entry for the Algorithm Register, also as a file.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec
from starlette.responses import Response

from signals.outreach.learning import registry
from signals.outreach.learning.papers import card_facts
from signals.outreach.worklist import policies_of
from signals.scoring.card import card
from signals.scoring.model import ModelError
from signals.scoring.register_entry import Entry, entry
from signals.scoring.register_entry import paper as register_paper
from signals.web.desk import NotFoundError, Page
from signals.web.people import EVERYONE
from signals.web.texts import number_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from signals.outreach.learning.registry import RegisteredModel
    from signals.outreach.policy import PolicyBook
    from signals.scoring.card import CardFacts
    from signals.scoring.paper import Paper
    from signals.web.desk import Desk

SIDE: Final = 320  # of the picture of the chances
EDGE: Final = 40  # room for its figures


@dataclass(frozen=True, slots=True)
class Dot:
    """Of cases with about the same expected chance: where that and what came of them stand in the picture."""

    x: float
    y: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Town:
    """One municipality as the page shows it."""

    code: str
    name: str
    card: Paper
    dots: Sequence[Dot]
    register: Paper | None  # of what orders nothing there is none
    models: Sequence[RegisteredModel]
    shown: int | None


def show_score(desk: Desk) -> Response:
    """The cards of the user's municipalities; of one model alone when the address asks for it."""
    wanted = _wanted(desk)
    own = {wanted.municipality} if wanted else desk.user.municipalities
    book = policies_of(desk.cursor, own)
    towns = [_town(desk, book, code, wanted.id if wanted else None) for code in sorted(book.municipalities)]
    return desk.page("office/score.html", towns=towns, side=SIDE, edge=EDGE)


def _wanted(desk: Desk) -> RegisteredModel | None:
    """The model that the address asks for. Raises NotFoundError when there is none, or it is not the user's to see."""
    text = desk.query.get("model")
    if text is None:
        return None
    number = number_of(text)
    found = registry.model(desk.cursor, number) if number is not None else None
    if found is None:
        raise NotFoundError("there is no such model")
    desk.may_see(found.municipality)
    try:
        registry.read_model(desk.cursor, found.id)
    except ModelError as error:  # such as one of a version that knew other features
        raise NotFoundError("the model cannot be used, so there is nothing to show of it") from error
    return found


def _town(desk: Desk, book: PolicyBook, code: str, number: int | None) -> Town:
    facts = card_facts(desk.cursor, code, book, desk.today, number)
    return Town(
        code,
        facts.municipality,
        card(facts),
        dots_of(facts),
        register_paper(entry(facts, code), facts) if facts.orders_cases else None,
        registry.models(desk.cursor, code),
        facts.model.number if facts.model else None,
    )


def dots_of(facts: CardFacts) -> list[Dot]:
    """The calibration table of the last evaluation as a picture."""
    review = facts.model.evaluation if facts.model else None
    bins: Sequence[Mapping[str, Any]] = review.report.get("calibration", ()) if review else ()
    return [
        Dot(
            round(EDGE + one["predicted"] * SIDE, 1),
            *(round(SIDE - one["observed"][name] * SIDE, 1) for name in ("value", "low", "high")),
        )
        for one in bins
    ]


def send_register(desk: Desk) -> Response:
    """The entry as a file for a program."""
    code = desk.path["municipality"]
    desk.may_see(code)
    book = policies_of(desk.cursor, [code])
    if code not in book.municipalities:
        raise NotFoundError("no policy of this municipality")
    found = entry(card_facts(desk.cursor, code, book, desk.today), code)
    return _file(found, code)


def _file(found: Entry, code: str) -> Response:
    return Response(
        msgspec.json.format(msgspec.json.encode(found), indent=2),
        media_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="algoritmeregister-{code}.json"'},
    )


PAGES: Final = (
    Page("score", "/score", "GET", show_score, EVERYONE),
    Page("score-register", "/score/algoritmeregister/{municipality}", "GET", send_register, EVERYONE),
)
