"""`signals score activate | rollback | rescore | list`: a person's act in words, and then the queue is scored anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from signals.outreach.learning import rescore
from signals.policies import shipped
from signals.store.database import transaction
from tests.outreach.learning.models import registered, reviewed

from .test_cli_office import Office

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.database


@pytest.fixture
def office(database: str) -> Iterator[Office]:
    office = Office(database)
    office.take_in(office.landlord, office.landlord.report("HC-1", number=7), office.landlord.report("HC-2", number=8))
    yield office
    office.engine.dispose()


def model(office: Office, seed: int = 1, *, observed: float | None = 0.3, **cells: Any) -> int:  # noqa: ANN401 - of the registry's row
    with transaction(office.engine) as cursor:
        number = registered(cursor, seed, **cells)
        return number if observed is None else reviewed(cursor, number, observed=observed)


def let_models_speak(office: Office, folder: Path) -> None:
    """From this year on; what came before is as it was."""
    body = shipped()["almelo.toml"].replace('by = "framework"', 'by = "model"').replace("2020-01-01", "2020-01-02")
    (folder / "almelo.toml").write_text(body, encoding="utf-8")
    office.must("policy", "load", folder / "almelo.toml")


def scored_by(office: Office) -> set[int | None]:
    with transaction(office.engine) as cursor:
        cursor.execute("SELECT scored_by FROM cases")
        return {number for (number,) in cursor}


def test_a_model_is_activated_listed_and_rolled_back(office: Office, tmp_path: Path) -> None:
    let_models_speak(office, tmp_path)
    first, second = model(office, 1), model(office, 2)
    said = office.must("score", "activate", first, "--reason", "beter dan de punten")
    assert said.out.splitlines() == [
        f"0141: model {first} (scorecard, escalation) is active from now on",
        said.out.splitlines()[1],
    ]
    assert said.out.splitlines()[1].startswith("2 households were scored anew; ")
    assert scored_by(office) == {first}
    document = office.must("score", "activate", second, "--json").document
    assert (document["model"], document["new"], document["policy_by"]) == (second, True, "model")
    assert document["rescored"]["households"] == 2
    rows = office.must("score", "list", "--json").document["models"]
    assert [(row["model"], row["state"], row["auc"]) for row in rows] == [
        (first, "before", 0.8),
        (second, "active", 0.8),
    ]
    assert rows[0]["reason"] == "beter dan de punten"
    assert rows[0]["approved_by"].startswith("cli")
    assert f"model {first} is active again" in office.must("score", "rollback").out
    assert scored_by(office) == {first}
    assert "the decision framework orders the work" in office.must("score", "rollback").out
    assert scored_by(office) == {None}
    said = office.signals("score", "rollback")
    assert said.code == 1
    assert "nothing to go back to" in said.err
    office.must("score", "activate", first)
    document = office.must("score", "rollback", "--to-framework", "--municipality", "0141", "--json").document
    assert (document["model"], document["rescored"]["households"]) == (None, 2)


def test_a_policy_that_says_framework_is_told_of(office: Office) -> None:
    assert 'by = "framework"' in office.must("score", "activate", model(office)).out
    assert scored_by(office) == {None}


def test_a_trial_needs_no_report_and_is_ended(office: Office) -> None:
    number = model(office, observed=None)
    assert "on trial from now on" in office.must("score", "activate", number, "--shadow").out
    assert office.must("score", "list", "--json").document["models"][0]["state"] == "shadow"
    assert "shadow" in office.must("score", "list").out
    assert "on trial no more" in office.must("score", "rollback", "--shadow").out
    with transaction(office.engine) as cursor:
        cursor.execute("SELECT DISTINCT shadow_by FROM cases")
        assert cursor.fetchall() == [(None,)]


def test_who_was_stopped_gives_the_command_again(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    let_models_speak(office, tmp_path)
    number = model(office)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(rescore, "rescore", killed)
        assert office.signals("score", "activate", number).code != 0
    assert scored_by(office) == {None}
    assert "is active already" in office.must("score", "activate", number).out
    assert scored_by(office) == {number}
    assert office.must("score", "rescore", "--json").document["rescored"] == {"households": 0, "changed": 0}


def test_what_cannot_be_is_said_in_words(office: Office) -> None:
    never, unfair = model(office, 1, observed=None), model(office, 2, observed=0.6)
    fair = model(office, 3)
    for words, code, told in (
        (["activate", 99], 1, "no model 99"),
        (["activate", never], 1, "never evaluated"),
        (["activate", unfair], 1, "25-34 (age_band)"),
        (["activate", fair, "--municipality", "0164"], 1, "scores no cases of 0164"),
        (["activate", fair, "--reason", "x" * 501], 2, "at most 500"),
        (["rollback", "--shadow"], 1, "no model is on trial"),
        (["rollback", "--shadow", "--to-framework"], 2, "two things"),
        (["rollback", "--target", "fraud"], 2, "no target"),
        (["rollback", "--municipality", "0164"], 1, "nothing to go back to"),
        (["rollback", "--municipality", "9999"], 2, "no policy"),
        (["rescore", "--municipality", "9999"], 2, "no policy"),
    ):
        said = office.signals("score", *words)
        assert (said.code, told in said.err) == (code, True), said
    assert {row["state"] for row in office.must("score", "list", "--json").document["models"]} == {""}


def test_whoever_has_models_of_several_municipalities_says_which(office: Office) -> None:
    said = office.signals("score", "rollback")
    assert (said.code, "signals score train" in said.err) == (1, True)
    model(office, 1)
    model(office, 1, municipality="0164")
    said = office.signals("score", "rollback")
    assert (said.code, "0141, 0164" in said.err) == (2, True)
