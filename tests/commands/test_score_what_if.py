"""`signals score what-if`: the queue as it would be, in a table and as JSON; only the logs are written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from signals.policies import shipped
from signals.store.database import transaction
from tests.outreach.learning.models import registered

from .test_cli_office import Office

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.database
ALMELO = shipped()["almelo.toml"]


@pytest.fixture
def office(database: str) -> Iterator[Office]:
    office = Office(database)
    landlord = office.landlord
    office.take_in(landlord, *(landlord.report(f"HC-{number}", number=number) for number in (7, 8, 9)))
    yield office
    office.engine.dispose()


def policy_file(folder: Path, old: str, new: str) -> Path:
    file = folder / "changed.toml"
    assert old in ALMELO
    file.write_text(ALMELO.replace(old, new), encoding="utf-8")
    return file


def model(office: Office, **cells: Any) -> int:  # noqa: ANN401 - of the registry's row
    with transaction(office.engine) as cursor:
        return registered(cursor, 1, **cells)


def test_a_changed_policy_is_shown_and_not_saved(office: Office, tmp_path: Path) -> None:
    before = office.must("queue", "letters", "--json").document
    file = policy_file(tmp_path, 'one = "letter"', 'one = "home-visit"')
    said = office.must("score", "what-if", "--policy", file, "--top", 2)
    assert "brief → bezoek" in said.out
    assert "… en nog 1" in said.out
    assert said.out.endswith("er is niets veranderd\n")
    document = office.must("score", "what-if", "--policy", file, "--queue", "letters", "--json").document
    assert document["totals"]["leaves"] == 3
    assert [case["new"] for case in document["cases"]] == [None] * 3
    assert office.must("queue", "letters", "--json").document == before
    with transaction(office.engine) as cursor:
        cursor.execute("SELECT subject, array_length(households, 1) FROM audit WHERE action = 'view-queue' ORDER BY id")
        looked = cursor.fetchall()
    assert looked[1:4] == [("queue letters", 2), ("queue visits", 2), ("queue letters", 3)]


def test_a_model_is_shown_with_its_reasons(office: Office) -> None:
    number = model(office)
    document = office.must("score", "what-if", "--model", number, "--json").document
    assert (document["by"], document["model"], document["municipality"]) == ("model", number, "0141")
    for case in document["cases"]:
        assert sum(one["points"] for one in case["why"]) == case["new"]["score"] - case["old"]["score"]
    assert f"door model {number}: 3 zaken" in office.must("score", "what-if", "--model", number).out


def test_a_policy_that_lets_a_model_speak_where_none_is_active_is_told_of(office: Office, tmp_path: Path) -> None:
    file = policy_file(tmp_path, 'by = "framework"', 'by = "blend"')
    assert "no model is active" in office.must("score", "what-if", "--policy", file).err


def test_what_cannot_be_asked_is_said_in_words(office: Office, tmp_path: Path) -> None:
    number, elsewhere = model(office), model(office, municipality="0164")
    reached = model(office, target="reached")
    faulty = tmp_path / "faulty.toml"
    faulty.write_text(ALMELO.replace("rise = 10", "rise = -1").replace('"month"', '"year"'), encoding="utf-8")
    fine = policy_file(tmp_path, "rise = 10", "rise = 20")
    for words, code, told in (
        ([], 2, "--policy FILE"),
        (["--model", number, "--queue", "review"], 2, "letters, visits"),
        (["--model", 99], 1, "no model 99"),
        (["--model", reached], 1, "orders no queue"),
        (["--model", elsewhere, "--policy", fine], 1, "0141, 0164"),
        (["--model", number, "--municipality", "0164"], 1, "different municipalities"),
        (["--policy", faulty], 2, "2 faults"),
        (["--policy", tmp_path], 2, "2 "),
        (["--policy", tmp_path / "none.toml"], 2, "cannot be read"),
    ):
        said = office.signals("score", "what-if", *words)
        assert (said.code, told in said.err) == (code, True), said
