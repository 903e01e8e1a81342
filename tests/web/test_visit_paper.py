"""The list and its cards on paper, as the pages give them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from signals.errors import WrongUseError
from signals.web.errands import Errands, NobodyFreeError
from signals.web.people import Role
from signals.web.visits import paper
from tests.outreach.letters.samples import text_of, texts_of
from tests.web.case_office import rows
from tests.web.doors import SPECIALIST, let_go, proposed, released
from tests.web.office import HENGELO, person

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    import httpx

    from tests.web.client import PageClient
    from tests.web.office import RunningOffice

pytestmark = pytest.mark.database
LOGGED = "SELECT action, subject, array_length(households, 1) FROM audit WHERE action LIKE 'print-%' ORDER BY id"


def pdf_of(client: PageClient, number: int, name: str) -> httpx.Response:
    answer = client.http.get(f"/bezoeken/{number}/{name}.pdf")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "no-store"
    return answer


def test_a_list_and_its_cards_are_fetched_and_logged(office: RunningOffice) -> None:
    client = office.signed_in(SPECIALIST)
    number = proposed(office, 4)
    assert "VOORSTEL" in text_of(pdf_of(client, number, "lijst").content)
    early = client.get(f"/bezoeken/{number}/kaartjes.pdf", status=409)
    assert "Kaartjes maakt u als de lijst is vrijgegeven." in early.words
    found = let_go(office, number)
    answer = pdf_of(client, number, "lijst")
    assert answer.headers["content-disposition"] == f'inline; filename="bezoeklijst-{number}.pdf"'
    text = text_of(answer.content)
    assert "VOORSTEL" not in text
    for stop in found.stops:
        assert f"{stop.postcode[:4]} {stop.postcode[4:]}" in text
    assert text.count("Vraag naar:") >= 4
    cards = pdf_of(client, number, "kaartjes")
    assert cards.headers["content-disposition"] == f'inline; filename="kaartjes-{number}.pdf"'
    assert all("Wij waren bij u aan de deur" in page for page in texts_of(cards.content))
    assert "We were at your door" in text_of(client.http.get(f"/bezoeken/{number}/kaartjes.pdf?letters=en").content)
    subject = f"visit-list {number}"
    made = len(texts_of(cards.content))
    listed, some = ("print-visits", subject, 4), ("print-cards", subject, made)
    assert rows(office, LOGGED) == [listed, listed, some, some]
    (spoken_of,) = rows(
        office, "SELECT count(*) FROM processing_log WHERE activity = 'print-cards' AND persons <> '{}'"
    )
    assert spoken_of == (2 * made,)  # of whom the card is for, and of nobody else there


def test_what_cannot_be_printed_now_is_said_on_the_page_of_the_list(
    office: RunningOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = office.signed_in(Role.TEAM_LEAD)
    number = released(office, 2).id
    stranger = office.signed_in(person(Role.SPECIALIST, 9, frozenset({HENGELO})))
    for name in ("lijst", "kaartjes"):
        stranger.get(f"/bezoeken/{number}/{name}.pdf", status=404)
        client.get(f"/bezoeken/{number + 1000}/{name}.pdf", status=404)

    def refused(*_: object) -> bytes:
        raise WrongUseError("letter set almelo: typst cannot make the visiting list: no such font")

    with monkeypatch.context() as broken:
        broken.setattr(paper, "print_list", refused)
        told = client.get(f"/bezoeken/{number}/lijst.pdf", status=409).words
    assert "Dit kan niet worden gedrukt" in told
    assert "letter set almelo: typst cannot make the visiting list: no such font" in told

    def busy(_: Errands) -> AbstractAsyncContextManager[None]:
        raise NobodyFreeError("too many wait")

    monkeypatch.setattr(Errands, "turn", busy)
    assert "Er wordt nu al veel gedrukt." in client.get(f"/bezoeken/{number}/lijst.pdf", status=503).words
    rows(office, "UPDATE cases SET letter_fault = 'returned' RETURNING id")
    assert "geen kaartje te maken" in client.get(f"/bezoeken/{number}/kaartjes.pdf", status=409).words
