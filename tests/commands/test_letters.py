"""`signals letters …`: from letters that were let go to what is in the post, and back."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from signals.outreach.letters.letter import KINDS, LANGUAGES
from signals.policies import shipped
from signals.store.database import transaction
from tests.commands.test_cli import in_words
from tests.commands.test_cli_office import Office
from tests.outreach.letters.samples import text_of
from tests.walk.terminal import command, surroundings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.walk.events import Event

pytestmark = pytest.mark.database
LETTERS = 24
POLLS = 2000


def reported(office: Office, number: int, partner: int = 0) -> Event:
    sender = (office.landlord, office.insurer)[partner]
    event = sender.report(f"R-{number}-{partner}", number=number)
    event["data"]["address"] |= {"street": "Voorbeeldstraat", "city": "Almelo"}
    return event


@pytest.fixture
def office(database: str) -> Iterator[Office]:
    """Two letters that are let go and one that waits."""
    office = Office(database)
    office.take_in(office.landlord, *(reported(office, number) for number in (3, 1, 2)))
    office.must("release", case_at(office, 1), case_at(office, 3))
    yield office
    office.engine.dispose()


def rows(office: Office, question: str, *values: Any) -> list[Any]:  # noqa: ANN401 - any value
    with transaction(office.engine) as cursor:
        return cursor.execute(question.encode(), values).fetchall()


def case_at(office: Office, number: int) -> str:
    ((case,),) = rows(
        office,
        """SELECT cases.id FROM cases JOIN households ON households.id = household_id
        JOIN addresses ON addresses.id = address_id WHERE number = %s""",
        number,
    )
    return str(case)


def test_from_the_preview_to_the_post_and_back(office: Office, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first, second, waiting = case_at(office, 1), case_at(office, 3), case_at(office, 2)
    shown = office.must("letters", "preview", "--json").document
    assert [letter["case_id"] for letter in shown["letters"]] == [first, second]
    assert (shown["municipality"], shown["left_out"], shown["waiting"]) == ("0141", [], 1)
    assert "0141: 2 letters (2 first)" in office.must("letters", "preview").out
    run = office.must("letters", "release", "--json").document["run"]
    nothing = office.signals("letters", "release", "--waiting", "--municipality", "0164", "--json")
    assert (nothing.code, nothing.document["run"], nothing.document["letters"]) == (1, None, [])
    rows(office, "UPDATE cases SET arrears_count = 0 WHERE id = %s RETURNING id", int(second))
    told = office.must("letters", "preview", "--json").document["left_out"]
    assert told == [{"case_id": first, "code": "in-run"}, {"case_id": second, "code": "withdrawn"}]
    rows(office, "UPDATE cases SET arrears_count = 1 WHERE id = %s RETURNING id", int(second))
    manifest = office.must("letters", "run", "--out", out, "--json").document
    assert manifest == json.loads((out / "manifest.json").read_text("utf-8"))
    assert (manifest["run"], [line["case_id"] for line in manifest["letters"]]) == (run, [first, second])
    numbers = [line["number"] for line in manifest["letters"]]
    done = office.must("letters", "posted", "--json").document
    assert (done["run"], done["letters"], done["left_out"]) == (run, numbers, [])
    assert office.must("letters", "posted", "--json").document == done
    assert "already" in office.must("letters", "posted", run).out
    assert in_words(office.signals("letters", "run", "--out", tmp_path / "more"), 1)
    back = ("letters", "returned", numbers[0], "--reason", "moved")
    assert office.must(*back, "--json").document == {"number": numbers[0], "case_id": first, "reason": "moved"}
    assert "recorded so already" in office.must(*back).out
    assert in_words(office.signals("letters", "returned", numbers[0], "--reason", "refused"), 1)
    assert in_words(office.signals(*back, "--undo"), 2)
    undone = office.must("letters", "returned", numbers[0], "--undo", "--json").document
    assert undone == {"number": numbers[0], "case_id": first, "reason": None}
    assert office.must("queue", "review", "--json").document["cases"] == []
    assert in_words(office.signals("letters", "returned", numbers[0], "--undo"), 1)
    assert in_words(office.signals("letters", "returned", numbers[0]), 2)
    office.must(*back)
    queue = office.must("queue", "review", "--json").document["cases"]
    assert [case["case_id"] for case in queue] == [first]
    assert [line["kind"] for line in office.must("case", first, "--json").document["history"]][-4:] == [
        "attempt",
        "letter-returned",
        "letter-returned-undone",
        "letter-returned",
    ]
    logged = rows(office, "SELECT action, count(*) FROM audit WHERE subject ~ 'case|letter' GROUP BY 1 ORDER BY 1")
    acts = {
        "attempt": 2,
        "letter-returned": 2,
        "letter-returned-undone": 1,
        "release": 2,
        "release-letters": 2,
        "write-letters": 2,
    }
    assert dict(logged) == {**acts, "view-case": 1, "view-run": 3}
    used = rows(office, "SELECT activity, count(DISTINCT household_id) FROM processing_log GROUP BY 1")
    assert dict(used)["view-run"] == dict(used)["write-letters"] == 2
    assert office.must("letters", "preview", waiting, "--json").document["left_out"] == [
        {"case_id": waiting, "code": "waits"}
    ]
    as_if = office.must("letters", "preview", "--waiting", "--json").document
    assert ([letter["case_id"] for letter in as_if["letters"]], as_if["waiting"]) == ([waiting], 0)
    assert office.must("letters", "preview", "--json").document["waiting"] == 1  # nothing was let go


def test_named_cases_that_wait_are_let_go_with_their_run(office: Office, tmp_path: Path) -> None:
    waiting = case_at(office, 2)
    office.take_in(office.landlord, reported(office, 8))
    office.take_in(office.insurer, reported(office, 8, 1))
    visit = case_at(office, 8)
    refused = office.signals("letters", "release", waiting, visit)
    assert (refused.code, f"case {visit}: it is to be visited" in refused.err) == (1, True)
    assert f"case {waiting}" not in refused.err
    assert rows(office, "SELECT count(*) FROM letter_runs") == [(0,)]
    said = office.must("letters", "release", waiting)
    assert "letter run 1 is released" in said.out
    (letter,) = office.must("letters", "run", "--out", tmp_path, "--json").document["letters"]
    assert letter["case_id"] == waiting
    assert "1 letters taken out" in office.must("letters", "cancel", 1).out
    everything = office.must("letters", "release", "--waiting", "--json").document
    assert len(everything["letters"]) == 3
    office.must("letters", "cancel", everything["run"])
    assert office.must("letters", "release", "--json").document["run"] == "3"


def test_a_folder_or_a_municipality_that_is_not_right_is_told_in_words(office: Office, tmp_path: Path) -> None:
    office.must("letters", "run", "--out", tmp_path / "one")
    office.take_in(office.landlord, reported(office, 9))
    office.must("letters", "release", case_at(office, 9))
    several = office.signals("letters", "run", "--out", tmp_path / "two")
    assert (several.code, "several letter runs are open" in several.err) == (2, True)
    other = office.signals("letters", "run", "--out", tmp_path / "one", "--run", 2)
    assert (other.code, "name another folder" in other.err) == (1, True)
    assert office.signals("letters", "preview", "--municipality", "0999").code == 2
    (tmp_path / "file").write_text("in the way", "utf-8")
    assert office.signals("letters", "run", "--run", 2, "--out", tmp_path / "file" / "out").code == 1


@pytest.mark.parametrize("words", [("release", "--waiting"), ("run", "--out", "{out}")])
def test_a_letter_set_that_cannot_be_printed_releases_nothing(
    office: Office, tmp_path: Path, words: tuple[str, ...]
) -> None:
    (tmp_path / "standaard").mkdir()
    (tmp_path / "standaard" / "letter.typ").write_text("#let letter(", "utf-8")
    office.settings["SIGNALS_LETTER_SETS"] = str(tmp_path)
    refused = office.signals("letters", *(word.format(out=tmp_path / "out") for word in words))
    assert (refused.code, "letter set standaard: typst cannot make the letters" in refused.err) == (2, True)
    assert rows(office, "SELECT count(*), sum(waiting::int) FROM letter_runs FULL JOIN cases ON false") == [(3, 1)]


def test_every_letter_can_be_looked_at_before_the_first_one_goes_out(office: Office, tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text(shipped()["almelo.toml"].replace('phone = "', 'phone = "0800 - 1 2 3 / '), "utf-8")
    made = office.must("letters", "sample", "--out", tmp_path / "one", "--policy", policy, "--json").document
    assert len(made["files"]) == 10
    assert sorted(path.name for path in (tmp_path / "one").iterdir()) == sorted(
        f"{kind}-{language}.pdf" for kind in KINDS for language in LANGUAGES
    )
    assert "0800 - 1 2 3 / " in text_of((tmp_path / "one" / "first-en.pdf").read_bytes())
    office.must("letters", "sample", "--out", tmp_path / "two", "--municipality", "0141", "--language", "nl")
    assert len(list((tmp_path / "two").iterdir())) == 5
    policy.write_text('municipality = "x"\n', "utf-8")
    for wrong in (
        ("--policy", policy),
        ("--policy", tmp_path / "none.toml"),
        ("--policy", policy, "--municipality", "0141"),
        ("--municipality", "0999"),
        ("--municipality", "0141", "--language", "de"),
        (),
    ):
        assert in_words(office.signals("letters", "sample", "--out", tmp_path / "three", *wrong), 2)
    assert not (tmp_path / "three").exists()


def test_killed_while_it_writes_it_goes_on_and_nobody_gets_two(office: Office, tmp_path: Path) -> None:
    numbers = range(100, 100 + LETTERS)
    office.take_in(office.landlord, *(reported(office, number) for number in numbers))
    office.must("letters", "release", "--waiting")
    running = subprocess.Popen(
        command("letters", "run", "--out", tmp_path / "out"),
        env=surroundings(office.settings),
        stdout=subprocess.DEVNULL,
    )
    try:
        _await_letters(running, tmp_path / "out" / "letters", 3)
        os.kill(running.pid, signal.SIGKILL)
    finally:
        running.kill()
        running.wait(30)
    document = office.must("letters", "run", "--out", tmp_path / "out", "--json").document
    assert len({line["case_id"] for line in document["letters"]}) == LETTERS + 3
    assert len(list((tmp_path / "out" / "letters").iterdir())) == LETTERS + 3
    assert rows(office, "SELECT count(*), count(DISTINCT household_id) FROM letters") == [(LETTERS + 3, LETTERS + 3)]


def _await_letters(running: subprocess.Popen[bytes], folder: Path, count: int) -> None:
    """Until so many letters lie there."""
    for _ in range(POLLS):
        if folder.exists() and len(list(folder.glob("*.pdf"))) >= count:
            return
        try:
            running.wait(0.01)
        except subprocess.TimeoutExpired:
            continue
        raise AssertionError(f"it ended by itself, with {running.returncode}")
    raise AssertionError("no letter was written")
