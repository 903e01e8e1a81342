"""The words of codes: every code that a page can show has them in both languages."""

from __future__ import annotations

import pytest

from signals.contract import codes
from signals.contract.partners import SECTORS
from signals.outreach.policy import ROUTES
from signals.outreach.work.referrals import RESULTS
from signals.web.words import WORDS, options, period_words, word


@pytest.mark.parametrize(
    ("what", "known"),
    [
        ("contact", codes.CONTACT_KINDS),
        ("part", codes.PARTS_OF_DAY),
        ("status", codes.STATUSES),
        ("outcome", codes.OUTCOMES),
        ("crisis", codes.CRISES),
        ("reason", codes.WITHDRAWAL_REASONS),
        ("route", ROUTES),
        ("sector", SECTORS),
        ("result", RESULTS),
    ],
)
def test_every_code_has_words(what: str, known: tuple[str, ...]) -> None:
    assert set(WORDS[what]) == set(known)


@pytest.mark.parametrize("what", WORDS)
def test_the_words_of_one_list_differ_and_are_not_the_code(what: str) -> None:
    for language in ("nl", "en"):
        said = [text for _, text in options(what, language)]
        assert len(set(said)) == len(said)
        assert all(text.lstrip("(")[0].isupper() for text in said)


def test_the_dutch_of_ddas_is_that_of_the_standard() -> None:
    assert word("outcome", "no-contact", "nl") == "Definitief geen contact kunnen krijgen"
    assert word("status", "wrongful", "nl") == "Niet opgepakt: onterecht signaal"
    assert word("part", "evening", "en") == "Evening"


def test_a_code_that_is_not_there_is_no_word() -> None:
    with pytest.raises(KeyError):
        word("part", "night", "nl")


def test_what_is_left_out_is_not_offered() -> None:
    assert [code for code, _ in options("route", "nl", without=["none"])] == ["letter", "home-visit"]


@pytest.mark.parametrize(
    ("label", "dutch", "english"),
    [
        ("2026-11", "november 2026", "November 2026"),
        ("2026-11-H1", "1–15 november 2026", "1–15 November 2026"),
        ("2026-02-H2", "16–28 februari 2026", "16–28 February 2026"),
        ("2026-W05", "week 5, 2026", "week 5, 2026"),
    ],
)
def test_a_period_in_words(label: str, dutch: str, english: str) -> None:
    assert (period_words(label, "nl"), period_words(label, "en")) == (dutch, english)
