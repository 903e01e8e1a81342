"""The picture of an evaluation: the same bytes each time, said in words too, in either language."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from signals.scoring.lift import Came, Lift, lift
from signals.scoring.measures import Bin, Measures, calibration_table, measures
from signals.scoring.plots import Language, evaluation_plot

SVG = "{http://www.w3.org/2000/svg}"


def evaluated(n: int, base: float = 0.25) -> tuple[Measures, list[Bin], Lift]:
    dice = np.random.default_rng(1)
    p = dice.beta(4 * base, 4 * (1 - base), n) if base else np.zeros(n)
    y = dice.random(n) < p
    came = Came(738_000 + np.sort(dice.integers(0, 300, n)), y, np.arange(n))
    orders = {"model": p, "framework": np.round(p, 1), "amount": dice.random(n)}
    found = lift(came, orders, works=lambda day: day.weekday() < 5, seed=1, rounds=20)
    return measures(p, y, np.arange(n), seed=1, rounds=20), calibration_table(p, y), found


def described(svg: bytes) -> tuple[str, str]:
    root = ET.fromstring(svg)  # noqa: S314 - of our own making
    title, text = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None
    assert text is not None
    assert root.get("aria-labelledby") == f"{title.get('id')} {text.get('id')}"
    return title.text or "", text.text or ""


@pytest.mark.parametrize(
    ("language", "title", "words"),
    [
        ("nl", "Hoe goed is de score?", ["3000 zaken", "afwegingskader", "oudste eerst", r"AUC 0,\d{3} \(0,\d{3}–"]),
        ("en", "How good is the score?", ["3000 cases", "decision framework", "oldest first", r"AUC 0\.\d{3} \(0\."]),
    ],
)
def test_an_svg_says_in_words_what_it_shows_and_is_the_same_each_time(
    language: Language, title: str, words: list[str]
) -> None:
    of = evaluated(3_000)
    drawn = evaluation_plot(*of, suffix="svg", language=language)
    assert evaluation_plot(*of, suffix="svg", language=language) == drawn
    said, text = described(drawn)
    assert said == title
    assert [word for word in words if not re.search(word, text)] == []
    assert b"<dc:date>" not in drawn
    assert b"<text" not in drawn
    assert not re.search(rb"(href|src|url\()=?[\"']?https?:", drawn)


def test_a_png_is_the_same_each_time_and_large_enough_for_a_page() -> None:
    of = evaluated(300)
    drawn = evaluation_plot(*of, suffix="png")
    assert drawn.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = (int.from_bytes(drawn[at : at + 4]) for at in (16, 20))
    assert (width, height) == (1440, 810)
    assert evaluation_plot(*of, suffix="png") == drawn


@pytest.mark.parametrize(("n", "base", "told"), [(0, 0.25, "0 zaken"), (10, 0.25, "AUC –"), (50, 0.0, "AUC –")])
def test_what_is_not_known_is_drawn_as_such(n: int, base: float, told: str) -> None:
    _, text = described(evaluation_plot(*evaluated(n, base), suffix="svg"))
    assert told in text
    assert "nan" not in text
