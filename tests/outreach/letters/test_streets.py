"""A street that no partner wrote is written by a person, and stands on letters until a partner writes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from signals.outreach.letters.codes import FAULTS
from signals.outreach.letters.runs import cancel_run
from signals.outreach.letters.streets import StreetError, remove_street, street_of, write_street
from tests.outreach.work.people import ANNA, act, file_of
from tests.reference.notation import report

from .rounds import name, named, released, shown

if TYPE_CHECKING:
    from tests.outreach.desk import Desk

pytestmark = pytest.mark.database
pytest_plugins = ["tests.outreach.fixtures"]


def street(desk: Desk, case: str) -> str | None:
    """The street of the letter that would go out."""
    (going,) = shown(desk, [desk.case(case).id]).going
    return going.letter.block.street


def test_a_street_by_hand_stands_on_letters_until_a_partner_writes_it(desk: Desk) -> None:
    desk.take_in(report("n1", "2026-11-02", "vitens/N1", at=1))
    desk.release(name(1))
    case = desk.case(name(1))
    with pytest.raises(StreetError, match="not-asked"):  # nobody misses it yet
        act(desk, write_street, case.id, "Voorbeeldstraat", "Almelo", ANNA)
    desk.system.rows("UPDATE reports SET street = NULL, city = NULL RETURNING event_id")
    assert shown(desk).faults == {case.id: "no-street"}
    desk.system.rows("UPDATE cases SET letter_fault = 'no-street' RETURNING id")
    assert desk.queue("review") == [name(1)]
    for wrong, town, code in (
        ("", "Almelo", "no-street"),
        ("Voorbeeldstraat", " ", "no-city"),
        ("Voorbeeldstraat 1", "Almelo", "no-street"),
        ("1945", "Almelo", "no-street"),
        ("漢字", "Almelo", "unprintable"),
        ("z.w.o.v.", "Almelo", "no-fixed-abode"),
        ("a" * 101, "Almelo", "too-long"),
    ):
        with pytest.raises(StreetError) as refused:
            act(desk, write_street, case.id, wrong, town, ANNA)
        assert refused.value.code == code
        assert code in FAULTS
    act(desk, write_street, case.id, " Voorbeeld\u200bstraat ", "Almelo", ANNA)
    assert desk.queue("review") == []
    assert street(desk, name(1)) == "Voorbeeldstraat"
    at = act(desk, street_of, case.household_id)
    assert (at.by_name, at.counts, at.is_wanting) == (ANNA.name, True, False)

    run = released(desk)
    for change in (lambda: act(desk, remove_street, case.id, ANNA), lambda: _write(desk, case.id, "Anderestraat")):
        with pytest.raises(StreetError, match="in-run"):
            change()
    act(desk, cancel_run, run, ANNA)
    _write(desk, case.id, "Anderestraat")
    assert street(desk, name(1)) == "Anderestraat"
    desk.system.rows("UPDATE reports SET street = 'Partnerstraat' RETURNING event_id")  # its city by hand still
    assert street(desk, name(1)) == "Partnerstraat"
    named(desk)
    assert not act(desk, street_of, case.household_id).counts
    act(desk, remove_street, case.id, ANNA)
    with pytest.raises(StreetError, match="not-asked"):
        act(desk, remove_street, case.id, ANNA)
    told = [line.en for line in file_of(desk, name(1)).history if "street" in line.kind]
    assert told == ["Street and place written by hand"] * 2 + ["Street written by hand removed"]
    logged = desk.system.rows("SELECT action FROM audit WHERE action LIKE '%-street' ORDER BY id")
    assert logged == [("write-street",), ("write-street",), ("remove-street",)]


def _write(desk: Desk, case: int, street: str) -> None:
    act(desk, write_street, case, street, "Almelo", ANNA)
