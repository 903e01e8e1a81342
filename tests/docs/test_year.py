"""The plot of a year: it shows what was judged, and the same figures give the same file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.year import draw, months_of, weeks_of
from signals.simulation.judged import Judgement, almelo_policy_for, judge, with_register
from signals.simulation.partners import PARTNERS
from tests.simulation.pairs import pair

if TYPE_CHECKING:
    from pathlib import Path


def judged() -> Judgement:
    """Signals of the first and last week, a multiple case in May, and what the year does not show."""
    pairs = [
        pair("2022-12-31", "health", "Z-0"),
        pair("2023-01-02", "health", "Z-1"),
        pair("2023-01-08", "health", "Z-2", door=2),
        pair("2023-05-01", "energy", "E-1", door=3),
        pair("2023-05-02", "water", "W-1", door=3),
        pair("2023-12-31", "housing", "H-1", door=4),
        pair("2024-01-01", "housing", "H-2", door=5),
    ]
    return judge(pairs, partners=PARTNERS, book=almelo_policy_for("0141"), verdict=with_register)


def test_the_weeks_begin_on_mondays_and_end_with_the_year() -> None:
    weeks = weeks_of(judged())
    assert {sector: [n for n, count in enumerate(counts) if count] for sector, counts in weeks.items()} == {
        "health": [0], "energy": [17], "housing": [51], "water": [17],
    }  # fmt: skip
    assert weeks["health"][0] == 2


def test_the_months_show_cases_by_class() -> None:
    months = months_of(judged())
    assert months["single"] == [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
    assert months["consecutive"] == [1, *[0] * 11]
    assert months["multiple"] == [0, 0, 0, 0, 1, *[0] * 7]


def test_the_same_figures_give_the_same_file(tmp_path: Path) -> None:
    first, second = tmp_path / "first.png", tmp_path / "second.png"
    draw(judged(), first)
    draw(judged(), second)
    assert first.read_bytes() == second.read_bytes()
    assert first.stat().st_size > 10_000
