"""Where things stand on a letter: only the address shows in the window, wherever the sheet slid."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pdfplumber
import pytest

from signals.outreach.letters.letter import LANGUAGES
from signals.outreach.letters.typeset import typeset, typeset_one
from signals.outreach.letters.windows import BODY_FROM, WINDOWS, Box, Window
from tests.outreach.letters.samples import (
    LETTERS,
    LONGEST,
    SENDER,
    letter,
    overlaps,
    within,
    words_of,
)


@pytest.mark.parametrize("window", WINDOWS)
def test_only_the_address_shows_in_the_window_also_when_the_sheet_slid(window: str) -> None:
    sender = replace(SENDER, window=window, name="Gemeente Almelo en Omstreken", return_address="Postbus 1, " * 8)
    letters = [letter(kind, language, sender, block=LONGEST) for kind in LETTERS for language in LANGUAGES]
    pages = words_of(typeset(letters).pdf)
    assert len(pages) == len(letters)
    for words in pages:
        only_the_address_shows(words, WINDOWS[window])


def only_the_address_shows(words: list[tuple[str, Box]], place: Window) -> None:
    shown = [(word, box) for word, box in words if overlaps(box, place.shown)]
    assert [word for word, _ in shown] == " ".join(LONGEST.lines).split()
    assert all(within(box, place.safe) for _, box in shown)  # wherever it slid, all of it is seen
    others = [box for word, box in words if (word, box) not in shown]
    assert all(box.bottom < place.shown.top or box.top >= BODY_FROM - 0.5 for box in others)
    assert min(box.left for _, box in shown) == pytest.approx(place.left, abs=0.5)
    assert max(box.right for _, box in shown) <= place.left + place.width


@pytest.mark.parametrize("window", WINDOWS)
def test_a_short_address_stands_around_the_middle_of_the_window(window: str) -> None:
    made = letter(sender=replace(SENDER, window=window))
    shown = [box for _, box in words_of(typeset_one(made).pdf)[0] if overlaps(box, WINDOWS[window].shown)]
    middle = (min(box.top for box in shown) + max(box.bottom for box in shown)) / 2
    assert middle == pytest.approx(63.5, abs=1)


def test_the_code_and_the_mark_lie_outside_the_window() -> None:
    with pdfplumber.open(BytesIO(typeset_one(letter()).pdf)) as opened:
        page = opened.pages[0]
        drawn = [(one["x1"] / 72 * 25.4, one["top"] / 72 * 25.4) for one in (*page.rects, *page.curves)]
    assert drawn
    assert all(top > BODY_FROM for _, top in drawn)
    assert any(right < 14 and top > 275 for right, top in drawn)  # the mark, at the left edge
