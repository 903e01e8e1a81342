"""The screen of `signals up`: figures that add up, and a first event that does what the screen says."""

from __future__ import annotations

import json
import shlex
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from signals.commands.first_event import HOUSEHOLD, write_first_events
from signals.commands.welcome import Shown, first_event_lines, month_rows, remarks, sector_rows
from signals.commands.words import decimal, month, percent
from signals.reports.month import Month
from signals.simulation.partners import PARTNERS
from signals.simulation.towns import ALMELO
from tests.commands.test_cli_up import up
from tests.walk.installation import await_that

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.commands.test_cli_up import Service
    from tests.outreach.desk import Desk

pytest_plugins = ["tests.outreach.fixtures"]

NOW = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)
OCTOBER = Month(
    "0141",
    date(2026, 10, 1),
    sectors={"health": 50, "housing": 30, "water": 20},
    in_case={"health": 45, "housing": 30, "water": 8},
    refused={"wrongful": 13, "repeat": 4},
    withdrawn={"paid": 6},
    routes={"letter": 60, "home-visit": 8, "none": 5},
    classes={"single": 40, "multiple": 8, "consecutive": 25},
    looked_back=6,
)


def test_the_month_beside_the_national_figures() -> None:
    assert list(month_rows(OCTOBER, 20_000)) == [
        ("signalen", "100", "", ""),
        ("  per 1.000 inwoners", "5,0", "", "4,4"),
        ("  in een zaak", "83", "83%", "83%"),
        ("    daarna ingetrokken: betaald", "6", "6%", ""),
        ("  niet opgepakt", "17", "17%", "17%"),
        ("    Niet opgepakt: onterecht signaal", "13", "13%", ""),
        ("    Niet opgepakt: herhaalde melding", "4", "4%", ""),
        ("    Persoon is geen inwoner (meer) in de gemeente", "0", "0%", "3%"),
        ("zaken", "73", "", ""),
        ("  per 1.000 inwoners", "3,6", "", "2,9 (2023)"),
        ("  brief", "60", "82%", "350 (Almelo 2022)"),
        ("  huisbezoek", "8", "11%", "40 (Almelo 2022)"),
        ("  gesloten, bijv. al betaald", "5", "7%", ""),
        ("  enkelvoudig", "40", "55%", "50% (2023)"),
        ("  meervoudig", "8", "11%", "11% (2023)"),
        ("  opeenvolgend", "25", "34%", "40% (2023)"),
    ]
    assert list(sector_rows(OCTOBER)) == [
        ("zorg", 50, "50%", "41%", "45 (90%)"),
        ("huur", 30, "30%", "20%", "30 (100%)"),
        ("water", 20, "20%", "18%", "8 (40%)"),
    ]


def test_a_month_without_cases_can_be_shown() -> None:
    refused = Month("0153", date(2026, 10, 1), {"other": 1}, {}, {"wrongful": 1}, {}, {}, {}, 6)
    assert ("zaken", "0", "", "") in list(month_rows(refused, 100))
    assert list(sector_rows(refused)) == [("overig", 1, "100%", "", "0 (0%)")]


@pytest.mark.parametrize(
    ("looked_back", "refused", "said"),
    [
        (0, {}, ["hier geen bekend", "BRP"]),
        (3, {"not-a-resident": 1}, ["hier 3 bekend"]),
        (6, {}, ["BRP"]),
        (6, {"not-a-resident": 1}, []),
    ],
)
def test_it_is_said_why_a_figure_must_differ(looked_back: int, refused: dict[str, int], said: Sequence[str]) -> None:
    month_so = Month("0141", date(2026, 10, 1), {}, {}, refused, {}, {}, {}, looked_back)
    told = list(remarks(month_so))
    assert len(told) == len(said)
    assert all(part in text for part, text in zip(said, told, strict=True))


def test_numbers_and_months_are_written_as_the_dutch_do() -> None:
    assert (month(date(2026, 3, 9)), month(date(2027, 12, 1))) == ("maart 2026", "december 2027")
    assert (decimal(4.44), percent(0.1049), percent(0), percent(0.004), percent(1)) == (
        "4,4",
        "10%",
        "0%",
        "<1%",
        "100%",
    )


