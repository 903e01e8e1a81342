"""Does every page that shows a person write both logs, whoever asks and whatever comes of it? Walks all routes.

Whether a page shows a person is seen from what it holds: the postcodes and surnames of the town. So a page that
forgot to say so is found too. And the logs must name everybody it shows: of a list each household by its number.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import html5lib
import pytest

import signals
from signals.store.audit import AuditFilter, audit_page
from signals.store.database import transaction
from signals.web.office.actions import ACTIONS, BARE, SUBJECTS
from signals.web.office.particulars import KEYS
from signals.web.people import Role
from signals.web.texts import today_of, utc_now
from signals.web.work.acts import ACTS
from tests.conftest import create_database, drop_database
from tests.web.client import text_of
from tests.web.office import ALMELO, HENGELO, NAMES, office_on, person
from tests.web.route_table import ADDRESSES, PAGES, ask, token_of, town_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import httpx

    from signals.store.audit import AuditLine
    from signals.web.people import User
    from tests.web.client import PageClient
    from tests.web.office import RunningOffice
    from tests.web.route_table import Town

pytestmark = pytest.mark.database

INSIDE: Final = [(name, role) for name, page in PAGES.items() for role in sorted(page.roles or ())]
WORKERS: Final = (Role.SPECIALIST, Role.TEAM_LEAD)
POSTCODE: Final = re.compile(r"\b[1-9][0-9]{3} ?[A-Z]{2}\b")
STAFF: Final = re.compile("|".join(NAMES.values()))
MORE_CASES: Final = """
SELECT min(id), household_id FROM cases WHERE state = 'open' AND waiting AND NOT held AND municipality = %s
AND NOT EXISTS (SELECT FROM case_history WHERE case_id = cases.id AND actor <> 'signals')
AND NOT household_id = ANY(%s) GROUP BY household_id HAVING count(*) = 1 AND bool_and(route = 'letter')
ORDER BY household_id DESC LIMIT 1
"""


@dataclass(frozen=True)
class Written:
    """What a request put into the two logs."""

    lines: tuple[AuditLine, ...]
    uses: tuple[tuple[int, str], ...]  # household and activity

    @property
    def named(self) -> set[int]:
        """The households that the audit log names."""
        return {household for line in self.lines for household in line.households}


@dataclass(frozen=True)
class LoggedOffice:
    """An office of this module alone, and who lives in its town."""

    office: RunningOffice
    town: Town
    postcodes: Mapping[int, str]  # by household
    surnames: frozenset[str]
    taken: list[int] = field(default_factory=list)  # the households that a test has used

    def ends(self) -> tuple[int, int]:
        """The last lines of the audit log and of the processing log."""
        with transaction(self.office.engine) as cursor:
            cursor.execute("SELECT (SELECT max(id) FROM audit), (SELECT max(id) FROM processing_log)")
            audit, processing = cursor.fetchone() or (0, 0)
        return audit or 0, processing or 0

    def written_since(self, ends: tuple[int, int]) -> Written:
        """What came behind these lines."""
        with transaction(self.office.engine) as cursor:
            found = audit_page(cursor, AuditFilter(frozenset({ALMELO, HENGELO})), size=1000)
            cursor.execute("SELECT household_id, activity FROM processing_log WHERE id > %s ORDER BY id", (ends[1],))
            return Written(tuple(line for line in reversed(found) if line.id > ends[0]), tuple(cursor.fetchall()))

    def shown_postcodes(self, answer: httpx.Response) -> set[str]:
        """The postcodes of the town that stand in the answer."""
        found = {one.replace(" ", "") for one in POSTCODE.findall(main_text(answer))}
        return found & set(self.postcodes.values())

    def shows_person(self, answer: httpx.Response) -> bool:
        """Whether the answer holds a postcode or a surname of the town; colleagues are no residents."""
        words = set(re.findall(r"\w+", STAFF.sub("", main_text(answer))))
        return bool(self.shown_postcodes(answer) or words & self.surnames)

    def untouched(self) -> tuple[int, int]:
        """A waiting case and its household that no test has used."""
        with transaction(self.office.engine) as cursor:
            case, household = cursor.execute(MORE_CASES, (ALMELO, self.taken)).fetchone() or (0, 0)
        self.taken.append(household)
        return case, household


def main_text(answer: httpx.Response) -> str:
    """What the page itself says, without header and menu, and without what stands in its fields."""
    if "html" not in answer.headers.get("content-type", ""):
        return answer.text

    parted = answer.text.replace("<br>", "<br> ").replace("</dt>", "</dt> ")  # as one reads it
    root = html5lib.parse(parted, namespaceHTMLElements=False)
    return text_of(next(root.iter("main")))


@pytest.fixture(scope="module")
def logged(postgres: str, months_template: str) -> Iterator[LoggedOffice]:
    url = create_database(postgres, months_template)
    with office_on(url) as running:
        yield logged_at(running)
    drop_database(postgres, url)


def logged_at(running: RunningOffice) -> LoggedOffice:
    """This office, with who lives in its town."""
    with transaction(running.engine) as cursor:
        homes = "SELECT households.id, postcode FROM households JOIN addresses ON addresses.id = address_id"
        postcodes = dict(cursor.execute(homes).fetchall())
        surnames = frozenset(
            one for (one,) in cursor.execute("SELECT DISTINCT surname FROM persons WHERE length(surname) > 4")
        )
    town = town_of(running)
    return LoggedOffice(running, town, postcodes, surnames, [household for _, household, _ in town.cases])


def require_both_logs(logged: LoggedOffice, answer: httpx.Response, written: Written) -> None:
    """Everybody whom this answer shows is in both logs, and each line is of one municipality."""
    assert written.lines, "it wrote no audit line"
    assert written.uses, "it wrote no line of the processing log"
    assert written.named == {household for household, _ in written.uses}
    unnamed = logged.shown_postcodes(answer) - {logged.postcodes[household] for household in written.named}
    assert not unnamed, "the logs do not name everybody whom the page shows"
    assert {line.municipality for line in written.lines} == {ALMELO}


@pytest.mark.parametrize(("name", "role"), INSIDE)
def test_what_shows_a_person_writes_both_logs(name: str, role: Role, logged: LoggedOffice) -> None:
    browser = logged.office.signed_in(role)
    token, ends = token_of(browser), logged.ends()
    answer = ask(browser, name, logged.town.values(role), token)
    shows = logged.shows_person(answer)
    unread = {"processing-asked", "print-sample", "print-letter", "visit-paper", "visit-cards"}  # all but one no text
    assert shows or not PAGES[name].shows_person or name in unread, "its line in the table shows nobody"
    if shows or PAGES[name].shows_person:
        require_both_logs(logged, answer, logged.written_since(ends))


@pytest.mark.parametrize("role", [Role.TEAM_LEAD, Role.PARTNER_MANAGER, Role.AUDITOR])
def test_a_page_of_figures_is_in_the_audit_log_too(role: Role, logged: LoggedOffice) -> None:
    browser = logged.office.signed_in(role)
    read = [
        *("overview", "overview-figures", "partners", "partner", "partner-contact"),
        *("audit", "audit-asked", "audit-households", "audit-export"),
    ]
    for name in (name for name in read if role in (PAGES[name].roles or ())):
        ends = logged.ends()
        ask(browser, name, logged.town.values(role), token_of(browser))
        assert [line.municipality for line in logged.written_since(ends).lines] == [ALMELO], name


def posted(browser: PageClient, name: str, case: int, fields: Mapping[str, Any]) -> httpx.Response:
    """What a form answers that is filled in so; of a search the page to which it leads."""
    path = ADDRESSES.url(name, case=case, queue="letters")
    sent = {"csrf_token": token_of(browser), **{key: str(value) for key, value in fields.items()}}
    answer = browser.http.post(path, data=sent, headers={"origin": str(browser.http.base_url).rstrip("/")})
    leads_to_a_list = name == "search-found" and answer.status_code == 303
    return browser.http.get(answer.headers["location"]) if leads_to_a_list else answer


def numbers_of(logged: LoggedOffice, case: int) -> dict[str, Any]:
    """What the forms of a case name by number: its youngest signal, attempt, note, referral and line of history."""
    with transaction(logged.office.engine) as cursor:
        cursor.execute(
            """SELECT (SELECT max(event_id) FROM reports WHERE household_id = cases.household_id),
                (SELECT max(id) FROM contact_attempts WHERE household_id = cases.household_id),
                (SELECT max(id) FROM notes WHERE household_id = cases.household_id),
                (SELECT max(id) FROM referrals WHERE household_id = cases.household_id),
                (SELECT max(id) FROM persons WHERE household_id = cases.household_id),
                (SELECT max(id) FROM case_history WHERE case_id = cases.id)
            FROM cases WHERE id = %s""",
            (case,),
        )
        found = cursor.fetchone() or (0, 0, 0, 0, 0, 0)
    return {"case": case, **dict(zip(("event", "attempt", "note", "referral", "person", "seen"), found, strict=True))}


# What fills in each form of a case, so that nothing is missing.
FILLED: Final[Mapping[str, Mapping[str, str]]] = {
    "claim": {},
    "let-go": {},
    "hand-to-team": {"team": "-", "reason": "Hoort niet bij ons."},
    "hand-over": {"to": "specialist-2", "reason": "Ik ben er morgen niet."},
    "release": {"certain": "yes"},
    "look": {},
    "undo-look": {},
    "attempt": {"kind": "call", "on_day": "{today}", "reached": "no"},
    "undo-attempt": {"attempt": "{attempt}", "certain": "yes"},
    "promise": {"kind": "call", "on_day": "{soon}"},
    "note": {"note": "Belt liever na zes uur."},
    "cancel-promise": {},
    "take-back": {},
    "undo-note": {"note": "{note}", "certain": "yes"},
    "same-person": {"person": "{person}"},
    "different-persons": {"person": "{person}", "reason": "Vader en zoon."},
    "undo-link": {"person": "{person}"},
    "change-route": {"route": "home-visit", "reason": "Er komt een kind bij."},
    "mark": {"event": "{event}", "verdict": "wrongful", "reason": "Was al betaald.", "certain": "yes"},
    "take-back-mark": {"event": "{event}", "reason": "Toch niet betaald."},
    "refer": {"target": "nsr", "certain": "yes"},
    "refer-result": {"referral": "{referral}", "result": "started"},
    "close": {"cases": "{case}", "outcome": "self-reliant", "certain": "yes", "spoken": "none"},
    "reopen": {"reason": "Belde toch terug."},
}
# In this order each of them can be done with one case.
DAY: Final = (
    *("claim", "let-go", "look", "undo-look", "release"),
    *("attempt", "undo-attempt", "promise", "cancel-promise", "note", "undo-note", "change-route", "refer"),
    *("refer-result", "close", "reopen", "mark", "take-back-mark"),
)
# These forms say what their sender had seen, or cannot be done by two: who comes second gets the page again.
STALE: Final = frozenset(
    {"claim", "release", "look", "attempt", "promise", "change-route", "mark", "refer", "close", "reopen"}
)


def filled(logged: LoggedOffice, act: str, case: int) -> dict[str, str]:
    values = {**numbers_of(logged, case), "today": today_of(utc_now()).isoformat()}
    values["soon"] = (today_of(utc_now()) + timedelta(days=60)).isoformat()
    return {"seen": str(values["seen"])} | {key: text.format(**values) for key, text in FILLED[act].items()}


def test_every_form_of_a_case_is_walked() -> None:
    assert FILLED.keys() == {act.name for act in ACTS}
    # Those that end the day of who holds the case, and those at a person whom several partners may mean: `test_undo`.
    elsewhere = {"hand-over", "hand-to-team", "take-back", "same-person", "different-persons", "undo-link"}
    assert FILLED.keys() - set(DAY) == elsewhere


@pytest.mark.parametrize("act", FILLED)
def test_a_form_that_comes_too_late_shows_the_case_and_says_so_in_both_logs(act: str, logged: LoggedOffice) -> None:
    case, household = logged.untouched()
    colleague = logged.office.signed_in(person(Role.SPECIALIST, 7))
    for first in ("claim", "attempt", "note"):
        assert posted(colleague, f"case-{first}", case, filled(logged, first, case)).status_code == 303
    for role in WORKERS:
        browser, ends = logged.office.signed_in(role), logged.ends()
        answer = posted(browser, f"case-{act}", case, {**filled(logged, act, case), "seen": 0})
        assert answer.status_code == 409 or act not in STALE
        if logged.shows_person(answer):
            written = logged.written_since(ends)
            require_both_logs(logged, answer, written)
            assert written.named == {household}


def states(case: int) -> list[tuple[str, dict[str, Any], int]]:
    """What else the lists answer than what stands in the table of routes."""
    return [
        ("run-release", {"sure": "yes"}, 422),
        ("run-release", {"case": case}, 422),
        ("run-release", {"case": case, "sure": "yes", "number": 1}, 409),  # a colleague took it up
        ("queue-claim", {"case": case}, 409),
        ("search-found", {"name": "Jansen"}, 200),
        ("search-found", {"number": "12"}, 422),
    ]


@pytest.mark.parametrize("role", WORKERS)
def test_lists_write_both_logs_whatever_they_answer(role: Role, logged: LoggedOffice) -> None:
    case, _ = logged.untouched()
    posted(logged.office.signed_in(person(Role.SPECIALIST, 7)), "case-claim", case, {})
    browser = logged.office.signed_in(role)
    for name, fields, status in states(case):
        token_of(browser)
        ends = logged.ends()
        answer = posted(browser, name, case, fields)
        assert answer.status_code == status, name
        if logged.shows_person(answer):
            require_both_logs(logged, answer, logged.written_since(ends))
    ends = logged.ends()
    answer = browser.http.get("/werkvoorraad/visits", params={"postcode": "7607 GC"})
    assert (answer.status_code, logged.shows_person(answer)) == (422, True)
    require_both_logs(logged, answer, logged.written_since(ends))


def test_what_is_done_with_a_household_is_in_both_logs(logged: LoggedOffice) -> None:
    case, household = logged.untouched()
    with transaction(logged.office.engine) as cursor:
        cursor.execute("UPDATE cases SET crisis = 'eviction' WHERE id = %s", (case,))  # something to look at
    browser, ends = logged.office.signed_in(person(Role.TEAM_LEAD, 5)), logged.ends()
    for act in DAY:
        seen = numbers_of(logged, case)["seen"]
        answer = posted(browser, f"case-{act}", case, {**filled(logged, act, case), "seen": seen})
        assert answer.status_code == 303, act
    written = logged.written_since(ends)
    done = [(line.action, line.households, line.municipality) for line in written.lines if line.action in FILLED]
    assert done == [(act, [household], ALMELO) for act in DAY]
    assert [activity for one, activity in written.uses if one == household and activity in FILLED] == list(DAY)


def test_a_look_of_somebody_with_several_municipalities_is_for_the_auditors_of_each(logged: LoggedOffice) -> None:
    browser, ends = logged.office.signed_in(both(Role.TEAM_LEAD)), logged.ends()
    browser.get("/overzicht")
    assert [line.municipality for line in logged.written_since(ends).lines] == [ALMELO, HENGELO]
    ends = logged.ends()
    listed = len(browser.get("/werkvoorraad/letters").all("li", class_="signals-work__item"))
    (line,) = logged.written_since(ends).lines
    assert listed > 10
    assert (line.municipality, len(line.households)) == (ALMELO, listed)


def both(role: Role) -> User:
    return person(role, 6, frozenset({ALMELO, HENGELO}))


def test_the_walk_sees_a_person_where_there_is_one(logged: LoggedOffice) -> None:
    browser = logged.office.signed_in(Role.SPECIALIST)
    values = logged.town.values(Role.SPECIALIST)
    assert logged.shows_person(ask(browser, "case", values, None))
    assert not logged.shows_person(browser.http.get("/toetsen"))


def test_all_that_was_written_has_words(logged: LoggedOffice) -> None:
    """After the walk: the keys of particulars and the kinds of subjects, also of lines whose code nobody spells out."""
    with transaction(logged.office.engine) as cursor:
        keys = {key for (key,) in cursor.execute("SELECT DISTINCT jsonb_object_keys(detail) FROM audit")}
        subjects = cursor.execute("SELECT DISTINCT action, subject FROM audit").fetchall()
    assert keys - KEYS.keys() == set()
    unknown = {subject for action, subject in subjects if action not in BARE}
    assert {one for one in unknown if not any(one == kind or one.startswith(f"{kind} ") for kind in SUBJECTS)} == set()


def test_the_processing_log_does_not_say_who_looked(logged: LoggedOffice) -> None:
    with transaction(logged.office.engine) as cursor:
        cursor.execute("SELECT column_name FROM information_schema.columns WHERE table_name = 'processing_log'")
        columns = {name for (name,) in cursor}
    assert columns == {"id", "at", "household_id", "persons", "activity", "purpose", "basis"}


def test_every_action_has_its_words() -> None:
    """Each constant that is written to the logs anywhere in the code."""
    written = {action for file in Path(signals.__file__).parent.rglob("*.py") for action in actions_in(file)}
    assert {"view-case", "release", "sign-in", "caseload-import"} <= written
    assert written - ACTIONS.keys() == set()


def actions_in(file: Path) -> Iterator[str]:
    """The actions that this module writes to the logs, and the names of acts, which are written too."""
    places = {"did": 0, "viewed": 0, "note": 2, "note_each": 2, "note_cases": 2, "Act": 0, "_note": 2}
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            place = places.get(called)
            if place is not None and len(node.args) > place:
                yield from spelled(node.args[place])


def spelled(node: ast.expr) -> Iterator[str]:
    """The texts that this expression can be, where the code spells them out."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):  # f"{kind}-import"
        yield from (f"{kind}-import" for kind in ("caseload", "exclusion"))
    elif isinstance(node, ast.IfExp):
        yield from spelled(node.body)
        yield from spelled(node.orelse)
