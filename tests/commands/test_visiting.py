"""`signals visits plan | show | release | record`, as one types them on a day."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from signals.contract.moments import AMSTERDAM
from signals.store.database import transaction
from tests.commands.test_cli import in_words
from tests.commands.test_cli_office import Office

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.database
TODAY = datetime.now(AMSTERDAM).date()
PLAN = ("visits", "plan", "--municipality", "0141", "--day", TODAY, "--part", "morning", "--minutes", 480)


@pytest.fixture
def office(database: str, tmp_path: Path) -> Iterator[Office]:
    """Three households wait for a visit; the register knows where two of them live."""
    office = Office(database)
    for number in (2, 4, 6):
        office.take_in(office.landlord, office.landlord.report(f"HC-{number}", number=number))
        office.take_in(office.insurer, office.insurer.report(f"ME-{number}", number=number))
    file = tmp_path / "addresses.csv"
    file.write_text("postcode,huisnummer,x,y\n7607GC,2,241920,486200\n7607GC,4,241940,486200\n", "utf-8")
    office.must("addresses", "import", file)
    yield office
    office.engine.dispose()


def planned(office: Office, *more: object) -> Any:  # noqa: ANN401 - JSON
    return office.must(*PLAN, *more, "--json").document


def test_a_day_from_plan_to_record(office: Office) -> None:
    found = planned(office, "--start", "7607GC 2", "--pair", "Anna Postma", "--pair", "Bram de Wit", "--max", 3)
    assert (found["pair"], found["state"], found["version"]) == (["Anna Postma", "Bram de Wit"], "proposed", 1)
    assert (found["start"], found["waiting"], found["left_out"]) == ({"x": 241_920.0, "y": 486_200.0}, 0, {})
    assert {stop["household"]: stop["how"] for stop in found["stops"]} == {
        "7607GC 2": "address",
        "7607GC 4": "address",
        "7607GC 6": "postcode",
    }
    number, stops = found["list"], found["stops"]
    said = office.must("visits", "show", number)
    assert "midden van de postcode" in said.out
    assert "voorgesteld" in said.out
    (listed,) = office.must("visits", "show", "--json").document["lists"]
    assert (listed["list"], listed["stops"], listed["state"]) == (number, 3, "proposed")
    went = office.must("visits", "release", number, "--json").document
    assert (went["state"], len(went["released"]), went["fallen_out"]) == ("released", 3, [])
    assert in_words(office.signals("visits", "release", number), 1)
    first = stops[0]
    for again in (False, True):
        told = office.must("visits", "record", first["stop"], "not-at-home", "--note", "no bell", "--json").document
        assert (told["result"], told["again"], told["next"]["part"]) == ("not-at-home", again, "evening")
        assert told["household"] == first["household"]
    said = office.must("visits", "record", stops[1]["stop"], "spoken", "--key", "phone-1")
    assert "beslist een medewerker" in said.out
    assert in_words(office.signals("visits", "record", stops[2]["stop"], "spoken", "--key", "phone-1"), 1)
    said = office.must("visits", "record", stops[2]["stop"], "card-left")
    assert "volgende stap: huisbezoek" in said.out
    now = office.must("visits", "show", number, "--json").document
    assert (now["state"], [stop["result"] for stop in now["stops"]]) == ("done", ["not-at-home", "spoken", "card-left"])
    assert office.must("visits", "show", "--json").document == {"lists": []}
    with transaction(office.engine) as cursor:
        cursor.execute("SELECT count(*) FROM audit WHERE action = 'record-visit'")
        assert cursor.fetchall() == [(3,)]  # what came twice is written down once, in the logs too


def test_what_is_left_out_or_falls_out_is_said(office: Office) -> None:
    found = planned(office, "--start", "241900,486200", "--area", "7601,7607GC")
    said = office.must(*PLAN, "--start", "241900,486200")
    assert "niet gepland: 3, staat op een andere lijst" in said.out
    held = office.insurer.report("ME-2", number=2)
    case = next(stop["case_id"] for stop in found["stops"] if stop["household"] == "7607GC 2")
    held["type"] = "nl.vroegsignalering.arrears.withdrawn.v1"
    held["id"], held["data"]["reason"] = "w-2", "deceased"
    office.take_in(office.insurer, held)
    shown = office.must("visits", "show", found["list"], "--json").document
    assert {stop["case_id"]: stop["hindrance"] for stop in shown["stops"] if stop["hindrance"]} == {case: "held"}
    said = office.must("visits", "release", found["list"])
    assert "vervallen: 7607GC 2, een overlijden eerst bekijken" in said.out


def test_a_list_that_is_announced_and_who_finds_no_place_on_it(office: Office) -> None:
    office.take_in(office.landlord, office.landlord.report("HC-9", number=2, crisis="eviction"))
    here = ("--start", "241900,486200", "--announce", "--begin", "10:15")
    near = office.signals(*PLAN, *here, "--day", TODAY + timedelta(1))
    assert in_words(near, 2)
    assert "too near" in near.err
    ahead = ("--day", TODAY + timedelta(7))
    found = planned(office, *here, *ahead, "--max", 1)
    assert (found["begins"], found["announced"], found["waiting"]) == ("10:15", True, 2)
    assert [(one["household"], one["first"]) for one in found["unplaced"]] == [
        ("7607GC 4", "deadline"),
        ("7607GC 6", "deadline"),
    ]
    with transaction(office.engine) as cursor:
        cursor.execute("SELECT cardinality(households) FROM audit WHERE action = 'plan-visits'")
        assert cursor.fetchall() == [(3,)]  # whoever is named is logged, also who is not on the list
    (stop,) = found["stops"]
    assert (stop["household"], stop["arrives"], stop["announced_on"]) == ("7607GC 2", "10:15", None)
    said = office.must(*PLAN, *here, *ahead, "--part", "morning")
    assert "wordt per brief aangekondigd" in said.out
    assert "niet gepland: 1, staat op een andere lijst" in said.out
    assert "10:15" in said.out


def test_it_is_safe_again_when_somebody_with_this_command_says_so(office: Office) -> None:
    found = planned(office, "--start", "241900,486200", "--area", "7607GC")
    office.must("visits", "release", found["list"])
    (stop,) = [one["stop"] for one in found["stops"] if one["household"] == "7607GC 2"]
    office.must("visits", "record", stop, "unsafe", "--part", "morning")
    lift = ("visits", "lift-unsafe", "7607 gc 2", "--reason", "the dog is gone")
    assert in_words(office.signals(*lift, "--municipality", "0164"), 1)
    assert office.must(*lift, "--json").document == {"household": "7607GC 2", "unsafe": False}
    assert in_words(office.signals(*lift), 1)
    assert in_words(office.signals("visits", "lift-unsafe", "here", "--reason", "x"), 2)
    with transaction(office.engine) as cursor:
        cursor.execute("SELECT subject, households FROM audit WHERE action = 'lift-unsafe'")
        ((subject, households),) = cursor.fetchall()
    assert subject == f"household {households[0]}"


def test_what_is_wrong_is_said_in_words(office: Office) -> None:
    here = ("--start", "241900,486200")
    for words, why in (
        (("--start", "here"), "an address as"),
        (("--start", "486200,241900"), "swapped"),
        (("--start", "1,x"), "RD metres"),
        ((*here, "--begin", "9"), "18:30"),
        ((*here, "--begin", "12:00"), "begin: must lie"),
        (("--start", "1234AB 1"), "does not know that postcode"),
        ((*here, "--day", "tomorrow"), "2026-11-24"),
        ((*here, "--day", TODAY - timedelta(1), "--max", 0, "--team", "x"), "3 faults"),
        ((*here, "--municipality", "9999"), "no policy"),
    ):
        said = office.signals(*PLAN, *words)
        assert in_words(said, 2)
        assert why in said.err
    for asked in (("show", 99), ("release", 99), ("record", 99, "spoken")):
        assert in_words(office.signals("visits", *asked), 1)
