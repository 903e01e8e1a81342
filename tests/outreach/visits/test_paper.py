"""A visiting list on paper, and its cards: what a pair needs at each door, and nothing that a housemate could read."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pdfplumber
import pypdfium2  # type: ignore[import-untyped]  # it brings no types
import pytest

from signals.errors import FaultsError, WrongUseError
from signals.outreach.letters.sets import set_folder, version_of
from signals.outreach.visits.candidates import DayWish
from signals.outreach.visits.cards import cards_of, print_cards
from signals.outreach.visits.lists import VisitList
from signals.outreach.visits.paper import Paper, PaperStop, paper_of
from signals.outreach.visits.printed import LACKING, print_list, specimen
from signals.outreach.visits.round import AskedFor, read_round
from signals.outreach.visits.unsafe import flag_unsafe
from tests.outreach.letters.samples import SENDER, text_of, texts_of
from tests.outreach.work.people import ANNA, BRAM, act, acting, today
from tests.reference.notation import report

from .town import START, at, go, listed, plan, settle, two_signals

if TYPE_CHECKING:
    from signals.outreach.visits.cards import Cards
    from tests.outreach.desk import Desk

pytest_plugins = ["tests.outreach.fixtures"]
PICTURES = Path(__file__).parents[3] / "artefacts" / "visits"
CODES = "J. de Vries #let a = 1 @bron $x^2$ *vet* <b> // {partners} \\n"
STAIRS = tuple(AskedFor(f"P. Trapbewoner-{one}", ("menzis",)) for one in range(9))


def paper(language: str = "nl", **changes: Any) -> Paper:  # noqa: ANN401 - fields of a list
    """Nine addresses that are made up: each is asked for by a name of its own, but for where nobody goes."""
    wish = DayWish("0141", dt.date(2026, 11, 24), "morning", START, (ANNA, BRAM))
    found = replace(VisitList(3, wish, "released", 4, "Anna", None, None, ()), **changes)
    bare = Paper(found, SENDER, language, dt.date(2026, 11, 22), ())
    usual = specimen(bare).stops[0].door

    def stop(number: int, no_card: str | None = None, **of_door: Any) -> PaperStop:  # noqa: ANN401 - fields of a door
        kind = of_door.pop("kind", "home-visit")
        there = replace(usual.stop, id=number, door=number, number=number * 10, suffix="", first=None, kind=kind)
        asked = (AskedFor(f"B. Bewoner-{number}", ("vitens", "welbions")),)
        fields: dict[str, Any] = {"stop": there, "asked": asked, "died": False} | of_door
        return PaperStop(replace(usual, **fields), number, no_card)

    stops = (
        PaperStop(usual, 1, "no-name"),
        stop(2, asked=(AskedFor(CODES, ("welbions",)),)),
        stop(3, hindrance="unsafe"),
        stop(4, asked=(AskedFor("אברהם 😀 Bewoner-4", ("cak",)), AskedFor("–", ()))),
        stop(5, kind="card"),
        stop(6, "died", asked=(), unnamed=True, died=True),
        stop(7, asked=STAIRS),
        stop(8),
        stop(9),
    )
    return replace(bare, stops=stops)


def stops_in(pdf: bytes) -> dict[int, tuple[int, str]]:
    """By the number of each address the page on which it boxes, and all text until the next."""
    found: dict[int, tuple[int, str]] = {}
    for page, text in enumerate(texts_of(pdf)):
        body = text.split("Lijst 3, versie 4")[0]
        for part in re.split(r"(?=\b\d Voorbeeldstraat)", body)[1:]:
            found[int(part[0])] = (page, part)
    return found


def test_it_says_at_each_door_what_one_needs_and_no_more() -> None:
    made = print_list(paper())
    there = stops_in(made)
    assert [*there] == [*range(1, 10)]
    first = there[1][1]
    for words in (
        "1 Voorbeeldstraat 12 A rond 9.05 uur 7607 GC ALMELO Gaat voor: dreiging.",
        "Vraag naar: A.M. van der Berg Noem tegen deze persoon alleen Welbions.",
        "Vraag naar: B. Jansen Noem geen partners.",
        "Hier is iemand overleden. Noem die naam niet, en niet wie die persoon meldde.",
        "Hier geen kaartje met een naam achterlaten: er is geen naam bekend.",
        "Gesproken Niet thuis Wil geen hulp Verhuisd Onveilig Kaartje achtergelaten Notities:",
    ):
        assert words in first
    assert f"Vraag naar: {CODES} Noem tegen deze persoon alleen Welbions." in there[2][1]  # nothing of it is markup
    assert there[3][1].strip() == "3 Voorbeeldstraat 30 7607 GC ALMELO Ga hier niet langs: onveilig aan de deur."
    assert f"Vraag naar: {LACKING * 5} {LACKING} Bewoner-4 Noem" in there[4][1]
    assert f"Een {LACKING} staat voor een letter die niet gedrukt kan worden." in there[4][1]
    assert "Vraag naar: wie hier woont: de naam is niet bekend Noem geen partners." in there[4][1]
    assert "Een kaartje in de bus is hier genoeg." in there[5][1]
    assert "Noem hier geen naam en geen partner." in there[6][1]
    assert "Noem tegen deze persoon alleen Vitens en Welbions." in there[8][1]
    for number, (_, text) in there.items():
        assert {int(one) for one in re.findall(r"Bewoner-(\d)", text)} <= {number}
    pages = texts_of(made)
    assert pages[0].startswith("Gemeente Almelo Bezoeklijst 3 dinsdag 24 november 2026, ochtend")
    assert "Wie gaan Anna Postma en Bram de Wit Vertrek om 9.00 uur" in pages[0]
    assert "Adressen 8" in pages[0]
    assert "Wat u mag zeggen" in pages[-1]
    assert "Vernietig dit papier na het invoeren." in pages[-1]


def test_it_can_be_read_at_a_door_and_no_address_is_broken() -> None:
    with pdfplumber.open(BytesIO(print_list(paper()))) as opened:
        pages = opened.pages
        assert all(one["size"] >= 10.99 for page in pages for one in page.chars)
        assert all(one["x0"] > 50 and one["x1"] < 595 - 50 for page in pages for one in page.chars)
        for page in pages[:-1]:  # as many boxes as results for each address that boxes there, and its second line
            boxes = [one for one in page.rects if 13 < one["width"] < 15 and 13 < one["height"] < 15]
            names = [one for one in page.extract_words() if one["text"] == "Notities:"]
            assert len(boxes) == 6 * len(names) == 6 * page.extract_text().count(" rond ")
            ruled = [one for one in page.lines if one["width"] > 300 and one["linewidth"] < 1]
            assert len(ruled) == 2 * len(names)
            assert all(one["bottom"] < 842 - 60 for one in ruled)
    long = AskedFor("Van" * 60, ("welbions",))
    eighth = paper().stops[7]
    many = replace(paper(), stops=(replace(eighth, door=replace(eighth.door, asked=(long, *STAIRS * 9))),))
    made = print_list(many)
    assert text_of(made).count("Trapbewoner-8") == 9  # longer than a page: broken, and nothing of it is lost
    assert "Notities:" in text_of(made)
    assert re.sub(r"\s", "", text_of(made)).count("Van" * 60) == 1
    with pdfplumber.open(BytesIO(made)) as opened:
        assert all(one["x1"] < 595 - 50 for page in opened.pages for one in page.chars)
    assert "Op deze lijst staat geen adres meer waar u langs moet." in text_of(print_list(replace(many, stops=())))


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_proposal_says_so_on_each_page_and_can_be_looked_at(language: str) -> None:
    draft = replace(paper(language), found=replace(paper().found, state="proposed"))
    made = print_list(draft)
    word = {"nl": "VOORSTEL", "en": "PROPOSAL"}[language]
    assert all(word in page for page in texts_of(made))
    assert word not in text_of(print_list(paper(language)))
    assert print_list(draft) == made  # the same list is the same bytes
    assert print_list(replace(draft, printed=dt.date(2026, 11, 23))) != made
    assert b"<pdfuaid:part>1</pdfuaid:part>" in made
    PICTURES.mkdir(parents=True, exist_ok=True)
    with pypdfium2.PdfDocument(made) as opened:
        assert not any("Bewoner" in str(value) for value in opened.get_metadata_dict().values())
        for number, page in enumerate(opened, 1):
            page.render(scale=1.2).to_pil().save(PICTURES / f"list-{language}-{number}.png")


def test_a_municipality_replaces_its_words_and_its_look(tmp_path: Path) -> None:
    almelo = replace(paper(), sender=replace(SENDER, letter_set="almelo"))
    shipped = Path(__file__).parents[3] / "signals/outreach/letters/sets/standaard"
    texts = (shipped / "list-nl.toml").read_text("utf-8")
    (tmp_path / "almelo").mkdir()
    before = version_of(set_folder("almelo", tmp_path))
    own = tmp_path / "almelo" / "list-nl.toml"
    own.write_text(texts.replace("Wat u mag zeggen", "Zo zegt u het"), "utf-8")
    assert "Zo zegt u het" in text_of(print_list(almelo, tmp_path))
    assert version_of(set_folder("almelo", tmp_path)) == before  # no letter is another one by it
    own.write_text(texts.replace('notes = "', 'remarks = "').replace("{why}", "{who}"), "utf-8")
    with pytest.raises(FaultsError) as told:
        print_list(almelo, tmp_path)
    assert "[words] has no text notes" in str(told.value)
    assert "[words] stay_away: {who} is not known here" in str(told.value)
    own.unlink()
    (tmp_path / "almelo" / "list.typ").write_text(
        "#panic(json(bytes(sys.inputs.list)).stops.last().lines.first())", "utf-8"
    )
    with pytest.raises(WrongUseError, match="letter set almelo: typst cannot make the visiting list") as refused:
        print_list(almelo, tmp_path)
    assert "Voorbeeldstraat 12 A" in str(refused.value)  # of the made-up list,
    assert "Voorbeeldstraat 90" not in str(refused.value)  # and never of this one


def of_list(desk: Desk, number: int, language: str = "nl") -> tuple[Paper, Cards]:
    with acting(desk) as cursor:
        of = read_round(cursor, listed(desk, number), ANNA)
        return paper_of(cursor, of, language, today=today()), cards_of(cursor, of, language, today=today())


@pytest.mark.database
def test_the_list_and_the_cards_of_a_town(desk: Desk) -> None:
    desk.take_in(
        report("b1", "2026-11-02", "welbions/R2", at=2, surname="Bakker"),
        report("p1", "2026-11-03", "menzis/P2", at=2, surname="Pot"),
    )
    for number in (4, 6, 8, 10):
        two_signals(desk, number, surname=f"Nummer{number}")
    settle(desk, 2, 4, 6, 8, 10)
    found, _ = plan(desk, minutes=480)
    draft, none = of_list(desk, found.id)
    assert (draft.is_draft, none.made) == (True, ())
    assert {code for _, code in none.left_out} == {"not-released"}
    assert {one.no_card for one in draft.stops} == {None}
    go(desk, found.id)
    desk.system.rows("UPDATE reports SET street = 'Voorbeeldstraat', city = 'Almelo' RETURNING event_id")
    act(desk, flag_unsafe, at(found, 4).household, ANNA)
    with acting(desk) as cursor:
        cursor.execute("UPDATE cases SET letter_fault = 'returned' WHERE household_id = %s", (at(found, 6).household,))
        cursor.execute("UPDATE persons SET surname = 'שרה' WHERE household_id = %s", (at(found, 8).household,))
    printed, cards = of_list(desk, found.id)
    _the_paper_is_right(printed)
    codes = {stop.number: code for stop, code in cards.left_out}
    assert codes == {4: "unsafe", 6: "returned", 8: "unprintable"}
    assert {one.door.stop.number: one.no_card for one in printed.stops if one.no_card} == codes
    pdf = print_cards(cards)
    order = [one.stop.number for one in cards.made]
    assert order == [stop.number for stop in listed(desk, found.id).stops if stop.number not in codes]
    pages = texts_of(pdf)
    names = {2: "A. Bakker", 10: "A. Nummer10"}
    for page, number in zip(pages, order, strict=True):
        assert f"Voor {names[number]}" in page
        assert not re.search(r"Welbions|Menzis|rekening|achterstand|€|Pot", page)
    assert print_cards(of_list(desk, found.id)[1]) == pdf
    assert "We were at your door" in text_of(print_cards(of_list(desk, found.id, "en")[1]))


def _the_paper_is_right(printed: Paper) -> None:
    """Each hears of their own partners only, and where nobody goes nobody is named."""
    text = text_of(print_list(printed))
    parts = {one.door.stop.number: one for one in printed.stops}
    assert [one.name for one in parts[2].door.asked] == ["A. Bakker", "A. Pot"]
    assert "A. Bakker Noem tegen deze persoon alleen Welbions." in text
    assert "A. Pot Noem tegen deze persoon alleen Menzis." in text
    assert "Nummer4" not in text
    assert "Ga hier niet langs: onveilig aan de deur." in text
    assert not re.search(r"€|100[,.]00|punten|score", text)
    times = [one.door.about for one in printed.stops]
    assert all(one is not None for one in times)
    assert all(one <= other for one, other in pairwise(one for one in times if one))
