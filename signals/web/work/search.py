"""Who was that again? Search by name, address, date of birth, case or reference.

Asked by POST only, so that nothing of a person stands in an address, a log or a title. The answer is a page of its own,
whose address says nothing (`found`): one can open a case and come back. What is found is logged like anything else that
shows a person, and nobody may ask without end.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from signals.outreach.search import AT_MOST, Found, SearchQuery, search, search_faults
from signals.web.desk import Page
from signals.web.people import CASE_WORKERS
from signals.web.signin.limits import Limiter, Rate
from signals.web.texts import day_of, said
from signals.web.words import period_words, word
from signals.web.work.found import keep_question, kept_question, note_found
from signals.web.work.tongue import keeping_language, switches_language
from signals.web.work.whom import birth

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from starlette.responses import Response

    from signals.web.desk import Desk

RATE: Final = Rate(burst=20, per_minute=20)
"""A person who looks somebody up asks a few times; a program that copies the register asks without end."""
LIMITER: Final = Limiter(RATE, name="searches")
FAULTS: Final = {
    "empty": ("name", said("Vul ten minste één veld in.")),
    "name": ("name", said("Vul ten minste één letter van de naam in.")),
    "street": ("street", said("Vul ten minste drie letters van de straat in.")),
    "case": ("case", said("Een zaaknummer heeft alleen cijfers, zoals 4711.")),
    "postcode": ("postcode", said("Vul een postcode in als 7607 GC, of alleen de vier cijfers.")),
    "number": ("number", said("Vul een huisnummer in dat met een cijfer begint, zoals 12 of 12 A.")),
    "number-alone": ("postcode", said("Vul bij het huisnummer ook de postcode of de straat in.")),
    "born": ("born", said("Vul een datum in die bestaat, bijvoorbeeld 2-11-1985.")),
}
_FIELDS: Final = ("name", "street", "number", "postcode", "born", "case", "reference")
_LONGEST: Final = 100


def show_search(desk: Desk) -> Response:
    """The empty form."""
    return desk.page("work/search.html", **_values(desk, {}, [], None))


def ask(desk: Desk) -> Response:
    """On to the answer, or what is wrong with the question."""
    typed = {name: desk.form.get(name)[:_LONGEST] for name in _FIELDS}
    if switches_language(desk):
        return keeping_language(desk, desk.page("work/search.html", **_values(desk, typed, [], None)))
    _, faults = _asked(typed)
    if faults:
        said_faults = [(field, desk.text(sentence)) for field, sentence in (FAULTS[fault] for fault in faults)]
        return desk.page("work/search.html", status=422, **_values(desk, typed, said_faults, None))
    LIMITER.take(desk.user.id)
    return desk.go("search-list", found=keep_question(desk.session, typed))


def show_found(desk: Desk) -> Response:
    """The households that answer what was asked under this name: by now, and for who may see them by now."""
    name = desk.path["found"]
    kept = kept_question(desk.session, name)
    if kept is None:
        return desk.go("search", notice=desk.text("Wat u eerder vond staat hier niet meer. Zoek opnieuw."))
    typed, again = kept
    if again:
        LIMITER.take(desk.user.id)  # it is asked of the database once more
    found = search(desk.cursor, _asked(typed)[0], desk.user.municipalities)
    households = [one.id for one in found.households]
    note_found(desk.session, name, households)
    desk.viewed("search-again" if again else "search", "search", households=households)
    return desk.page("work/search.html", **_values(desk, typed, [], found))


def _asked(typed: Mapping[str, str]) -> tuple[SearchQuery, list[str]]:
    """The question, and what is wrong with it."""
    born, faults = _born(typed["born"])
    query = SearchQuery(**{name: text for name, text in typed.items() if name != "born"}, born=born)
    return query, faults or search_faults(query)


def _born(text: str) -> tuple[date | None, list[str]]:
    if not text:
        return None, []
    try:
        return day_of(text), []
    except ValueError:
        return None, ["born"]


def _values(desk: Desk, typed: Mapping[str, str], faults: list[tuple[str, str]], found: Found | None) -> dict[str, Any]:
    born, _ = _born(typed.get("born", ""))
    asked = {**typed, "born": birth(born.isoformat())} if born else typed
    return {
        "typed": {name: typed.get(name, "") for name in _FIELDS},
        "asked": [text for name in _FIELDS if (text := asked.get(name))],
        "faults": faults,
        "errors": dict(faults),
        "found": found,
        "at_most": AT_MOST,
        "keeps_typed": True,
        "word": partial(_word, desk.language),
        "period": partial(period_words, language=desk.language),
        "birth": birth,
    }


def _word(language: str, what: str, code: str) -> str:
    return word(what, code, language)


PAGES: Final[tuple[Page, ...]] = (
    Page("search", "/zoeken", "GET", show_search, CASE_WORKERS),
    Page("search-found", "/zoeken", "POST", ask, CASE_WORKERS),
    Page("search-list", "/zoeken/{found}", "GET", show_found, CASE_WORKERS, shows_person=True),
)
