"""Does anything of one municipality come through to somebody of another? Every route, beside a town that has work too.

Seen from what an answer holds: a postcode of the other town, or a surname, which all end in the same odd way there.
The same requests by somebody of that town show that there is something to see.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pytest

from signals.outreach.worklist import QUEUES
from signals.store.database import transaction
from signals.web.people import Role, User
from tests.web.office import ALMELO, HENGELO, NEIGHBOURS
from tests.web.route_table import PAGES, TABLE, ask, token_of, town_of
from tests.web.test_logs import POSTCODE, main_text, posted

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from signals.store.database import Cursor
    from tests.web.client import PageClient
    from tests.web.office import RunningOffice

pytestmark = pytest.mark.database

ROLES: Final = tuple(Role)
ECHO: Final = re.compile("U zocht op: .*? Anders zoeken")  # what one typed oneself


@dataclass(frozen=True)
class Stranger:
    """Somebody of the other town whose name is of this town too, as one would look for them."""

    case: int
    household: int
    postcode: str
    number: int
    street: str
    born: str
    reference: str
    surname: str


def stranger_of(office: RunningOffice) -> Stranger:
    with transaction(office.engine) as cursor:
        found = cursor.execute(
            """SELECT min(cases.id), cases.household_id, min(postcode), min(number), min(street), min(date_of_birth),
                min(reference), min(surname)
            FROM cases JOIN households ON households.id = cases.household_id JOIN addresses ON addresses.id = address_id
            JOIN reports ON reports.case_id = cases.id JOIN arrears ON arrears.id = reports.arrears_id
            JOIN persons ON persons.id = reports.person_id
            WHERE cases.municipality = %s AND cases.waiting AND street IS NOT NULL AND date_of_birth IS NOT NULL
                AND date_of_birth !~ '-00' AND split_part(surname, %s, 1) IN (
                    SELECT surname FROM persons JOIN households AS own ON own.id = household_id
                    WHERE own.municipality = %s)
            GROUP BY cases.household_id ORDER BY 2 LIMIT 1""",
            (HENGELO, NEIGHBOURS, ALMELO),
        ).fetchone()
    assert found is not None, "nobody of Hengelo is called as somebody of Almelo is"
    values = [*found]
    values[-1] = values[-1].removesuffix(NEIGHBOURS)
    return Stranger(*values)


def somebody(role: Role, municipality: str) -> User:
    who = NEIGHBOURS if municipality == HENGELO else "wall"  # the logs name people by this
    return User(f"{who}-{role}", f"Kees {who}", frozenset({role}), frozenset({municipality}))


def looks(browser: PageClient, role: Role, one: Stranger) -> Iterator[tuple[str, httpx.Response]]:
    """What somebody could ask to find the other town, each with what it is called here."""
    asked = {
        "queue": [f"/werkvoorraad/{queue}?team=all&municipality={HENGELO}" for queue in QUEUES]
        + [f"/werkvoorraad/{queue}?team=all" for queue in QUEUES]
        + [f"/werkvoorraad/visits?postcode={one.postcode[:4]}"],
        "run": ["/brievenronde?team=all", f"/brievenronde?municipality={HENGELO}"],
        "case": [f"/zaak/{one.case}"],
        "overview": [f"/overzicht?gemeente={HENGELO}"],
        "overview-figures": [f"/overzicht/cijfers?gemeente={HENGELO}"],
        "audit": ["/logboek"],
    }
    typed: dict[str, list[dict[str, object]]] = {
        "search-found": [
            {"name": one.surname},
            {"case": one.case},
            {"reference": one.reference},
            {"born": one.born, "name": one.surname},
            {"street": one.street},
            {"postcode": one.postcode},
        ],
        "run-release": [{"case": one.case, "sure": "yes", "number": 1}, {"case": one.case}],
        "queue-claim": [{"case": one.case}],
        "processing-asked": [{"kind": "case", "number": one.case}, {"kind": "household", "number": one.household}],
        "audit-asked": [{"subject": f"zaak {one.case}"}, {"subject": f"huishouden {one.household}"}, {}],
        "audit-households": [{"person": somebody(Role.SPECIALIST, HENGELO).id}],
        "audit-export": [{"format": "csv"}, {"format": "jsonl"}],
    }
    for name, paths in asked.items():
        if role in (PAGES[name].roles or ()):
            yield from ((f"{name} {path}", browser.http.get(path)) for path in paths)
    for name, forms in typed.items():
        if role in (PAGES[name].roles or ()):
            yield from ((f"{name} {sorted(fields)}", posted(browser, name, one.case, fields)) for fields in forms)


def walked(
    browser: PageClient, role: Role, values: dict[str, str], *, named: bool = False
) -> Iterator[tuple[str, httpx.Response]]:
    """Every route of this role, as the table of routes asks for it; `named`: of those only what these values name."""
    token = token_of(browser)
    for name, page in PAGES.items():
        texts = (*TABLE[name].path.values(), *TABLE[name].fields.values())
        if role in (page.roles or ()) and (not named or any("{" in text for text in texts)):
            yield name, ask(browser, name, values, token)


def shows(answer: httpx.Response, postcodes: set[str]) -> bool:
    """Whether the answer, or where it leads, holds a postcode of the town or a surname of somebody there."""
    text = f"{ECHO.sub('', main_text(answer))} {answer.headers.get('location', '')}"
    return bool({one.replace(" ", "") for one in POSTCODE.findall(text)} & postcodes) or NEIGHBOURS in text.lower()


@pytest.fixture(scope="module")
def postcodes(two_towns: RunningOffice) -> set[str]:
    """Those of Hengelo; none is of Almelo too."""
    with transaction(two_towns.engine) as cursor:
        found = {
            town: {
                code for (code,) in cursor.execute("SELECT postcode FROM addresses WHERE municipality = %s", (town,))
            }
            for town in (ALMELO, HENGELO)
        }
    assert not found[ALMELO] & found[HENGELO]
    return found[HENGELO]


@pytest.mark.parametrize("role", ROLES)
def test_nothing_of_the_other_town_comes_through(two_towns: RunningOffice, postcodes: set[str], role: Role) -> None:
    one = stranger_of(two_towns)
    two_towns.signed_in(somebody(Role.SPECIALIST, HENGELO)).get(f"/zaak/{one.case}")  # stands in the log of Hengelo
    browser, values = two_towns.signed_in(somebody(role, ALMELO)), town_of(two_towns).values(role)
    theirs = town_of(two_towns, HENGELO).values(role)
    answers = [*looks(browser, role, one), *walked(browser, role, values), *walked(browser, role, theirs, named=True)]
    assert len(answers) > 10
    assert [name for name, answer in answers if shows(answer, postcodes)] == []
    # A log of the other town's household would show neither: it is not there.
    asked = [answer.status_code for name, answer in looks(browser, role, one) if name.startswith("processing-asked")]
    assert asked == ([422, 422] if role == Role.AUDITOR else [])


@pytest.mark.parametrize("role", ROLES)
def test_there_is_something_to_see(two_towns: RunningOffice, postcodes: set[str], role: Role) -> None:
    one = stranger_of(two_towns)
    two_towns.signed_in(somebody(Role.SPECIALIST, HENGELO)).get(f"/zaak/{one.case}")
    browser = two_towns.signed_in(somebody(role, HENGELO))
    found = [(name, shows(answer, postcodes)) for name, answer in looks(browser, role, one)]
    seen = {name.partition(" ")[0] for name, showed in found if showed}
    expected = {
        Role.AUDITOR: {"audit", "audit-asked", "audit-households", "audit-export"},
        Role.PARTNER_MANAGER: set[str](),  # counts only
    }
    assert seen == expected.get(role, {"queue", "run", "case", "search-found", "run-release"})
    # No search is answered with nobody because it was asked badly.
    assert [name for name, showed in found if name.startswith("search-found") and not showed] == []


_WRITTEN: Final = """
SELECT (SELECT count(*) FROM case_history JOIN cases ON cases.id = case_id WHERE municipality = %(town)s),
    (SELECT count(*) FROM audit WHERE municipality = %(town)s),
    (SELECT count(*) FROM processing_log JOIN households ON households.id = household_id
        WHERE municipality = %(town)s),
    (SELECT count(*) FROM partner_contacts WHERE municipality = %(town)s),
    (SELECT count(*) FROM claims JOIN households ON households.id = household_id WHERE municipality = %(town)s)
