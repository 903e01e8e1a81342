"""Back to what a search found: its address says nothing, holds for one session and a while, and shows no other town."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from signals.web.people import Role, User
from signals.web.together import count_at, counting_for_others
from signals.web.work import found
from signals.web.work.found import EACH, SECONDS, Lists
from tests.web.case_office import fresh_office, rows, sent
from tests.web.chromium import window
from tests.web.office import ALMELO, HENGELO, NEIGHBOURS, person
from tests.web.test_walls import stranger_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

    from tests.web.client import PageClient, Sheet
    from tests.web.office import RunningOffice

QUESTION: Final = {"name": "Jansen"}
BACK: Final = "Terug naar wat u vond"
GONE: Final = "Wat u eerder vond staat hier niet meer. Zoek opnieuw."
WHO: Final = person(Role.SPECIALIST, 55)


class Watch:
    """Seconds that rise when they are told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_question_is_kept_for_the_session_that_asked_and_for_a_while() -> None:
    watch = Watch()
    lists = Lists(watch)
    name = lists.keep("mine", QUESTION)
    assert lists.question("mine", name) == (QUESTION, False)
    assert lists.question("another", name) is None
    assert lists.question("mine", "another") is None
    watch.now = SECONDS - 1
    lists.found("mine", name, [7])
    watch.now += SECONDS - 1
    assert lists.question("mine", name) == (QUESTION, True)  # half an hour since it was last shown
    watch.now += 1
    assert lists.question("mine", name) is None
    assert lists.with_household("mine", 7) == ""


def test_the_newest_list_that_shows_a_household_is_the_one_to_go_back_to() -> None:
    lists = Lists()
    first, second, unasked = (lists.keep("mine", QUESTION) for _ in range(3))
    lists.found("mine", first, [7, 8])
    assert lists.with_household("mine", 8) == first
    lists.found("mine", second, [8])
    assert (lists.with_household("mine", 7), lists.with_household("mine", 8)) == (first, second)
    assert lists.with_household("another", 8) == ""
    lists.found("another", unasked, [9])  # of somebody else nothing is noted
    assert lists.with_household("mine", 9) == lists.with_household("another", 9) == ""


def test_only_so_many_are_kept() -> None:
    lists = Lists(most=2)
    names = [lists.keep("mine", QUESTION) for _ in range(EACH + 1)]
    assert [lists.question("mine", name) is not None for name in names] == [False] + [True] * EACH
    lists.keep("second", QUESTION)
    lists.keep("third", QUESTION)
    assert lists.question("mine", names[-1]) is None


def test_another_process_finds_what_was_kept() -> None:
    with counting_for_others() as place:
        count_at(place)
        try:
            name = found.keep_question("of-another", QUESTION)
            assert found.kept_question("of-another", name) == (QUESTION, False)
            found.note_found("of-another", name, [7])
            assert found.kept_question("of-another", name) == (QUESTION, True)
            assert (found.list_with("of-another", 7), found.list_with("of-another", 8)) == (name, "")
            found.forget_questions("of-another")
            assert found.kept_question("of-another", name) is None
        finally:
            count_at(None)


@pytest.fixture(scope="module")
def office(postgres: str, months_template: str) -> Iterator[RunningOffice]:
    yield from fresh_office(postgres, months_template)


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    watch = Watch()
    monkeypatch.setattr(found.LISTS, "_clock", watch)
    return watch


def someone(office: RunningOffice) -> tuple[str, int]:
    """Surname and open case of a resident."""
    ((surname, case),) = rows(
        office,
        """SELECT surname, cases.id FROM persons JOIN cases USING (household_id)
        WHERE surname ~ '^[A-Z][a-z]{5,}$' AND state = 'open' AND waiting AND NOT held ORDER BY persons.id LIMIT 1""",
    )
    return surname, case


def asked(client: PageClient, surname: str) -> Sheet:
    return client.send(client.get("/zoeken").form("/zoeken"), "Zoek", name=surname)


def logged(office: RunningOffice) -> list[tuple[str, int]]:
    """What the audit log says of the searches: the action and how many households."""
    return rows(
        office,
        """SELECT action, cardinality(households) FROM audit
        WHERE actor = %s AND action LIKE 'search%%' ORDER BY id""",
        WHO.id,
    )


@pytest.mark.database
def test_from_a_case_one_comes_back_to_what_was_found(office: RunningOffice) -> None:
    surname, case = someone(office)
    client = office.signed_in(WHO)
    client.private = (surname,)
    assert not [text for text in client.get(f"/zaak/{case}").texts("a") if text == BACK]  # opened by itself
    there = asked(client, surname)
    number = len(there.all("li", class_="signals-work__item"))
    sheet = client.get(there.link(f"Zaak {case}"))
    sheet = sent(client, sheet, "notitie", note="Belde terug.")  # an act later one still can
    again = client.get(sheet.link(BACK))
    assert again.url == there.url
    assert again.words == there.words
    assert dict(again.form("/zoeken").fields)["name"] == surname
    assert logged(office) == [("search", number), ("search-again", number)]  # one search, seen twice


@pytest.mark.database
def test_the_way_back_is_of_one_session_and_ends(office: RunningOffice, watch: Watch) -> None:
    surname, case = someone(office)
    client = office.signed_in(WHO)
    there = asked(client, surname)
    path = there.url.removeprefix(office.address)
    for other in (office.signed_in(WHO), office.signed_in(person(Role.SPECIALIST, 56))):
        lost = other.get(path)
        assert (lost.url, GONE in lost.words) == (f"{office.address}/zoeken", True)
        assert surname not in lost.text
        assert BACK not in other.get(f"/zaak/{case}").words
    assert BACK in client.get(f"/zaak/{case}").words
    watch.now = SECONDS
    assert BACK not in client.get(f"/zaak/{case}").words
    assert GONE in client.get(path).words


@pytest.mark.database
def test_signing_out_forgets_what_was_asked(office: RunningOffice) -> None:
    surname, _ = someone(office)
    client = office.signed_in(WHO)
    there = asked(client, surname)
    others = str(found.LISTS._kept).count(surname) - 1
    client.send(there.form("/afmelden"))
    assert str(found.LISTS._kept).count(surname) == others >= 0


@pytest.mark.database
def test_who_may_see_less_by_then_finds_less(two_towns: RunningOffice) -> None:
    who = User("found-1", "Kees Beide", frozenset({Role.SPECIALIST}), frozenset({ALMELO, HENGELO}))
    client = two_towns.signed_in(who)
    there = client.send(client.get("/zoeken").form("/zoeken"), "Zoek", name=stranger_of(two_towns).surname)
    homes = len(there.all("li", class_="signals-work__item"))
    rows(two_towns, "UPDATE sessions SET municipalities = '{0141}' WHERE user_id = %s RETURNING 1", who.id)
    left = client.get(there.url)
    assert 0 < len(left.all("li", class_="signals-work__item")) < homes
    assert (NEIGHBOURS in there.words, NEIGHBOURS in left.words) == (True, False)


@pytest.mark.database
def test_back_in_the_browser_shows_what_was_found(office: RunningOffice, browser: Browser) -> None:
    surname, case = someone(office)
    with window(browser, office, person(Role.SPECIALIST, 57), scripts=False) as opened:
        page = opened.open("/zoeken")
        page.fill("#name", surname)
        page.click("form[action='/zoeken'] button >> nth=0")
        page.click(f"a[href='/zaak/{case}']")
        page.go_back()
        assert page.locator("h2").first.inner_text() == "Gevonden"
        assert page.locator(f"a[href='/zaak/{case}']").count() == 1
