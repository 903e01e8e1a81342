"""How does a visiting list become paper? By typst, as letters do: its words and what is filled in, as one PDF/UA-1.

Pure, but for the templates. What is written on it reaches the template as one JSON text in `sys.inputs`, so that
nothing in it can be markup; the same list gives the same bytes. What the typeface lacks is marked: the paper must not
fail because of one name.
"""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any, Final

import typst

from signals.contract.codes import PARTS_OF_DAY
from signals.contract.english import PARTS_OF_DAY as PARTS_IN_ENGLISH
from signals.contract.partners import partner_name
from signals.errors import FaultsError, WrongUseError
from signals.outreach.letters.block import cleaned
from signals.outreach.letters.contents import day_said, named
from signals.outreach.letters.letter import LANGUAGES
from signals.outreach.letters.sets import set_folder
from signals.outreach.letters.typeface import FAMILY, printable
from signals.outreach.letters.typeset import STANDARD, fonts
from signals.outreach.letters.wording import filled, paragraphs
from signals.outreach.visits.cards import CARD_CODES
from signals.outreach.visits.lists import ListedStop
from signals.outreach.visits.paper import Paper, PaperStop
from signals.outreach.visits.round import AskedFor, Door
from signals.outreach.visits.words import FIRST, RESULTS, WHY_NOT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MAIN: Final = "list.typ"
LACKING: Final = "■"
"""Stands for a letter that the typeface does not have."""
_PLACE: Final = re.compile(r"\{([a-z_]+)\}")
_NAMELESS: Final = frozenset({"", "–"})
_WORDS: Final[Mapping[str, frozenset[str]]] = {
    **dict.fromkeys(
        ("draft", "draft_note", "pair", "leave", "takes", "many", "ask", "nameless", "nobody", "say_none", "cut"),
        frozenset[str](),
    ),
    **dict.fromkeys(("died", "card_only", "result", "notes", "empty", "secret"), frozenset[str]()),
    **dict.fromkeys(("first", "stay_away", "no_card"), frozenset({"why"})),
    **dict.fromkeys(("leave_at", "about"), frozenset({"time"})),
    "title": frozenset({"list"}),
    "takes_minutes": frozenset({"minutes", "most"}),
    "say": frozenset({"partners"}),
    "stands": frozenset({"list", "version", "day"}),
    "page": frozenset({"page", "pages"}),
}
"""The short words of the list, and what each may hold between braces."""
_SCRIPT: Final[Mapping[str, frozenset[str]]] = {
    "heading": frozenset(),
    "steps": frozenset({"sender"}),
    "after_heading": frozenset(),
    "after": frozenset(),
}

Texts = dict[str, dict[str, str]]  # table → key → text


def print_list(paper: Paper, folder: Path | None = None) -> bytes:
    """The list as PDF.

    Args:
        paper: What stands on it.
        folder: Where the municipalities' own letter sets lie, or None.

    Raises:
        WrongUseError: the sender's letter set is not there, or typst does not take its list.
        FaultsError: a text of it is missing, or holds a place at which nothing is filled in.
    """
    place = set_folder(paper.sender.letter_set, folder)
    texts = list_texts(place, paper.sender.letter_set, paper.language)
    try:
        return _drawn(paper, texts, place)
    except typst.TypstError:
        told = _complaint(paper, texts, place)  # its own words hold what is on the list: of a made-up one only
    raise WrongUseError(f"letter set {paper.sender.letter_set}: typst cannot make the visiting list: {told}")


def list_texts(folder: Path, name: str, language: str) -> Texts:
    """The texts of the set of this name for the list in one language. Raises FaultsError with all faults at once."""
    path = folder / f"list-{language}.toml"
    where = f"letter set {name}: {path.name}"  # its files lie together in a folder that nobody knows (`sets`)
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise FaultsError(where, [f"cannot be read as TOML: {error}"]) from error
    known = {"words": _WORDS, "script": _SCRIPT}
    faults = [fault for table, keys in known.items() for fault in _faults(table, tables.get(table, {}), keys)]
    if faults:
        raise FaultsError(where, faults)
    return {table: dict(tables[table]) for table in known}


def _faults(table: str, said: Mapping[str, object], known: Mapping[str, frozenset[str]]) -> list[str]:
    missing = [f"[{table}] has no text {key}" for key in known if not isinstance(said.get(key), str)]
    strange = [
        f"[{table}] {key}: {{{place}}} is not known here"
        for key, places in known.items()
        for place in sorted(set(_PLACE.findall(str(said.get(key)))) - places)
    ]
    return missing + strange


def _drawn(paper: Paper, texts: Texts, place: Path) -> bytes:
    compiler = typst.Compiler(place / MAIN, root=place, font_paths=fonts(), ignore_system_fonts=True)
    noon = int(datetime.combine(paper.printed, time(12), UTC).timestamp())
    inputs = {"list": json.dumps(_document(paper, texts), ensure_ascii=False)}
    made = compiler.compile(sys_inputs=inputs, format="pdf", pdf_standards=[STANDARD], timestamp=noon)
    return made if isinstance(made, bytes) else b""


def _complaint(paper: Paper, texts: Texts, place: Path) -> str:
    try:
        _drawn(specimen(paper), texts, place)
    except typst.TypstError as error:
        return error.message
    return "a made-up one can be printed, but not this one"


