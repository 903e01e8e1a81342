"""Every act can be taken back or asks whether it is certain, and writes its line in the history. Complete: all ACTS."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import pytest

from signals.web.desk import Form
from signals.web.people import Role
from signals.web.texts import today_of, utc_now
from signals.web.work.acts import ACTS
from tests.web.case_office import COLLEAGUE, a_case, opened, rows, sent
from tests.web.dossiers import NOW, made_dossier
from tests.web.route_table import ADDRESSES, token_of
from tests.web.test_links import doubtful  # noqa: F401 - a fixture

if TYPE_CHECKING:
    from collections.abc import Mapping

    from signals.web.work.acts import Act
    from tests.web.client import PageClient
    from tests.web.office import RunningOffice

BY_NAME: Final = {act.name: act for act in ACTS}
WITHOUT_UNDO: Final = {"release", "undo-attempt", "undo-note", "refer"}
# In this order each can be done at the case of a household that two partners wrote of.
ONE_CASE: Final[Mapping[str, Mapping[str, object]]] = {
    "claim": {},
    "let-go": {},
    "release": {"certain": "yes"},
    "same-person": {"person": "{person}"},
    "undo-link": {"person": "{person}"},
    "different-persons": {"person": "{person}", "reason": "Vader en zoon."},
    "promise": {"kind": "call", "on_day": "{soon}"},
    "cancel-promise": {},
    "attempt": {"kind": "call", "on_day": "{today}", "reached": "no"},
    "undo-attempt": {"attempt": "{attempt}", "certain": "yes"},
    "note": {"note": "Belt liever na zes uur."},
    "undo-note": {"note": "{note}", "certain": "yes"},
    "change-route": {"route": "letter", "reason": "Leest zijn post."},
    "refer": {"target": "nsr", "certain": "yes"},
    "refer-result": {"referral": "{referral}", "result": "started"},
    "hand-over": {"to": "specialist-2", "reason": "Ik ben er morgen niet."},
    "take-back": {},
    "hand-to-team": {"team": "-", "reason": "Hoort niet bij ons."},
    "close": {"cases": "{case}", "outcome": "self-reliant", "certain": "yes", "spoken": "none"},
    "reopen": {"reason": "Belde toch terug."},
    "mark": {"event": "{event}", "verdict": "wrongful", "reason": "Was al betaald.", "certain": "yes"},
    "take-back-mark": {"event": "{event}", "reason": "Toch niet betaald."},
}
A_THREAT: Final[Mapping[str, Mapping[str, object]]] = {"look": {}, "undo-look": {}}
NUMBERS: Final = """
SELECT (SELECT max(event_id) FROM reports WHERE household_id = cases.household_id),
    (SELECT max(id) FROM contact_attempts WHERE case_id = %(case)s),
    (SELECT max(id) FROM notes WHERE case_id = %(case)s), (SELECT max(id) FROM referrals WHERE case_id = %(case)s),
    (SELECT max(person_id) FROM reports WHERE case_id = %(case)s), (SELECT max(id) FROM case_history)