@pytest.mark.database
def test_the_first_events_make_a_letter_and_then_a_visit(desk: Desk, tmp_path: Path) -> None:
    desk.begin(partners=PARTNERS)
    routes = []
    for ready in write_first_events(tmp_path, "0141", NOW):
        (line,) = ready.path.read_bytes().splitlines()
        sector = next(partner.sector for partner in PARTNERS if partner.id == ready.partner)
        topic = f"arrears.{sector}.{ready.partner}"
        desk.intake.store([desk.record(topic, line) for _ in range(2)])
        routes.append(desk.lines())
    name = f"{HOUSEHOLD} 2026-11"
    assert routes == [{name: "open letter 1"}, {name: "open home-visit 2"}]
    assert desk.queue("visits") == [name]
    summary = desk.system.summary()
    assert (summary["stored"], summary["duplicates"], summary["quarantined"]) == (2, 2, {})


def test_no_simulated_household_lives_where_the_first_event_does() -> None:
    assert int(HOUSEHOLD[:4]) >= ALMELO.first_postcode + ALMELO.postcodes


def test_a_file_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    before = {ready.path: ready.path.read_bytes() for ready in write_first_events(tmp_path, "0141", NOW)}
    assert [json.loads(line)["id"] for line in before.values()] == ["example-1", "example-2"]
    after = write_first_events(tmp_path, "0141", NOW.replace(year=2027))
    assert {ready.path: ready.path.read_bytes() for ready in after} == before
    assert json.loads(before[after[0].path])["data"]["signalledOn"] == "2026-11-21"


@pytest.mark.parametrize(("set_to", "prefix"), [(None, ""), ("a b", "SIGNALS_FOLDER='a b' ")])
def test_the_commands_find_the_services_of_their_folder(
    set_to: str | None, prefix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SIGNALS_FOLDER", raising=False)
    if set_to:
        monkeypatch.setenv("SIGNALS_FOLDER", set_to)
    folder = tmp_path / (set_to or ".signals")
    folder.mkdir()
    shown = Shown("0141", 73_000, folder.relative_to(tmp_path), 8080)
    ready = write_first_events(shown.folder, "0141", NOW)
    commands = [line for line in first_event_lines(shown, ready) if line.startswith("  ")]
    assert len(commands) == 4
    assert all(line.startswith(f"  {prefix}signals ") for line in commands)
    place = tmp_path / ".venv" / "bin"
    place.mkdir(parents=True)
    (place / "signals").touch()
    commands = [line for line in first_event_lines(shown, ready) if line.startswith("  ")]
    assert all(line.startswith(f"  {prefix}.venv/bin/signals ") for line in commands)


def test_the_commands_on_the_screen_do_what_it_says(tmp_path: Path) -> None:
    """As a newcomer would: typed off the screen of a service that runs."""

    def await_household(service: Service, name: str) -> None:
        await_that(lambda: [case["household"] for case in service.queue(name)] == [HOUSEHOLD], service.logs)

    with up(tmp_path) as service:
        screen = [line.partition(" # ")[0].partition(" | ")[0].strip() for line in service.said().splitlines()]
        typed = [shlex.split(line)[1:] for line in screen if line.startswith("signals ")]
        first, second = (words for words in typed if words[0] == "publish")
        for words, name in ((first, "letters"), (second, "visits"), (first, "visits")):
            assert service.signals(*words).code == 0
            await_household(service, name)
        await_that(lambda: service.signals("summary", "--json").document["duplicates"] == 1, service.logs)
        assert service.queue("letters") == []
        (number,) = {case["case_id"] for case in service.queue("visits")}
        for words in typed:
            if words[0] in {"queue", "quarantine"}:
                assert service.signals(*words).code == 0
        for word in ("case", "release"):
            assert any(words[0] == word for words in typed)
            assert service.signals(word, number).code == 0
