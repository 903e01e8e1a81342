"""A simulation on paper: event and truth files, lines to read, policies for its towns, the list of debt help."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from signals.commands.eventfile import read_event_lines, register_from
from signals.errors import WrongUseError
from signals.households.listings import read_listing
from signals.outreach.policy import parse_policy
from signals.policies import shipped
from signals.simulation.files import Caseload, readable, wire_line, write_policies, write_simulation
from signals.simulation.judged import value_of
from signals.simulation.partners import PARTNERS
from signals.simulation.residents import household
from signals.simulation.simulate import Knobs, simulate, simulate_area
from signals.simulation.towns import PROVINCE, Town, town_of

if TYPE_CHECKING:
    from collections.abc import Iterator

Pairs = list[tuple[dict[str, Any], dict[str, Any]]]
START = "2026-01"
TOWNS = (town_of("0141", 60_000), town_of("0164", 15_000))


@pytest.fixture(scope="module")
def pairs() -> Pairs:
    """Two towns, a year, with much that is bad."""
    return list(simulate_area(TOWNS, START, 12, 1, knobs=Knobs(bad=0.1)))


@pytest.fixture(scope="module")
def small() -> Pairs:
    """A village, one month."""
    return list(simulate("0141", 2000, START, 1, 1))


# Events and truth


def test_events_and_truth_are_written_line_beside_line(tmp_path: Path, pairs: Pairs) -> None:
    events, truth = tmp_path / "events.jsonl", tmp_path / "truth.jsonl"
    assert write_simulation(events, truth, iter(pairs)) == len(pairs)
    for path, at in ((events, 0), (truth, 1)):
        assert [json.loads(line) for line in path.read_bytes().splitlines()] == [pair[at] for pair in pairs]
    lines = read_event_lines([events])
    assert [line.value for line in lines] == [value_of(wire) for wire, _ in pairs]
    assert {(p.id, p.sector, p.sources, p.bsn) for p in register_from(lines)} == {
        (p.id, p.sector, p.sources, p.bsn) for p in PARTNERS
    }


@pytest.mark.parametrize("at", [0, 1])
def test_one_of_the_two_may_go_nowhere(tmp_path: Path, small: Pairs, at: int) -> None:
    place = tmp_path / "only"
    places = (place, None) if at == 0 else (None, place)
    assert write_simulation(places[0], places[1], small) == len(small)
    assert place.read_bytes() == b"".join(wire_line(pair[at]) for pair in small)
    assert list(tmp_path.iterdir()) == [place]


@pytest.mark.parametrize("at", [0, 1])
def test_a_dash_is_standard_output(
    tmp_path: Path, small: Pairs, at: int, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    places = [tmp_path / "events.jsonl", tmp_path / "truth.jsonl"]
    places[at] = Path("-")
    assert write_simulation(places[0], places[1], small) == len(small)
    assert [json.loads(line) for line in capfdbinary.readouterr().out.splitlines()] == [pair[at] for pair in small]
    assert len(places[1 - at].read_bytes().splitlines()) == len(small)


def test_a_line_is_one_line_in_utf8_as_it_was_given() -> None:
    assert wire_line({"b": "Çelik\n", "a": None}) == '{"b":"Çelik\\n","a":null}\n'.encode()


@pytest.mark.parametrize("place", ["-", "events.jsonl"])
def test_events_and_truth_cannot_go_to_the_same_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(WrongUseError, match="go to the same place"):
        write_simulation(Path(place), Path(place), [])
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there_is_told_before_anything_is_made(tmp_path: Path) -> None:
    asked: list[int] = []

    def pairs() -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        asked.append(1)
        yield {}, {}

    for places in ((tmp_path / "no" / "events", tmp_path / "truth"), (tmp_path / "events", tmp_path / "no" / "truth")):
        with pytest.raises(WrongUseError, match="cannot be written"):
            write_simulation(*places, pairs())
    assert not asked


# To read


def test_a_line_to_read_says_what_is_sent_and_behind_the_bar_what_is_not(pairs: Pairs) -> None:
    told: dict[str, int] = {}
    for wire, truth in pairs:
        text = readable(wire, truth)
        assert "\n" not in text
        sent, _, hidden = text.partition(" | ")
        assert truth["address"] in sent
        assert truth["topic"].split(".")[2] in sent
        assert truth["municipality"] in sent
        assert hidden.startswith(truth["person"])
        words = hidden.partition("  ")[2].split(", ")
        code = [truth["code"]] if truth["code"] else []
        assert words == [truth["story"], truth["hidden_state"], *truth["errors"], *code]
        for word in ("report", "change", "withdrawal", "duplicate", "(not readable)"):
            told[word] = told.get(word, 0) + (f" {word} " in f" {sent} ")
    assert min(told.values()) > 0
    assert told["duplicate"] == sum(truth["duplicate"] for _, truth in pairs)
    assert told["(not readable)"] == sum(truth["code"] == "not-json" for _, truth in pairs)


def test_lines_to_read_stand_in_columns(pairs: Pairs) -> None:
    usual = [readable(wire, truth) for wire, truth in pairs if len(truth["address"]) <= 16]
    assert len({text.index(" | ") for text in usual}) == 1


# Policies


def test_every_town_gets_the_policy_of_almelo_under_its_own_name(tmp_path: Path) -> None:
    folder = tmp_path / "to" / "policies"
    write_policies(folder, PROVINCE)
    write_policies(folder, PROVINCE)  # a second time is no matter
    almelo = parse_policy(shipped()["almelo.toml"], "almelo.toml")
    files = sorted(folder.iterdir())
    assert [file.name for file in files] == sorted(f"{town.code}.toml" for town in PROVINCE)
    names = {town.code: town.name for town in PROVINCE}
    for file in files:
        policy = parse_policy(file.read_text(encoding="utf-8"), file.name)
        assert (policy.municipality, policy.name) == (file.stem, names[file.stem])
        assert (policy.threshold, policy.window, policy.route) == (almelo.threshold, almelo.window, almelo.route)
        assert (policy.scoring, policy.valid_from) == (almelo.scoring, date(2020, 1, 1))


def test_policies_that_have_no_place_are_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(WrongUseError, match="cannot be written"):
        write_policies(tmp_path / "file" / "policies", TOWNS)


# The list of debt help


def listed(pairs: Pairs, towns: tuple[Town, ...] = TOWNS) -> tuple[Caseload, Pairs]:
    """The list after these have passed by."""
    caseload = Caseload(towns, 1, START)
    return caseload, list(caseload.noting(pairs))


def test_what_passes_the_caseload_is_what_went_in(pairs: Pairs) -> None:
    assert listed(pairs)[1] == pairs


def test_the_caseload_holds_the_persons_in_debt_help_and_nobody_else(tmp_path: Path, pairs: Pairs) -> None:
    place = tmp_path / "caseload.csv"
    caseload, _ = listed(pairs)
    caseload.write(place)
    text = place.read_text(encoding="utf-8")
    assert text == caseload.csv()
    rows = read_listing(text, "caseload")
    lives_at = {truth["person"]: truth["address"] for _, truth in pairs if truth["debt_help"]}
    assert len(lives_at) > 2
    found = []
    for name in sorted(lives_at):
        code, number, at = name.split("-")
        town = next(town for town in TOWNS if town.code == code)
        person = household(town, int(number), seed=1, year=2026).persons[int(at) - 1]
        found.append((code, person.bsn, person.born, lives_at[name]))
    assert [
        (row.municipality, row.bsn, str(row.date_of_birth), f"{row.postcode} {row.number} {row.suffix}".strip())
        for row in rows
    ] == found
    assert all(row.names_a_person and row.surname and row.initials for row in rows)


def test_a_caseload_of_nobody_is_a_header_and_is_accepted(pairs: Pairs) -> None:
    without = [pair for pair in pairs if not pair[1]["debt_help"]]
    assert read_listing(listed(without)[0].csv(), "caseload") == []


def test_a_caseload_that_has_no_place_is_told(tmp_path: Path, small: Pairs) -> None:
    with pytest.raises(WrongUseError, match="cannot be written"):
        listed(small)[0].write(tmp_path / "no" / "caseload.csv")
