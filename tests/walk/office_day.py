"""What one sees at the end of the walk: a specialist's work on a running `signals up`, and the auditor who finds it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from signals.contract.codes import PARTS_OF_DAY
from signals.contract.moments import part_has_begun
from signals.web.signin.demo import DEMO_PEOPLE
from signals.web.texts import today_of, utc_now
from tests.web.client import PageClient, Sheet, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator


def walk_the_office(address: str) -> None:
    """Claim the first visit, see why it is first, nobody at home; a letter run; a case closed; all of it in the log.

    At `address` a visit and a letter wait, and nothing else.
    """
    with entered(address, "specialist") as specialist:
        case = _a_visit(specialist)
    with entered(address, "team-lead") as lead:
        _hand_over_is_offered(lead, case)
    with entered(address, "auditor") as auditor:
        found = _lines(auditor, case)
    for what in ("Zaak opgepakt", "Zaak bekeken", "Contactpoging vastgelegd", "Zaak afgesloten"):
        assert what in found, what


@contextmanager
def entered(address: str, key: str) -> Iterator[PageClient]:
    """The browser of one of the made-up people."""
    client, keys = PageClient(address), [one.key for one in DEMO_PEOPLE]
    with client.http:
        client.send(client.get("/aanmelden").form("/aanmelden/voorbeeld", keys.index(key)))
        yield client


def _a_visit(client: PageClient) -> str:
    queue = client.send(client.get("/werkvoorraad/visits").form("/werkvoorraad/visits/oppakken"))
    (why,) = queue.texts("p", class_="signals-work__why")
    assert why.startswith("Score ")
    case = queue.all("a", data_open="")[0].get("href", "")
    sheet = client.get(case)
    assert any(caption.startswith("Score van zaak") for caption in sheet.texts("caption"))
    part = "evening" if part_has_begun("evening", today_of(utc_now()), utc_now()) else "morning"  # not one to come
    client.send(sheet.form(f"{case}/contact"), kind="home-visit", part=part, reached="no")
    follow_up = client.get("/werkvoorraad/follow-up")
    (step,) = (text for text in follow_up.texts("p", class_="signals-work__when") if text.startswith("Volgende stap"))
    assert "huisbezoek" in step
    assert PARTS_OF_DAY[part].lower() not in step
    run = client.send(client.get("/brievenronde").form("/brievenronde"), sure="yes")
    assert "Vrijgegeven brieven: 1." in run.words
    closed = client.send(client.get(case).form(f"{case}/afsluiten"), outcome="no-contact", certain="yes")
    assert "De zaak is afgesloten." in closed.words
    return case


def _hand_over_is_offered(client: PageClient, case: str) -> None:
    """Colleagues are known before they were ever here."""
    sheet = client.send(client.get(case).form(f"{case}/heropenen"), reason="Belde terug.")
    offered = {option.text for select in sheet.all("select", id="hand-over-to") for option in select.iter("option")}
    specialists = {one.name for one in DEMO_PEOPLE if one.role == "specialist"}
    assert specialists <= offered
    assert len(specialists) > 2


def _lines(client: PageClient, case: str) -> list[str]:
    """What was done with the case, by the audit log."""
    log: Sheet = client.get("/logboek")
    found = client.send(log.form("/logboek"), subject=f"zaak {case.rpartition('/')[2]}")
    return [text_of(list(row.iter("td"))[2]) for row in found.all("tr") if list(row.iter("td"))]