FROM cases WHERE id = %(case)s
"""


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.name)
def test_every_act_asks_or_can_be_taken_back(act: Act) -> None:
    asks = "certain" in act.faults(Form(), made_dossier(), NOW)
    assert asks or act.undo in BY_NAME
    assert (act.undo is None) == (act.name in WITHOUT_UNDO)


def lines(office: RunningOffice, case: int) -> list[tuple[int, str, str]]:
    return rows(
        office,
        """SELECT line.id, line.actor, line.kind FROM case_history AS line JOIN cases ON cases.id = case_id
        WHERE household_id = (SELECT household_id FROM cases WHERE id = %s) ORDER BY line.id""",
        case,
    )


def do(office: RunningOffice, client: PageClient, act: str, case: int, fields: Mapping[str, object]) -> int:
    """The status of the answer to a form that is filled in so."""
    (found,) = rows(office, NUMBERS.replace("%(case)s", str(case)))
    values: dict[str, Any] = dict(zip(("event", "attempt", "note", "referral", "person", "seen"), found, strict=True))
    values |= {"case": case, "today": today_of(utc_now()), "soon": today_of(utc_now()) + timedelta(days=9)}
    form = {"csrf_token": token_of(client), "seen": str(values["seen"])}
    form |= {name: str(text).format(**values) for name, text in fields.items()}
    origin = {"origin": str(client.http.base_url).rstrip("/")}
    return client.http.post(ADDRESSES.url(f"case-{act}", case=case), data=form, headers=origin).status_code


@pytest.mark.database
def test_every_act_writes_its_line(office: RunningOffice, doubtful: tuple[int, int, int]) -> None:  # noqa: F811 - the fixture
    assert {*ONE_CASE, *A_THREAT} == BY_NAME.keys()
    client = office.signed_in(Role.SPECIALIST)
    office.signed_in(COLLEAGUE)
    kinds = {}
    for case, acts in ((doubtful[0], ONE_CASE), (a_case(office, "crisis IS NOT NULL AND waiting"), A_THREAT)):
        for act, fields in acts.items():
            before = lines(office, case)
            assert do(office, client, act, case, fields) == 303, act
            new = lines(office, case)[len(before) :]
            assert {actor for _, actor, _ in new} >= {"Sanne de Vries"}, act
            kinds[act] = next(kind for _, actor, kind in reversed(new) if actor == "Sanne de Vries")
            audit = "SELECT action FROM audit WHERE actor = 'specialist-1' ORDER BY id DESC LIMIT 2"
            assert (act,) in rows(office, audit)
    assert kinds["take-back"] == "hand-over-undone"
    assert kinds["undo-note"] == "note-undone"
    assert kinds["cancel-promise"] == "step-cancelled"


@pytest.mark.database
def test_an_appointment_can_be_cancelled_and_the_case_waits_again(office: RunningOffice) -> None:
    case, client = a_case(office), office.signed_in(Role.SPECIALIST)
    sheet = sent(client, opened(client, case), "afspraak", kind="call", on_day=today_of(utc_now()).isoformat())
    assert rows(office, "SELECT waiting FROM cases WHERE id = %s", case) == [(False,)]
    sheet = sent(client, sheet, "afspraak-afzeggen")
    assert "De afspraak is afgezegd." in sheet.words
    assert "Volgende stap:" not in sheet.words
    assert "Afspraak afgezegd: Telefoon" in sheet.words
    assert rows(office, "SELECT waiting FROM cases WHERE id = %s", case) == [(True,)]
    assert not [form for form in sheet.forms() if form.action.endswith("afspraak-afzeggen")]


@pytest.mark.database
def test_the_giver_takes_back_as_long_as_nothing_was_done(office: RunningOffice) -> None:
    case, giver, receiver = a_case(office), office.signed_in(Role.SPECIALIST), office.signed_in(COLLEAGUE)
    sheet = sent(giver, opened(giver, case), "oppakken")
    sheet = sent(giver, sheet, "overdragen", to=COLLEAGUE.id, reason="Ik ben er morgen niet.")
    opened(receiver, case)  # to look is to do nothing
    assert not [form for form in opened(receiver, case).forms() if form.action.endswith("overdracht-terugnemen")]
    sheet = sent(giver, opened(giver, case), "overdracht-terugnemen")
    assert "De overdracht is teruggenomen." in sheet.words
    assert "U hebt deze zaak opgepakt." in sheet.words  # as it was before
    sheet = sent(giver, sheet, "overdragen", to=COLLEAGUE.id, reason="Toch niet.")
    late = opened(giver, case)
    sent(receiver, opened(receiver, case), "notitie", note="Ik bel morgen.")
    refused = sent(giver, late, "overdracht-terugnemen", status=409)
    assert "Notitie geschreven" in refused.words
    assert not [form for form in opened(giver, case).forms() if form.action.endswith("overdracht-terugnemen")]
