"""The simulated municipality: its size, its truth, and that the same seed gives the same bytes."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.commands.eventfile import EventLine, read_event_lines, register_from
from signals.contract.decode import RejectedError, decode
from signals.contract.events import Changed, Reported, Withdrawn
from signals.contract.partners import ArrearsTopic, Directory
from signals.errors import FaultsError, WrongUseError
from signals.simulation.dice import Dice
from signals.simulation.partners import PARTNERS
from signals.simulation.simulate import simulate, write_simulation
from signals.simulation.town import home, homes_of, town_of

Event = Reported | Changed | Withdrawn
MUNICIPALITIES = frozenset({"0141", "0164"})


def judged(line: EventLine, directory: Directory) -> Event | str:
    """The event, or the code of its quarantine."""
    topic = ArrearsTopic.parse(line.topic)
    assert topic is not None
    try:
        event = decode(line.value, topic, directory)
    except RejectedError as rejected:
        return str(rejected.code)
    assert isinstance(event, Event)
    return event


@pytest.fixture(scope="module")
def almelo(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[EventLine, Event | str, dict[str, Any]]]:
    """Three months at Almelo, as written to a file and read again."""
    folder = tmp_path_factory.mktemp("almelo")
    events, truths = folder / "events.jsonl", folder / "truth.jsonl"
    count = write_simulation(events, truths, simulate("0141", 73_000, "2025-11", 3, 1))
    lines = read_event_lines([events])
    found = [json.loads(line) for line in truths.read_text(encoding="utf-8").splitlines()]
    assert len(lines) == len(found) == count
    directory = Directory({partner.id: partner for partner in PARTNERS}, MUNICIPALITIES)
    return [(line, judged(line, directory), truth) for line, truth in zip(lines, found, strict=True)]


Almelo = list[tuple[EventLine, Event | str, dict[str, Any]]]


def test_the_truth_knows_which_events_are_bad(almelo: Almelo) -> None:
    for _, event, truth in almelo:
        assert (event if isinstance(event, str) else None) == truth["code"]
    assert {truth["code"] for _, _, truth in almelo} >= {
        None,
        "not-json",
        "amount-invalid",
        "postcode-invalid",
    }


def test_the_truth_knows_the_household_however_it_is_written(almelo: Almelo) -> None:
    reports = [(event, truth) for _, event, truth in almelo if isinstance(event, Reported)]
    for event, truth in reports:
        address = event.address
        assert f"{address.postcode} {address.number} {address.suffix}".strip() == truth["household"]
    written = {event.address.house_number_text for event, _ in reports}
    assert any(text.endswith("A") for text in written)
    assert any(text.endswith("a") for text in written)


def test_the_partners_of_the_file_are_those_of_the_simulation(almelo: Almelo) -> None:
    register = register_from(line for line, _, _ in almelo)
    assert {(p.id, p.sector, p.sources, p.bsn) for p in register} == {
        (p.id, p.sector, p.sources, p.bsn) for p in PARTNERS
    }


def test_a_month_has_about_350_letters_and_40_visits(almelo: Almelo) -> None:
    first = [truth for line, event, truth in almelo if isinstance(event, Event) and event.signalled_on.month == 11]
    arrears: dict[str, set[str]] = {}
    for truth in first:
        if truth["story"] in {"single", "multiple"}:
            arrears.setdefault(truth["household"], set()).add(truth["reference"])
    for truth in first:
        if truth["story"] == "withdrawn":
            arrears[truth["household"]].discard(truth["reference"])
    counts = Counter(min(len(references), 2) for references in arrears.values())
    assert 335 <= counts[1] <= 365
    assert 35 <= counts[2] <= 45


def test_every_story_is_told(almelo: Almelo) -> None:
    stories = Counter(truth["story"] for _, _, truth in almelo)
    expected = {"single", "multiple", "repeat", "risen", "changed", "withdrawn"}
    assert set(stories) == expected | {"threshold", "window", "objected", "company", "bad"}
    kinds = Counter(type(event).__name__ for _, event, _ in almelo)
    assert set(kinds) == {"Reported", "Changed", "Withdrawn", "str"}


def test_refused_signals_would_be_refused_by_the_shipped_policies(almelo: Almelo) -> None:
    for _, event, truth in almelo:
        if not isinstance(event, Reported) or truth["story"] == "bad":
            continue
        assert event.arisen_on is not None
        days = (event.signalled_on - event.arisen_on).days
        assert (event.amount_cents < 5000) == (truth["story"] == "threshold")
        assert (event.amount_cents >= 7500) == (truth["story"] != "threshold")
        assert (days < 30) == (truth["story"] == "window")
        assert days <= 100
        assert bool(event.collection.objected) == (truth["story"] == "objected")
        assert (event.person.surname is None) == (truth["story"] == "company")


def test_a_repeat_does_not_rise_and_a_rise_does(almelo: Almelo) -> None:
    first: dict[str, int] = {}
    for _, event, truth in almelo:
        if isinstance(event, Reported) and not truth["duplicate"]:
            before = first.setdefault(event.reference, event.amount_cents)
            assert (event.amount_cents > before) == (truth["story"] == "risen")
    assert len(first) > 1000


def test_only_a_duplicate_has_the_id_of_another_event(almelo: Almelo) -> None:
    seen: dict[str, bytes | None] = {}
    for line, _, truth in almelo:
        assert truth["duplicate"] == (truth["id"] in seen)
        assert seen.setdefault(truth["id"], line.value) == line.value
    assert any(truth["duplicate"] for _, _, truth in almelo)


def test_events_are_sent_in_order_on_the_day_they_speak_of(almelo: Almelo) -> None:
    events = [event for _, event, _ in almelo if isinstance(event, Event)]
    assert all(one.time_us <= two.time_us for one, two in pairwise(events))
    for event in events:
        assert datetime.fromtimestamp(event.time_us // 1_000_000, UTC).date() == event.signalled_on
    assert {event.signalled_on.strftime("%Y-%m") for event in events} == {"2025-11", "2025-12", "2026-01"}


def test_a_bsn_is_sent_by_health_insurers_only_and_is_a_test_number(almelo: Almelo) -> None:
    numbers = {event.person.bsn for _, event, _ in almelo if isinstance(event, Reported)} - {None}
    assert numbers
    assert all(number is not None and number.startswith("9999") for number in numbers)
    sectors = {event.sector for _, event, _ in almelo if isinstance(event, Reported) and event.person.bsn}
    assert sectors == {"health"}


def test_elsewhere_the_national_rate_holds() -> None:
    months = 6
    count = sum(1 for _ in simulate("0164", 81_000, "2026-01", months, 3))
    assert 4.0 < count / months / 81 < 4.8


def test_the_same_arguments_give_the_same_bytes_on_any_machine(tmp_path: Path) -> None:
    write_simulation(tmp_path / "e", tmp_path / "t", simulate("0141", 5000, "2026-01", 2, 1))
    digest = hashlib.sha256((tmp_path / "e").read_bytes() + (tmp_path / "t").read_bytes()).hexdigest()
    assert digest == "04dbab10e50435f83958d0cc10c3bdc5798250efabc2121a7ab35d7fadeeca3b"


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(["0141", "0164", "1234"]),
    st.integers(0, 3000),
    st.integers(1, 4),
    st.integers(0, 2**64),
)
def test_more_months_go_on_where_fewer_ended(town: str, inhabitants: int, months: int, seed: int) -> None:
    short = list(simulate(town, inhabitants, "2026-11", months, seed))
    longer = list(simulate(town, inhabitants, "2026-11", months + 1, seed))
    assert longer[: len(short)] == short


def test_another_seed_gives_other_ids_and_references() -> None:
    def names(seed: int) -> set[str]:
        pairs = simulate("0141", 2000, "2026-01", 1, seed)
        return {name for _, truth in pairs for name in (truth["id"], truth["reference"])}

    assert names(1)
    assert not names(1) & names(2)


@pytest.mark.parametrize(("municipality", "first", "last"), [("0141", 7600, 7611), ("0164", 7550, 7559)])
def test_every_address_is_another_and_lies_in_the_town(municipality: str, first: int, last: int) -> None:
    town = town_of(municipality)
    homes = [home(town, index) for index in range(homes_of(85_000))]
    assert len({place.household for place in homes}) == len(homes)
    assert {int(place.postcode[:4]) for place in homes} == set(range(first, last + 1))


@pytest.mark.parametrize(
    ("municipality", "inhabitants", "start", "months", "fault"),
    [
        ("141", 1, "2026-01", 1, "four digits"),
        ("0141", -1, "2026-01", 1, "inhabitants"),
        ("0141", 1, "2026-13", 1, "2026-01"),
        ("0141", 1, "januari", 1, "2026-01"),
        ("0141", 1, "2026-01", 0, "months"),
    ],
)
def test_arguments_without_sense_are_refused_before_anything_is_made(
    municipality: str, inhabitants: int, start: str, months: int, fault: str
) -> None:
    with pytest.raises(FaultsError, match=fault) as caught:
        simulate(municipality, inhabitants, start, months, 1)
    assert len(caught.value.faults) == 1


def test_a_dash_is_standard_output(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    pairs = list(simulate("0141", 2000, "2026-01", 1, 1))
    assert write_simulation(Path("-"), tmp_path / "truth.jsonl", pairs) == len(pairs)
    lines = capfdbinary.readouterr().out.splitlines()
    assert [json.loads(line) for line in lines] == [wire for wire, _ in pairs]


def test_events_and_truth_cannot_go_to_the_same_place() -> None:
    with pytest.raises(WrongUseError, match="two different files"):
        write_simulation(Path("-"), Path("-"), [])


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(WrongUseError, match="cannot be written"):
        write_simulation(tmp_path / "no" / "events", tmp_path / "truth", [])


def test_weights_are_shares() -> None:
    dice = Dice("weights")
    thrown = Counter(dice.weighted({"often": 3, "never": 0, "seldom": 1}) for _ in range(4000))
    assert set(thrown) == {"often", "seldom"}
    assert 2.5 < thrown["often"] / thrown["seldom"] < 3.5