def specimen(paper: Paper) -> Paper:
    """The same list with somebody made up in it, to try whether it can be printed at all."""
    stop = ListedStop(
        id=0,
        household=0,
        door=0,
        case=0,
        place=1,
        kind="home-visit",
        pinned=False,
        state="planned",
        code=None,
        points=0,
        first="crisis",
        at=None,
        how=None,
        frozen=None,
        postcode="7607GC",
        number=12,
        suffix="A",
        street="Voorbeeldstraat",
        city="Almelo",
        result=None,
        told_by=None,
        told_at=None,
        announced_on=None,
    )
    asked = (AskedFor("A.M. van der Berg", ("welbions",)), AskedFor("B. Jansen", ()))
    door = Door(
        stop=stop,
        about=time(9, 5),
        hindrance=None,
        asked=asked,
        unnamed=False,
        died=True,
        died_with=(),
        written=(),
        place=None,
    )
    return replace(paper, stops=(PaperStop(door, 1, "no-name"),))


def _document(paper: Paper, texts: Texts) -> dict[str, Any]:
    """All that the template reads; everything in it is text that is printed as it is."""
    found, words = paper.found, texts["words"]
    at = LANGUAGES.index(paper.language)
    sender = paper.sender.name_en if paper.language == "en" else paper.sender.name
    stands = {"list": found.id, "version": found.version, "day": day_said(paper.printed, paper.language)}
    part = (PARTS_OF_DAY, PARTS_IN_ENGLISH)[at][found.wish.part].lower()
    return {
        "title": _filled(words["title"], list=found.id),
        "language": paper.language,
        "printed": [paper.printed.year, paper.printed.month, paper.printed.day],
        "typeface": FAMILY,
        "sender": sender,
        "draft": paper.is_draft,
        "when": f"{day_said(found.wish.on_day, paper.language)}, {part}",
        "head": _head(paper, words),
        "words": words | {"stands": _filled(words["stands"], **stands)},
        "results": [said[at] for said in RESULTS.values()],
        "stops": [_stop(one, words, paper.language) for one in paper.stops],
        "script": {
            key: _filled(text, sender=sender) if key.endswith("heading") else paragraphs(_filled(text, sender=sender))
            for key, text in texts["script"].items()
        },
    }


def _head(paper: Paper, words: Mapping[str, str]) -> list[tuple[str, str]]:
    wish = paper.found.wish
    pair = named([shown(one.name) for one in wish.pair], paper.language)
    takes = _filled(words["takes_minutes"], minutes=round(paper.found.minutes()), most=wish.minutes)
    return [
        (words["pair"], pair),
        (words["leave"], _filled(words["leave_at"], time=_clock(wish.leaves))),
        (words["takes"], takes),
        (words["many"], str(paper.doors)),
    ]


def _stop(one: PaperStop, words: Mapping[str, str], language: str) -> dict[str, Any]:
    door, lines = one.door, _address(one.door.stop)
    persons = [_person(person, words, language) for person in door.asked] if one.is_open else []
    is_cut = any(LACKING in text for text in (*lines, *(person["name"] for person in persons)))
    return {
        "place": one.number,
        "about": _filled(words["about"], time=_clock(door.about)) if door.about and one.is_open else "",
        "lines": lines,
        "warnings": _warnings(door, words, LANGUAGES.index(language)),
        "persons": persons,
        "remarks": [*_remarks(one, words, LANGUAGES.index(language)), *([words["cut"]] if is_cut else [])],
        "open": one.is_open,
    }


def _warnings(door: Door, words: Mapping[str, str], at: int) -> list[str]:
    """What one must have read before one rings; `at`: which of the words of a code."""
    if door.hindrance is not None:
        return [_filled(words["stay_away"], why=WHY_NOT[door.hindrance][at])]
    first = [_filled(words["first"], why=FIRST[door.stop.first][at])] if door.stop.first else []
    return [*first, *([words["card_only"]] if door.stop.kind == "card" else [])]


def _remarks(one: PaperStop, words: Mapping[str, str], at: int) -> list[str]:
    if not one.is_open:
        return []
    nobody = [] if one.door.asked else [words["nobody"]]
    died = [words["died"]] if one.door.asked and one.door.died else []
    no_card = [_filled(words["no_card"], why=CARD_CODES[one.no_card][at])] if one.no_card else []
    return [*nobody, *died, *no_card]


def _person(person: AskedFor, words: Mapping[str, str], language: str) -> dict[str, str]:
    """Whom to ask for, and who may be named to this person alone."""
    partners = named([shown(partner_name(one)) for one in person.partners], language)
    say = _filled(words["say"], partners=partners) if person.partners else words["say_none"]
    return {"name": words["nameless"] if person.name in _NAMELESS else shown(person.name), "say": say}


def _address(stop: ListedStop) -> list[str]:
    """Street and number, then postcode and town, as far as they are known."""
    house = f"{stop.number} {stop.suffix}".rstrip()
    postcode = f"{stop.postcode[:4]} {stop.postcode[4:]}"
    if stop.street is None:
        return [f"{postcode} {house}"]
    return [shown(f"{stop.street} {house}"), shown(f"{postcode}  {(stop.city or '').upper()}")]


def shown(text: str) -> str:
    """`text` with a mark in the place of each letter that the typeface lacks."""
    return "".join(letter if printable(letter) else LACKING for letter in cleaned(text))


def _clock(at: time) -> str:
    return f"{at.hour}.{at:%M}"


def _filled(text: str, **values: object) -> str:
    return filled(text, {place: str(value) for place, value in values.items()})
