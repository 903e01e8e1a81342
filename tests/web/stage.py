"""An office in which everything is to be seen: a case of each kind, partners in trouble, lines in the logs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from signals.errors import SignalsError
from signals.outreach.learning.rescore import rescore
from signals.outreach.letters.choosing import RunWish
from signals.outreach.letters.mail import mark_posted, record_returned
from signals.outreach.letters.runs import release_letter_run
from signals.outreach.letters.streets import write_street
from signals.outreach.policy import parse_policy
from signals.outreach.registers import load_policy
from signals.outreach.release import release
from signals.outreach.visits.unsafe import flag_unsafe
from signals.outreach.work.people import Actor
from signals.policies import shipped
from signals.store.audit import note
from signals.store.database import transaction
from signals.web.people import Role
from signals.web.press import Press
from signals.web.texts import today_of, utc_now
from tests.web.case_office import COLLEAGUE, LONG, a_case, opened, rows, sent
from tests.web.doors import proposed, released
from tests.web.office import ALMELO, person
from tests.web.route_table import a_setting
from tests.web.scored import BLEND, evaluated
from tests.web.spoken import SPOKEN
from tests.web.troubles import PARTNER, bring_trouble

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.web.office import RunningOffice

TEAM: Final = '\n[[team]]\nkey = "noord"\nname = "Wijkteam Noord"\n'
CLERK: Final = Actor("clerk", "Kees Voorbeeld")
TWO_SESSIONS: Final = person(Role.SPECIALIST, 63)


@dataclass(frozen=True)
class Stage:
    """The office, and the cases and runs of letters by what is special about them."""

    office: RunningOffice
    cases: Mapping[str, int]


def staged(office: RunningOffice) -> Stage:
    """Bring all of it about, as people and partners do."""
    bring_trouble(office.engine)
    with transaction(office.engine) as cursor:
        body = shipped()["almelo.toml"].replace("2020-01-01", "2026-09-02", 1).replace(*BLEND)
        load_policy(cursor, parse_policy(body + TEAM, "policy"), actor="test")
        evaluated(cursor)
        cursor.execute(
            """INSERT INTO partner_contacts (partner_id, municipality, name, phone)
            VALUES (%s, %s, 'Team incasso', '074 123 45 67')""",
            (PARTNER, ALMELO),
        )
    rescore(office.engine, ALMELO, lambda _: None)
    office.session(TWO_SESSIONS)
    office.session(COLLEAGUE)
    cases = {"two": _two_open_cases(office), **_worked(office)}
    runs = _printed(office)
    _tell_the_log(office, cases["rich"])
    return Stage(office, cases | runs | _visits(office))


def _two_open_cases(office: RunningOffice) -> int:
    ((case,),) = rows(
        office,
        """SELECT min(id) FROM cases WHERE state = 'open' AND waiting GROUP BY household_id
        HAVING count(*) = 2 ORDER BY 1 LIMIT 1""",
    )
    return int(case)


def _worked(office: RunningOffice) -> dict[str, int]:
    client = office.signed_in(Role.SPECIALIST)
    cases: dict[str, int] = {}
    letter, visit = "route = 'letter' AND waiting", "route = 'home-visit' AND waiting"

    def begin(name: str, which: str = letter) -> int:
        cases[name] = case = a_case(office, f"({which}) AND NOT id = ANY(array{sorted(cases.values())}::bigint[])")
        return case

    held = begin("held")
    rows(office, "UPDATE cases SET held = true WHERE id = %s RETURNING id", held)
    begin("fresh")
    case = begin("rich", visit)
    sheet = sent(client, opened(client, case), "oppakken")
    sheet = sent(client, sheet, "contact", kind="home-visit", part="evening", reached="no", note=LONG)
    sheet = sent(client, sent(client, sheet, "notitie", note=LONG), "doorverwijzen", target="nsr", certain="yes")
    event = sheet.all("input", name="event")[0].get("value")
    sheet = sent(client, sheet, "niet-oppakken", event=event, verdict="other-reason", reason="x", certain="yes")
    case = begin("reached")
    sent(client, opened(client, case), "contact", kind="call", part=None, reached="yes")
    case = begin("closed")
    sent(client, opened(client, case), "afsluiten", outcome="other-support", certain="yes")
    case = begin("reopened")
    sheet = sent(client, opened(client, case), "afsluiten", outcome="other-support", certain="yes")
    sent(client, sheet, "heropenen", reason="Belde terug.")
    begin("threatened", "crisis IS NOT NULL AND waiting")
    begin("taken")
    sent(client, opened(client, begin("in the pile")), "vrijgeven", certain="yes")
    case = begin("streetless")
    rows(office, "UPDATE cases SET letter_fault = 'no-street' WHERE id = %s RETURNING id", case)
    with transaction(office.engine) as cursor:
        write_street(cursor, case, "Voorbeeldstraat", "Almelo", CLERK)
    return cases


def _visits(office: RunningOffice) -> dict[str, int]:
    """A list of visits that is proposed, one that was let go, how a pair usually goes; and a door that is not safe."""
    case = a_case(office, "route = 'home-visit' AND waiting")
    ((household,),) = rows(office, "SELECT household_id FROM cases WHERE id = %s", case)
    with transaction(office.engine) as cursor:
        setting = int(a_setting(cursor, ALMELO)["setting"])
        flag_unsafe(cursor, household, CLERK)
    going = released(office, 1)
    lists = {"proposed_list": proposed(office, 3), "round": going.id, "stop": going.stops[0].id}
    return {**lists, "setting": setting, "unsafe": case}


def _printed(office: RunningOffice) -> dict[str, int]:
    """A run of letters in the post, and one that was fetched and of which a letter fell out since."""
    posted, today = _run_of(office, 1), today_of(utc_now())
    with transaction(office.engine) as cursor:
        (letter,) = mark_posted(cursor, posted, today, CLERK, today=today).letters
        record_returned(cursor, letter, "moved", CLERK, today=today)
    fetched = _run_of(office, 3)
    rows(
        office,
        "UPDATE cases SET held = true WHERE id = (SELECT min(case_id) FROM letters WHERE run_id = %s) RETURNING id",
        fetched,
    )
    return {"posted_run": posted, "open_run": fetched}


def _run_of(office: RunningOffice, letters: int) -> int:
    """A run of so many letters of households that have one case, the last ones; its files were made."""
    with transaction(office.engine) as cursor:
        cursor.execute(
            """SELECT min(id) FROM cases WHERE state <> 'removed' GROUP BY household_id HAVING count(*) = 1
                AND bool_and(waiting AND NOT held AND route = 'letter' AND crisis IS NULL)
            ORDER BY household_id DESC LIMIT %s""",
            (letters,),
        )
        cases = [case for (case,) in cursor.fetchall()]
        release(cursor, cases, actor="test")
        run, _ = release_letter_run(cursor, RunWish(ALMELO, today_of(utc_now()), frozenset(cases)), CLERK)
    assert run is not None
    packed = Press(office.engine).packed(run, CLERK)
    assert not isinstance(packed, SignalsError)
    packed.close()
    return run


def _tell_the_log(office: RunningOffice, case: int) -> None:
    """Every kind of line; two people of one name saw the same household."""
    ((household,),) = rows(office, "SELECT household_id FROM cases WHERE id = %s", case)
    with transaction(office.engine) as cursor:
        for user in ("u1", "u2"):
            note(cursor, user, "sign-in", "session", {"name": "Sanne de Boer"}, municipality=ALMELO)
        for one in SPOKEN:
            note(cursor, "u1", one.action, one.subject, one.detail, municipality=ALMELO)
        note(cursor, "u1", "search", "search", municipality=ALMELO, households=[household, household + 1])
        note(cursor, "u2", "view-case", f"case {case}", municipality=ALMELO, households=[household])
