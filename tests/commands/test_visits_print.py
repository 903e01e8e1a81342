"""`signals visits print`: the list and its cards in a folder, and nobody is named on the terminal."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from signals.contract.moments import AMSTERDAM
from tests.commands.test_cli import in_words
from tests.commands.test_cli_office import Office
from tests.outreach.letters.samples import text_of, texts_of

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.database
PLAN = ("visits", "plan", "--municipality", "0141", "--part", "evening", "--minutes", 480, "--start", "241900,486200")


def test_a_list_is_printed_before_and_after_its_release(database: str, tmp_path: Path) -> None:
    office, out = Office(database), tmp_path / "paper"
    for number in (2, 4):
        office.take_in(office.landlord, office.landlord.report(f"HC-{number}", number=number))
        office.take_in(office.insurer, office.insurer.report(f"ME-{number}", number=number))
    found = office.must(*PLAN, "--day", datetime.now(AMSTERDAM).date(), "--json").document
    number, stops = found["list"], found["stops"]
    command = ("visits", "print", number, "--out", out)
    early = office.must(*command, "--json").document
    waiting = [{"stop": stop["stop"], "case_id": stop["case_id"], "code": "not-released"} for stop in stops]
    assert early == {"list": number, "files": ["list.pdf"], "left_out": waiting}
    assert "VOORSTEL" in text_of((out / "list.pdf").read_bytes())
    office.must("visits", "release", number)
    with office.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE reports SET street = 'Voorbeeldstraat', city = 'Almelo'")
        connection.exec_driver_sql(
            "UPDATE cases SET letter_fault = 'returned' WHERE id = %s", (int(stops[1]["case_id"]),)
        )
    done = office.must(*command, "--language", "en", "--json").document
    (left_out,) = done["left_out"]
    assert (done["files"], left_out["code"]) == (["cards.pdf", "list.pdf"], "returned")
    assert "Ask for:" in text_of((out / "list.pdf").read_bytes())
    assert len(texts_of((out / "cards.pdf").read_bytes())) == 1
    assert [path.stat().st_mode & 0o777 for path in sorted(out.iterdir())] == [0o600, 0o600]
    said = office.must(*command)
    assert f"geen kaartje: stop {left_out['stop']}, zaak {left_out['case_id']}, de vorige brief kwam terug" in said.out
    assert "Voorbeeldstraat" not in said.out + said.err
    with office.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE cases SET letter_fault = 'returned'")
        logged = connection.exec_driver_sql("SELECT DISTINCT subject FROM audit WHERE action = 'print-visits'").all()
        (used,) = connection.exec_driver_sql(
            "SELECT count(DISTINCT household_id) FROM processing_log WHERE activity = 'print-visits'"
        ).all()
        (carded,) = connection.exec_driver_sql(  # printed twice, for one household
            "SELECT count(*) FROM processing_log WHERE activity = 'print-cards' AND cardinality(persons) > 0"
        ).all()
    assert [tuple(row) for row in logged] == [(f"visit-list {number}",)]
    assert (tuple(used), tuple(carded)) == ((2,), (2,))
    assert office.must(*command, "--json").document["files"] == ["list.pdf"]
    assert not (out / "cards.pdf").exists()  # of before
    assert in_words(office.signals("visits", "print", number + 1000, "--out", out), 1)
    assert in_words(office.signals(*command, "--language", "fr"), 2)
    assert in_words(office.signals("visits", "print", number, "--out", out / "list.pdf"), 1)
    office.engine.dispose()