"""


def written(office: RunningOffice) -> tuple[int, ...]:
    """How much stands in the logs and on the desks of the other town."""
    with transaction(office.engine) as cursor:
        (counts,) = cursor.execute(_WRITTEN.encode(), {"town": HENGELO}).fetchall()
    return tuple(counts)


@pytest.fixture
def partner_of_there(two_towns: RunningOffice) -> Iterator[str]:
    """A partner that may signal to the other town alone."""
    with transaction(two_towns.engine) as cursor:
        cursor.execute(
            "INSERT INTO partners (id, sector, sources, municipalities) VALUES ('of-there', 'water', '{}', %s)",
            ([HENGELO],),
        )
    yield "of-there"
    with transaction(two_towns.engine) as cursor:
        cursor.execute("DELETE FROM partners WHERE id = 'of-there'")


@pytest.mark.parametrize("role", ROLES)
def test_a_guessed_number_of_the_other_town_is_as_one_that_nobody_has(
    two_towns: RunningOffice, partner_of_there: str, role: Role
) -> None:
    """On every route that names a case, a household, a person or a partner: one cannot even learn what there is."""
    browser = two_towns.signed_in(somebody(role, ALMELO))
    theirs = {**town_of(two_towns, HENGELO).values(role), "partner": partner_of_there}
    nobodys = {name: "no-such-partner" if name == "partner" else "9" * 9 for name in theirs}
    nobodys |= {name: theirs[name] for name in ("postcode", "surname", "house")}  # what is looked for, not whose it is
    nobodys["release"] = str(int(theirs["release"]) + 1)  # a moment, of which the page says that nothing is left
    before = written(two_towns)
    answers = dict(walked(browser, role, theirs, named=True))
    expected = dict(walked(browser, role, nobodys, named=True))
    assert written(two_towns) == before
    told = {name: (one.status_code, _unnamed(one, theirs)) for name, one in answers.items()}
    assert told == {name: (one.status_code, _unnamed(one, nobodys)) for name, one in expected.items()}
    named = {name: "".join(TABLE[name].path.values()) for name in answers}
    in_path = {name: one.status_code for name, one in answers.items() if named[name] not in {"", "{release}"}}
    assert set(in_path.values()) <= {404}
    assert len(in_path) >= {Role.PARTNER_MANAGER: 5, Role.AUDITOR: 0}.get(role, 20)


def _unnamed(answer: httpx.Response, values: dict[str, str]) -> str:
    """What an answer says, and where it leads, but for the numbers that were asked for."""
    text = f"{main_text(answer)} {answer.headers.get('location', '').partition('/zoeken/')[0]}"
    for number in sorted({values[name] for name in ("case", "household", "person", "partner")}, key=len, reverse=True):
        text = text.replace(number, "·")
    return text


@pytest.mark.parametrize(
    ("act", "field", "other"),
    [
        ("case-mark", "event", {"verdict": "wrongful", "reason": "x"}),
        ("case-take-back-mark", "event", {"reason": "x"}),
        ("case-close", "cases", {"outcome": "self-reliant"}),
        ("case-undo-attempt", "attempt", {}),
        ("case-undo-note", "note", {}),
        ("case-refer-result", "referral", {"result": "started"}),
        ("case-same-person", "person", {}),
        ("case-different-persons", "person", {"reason": "x"}),
        ("run-release", "case", {}),
        ("queue-claim", "case", {}),
    ],
)
def test_nothing_of_the_other_town_is_named_in_a_form_of_ones_own(
    two_towns: RunningOffice, act: str, field: str, other: dict[str, str]
) -> None:
    one, own = stranger_of(two_towns), town_of(two_towns).cases[-1][0]
    with transaction(two_towns.engine) as cursor:
        numbers = {"case": one.case, "cases": one.case, **_of_there(cursor, one)}
    before = written(two_towns)
    browser = two_towns.signed_in(somebody(Role.SPECIALIST, ALMELO))
    sent = {field: numbers[field], "seen": 2**40, "sure": "yes", "certain": "yes", **other}
    assert posted(browser, act, own, sent).status_code in {404, 409, 422}
    assert written(two_towns) == before


_MADE_THERE: Final = {
    "attempt": """INSERT INTO contact_attempts (household_id, case_id, kind, on_day, reached, by_id, by_name)
        VALUES (%(home)s, %(case)s, 'call', current_date, false, 'a', 'A') RETURNING id""",
    "note": """INSERT INTO notes (household_id, case_id, text, by_id, by_name)
        VALUES (%(home)s, %(case)s, 'x', 'a', 'A') RETURNING id""",
    "referral": """INSERT INTO referrals (household_id, case_id, target, target_name, by_id, by_name)
        VALUES (%(home)s, %(case)s, 'nsr', 'NSR', 'a', 'A') RETURNING id""",
    "event": "SELECT max(event_id) FROM reports WHERE household_id = %(home)s",
    "person": "SELECT max(id) FROM persons WHERE household_id = %(home)s",
}


def _of_there(cursor: Cursor, one: Stranger) -> dict[str, int]:
    """What the forms of a case name by number, of the other town's household; what it has not yet is made."""
    found = {}
    for name, statement in _MADE_THERE.items():
        ((found[name],),) = cursor.execute(statement.encode(), {"home": one.household, "case": one.case}).fetchall()
    return found
