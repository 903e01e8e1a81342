"""Every route: who may open it, and what it answers to a request with the values here.

The table of issue "The workbench", part 9, complete by construction: a page without a line here fails `test_roles`.
A request sends nothing but what stands in `fields`; each role asks for another case, so that they do not meet.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from signals.outreach.letters.choosing import RunWish, preview
from signals.outreach.letters.runs import letters_of_run, open_runs, release_letter_run
from signals.outreach.release import release
from signals.outreach.work.people import Actor
from signals.outreach.work.sent import unsent_releases
from signals.store.database import transaction
from signals.web.people import Role
from signals.web.routes import all_pages
from signals.web.templating import Addresses
from signals.web.texts import today_of, utc_now
from tests.web.doors import a_round
from tests.web.office import ALMELO

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

    from signals.store.database import Cursor
    from tests.web.client import PageClient
    from tests.web.office import RunningOffice

CASE_WORKERS: Final = frozenset({Role.SPECIALIST, Role.TEAM_LEAD})
TEAM_LEADS: Final = frozenset({Role.TEAM_LEAD})
MANAGERS: Final = frozenset({Role.PARTNER_MANAGER})
AUDITORS: Final = frozenset({Role.AUDITOR})
ALL_ROLES: Final = frozenset(Role)
ANYBODY: Final = None  # signed in or not


@dataclass(frozen=True)
class Asked:
    """Who may ask, what they send, and what they get; {case}, {household} … are filled in (`Town.values`)."""

    roles: frozenset[Role] | None
    status: int  # for one of `roles`; of a page for everybody: for whoever is signed in
    path: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    nobody: int | None = None  # of a page for everybody, where it differs for who is not signed in


CASE: Final = {"case": "{case}"}
PARTNER: Final = {"partner": "{partner}"}
QUEUE: Final = {"queue": "letters"}
RUN: Final = {"run": "{run}"}
ROUND: Final = {"list": "{round}"}
TABLE: Final[Mapping[str, Asked]] = {
    "start": Asked(ALL_ROLES, 303),
    "language": Asked(ANYBODY, 303),
    "keys": Asked(ALL_ROLES, 200),
    "keys-switch": Asked(ALL_ROLES, 303),
    "sign-in": Asked(ANYBODY, 303, nobody=200),
    "sign-in-begin": Asked(ANYBODY, 404),  # this office has no provider and no demo
    "sign-in-return": Asked(ANYBODY, 404),
    "demo-sign-in": Asked(ANYBODY, 404),
    "sign-out": Asked(ANYBODY, 303),
    "signed-out": Asked(ANYBODY, 200),
    "own-sessions": Asked(ALL_ROLES, 200),
    "own-sessions-end": Asked(ALL_ROLES, 303),
    "policy": Asked(ALL_ROLES, 200),
    "score": Asked(ALL_ROLES, 200),
    "score-register": Asked(ALL_ROLES, 200, {"municipality": "0141"}),
    "queue": Asked(CASE_WORKERS, 200, QUEUE),
    "queue-claim": Asked(CASE_WORKERS, 303, QUEUE, {"case": "{case}"}),
    "queue-let-go": Asked(CASE_WORKERS, 303, QUEUE, {"case": "{case}"}),
    "run": Asked(CASE_WORKERS, 200),
    "run-release": Asked(CASE_WORKERS, 422),
    "print-runs": Asked(CASE_WORKERS, 200),
    "print": Asked(CASE_WORKERS, 200),
    "print-release": Asked(CASE_WORKERS, 422),
    "print-sample": Asked(CASE_WORKERS, 200, {"case": "{due}"}),
    "print-run": Asked(CASE_WORKERS, 200, RUN),
    "print-files": Asked(CASE_WORKERS, 200, RUN),
    "print-letter": Asked(CASE_WORKERS, 200, RUN | {"letter": "{letter}"}),
    "print-posted": Asked(CASE_WORKERS, 422, RUN),
    "print-returned": Asked(CASE_WORKERS, 422, RUN),
    "print-not-returned": Asked(CASE_WORKERS, 422, RUN),
    "print-back": Asked(CASE_WORKERS, 422, RUN),
    "sendings": Asked(CASE_WORKERS, 200),
    "sending": Asked(CASE_WORKERS, 200, {"release": "{release}"}),
    "sending-sent": Asked(CASE_WORKERS, 422, {"release": "{release}"}),
    "sendings-undo": Asked(CASE_WORKERS, 409, fields={"sent": "1", "by": "a-colleague"}),
    "search": Asked(CASE_WORKERS, 200),
    "search-found": Asked(CASE_WORKERS, 303, fields={"postcode": "{postcode}"}),
    "search-list": Asked(CASE_WORKERS, 200, {"found": "-"}),  # `ask` searches first
    "case": Asked(CASE_WORKERS, 200, CASE),
    "case-claim": Asked(CASE_WORKERS, 303, CASE),
    "case-let-go": Asked(CASE_WORKERS, 303, CASE),
    "case-hand-to-team": Asked(CASE_WORKERS, 422, CASE),
    "case-hand-over": Asked(CASE_WORKERS, 422, CASE),
    "case-take-back": Asked(CASE_WORKERS, 409, CASE, {"seen": "0"}),
    "case-release": Asked(CASE_WORKERS, 422, CASE),
    "case-look": Asked(CASE_WORKERS, 409, CASE, {"seen": "0"}),  # of a page that showed nothing yet
    "case-undo-look": Asked(CASE_WORKERS, 409, CASE, {"seen": "0"}),
    "case-attempt": Asked(CASE_WORKERS, 422, CASE),
    "case-undo-attempt": Asked(CASE_WORKERS, 422, CASE),
    "case-promise": Asked(CASE_WORKERS, 422, CASE),
    "case-cancel-promise": Asked(CASE_WORKERS, 409, CASE, {"seen": "0"}),  # of a page that showed nothing yet
    "case-note": Asked(CASE_WORKERS, 422, CASE),
    "case-undo-note": Asked(CASE_WORKERS, 422, CASE),
    "case-change-route": Asked(CASE_WORKERS, 422, CASE),
    "case-mark": Asked(CASE_WORKERS, 422, CASE),
    "case-take-back-mark": Asked(CASE_WORKERS, 422, CASE),
    "case-same-person": Asked(CASE_WORKERS, 404, CASE),
    "case-different-persons": Asked(CASE_WORKERS, 422, CASE),
    "case-undo-link": Asked(CASE_WORKERS, 404, CASE),
    "case-refer": Asked(CASE_WORKERS, 422, CASE),
    "case-refer-result": Asked(CASE_WORKERS, 422, CASE),
    "case-close": Asked(CASE_WORKERS, 422, CASE),
    "case-reopen": Asked(CASE_WORKERS, 422, CASE),
    "case-safe": Asked(TEAM_LEADS, 200, CASE),
    "case-safe-say": Asked(TEAM_LEADS, 422, CASE),
    "case-address": Asked(CASE_WORKERS, 200, CASE),
    "case-address-write": Asked(CASE_WORKERS, 409, CASE),
    "case-address-remove": Asked(CASE_WORKERS, 409, CASE),
    "visit-lists": Asked(CASE_WORKERS, 200),
    "visit-plan": Asked(CASE_WORKERS, 200),
    "visit-propose": Asked(CASE_WORKERS, 422),
    "visit-setting-remove": Asked(CASE_WORKERS, 409, {"setting": "{setting}"}),
    "visit-list": Asked(CASE_WORKERS, 200, ROUND),
    "visit-add": Asked(CASE_WORKERS, 422, ROUND),
    "visit-drop": Asked(CASE_WORKERS, 409, ROUND, {"stop": "{stop}"}),
    "visit-pin": Asked(CASE_WORKERS, 409, ROUND, {"stop": "{stop}", "pinned": "yes"}),
    "visit-move": Asked(CASE_WORKERS, 409, ROUND, {"stop": "{stop}"}),
    "visit-replan": Asked(CASE_WORKERS, 409, ROUND),
    "visit-release": Asked(CASE_WORKERS, 422, ROUND),
    "visit-put": Asked(CASE_WORKERS, 409, fields={"list": "{round}", "case": "{case}"}),
    "visit-opt-out": Asked(CASE_WORKERS, 422, ROUND, {"stop": "{stop}"}),
    "visit-end": Asked(CASE_WORKERS, 422, ROUND),
    "visit-round": Asked(CASE_WORKERS, 200, ROUND),
    "visit-door": Asked(CASE_WORKERS, 200, ROUND | {"stop": "{stop}"}),
    "visit-record": Asked(CASE_WORKERS, 422, ROUND | {"stop": "{stop}"}),
    "visit-paper": Asked(CASE_WORKERS, 200, ROUND),
    "visit-cards": Asked(CASE_WORKERS, 409, ROUND),  # of a list whose cases still wait
    "overview": Asked(TEAM_LEADS | MANAGERS, 200),
    "overview-figures": Asked(TEAM_LEADS | MANAGERS, 200),
    "partners": Asked(MANAGERS, 200),
    "partner": Asked(MANAGERS, 200, PARTNER),
    "partner-replay": Asked(MANAGERS, 303, PARTNER, {"sure": "yes"}),
    "partner-resume": Asked(MANAGERS, 303, PARTNER, {"sure": "yes"}),
    "partner-contact": Asked(MANAGERS, 200, PARTNER),
    "partner-contact-save": Asked(MANAGERS, 303, PARTNER),
    "audit": Asked(AUDITORS, 200),
    "audit-asked": Asked(AUDITORS, 200),
    "audit-households": Asked(AUDITORS, 422),
    "audit-export": Asked(AUDITORS, 200),
    "processing": Asked(AUDITORS, 200),
    "processing-asked": Asked(AUDITORS, 200, fields={"kind": "case", "number": "{case}"}),
    "processing-found": Asked(AUDITORS, 200, fields={"who": "{surname}", "postcode": "{postcode}", "house": "{house}"}),
    "processing-person": Asked(AUDITORS, 200, fields={"person": "{person}"}),
    "processing-answer": Asked(AUDITORS, 200, fields={"person": "{person}"}),
}
"""By the name of the page, in the order of `routes.all_pages`."""

PAGES: Final = {page.name: page for page in all_pages()}
ADDRESSES: Final = Addresses(all_pages())
_NTH: Final = {role: n for n, role in enumerate((None, *Role))}


@dataclass(frozen=True)
class Town:
    """What the requests name: an open case, its household and its postcode for each role, and a partner.

    And when letters were let go that are not sent yet: a release of two other households; of one of them the letter
    lies in a run for the print room, of the other it is due.
    """

    cases: tuple[tuple[int, int, str], ...]
    partner: str
    release: int
    printed: Mapping[str, str] = field(default_factory=dict)
    people: Mapping[int, tuple[int, str, int]] = field(default_factory=dict)  # by household: person, surname, house

    def values(self, role: Role | None) -> dict[str, str]:
        """What {case}, {household}, {postcode}, {partner}, {person}, {surname} and the others are for this role."""
        case, household, postcode = self.cases[_NTH[role]]
        person, surname, house = self.people.get(household, (0, "", 0))
        of_person = {"person": str(person), "surname": surname, "house": str(house)}
        home = {"household": str(household), "postcode": postcode}
        return {
            "case": str(case),
            **home,
            "partner": self.partner,
            "release": str(self.release),
            **self.printed,
            **of_person,
        }


def town_of(office: RunningOffice, municipality: str = ALMELO) -> Town:
    """Waiting cases of households that have no other case, the most urgent ones."""
    with transaction(office.engine) as cursor:
        cases = cursor.execute(
            """SELECT min(cases.id), household_id, min(postcode) FROM cases
            JOIN households ON households.id = household_id JOIN addresses ON addresses.id = address_id
            WHERE cases.municipality = %s AND state <> 'removed'
            GROUP BY household_id HAVING count(*) = 1 AND bool_and(waiting AND NOT held)
            ORDER BY household_id LIMIT 5""",
            (municipality,),
        ).fetchall()
        (partner,) = cursor.execute("SELECT min(partner_id) FROM arrears").fetchone() or ("",)
        people = cursor.execute(
            """SELECT DISTINCT ON (household_id) household_id, persons.id, surname, number FROM persons
            JOIN households ON households.id = household_id JOIN addresses ON addresses.id = address_id
            WHERE household_id = ANY(%s) AND length(surname) > 2 ORDER BY household_id, persons.id""",
            ([household for _, household, _ in cases],),
        ).fetchall()
        letter = _released(cursor, municipality)
        printed = _in_a_run(cursor, municipality) | a_round(cursor, municipality)
        printed |= a_setting(cursor, municipality)
    return Town(tuple(cases), partner, letter, printed, {household: tuple(rest) for household, *rest in people})


def a_setting(cursor: Cursor, municipality: str) -> dict[str, str]:
    """How a pair usually goes."""
    cursor.execute(
        """INSERT INTO visit_plans (municipality, name, weekday, part, begins, start, pair, pair_ids, minutes,
            minutes_per_visit, area, by_id, by_name)
        VALUES (%s, 'Dinsdagavond, Kees', 2, 'evening', '18:00', '7607GC 12', '{Kees Voorbeeld}', '{clerk}', 180, 20,
            '{}', 'clerk', 'Kees Voorbeeld')
        ON CONFLICT (municipality, name) DO UPDATE SET minutes = 180 RETURNING id""",
        (municipality,),
    )
    (number,) = cursor.fetchone() or (0,)
    return {"setting": str(number)}


def _released(cursor: Cursor, municipality: str) -> int:
    """A release of two letters, at the other end of the town."""
    if not (found := unsent_releases(cursor, {municipality})):
        cursor.execute(
            """SELECT min(id) FROM cases WHERE municipality = %s AND state <> 'removed' GROUP BY household_id
            HAVING count(*) = 1 AND bool_and(waiting AND NOT held AND route = 'letter')
            ORDER BY household_id DESC LIMIT 2""",
            (municipality,),
        )
        release(cursor, [case for (case,) in cursor.fetchall()], actor="town")
        found = unsent_releases(cursor, {municipality})
    return found[0].number


def _in_a_run(cursor: Cursor, municipality: str) -> dict[str, str]:
    """A run of the letter of one of them; {due} is the case of the other."""
    if not (open_ones := open_runs(cursor, municipality)):
        first = preview(cursor, RunWish(municipality, today_of(utc_now()))).going[0].case
        wish = RunWish(municipality, today_of(utc_now()), frozenset({first}))
        release_letter_run(cursor, wish, Actor("town", "town"))
        open_ones = open_runs(cursor, municipality)
    run = open_ones[0].id
    due = preview(cursor, RunWish(municipality, today_of(utc_now()))).going[0].case
    return {"run": str(run), "letter": str(letters_of_run(cursor, run)[0].id), "due": str(due)}


def ask(browser: PageClient, name: str, values: Mapping[str, str], token: str | None) -> httpx.Response:
    """Ask for a page with the values of its line; with `token` as the form's token, where it is a POST."""
    page, asked = PAGES[name], TABLE[name]
    path = ADDRESSES.url(name, **{key: text.format(**values) for key, text in asked.path.items()})
    if name == "search-list":
        path = _list_of(ask(browser, "search-found", values, token)) or path
    if page.method == "GET":
        return browser.http.get(path)
    sent = {key: text.format(**values) for key, text in asked.fields.items()}
    sent |= {"csrf_token": token} if token else {}
    sent.setdefault("seen", str(2**40))  # of a page that is made just now
    return browser.http.post(path, data=sent, headers={"origin": str(browser.http.base_url).rstrip("/")})


def _list_of(answer: httpx.Response) -> str:
    """Where a search leads to; empty when it was refused."""
    path: str = answer.headers.get("location", "")
    return path if path.startswith("/zoeken/") else ""


def token_of(browser: PageClient) -> str:
    """A token of this visitor's forms."""
    sent = dict(browser.get("/toetsen").form("/taal").fields)
    return sent["csrf_token"]
