"""Does the page of a case show each value of the case, in the part where one looks for it? In both languages.

A value that is left out, or that stands under another heading, is missed by nobody until somebody needs it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from signals.contract.partners import partner_name
from signals.outreach.work.dossier import DossierPerson
from signals.outreach.work.history import HistoryLine
from signals.web.texts import day, euros, moment, translate
from signals.web.words import word
from signals.web.work.case import show_case, show_changed
from signals.web.work.typed import Typed
from signals.web.work.whom import birth
from tests.web.client import text_of
from tests.web.dossiers import NOW, made_case, made_dossier
from tests.web.test_case_page import desk, sheet_of

if TYPE_CHECKING:
    from signals.outreach.work.dossier import Dossier
    from tests.web.client import Sheet

LANGUAGES: Final = pytest.mark.parametrize("language", ["nl", "en"])


def shown(language: str, found: Dossier | None = None) -> Sheet:
    return sheet_of(show_case(desk(language), found or made_dossier()))


def section(sheet: Sheet, heading: str) -> str:
    """What the part under the heading with this id reads."""
    (found,) = [text_of(one) for one in sheet.all("section") if one.get("aria-labelledby") == heading]
    return found


def lines(sheet: Sheet, heading: str, tag: str = "li") -> list[str]:
    """The lines of the lists in that part, without what stands in its forms."""
    (found,) = [one for one in sheet.all("section") if one.get("aria-labelledby") == heading]
    closed = {id(inner) for form in found.iter("details") for inner in form.iter()}
    return [text_of(one) for one in found.iter(tag) if id(one) not in closed]


def table(sheet: Sheet, heading: str) -> list[list[str]]:
    (found,) = [one for one in sheet.all("section") if one.get("aria-labelledby") == heading]
    return [[text_of(cell) for cell in row.iter("td")] for body in found.iter("tbody") for row in body.iter("tr")]


def require(text: str, *parts: str) -> None:
    """All of them, in this order."""
    place = 0
    for part in parts:
        assert part in text[place:], f"{part!r} is not in {text[place:]!r}"
        place = text.index(part, place) + len(part)


def amount(cents: int, language: str) -> str:
    return " ".join(euros(cents, language).split())  # as `text_of` reads it


def done_by(language: str, name: str) -> str:
    return translate(language, "door {name}", name=name)


def struck_by(language: str, name: str) -> str:
    return translate(language, "Doorgehaald door {name}.", name=name)


@LANGUAGES
def test_who(language: str) -> None:
    found = made_dossier()
    sheet = shown(language, found)
    require(section(sheet, "wie"), "Wierdensestraat 12 ABIS", "7607 GC", "Almelo")
    residents = lines(sheet, "wie")
    assert len(residents) == len(found.persons) == 2
    for told, person in zip(residents, found.persons, strict=True):
        named = translate(
            language, "Genoemd door {partners}.", partners=", ".join(partner_name(one) for one in person.partners)
        )
        born = [birth(person.date_of_birth)] if person.date_of_birth else []
        linked = {"nl": person.linked_nl, "en": person.linked_en}[language]
        require(told, person.name, *born, *person.phones, *person.emails, named, f"{linked}.")


@LANGUAGES
def test_a_business_and_its_owner_are_both_named(language: str) -> None:
    owner = replace(made_dossier().persons[0], business_name="Bakkerij De Korst")
    assert isinstance(owner, DossierPerson)
    told = lines(shown(language, made_dossier(persons=(owner,))), "wie")
    require(told[0], owner.name, "Bakkerij De Korst")


@LANGUAGES
def test_what_is_owed(language: str) -> None:
    expected = [
        [
            f"{word('sector', one.sector, language)} ({partner_name(one.partner)})",
            amount(one.amount or 0, language),
            word("crisis", one.crisis, language)
            if one.crisis
            else word("line", "open" if one.is_open else "withdrawn", language),
        ]
        for one in sorted(made_dossier().arrears, key=lambda one: not one.is_open)
    ]
    assert table(shown(language), "wat") == expected


@LANGUAGES
def test_the_time_line(language: str) -> None:
    found = made_dossier()
    told = lines(shown(language, found), "wat")
    assert len(told) == len(found.signals) == 6
    for line, signal in zip(told, found.signals, strict=True):
        withdrawn = signal.withdrawn and translate(
            language, "Ingetrokken: {reason}", reason=word("reason", signal.withdrawn, language).lower()
        )
        parts = [
            day(signal.signalled_on, language),
            word("event", signal.type, language),
            partner_name(signal.partner),
            word("sector", signal.sector, language).lower(),
            None if signal.amount is None else amount(signal.amount, language),
            signal.crisis and word("crisis", signal.crisis, language),
            signal.reason and word("reason", signal.reason, language),
            signal.status and word("status", signal.status, language),
            signal.person_verdict and translate(language, "Door een collega beoordeeld"),
            withdrawn,
            signal.reference,
            "7" if signal.case == 7 else None,
        ]
        require(line, *(part for part in parts if part))


@LANGUAGES
def test_why(language: str) -> None:
    case = made_case(policy_name="Twente-Oost", policy_version=37)
    sheet = shown(language, made_dossier(case=case))
    text = section(sheet, "waarom")
    require(text, word("route", case.route, language).lower(), str(case.arrears_count), str(case.id), str(case.score))
    assert table(sheet, "waarom") == [
        *([{"nl": one.nl, "en": one.en}[language], f"+{one.points}"] for one in case.contributions),
        [{"nl": "Samen", "en": "Together"}[language], str(case.score)],
    ]
    for value in (case.policy_name, str(case.policy_version), day(case.policy_valid_from, language)):
        assert value in text


@LANGUAGES
def test_when(language: str) -> None:
    clocks = made_case().clocks
    told = lines(shown(language), "klokken")
    assert len(told) == len(clocks) == 5
    for line, clock in zip(told, clocks, strict=True):
        require(line, {"nl": clock.nl, "en": clock.en}[language], day(clock.due, language))
    require(told[0], day(clocks[0].due, language), day(clocks[0].done_on, language) if clocks[0].done_on else "never")


@LANGUAGES
def test_what_was_done_and_by_whom(language: str) -> None:
    found = made_dossier()
    told = lines(shown(language, found), "gedaan")
    attempts, referrals = told[: len(found.attempts)], told[len(found.attempts) :]
    for line, made in zip(attempts, found.attempts, strict=True):
        one = made.attempt
        part = [word("part", one.part, language).lower()] if one.part else []
        by = struck_by(language, made.undone_by) if made.undone_by else done_by(language, made.by.name)
        reached = translate(language, "bereikt" if one.reached else "niet bereikt")
        note = one.note.replace("\n", " ") if one.note else ""
        require(line, day(one.on_day, language), *part, word("contact", one.kind, language), reached, by, note)
    for line, referral in zip(referrals, found.referrals, strict=True):
        came = (
            [word("result", referral.result, language), day(referral.result_at, language), str(referral.result_by)]
            if referral.result and referral.result_at
            else [translate(language, "Nog niet bekend wat eruit kwam.")]
        )
        require(line, day(referral.at, language), referral.target_name, done_by(language, referral.by.name), *came)


@LANGUAGES
def test_what_was_noted_and_by_whom(language: str) -> None:
    found = made_dossier()
    told = lines(shown(language, found), "notities")
    for line, note in zip(told, found.notes, strict=True):
        struck = [struck_by(language, note.undone_by)] if note.undone_by else []
        require(line, moment(note.at, language), note.by.name, note.text.replace("\n", " "), *struck)


@LANGUAGES
def test_what_is_written_of_its_history(language: str) -> None:
    found = made_dossier(history=(*made_dossier().history, HistoryLine(42, 13, NOW, "x", "note", "Elders", "There")))
    title = translate(language, "Geschiedenis ({count} regels)", count=len(found.history))
    (drawer,) = [one for one in shown(language, found).all("details") if text_of(one[0]) == title]
    told = [text_of(one) for one in drawer.iter("li")]
    for line, one in zip(told, reversed(found.history), strict=True):
        who = translate(language, "automatisch") if one.actor == "signals" else one.actor
        require(line, moment(one.at, language), who, {"nl": one.nl, "en": one.en}[language])
    assert told[0].endswith("13)")  # of another case of this household


@LANGUAGES
def test_what_stands_at_the_top(language: str) -> None:
    found = made_dossier()
    (badges,) = shown(language, found).texts("p", class_="signals-badges")
    route, flags = found.worked_route, ("multiple", "consecutive", "waiting")
    told = [word("flag", flag, language) for flag in flags]
    assert found.case.crisis
    assert found.team
    crisis = word("crisis", found.case.crisis, language)
    require(badges, word("state", "open", language), word("route", route, language).lower(), crisis, *told)
    require(badges, found.team.name)
    (step,) = shown(language, found).texts("p", class_="signals-next")
    assert found.next_step
    parts = (word("part", "evening", language).lower(), word("why", "not-at-home", language).lower())
    require(step, word("contact", "home-visit", language).lower(), day(found.next_step.on_day, language), *parts)


@LANGUAGES
def test_how_it_ended(language: str) -> None:
    ended = made_case(state="closed", outcome="no-contact", closed_by="Tom Jansen", closed_at=NOW, waiting=False)
    text = section(shown(language, made_dossier(case=ended)), "afloop")
    require(text, word("outcome", "no-contact", language), "Tom Jansen", day(NOW, language))


@LANGUAGES
def test_what_came_in_meanwhile_is_told_with_who_did_it(language: str) -> None:
    found = made_dossier()
    sheet = sheet_of(show_changed(desk(language), found, Typed("note", desk(language).form), found.history[1:]))
    require(section(sheet, "intussen"), moment(NOW, language), "Sanne de Vries", found.history[1].nl
            if language == "nl" else found.history[1].en)  # fmt: skip
