"""`signals simulate` as it is typed: what is wished, where it is written, and what is refused in words."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from datetime import date
from typing import TYPE_CHECKING

import pytest

from signals.commands.simulated import Places, Wish, parse_shock, parse_unequal, write
from signals.errors import WrongUseError
from signals.households.listings import read_listing
from signals.outreach.policy import parse_policy
from signals.simulation import towns
from signals.simulation.files import wire_line
from signals.simulation.money import Shock
from signals.simulation.simulate import Knobs, simulate, simulate_area
from signals.simulation.towns import ALMELO, PRESETS, Preset, town_of
from signals.simulation.unequal import Unequal
from tests.walk.terminal import SECONDS, command, surroundings, typed

if TYPE_CHECKING:
    from pathlib import Path

SMALL = ("--inhabitants", 2000)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a folder of its own."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def villages(monkeypatch: pytest.MonkeyPatch) -> Preset:
    """A preset of two villages and three months."""
    preset = Preset((town_of("0141", 3000), town_of("0164", 2000)), 3)
    monkeypatch.setattr(towns, "PRESETS", {**PRESETS, "villages": preset})
    monkeypatch.setattr("signals.commands.simulated.PRESETS", {**PRESETS, "villages": preset})
    return preset


def written(text: bytes) -> int:
    """How many events a file has."""
    return len(text.splitlines())


# What is wished


def test_without_a_word_it_is_a_month_at_almelo_to_read() -> None:
    said = typed("simulate")
    lines = said.out.splitlines()
    assert (said.code, said.err) == (0, f"{len(lines)} events\n")
    assert len(lines) == sum(1 for _ in simulate("0141", ALMELO.inhabitants, "2026-01", 1, 1)) > 300
    assert all(re.match(r"(2026-0[12]-\d\d \d\d:\d\d|\(not readable\)) ", line) for line in lines)
    assert all(" | 0141-" in line for line in lines)


def test_what_is_typed_is_what_is_simulated(tmp_path: Path) -> None:
    wish = ("--municipality", "0164", "--inhabitants", 9000, "--start", "2025-12", "--months", 3, "--seed", 5)
    knobs = (
        "--bad",
        0.3,
        "--duplicates",
        0.2,
        "--shock",
        "energy:2026-01:40",
        "--shock",
        "water:2026-02:9",
        "--steady",
        "--unequal",
        "origin=dutch:60",
        "--unequal",
        "neighbourhood=7555:40",
    )
    said = typed("simulate", *wish, *knobs, "--events", "events", "--truth", "truth")
    shocks = (Shock("energy", date(2026, 1, 1), 40), Shock("water", date(2026, 2, 1), 9))
    unequal = (Unequal("origin", "dutch", 60), Unequal("neighbourhood", "7555", 40))
    knobs_asked = Knobs(0.3, 0.2, shocks, steady=True, unequal=unequal)
    pairs = list(simulate("0164", 9000, "2025-12", 3, 5, knobs=knobs_asked))
    assert (said.code, said.out, said.err) == (0, "", f"{len(pairs)} events\n")
    assert (tmp_path / "events").read_bytes() == b"".join(wire_line(wire) for wire, _ in pairs)
    assert (tmp_path / "truth").read_bytes() == b"".join(wire_line(truth) for _, truth in pairs)


def test_a_preset_is_its_towns_and_months(villages: Preset, tmp_path: Path) -> None:
    assert typed("simulate", "--preset", "villages", "--events", "events").code == 0
    pairs = list(simulate_area(villages.towns, "2026-01", villages.months, 1))
    assert {truth["municipality"] for _, truth in pairs} == {"0141", "0164"}
    assert (tmp_path / "events").read_bytes() == b"".join(wire_line(wire) for wire, _ in pairs)


@pytest.mark.usefixtures("villages")
def test_the_months_of_a_preset_can_be_others_and_so_its_seed(tmp_path: Path) -> None:
    for name, words in (("usual", ()), ("short", ("--months", 1)), ("other", ("--seed", 2))):
        assert typed("simulate", "--preset", "villages", "--truth", name, *words).code == 0
    usual, short, other = ((tmp_path / name).read_bytes() for name in ("usual", "short", "other"))
    assert usual.startswith(short)
    assert 0 < len(short) < len(usual)
    assert other != usual


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_known_to_the_help_and_to_the_command(name: str) -> None:
    assert name in typed("simulate", "--help").out
    preset = PRESETS[name]
    if len(preset.towns) * preset.months > 1:
        return
    said = typed("simulate", "--preset", name, "--events", "events")
    assert said.code == 0


@pytest.mark.parametrize("code", ["0164", "1234"])
def test_a_town_has_as_many_inhabitants_as_it_is_known_to_have(code: str) -> None:
    said = typed("simulate", "--municipality", code, "--truth", "truth")
    number = sum(1 for _ in simulate(code, town_of(code).inhabitants, "2026-01", 1, 1))
    *notes, last = said.err.splitlines()
    assert (said.code, last) == (0, f"{number} events")
    assert [code in note for note in notes] == ([True] if code == "1234" else [])  # a code that was mistyped is told


def test_bad_and_duplicates_can_be_none(tmp_path: Path) -> None:
    words = ("--inhabitants", 30_000, "--bad", 0, "--duplicates", 0, "--truth", "truth")
    assert typed("simulate", *words).code == 0
    truths = [json.loads(line) for line in (tmp_path / "truth").read_bytes().splitlines()]
    assert len(truths) > 150
    assert not [truth for truth in truths if truth["code"] or truth["duplicate"]]


# What is refused


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("--preset almelo", "almelo-month, almelo-year, province-year, national-month"),
        ("--preset almelo-month --municipality 0141", "--municipality and --inhabitants"),
        ("--preset almelo-month --inhabitants 10", "--municipality and --inhabitants"),
        ("--municipality 14", "four digits"),
        ("--municipality ''", "four digits"),
        ("--start 2026", "2026-01"),
        ("--start 2026-00", "2026-01"),
        ("--months 121", "1 to 120"),
        ("--months 0", "--months"),
        ("--inhabitants 0", "--inhabitants"),
        ("--bad 1.5", "--bad"),
        ("--bad nan", "bad"),
        ("--duplicates -1", "--duplicates"),
        ("--seed one", "--seed"),
        ("--shock energy", "SECTOR:MONTH:PERCENT"),
        ("--unequal origin=polish", "KIND=GROUP:PERCENT"),
        ("--unequal origin=norse:60", "there are dutch, turkish, moroccan, polish, surinamese, other"),
        ("--unequal neighbourhood=1000:60", "there are 7600 to 7611 in Almelo"),
        ("--events e --truth e", "go to the same place"),
        ("--events - --truth -", "go to the same place"),
        ("--events no/e", "no/e cannot be written"),
        ("--truth no/t", "no/t cannot be written"),
        ("--caseload no/c", "no/c cannot be written"),
        ("--policies file/p", "file/p cannot be written"),
    ],
)
def test_what_makes_no_sense_is_told_in_words(words: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    small = () if "--preset" in words or "--inhabitants" in words else SMALL
    said = typed("simulate", *small, *shlex.split(words))
    assert said.code == 2
    assert told in re.sub(r"[│╭╮╰╯─\s]+", " ", said.err)
    assert "Traceback" not in said.err


def test_all_faults_of_a_wish_are_told_at_once() -> None:
    said = typed("simulate", "--municipality", "x", "--start", "x", "--months", 500)
    assert said.code == 2
    assert "3 faults" in said.err


@pytest.mark.parametrize("other", ["--truth", "--caseload"])
@pytest.mark.parametrize("spelt", ["same", "./same", "folder/../same"])
def test_two_files_that_are_one_are_refused_however_it_is_spelt(other: str, spelt: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    said = typed("simulate", *SMALL, "--events", "same", other, spelt)
    assert said.code == 2
    assert "go to the same place" in said.err


@pytest.mark.parametrize(
    ("text", "shock"),
    [
        ("energy:2026-09:40", Shock("energy", date(2026, 9, 1), 40)),
        ("water:1999-12:1", Shock("water", date(1999, 12, 1), 1)),
        ("health:2026-01:500", Shock("health", date(2026, 1, 1), 500)),
    ],
)
def test_a_shock_is_sector_month_and_percent(text: str, shock: Shock) -> None:
    assert parse_shock(text) == shock


@pytest.mark.parametrize(
    "text",
    [
        "", "energy", "energy:2026-09", "energy:2026-09:40:1", "energy:2026-13:40", "energy:2026:40",
        "energy:2026-09-01:40", "energy:september:40", "energy:2026-09:forty", "energy:2026-09:1.5",
        "energy:2026-09:", "gas:2026-09:40", "Energy:2026-09:40", ":2026-09:40", "energy:2026-09:0",
        "energy:2026-09:-40", "energy:2026-09:501",
    ],
)  # fmt: skip
def test_a_text_that_is_no_shock_is_refused_with_itself(text: str) -> None:
    with pytest.raises(WrongUseError, match=re.escape(repr(text))):
        parse_shock(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "origin", "origin=polish", "origin:60", "=polish:60", "origin=:60", "origin=polish:", "origin=polish:a",
        "origin=polish:-1", "origin=polish:1000", "origin=polish:6.5",
    ],
)  # fmt: skip
def test_a_text_that_names_no_group_and_share_is_refused_with_itself(text: str) -> None:
    with pytest.raises(WrongUseError, match=re.escape(repr(text))):
        parse_unequal(text)


# Where it is written


def test_events_may_go_to_a_pipe_and_the_truth_to_a_file(tmp_path: Path) -> None:
    whole = _in_a_shell(f"{_simulate(*SMALL)} --events - --truth truth")
    assert whole.returncode == 0
    assert written(whole.stdout) == written((tmp_path / "truth").read_bytes()) > 0
    assert whole.stderr.decode() == f"{written(whole.stdout)} events\n"


@pytest.mark.parametrize("words", ["", "--events -"])
@pytest.mark.parametrize("inhabitants", [2000, 73_000])
def test_a_reader_that_has_seen_enough_ends_it_quietly(words: str, inhabitants: int) -> None:
    one = f"{_simulate('--inhabitants', inhabitants)} {words}"
    said = _in_a_shell(f"({one}; echo ended $? >&2) | head -n 1")
    assert written(said.stdout) == 1
    assert re.fullmatch(r"(\d+ events\n)?ended 0\n", said.stderr.decode())


def _simulate(*words: object) -> str:
    return shlex.join(command("simulate", *words))


def _in_a_shell(line: str) -> subprocess.CompletedProcess[bytes]:
    words = ["bash", "-c", line]
    return subprocess.run(words, capture_output=True, timeout=SECONDS, check=False, env=surroundings({}))


def test_policies_and_caseload_are_written_beside_the_events(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    larger = Preset((town_of("0141", 60_000), town_of("0164", 15_000)), 12)
    monkeypatch.setattr("signals.commands.simulated.PRESETS", {"larger": larger})
    words = ("--preset", "larger", "--truth", "truth", "--policies", "policies", "--caseload", "list")
    said = typed("simulate", *words)
    assert (said.code, said.out) == (0, "")
    policies = [parse_policy(file.read_text("utf-8"), file.name) for file in (tmp_path / "policies").iterdir()]
    assert {(policy.municipality, policy.name) for policy in policies} == {("0141", "Almelo"), ("0164", "Hengelo")}
    truths = [json.loads(line) for line in (tmp_path / "truth").read_bytes().splitlines()]
    helped = {truth["person"] for truth in truths if truth["debt_help"]}
    assert len(read_listing((tmp_path / "list").read_text("utf-8"), "caseload")) == len(helped) > 0
    assert typed("policy", "check", *(tmp_path / "policies").iterdir()).code == 0


def test_the_number_of_events_is_told_to_who_asks(tmp_path: Path) -> None:
    wish = Wish(None, "0141", 3000, "2026-01", 2, 1, Knobs())
    places = Places(tmp_path / "events", None, None, None)
    assert write(wish, places) == written((tmp_path / "events").read_bytes()) > 0
