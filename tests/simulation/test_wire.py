"""How an event looks on its topic: written as the person and home are, but for the errors that the truth names."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache

from signals.contract.events import Reported
from signals.simulation.dice import Dice
from signals.simulation.homes import home
from signals.simulation.judged import value_of
from signals.simulation.partners import PARTNERS
from signals.simulation.residents import Household, age_band, household
from signals.simulation.spelling import MISMATCHES, RATES
from signals.simulation.towns import ALMELO
from signals.simulation.wire import spoilt
from tests.simulation.months import FIRST, SEED, Line, told

ADDRESS_ERRORS = {"addition-left-out", "number-typo", "old-address"}


def reports() -> list[tuple[Line, Reported]]:
    """Every report that is as it should be."""
    return [(line, line.event) for line in told() if isinstance(line.event, Reported)]


@cache
def household_of(name: str) -> Household:
    """The household of that id."""
    found = household(ALMELO, int(name.split("-")[1]), seed=SEED, year=FIRST.year)
    assert found.id == name
    return found


def test_the_address_is_where_the_household_lives_unless_the_truth_names_an_error_in_it() -> None:
    wrong = Counter[str]()
    for line, event in reports():
        cleaned = f"{event.address.postcode} {event.address.number} {event.address.suffix}".strip()
        errors = ADDRESS_ERRORS & set(line.truth["errors"])
        assert (cleaned == line.truth["address"]) == (not errors)
        wrong.update(errors)
    assert set(wrong) == ADDRESS_ERRORS


def test_an_event_is_of_the_source_and_topic_that_the_truth_names() -> None:
    for line in told():
        value = line.wire["value"]
        assert (line.truth["id"], line.truth["source"]) == (line.event.id, line.event.source)
        assert line.wire["topic"] == line.truth["topic"] == f"arrears.{line.event.sector}.{line.event.partner}"
        assert line.wire["key"] == line.truth["reference"] == line.event.reference
        assert (line.truth["municipality"], value["specversion"]) == (line.event.municipality, "1.0")


def test_the_partners_of_the_events_are_those_of_the_simulation() -> None:
    sources = {(line.wire["topic"], line.truth["source"]) for line in told()}
    assert sources == {(f"arrears.{one.sector}.{one.id}", source) for one in PARTNERS for source in one.sources}


def test_a_bsn_is_sent_by_health_insurers_only_and_is_that_of_the_person() -> None:
    senders = set()
    for line, event in reports():
        if event.person.bsn is not None:
            senders.add(event.sector)
            place = int(line.truth["person"].rpartition("-")[2]) - 1
            assert event.person.bsn == household_of(line.truth["household"]).persons[place].bsn
            assert event.person.bsn.startswith(("98", "99"))
    assert senders == {"health"}


def test_the_truth_knows_household_and_person_and_tells_no_partner() -> None:
    for line in told():
        people = household_of(line.truth["household"])
        place = int(line.truth["person"].rpartition("-")[2]) - 1
        assert people.persons[place].id == line.truth["person"]
        assert people.persons[place] in people.adults
        assert line.truth["groups"] == {
            "origin": people.persons[place].origin,
            "age_band": age_band(people.persons[place], FIRST.year),
            "household_size": len(people.persons),
            "neighbourhood": line.truth["address"][:4],
        }
        text = json.dumps(line.wire)
        assert line.truth["household"] not in text
        assert f': "{line.truth["hidden_state"]}"' not in text


def test_who_has_not_moved_lives_at_the_home_of_its_number() -> None:
    moved = 0
    for line in told():
        place = home(ALMELO, int(line.truth["household"].split("-")[1]))
        moved += line.truth["address"] != place.cleaned
    assert 0 < moved < 0.1 * len(told())


def test_the_register_finds_who_is_written_as_it_knows_them() -> None:
    for line in told():
        missed = not MISMATCHES.isdisjoint(line.truth["errors"])
        assert line.truth["register"] in (
            {"not-found", "moved-away", "deceased"} if missed else {"found", "moved-away", "deceased"}
        )
    assert {line.truth["register"] for line in told()} == {"found", "not-found", "moved-away", "deceased"}


def test_only_reports_have_errors_and_only_those_that_are_documented() -> None:
    found = Counter(error for line in told() for error in line.truth["errors"])
    assert set(found) <= {*RATES, "old-address", "amount-wrong"}
    assert found.total() > 100
    assert not [line for line in told() if line.truth["errors"] and not isinstance(line.event, Reported)]


def test_a_partner_writes_a_person_the_same_way_each_time() -> None:
    written: dict[tuple[str, str], object] = {}
    again = 0
    for line, event in reports():
        if line.truth["story"] != "company":
            key = (line.wire["topic"], line.truth["person"])
            again += key in written
            assert written.setdefault(key, event.person) == event.person
    assert again > 1000


def test_a_partner_collects_itself_before_it_signals() -> None:
    for _, event in reports():
        assert event.arisen_on is not None
        assert event.collection.reminder_sent_on is not None
        assert event.arisen_on < event.collection.reminder_sent_on
        assert event.collection.reminder_sent_on <= event.signalled_on
        assert (event.collection.personal_contact_tried, event.collection.pointed_to_debt_help) == (True, True)
    assert 0.005 < sum(event.warm_transfer for _, event in reports()) / len(reports()) < 0.04


def test_a_spoilt_event_leaves_the_right_one_as_it_was() -> None:
    line = next(line for line, event in reports() if event.sector != "health")  # an insurer may send a BSN
    before = json.dumps([line.wire, line.truth])
    codes = Counter[str]()
    for number in range(200):
        wire, truth = spoilt(line.wire, line.truth, Dice("spoilt", number))
        codes[truth["code"]] += 1
        assert value_of(wire) != value_of(line.wire)
        assert (wire["topic"], wire["key"]) == (line.wire["topic"], line.wire["key"])
        assert {**truth, "code": None} == line.truth
    assert len(codes) == 10
    assert json.dumps([line.wire, line.truth]) == before
