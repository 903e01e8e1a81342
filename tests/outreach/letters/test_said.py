"""What a letter says, and what it never says: read from the PDF, in both languages."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from io import BytesIO

import pdfplumber
import pytest

from signals.outreach.letters.letter import KINDS, LANGUAGES, Announced
from signals.outreach.letters.typeset import typeset, typeset_one
from tests.outreach.letters.samples import (
    BARE,
    LETTERS,
    SENDER,
    letter,
    printed_text,
    texts_of,
)


def test_no_amount_and_no_reference_is_printed() -> None:
    letters = [letter(kind, language) for kind in KINDS for language in LANGUAGES]
    for said in texts_of(typeset(letters).pdf):
        assert "€" not in said
        assert "000000-0001" not in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_card_says_who_came_and_whom_to_call_and_not_why(language: str) -> None:
    said = printed_text(letter("card", language, partners=("Welbions", "Menzis")))
    name, call = {"nl": ("Gemeente Almelo", "Bel: "), "en": ("Municipality of Almelo", "Call: ")}[language]
    assert said.startswith(name)
    assert f"{call}{SENDER.phone}" in said
    assert "A.M. van der Berg" in said  # for whom, so that a housemate need not call
    for word in ("Welbions", "Menzis", "rekening", "bill", "hulp", "help", "Wgs", SENDER.website, SENDER.signed):
        assert word not in said


def test_a_card_without_a_telephone_says_where_to_turn() -> None:
    assert "Kom langs bij de balie van de gemeente." in printed_text(letter("card", sender=BARE))
    assert "vroeg@almelo.example" in printed_text(letter("card", sender=replace(BARE, email="vroeg@almelo.example")))


def test_a_letter_says_who_reported_why_and_what_is_shared() -> None:
    said = printed_text(letter(partners=("Welbions", "Menzis", "Vitens")))
    for words in (
        "Wij kregen bericht van Welbions, Menzis en Vitens.",
        "Onze hulp is gratis en u bent niets verplicht.",
        "Laat ons uiterlijk op dinsdag 15 december 2026 weten wat u wilt.",
        "Ik wil hulp",
        "Ik los het zelf op",
        "Hoe komt u aan mijn gegevens?",
        "een wet: de Wgs.",
        f"Bel: {SENDER.phone} ({SENDER.hours})",
        f"Mail: {SENDER.email}",
        f"Kijk op: {SENDER.website}",
        "Geldfit",
        SENDER.signed,
    ):
        assert words in said
    assert said.count("15 december 2026") == 1  # one date to answer by


@pytest.mark.parametrize(("kind", "dates"), [("first", 2), ("reminder", 2), ("final", 2), ("announced-visit", 3)])
def test_a_letter_names_its_day_and_one_date(kind: str, dates: int) -> None:
    said = printed_text(letter(kind, answer_by=dt.date(2026, 12, 18)))
    assert len(set(re.findall(r"\d+ december 2026", said))) == dates


def test_who_may_be_several_persons_is_told_of_no_partner() -> None:
    letters = [letter(kind, language, partners=()) for kind in LETTERS for language in LANGUAGES]
    for said in texts_of(typeset(letters).pdf):
        assert "Welbions" not in said
        assert not re.search(r"[{}]|van \.|from \.", said)


@pytest.mark.parametrize(
    ("visit", "dutch", "english"),
    [
        (
            Announced(dt.date(2026, 12, 22), "morning"),
            "Op dinsdag 22 december 2026 komen wij bij u langs, in de ochtend (voor 12.00 uur).",
            "On Tuesday 22 December 2026 we will come to your home, in the morning (before 12.00).",
        ),
        (
            Announced(dt.date(2026, 12, 22), "evening", dt.time(18, 30), dt.time(20)),
            "komen wij bij u langs, tussen 18.30 en 20.00 uur.",
            "we will come to your home, between 18.30 and 20.00.",
        ),
        (
            Announced(dt.date(2026, 12, 22), "afternoon", dt.time(14)),
            "komen wij bij u langs, om 14.00 uur.",
            "we will come to your home, at 14.00.",
        ),
    ],
)
def test_an_announced_visit_names_day_time_and_how_to_decline(visit: Announced, dutch: str, english: str) -> None:
    said = printed_text(letter("announced-visit", visit=visit))
    assert dutch in said
    assert "Wilt u geen bezoek? Laat het ons uiterlijk op dinsdag 15 december 2026 weten." in said
    assert "Ik wil geen bezoek" in said
    assert english in printed_text(letter("announced-visit", "en", visit=visit))


def test_a_letter_without_any_way_to_reach_us_says_where_to_go() -> None:
    made = letter(sender=BARE)
    assert "Kom langs bij de balie van de gemeente." in printed_text(made)
    with pdfplumber.open(BytesIO(typeset_one(made).pdf)) as opened:
        assert all(one["x1"] < 40 for one in opened.pages[0].rects)  # the mark, and no code that leads nowhere


def test_texts_of_the_policy_stand_in_the_place_of_the_standard_ones() -> None:
    own = {"nl": {"first": {"subject": "Een *eigen* onderwerp voor {partners}", "closing": "Tot snel!\n\nEcht waar."}}}
    said = printed_text(letter(sender=replace(SENDER, texts=own)))
    assert "Een *eigen* onderwerp voor Welbions" in said
    assert "Tot snel! Echt waar." in said
    assert "Kunnen wij u helpen met uw rekeningen?" not in said
