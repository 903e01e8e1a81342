"""Every page and every state of it: how one comes there. The table is complete by construction, as `route_table` is.

A route without a line here fails `test_every_page_chromium`: either its states are looked at, or it says why there is
nothing to look at.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from signals.store.audit import note_cases
from signals.store.database import transaction
from signals.web.people import Role, User
from tests.web.case_office import COLLEAGUE, opened, rows, sent
from tests.web.crowd import crowd_in
from tests.web.office import person
from tests.web.stage import TWO_SESSIONS
from tests.web.troubles import PARTNER, PAUSED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from playwright.sync_api import Page

    from tests.web.stage import Stage

    Then = Callable[[Page, Stage], None]

FIND: Final = "form[action='/inzage'] button"  # of a data subject
ELSEWHERE: Final = frozenset({"0344"})  # a municipality of which nothing is known here


@dataclass(frozen=True)
class State:
    """One state of a page.

    Attributes:
        name: of the picture.
        who: sees it; None: nobody is signed in.
        path: where one begins; {rich} and the like are cases of the stage.
        then: what one does there.
        status: of the answer.
        briefly: looked at in Dutch on a phone only: it is much like one that is looked at in full.
    """

    name: str
    who: Role | User | None
    path: str
    then: Then | None = None
    status: int = 200
    briefly: bool = False


def press(selector: str, **typed: str) -> Then:
    """Fill in the fields of these ids and press; the browser's own checks are off, so that the server says it."""

    def act(page: Page, _: Stage) -> None:
        page.evaluate("for (const form of document.forms) form.noValidate = true")
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        for field, text in typed.items():
            page.fill(f"#{field}", text)
        with page.expect_navigation():
            page.locator(selector).first.click()

    return act


def all_forms(page: Page, _: Stage) -> None:
    """Open everything that opens."""
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")


def crowded(page: Page, stage: Stage) -> None:
    """Sixty people more, years of work, every badge, and words that break nowhere; and all forms."""
    case, long = int(page.url.rpartition("/")[2]), "Lang" * 40
    crowd_in(stage.office.engine, case, people=60, lines=60)
    for statement in (
        "UPDATE cases SET crisis = 'eviction', multiple = true, consecutive = true WHERE id = %s RETURNING id",
        f"UPDATE notes SET text = '{long}' WHERE id = (SELECT max(id) FROM notes WHERE case_id = %s) RETURNING id",
        f"""UPDATE persons SET surname = '{long}', partner_surname = '{long}', business_name = '{long}'
        WHERE id = (SELECT min(person_id) FROM reports WHERE case_id = %s) RETURNING id""",
        f"""UPDATE reports SET email = '{long}@example.nl', deceased_on = current_date, phone = '+31612345678'
        WHERE event_id = (SELECT min(event_id) FROM reports WHERE case_id = %s) RETURNING event_id""",
        f"""UPDATE arrears SET reference = left('{long}', 100), last_crisis = 'eviction'
        WHERE id = (SELECT min(arrears_id) FROM reports WHERE case_id = %s) RETURNING id""",
    ):
        rows(stage.office, statement, case)
    page.reload()
    all_forms(page, stage)


def none_of_the_letters(page: Page, stage: Stage) -> None:
    page.evaluate("for (const one of document.querySelectorAll('input[name=case]')) one.checked = false")
    press("form[method=post][action='/brievenronde'] button")(page, stage)


def a_letter_falls_out(page: Page, stage: Stage) -> None:
    """A colleague takes one up before the run is released."""
    box = page.locator("input[name=case]:checked").first
    case = int(box.get_attribute("value") or 0)
    _claimed_by_a_colleague(stage, case)
    page.locator("#sure").check()
    press("form[method=post][action='/brievenronde'] button")(page, stage)


def the_letters_of_a_release(page: Page, stage: Stage) -> None:
    press("main table a")(page, stage)


def on_no_day(page: Page, stage: Stage) -> None:
    the_letters_of_a_release(page, stage)
    press("form[action^='/brievenronde/verstuurd/'] button", on_day="")(page, stage)


def they_are_sent(page: Page, stage: Stage) -> None:
    the_letters_of_a_release(page, stage)
    press("form[action^='/brievenronde/verstuurd/'] button")(page, stage)


def somebody_was_first(page: Page, stage: Stage) -> None:
    """A colleague takes up what one is about to take up."""
    button = page.locator("form[action$='/oppakken'] button").first
    if page.url.rpartition("/")[2].isdigit():
        case = int(page.url.rpartition("/")[2])
    else:
        case = int(page.locator("form[action$='/oppakken'] input[name=case]").first.get_attribute("value") or 0)
    _claimed_by_a_colleague(stage, case)
    with page.expect_navigation():
        button.click()


def _claimed_by_a_colleague(stage: Stage, case: int) -> None:
    rows(
        stage.office,
        """INSERT INTO claims (household_id, user_id, user_name) SELECT household_id, 'colleague', 'Sam Voorbeeld'
        FROM cases WHERE id = %s ON CONFLICT (household_id) DO NOTHING RETURNING household_id""",
        case,
    )


def a_colleague_writes(page: Page, stage: Stage) -> None:
    """An attempt of a colleague between opening the page and changing the route."""
    case, client = int(page.url.rpartition("/")[2]), stage.office.signed_in(COLLEAGUE)
    sent(client, opened(client, case), "contact", kind="call", part=None, reached="yes")
    all_forms(page, stage)
    page.locator("#form-change-route").get_by_role("radio").first.check()
    press("#form-change-route button:not([name=language])", **{"change-route-reason": "Er is geen bel."})(page, stage)


def somebody_by_name(page: Page, stage: Stage) -> None:
    ((surname,),) = rows(
        stage.office, "SELECT max(surname) FROM persons JOIN reports ON person_id = persons.id WHERE surname <> ''"
    )
    press("form[action='/zoeken'] button", name=str(surname))(page, stage)


def the_contact_changes(page: Page, stage: Stage) -> None:
    rows(
        stage.office,
        """UPDATE partner_contacts SET name = 'Balie ' || left(md5(name), 4) WHERE partner_id = %s
        RETURNING partner_id""",
        PARTNER,
    )
    press("main form button", phone="074 765 43 21")(page, stage)


def others_too(page: Page, stage: Stage) -> None:
    """The partner sends to another municipality as well: what is done here concerns that one too."""
    rows(
        stage.office,
        "UPDATE partners SET municipalities = ARRAY['0141', '0164'] WHERE id = %s RETURNING id",
        PARTNER,
    )
    page.reload()


def the_session_is_old(page: Page, stage: Stage) -> None:
    rows(
        stage.office,
        "UPDATE sessions SET began_at = began_at - interval '1 hour' WHERE user_id = %s RETURNING 1",
        TWO_SESSIONS.id,
    )
    press("form[action='/sessies/beeindigen'] button")(page, stage)


def of_a_case(page: Page, stage: Stage) -> None:
    press("form[action='/verwerkingen'] button", number=str(stage.cases["rich"]))(page, stage)


def a_person(page: Page, stage: Stage) -> None:
    """Who lives at the case with everything in it."""
    ((surname, postcode, number),) = rows(
        stage.office,
        """SELECT surname, postcode, number FROM cases JOIN persons ON persons.household_id = cases.household_id
        JOIN households ON households.id = cases.household_id JOIN addresses ON addresses.id = address_id
        WHERE cases.id = %s AND surname IS NOT NULL ORDER BY persons.id LIMIT 1""",
        stage.cases["rich"],
    )
    press(FIND, who=surname, postcode=postcode, house=str(number))(page, stage)


def the_uses(page: Page, stage: Stage) -> None:
    a_person(page, stage)
    press("form[action='/inzage/persoon'] button")(page, stage)


def the_answer(page: Page, stage: Stage) -> None:
    the_uses(page, stage)
    language = page.locator("html").get_attribute("lang")
    press(f"form[action='/inzage/antwoord'] button[value={language}]")(page, stage)


def about_a_case(page: Page, stage: Stage) -> None:
    press("main form button", subject=f"zaak {stage.cases['rich']}")(page, stage)


def an_act_on_two(page: Page, stage: Stage) -> None:
    """What a colleague does to two cases at once, on top of the log."""
    with transaction(stage.office.engine) as cursor:
        note_cases(cursor, "u1", "undo-attempt", [stage.cases["rich"], stage.cases["two"]], {"kind": "letter"})
    page.reload()


def each_of_an_act(page: Page, stage: Stage) -> None:
    an_act_on_two(page, stage)
    press("main table form button")(page, stage)


def of_namesakes(page: Page, stage: Stage) -> None:
    press("main form button", person="Sanne de Boer")(page, stage)


def the_households_of_namesakes(page: Page, stage: Stage) -> None:
    of_namesakes(page, stage)
    press("form[action='/logboek/huishoudens'] button")(page, stage)


def _empty(act: str, case: str = "rich", *, briefly: bool = True) -> tuple[State, ...]:
    """A form of a case that is sent with nothing in it."""
    sending = press(f"#form-{act} button:not([name=language])")
    return (State(f"case-{act}-empty", S, f"/zaak/{{{case}}}", sending, 422, briefly=briefly),)


S: Final = Role.SPECIALIST
LEAD: Final = Role.TEAM_LEAD
MANAGER: Final = Role.PARTNER_MANAGER
AUDITOR: Final = Role.AUDITOR
_CONTACT: Final = f"/partners/{PARTNER}/contact"

STATES: Final[Mapping[str, tuple[State, ...]]] = {
    "keys": (State("keys", S, "/toetsen"),),
    "sign-in": (State("sign-in-demo", None, "/aanmelden"),),
    "policy": (State("policy", S, "/beleid"), State("policy-none", person(S, 64, ELSEWHERE), "/beleid", briefly=True)),
    "score": (
        State("score", S, "/score", all_forms),
        State("score-framework", person(S, 65, frozenset({"0164"})), "/score", briefly=True),
    ),
    "signed-out": (State("signed-out", None, "/afgemeld"),),
    "own-sessions": (State("sessions", person(S, 61), "/sessies"), State("sessions-more", TWO_SESSIONS, "/sessies")),
    "own-sessions-end": (State("sessions-old", TWO_SESSIONS, "/sessies", the_session_is_old, 403),),
    "queue": (
        State("queue-visits", S, "/werkvoorraad/visits"),
        State("queue-letters", S, "/werkvoorraad/letters"),
        State("queue-follow-up", S, "/werkvoorraad/follow-up"),
        State("queue-review", S, "/werkvoorraad/review"),
        State(
            "queue-review-decided",
            S,
            "/werkvoorraad/review",
            press("form[action$='/dezelfde-persoon'] button"),
            briefly=True,
        ),
        State("queue-next", S, "/werkvoorraad/letters", press("a[rel=next]")),
        State("queue-narrowed", S, "/werkvoorraad/letters?crisis=any&claim=unclaimed", all_forms),
        State("queue-nothing", S, "/werkvoorraad/visits?postcode=9999"),
        State("queue-waits-for-nobody", person(S, 64, ELSEWHERE), "/werkvoorraad/letters"),
        State("queue-wrong", S, "/werkvoorraad/visits?postcode=x", status=422),
    ),
    "queue-claim": (State("queue-taken", S, "/werkvoorraad/letters", somebody_was_first, 409),),
    "run": (
        State("run", S, "/brievenronde"),
        State("run-nothing", person(S, 64, ELSEWHERE), "/brievenronde"),
    ),
    "run-release": (
        State("run-none-chosen", S, "/brievenronde", none_of_the_letters, 422, briefly=True),
        State("run-changed", S, "/brievenronde", a_letter_falls_out, 409, briefly=True),
    ),
    "print-runs": (State("print-runs", S, "/brievenronde/drukwerk", briefly=True),),
    "print": (
        State("print", S, "/brievenronde/drukwerk/nieuw", briefly=True),
        State("print-nothing", person(S, 64, ELSEWHERE), "/brievenronde/drukwerk/nieuw", briefly=True),
    ),
    "print-release": (
        State(
            "print-unsure", S, "/brievenronde/drukwerk/nieuw", press("main form[method=post] button"), 422, briefly=True
        ),
    ),
    "print-run": (
        State("print-run", S, "/brievenronde/drukwerk/{open_run}", briefly=True),
        State("print-run-posted", S, "/brievenronde/drukwerk/{posted_run}", briefly=True),
    ),
    "print-posted": (
        State(
            "print-run-wrong",
            S,
            "/brievenronde/drukwerk/{open_run}",
            press("form[action$='/op-de-post'] button", on_day=""),
            422,
            briefly=True,
        ),
    ),
    "print-returned": (
        State(
            "print-run-none-back",
            S,
            "/brievenronde/drukwerk/{posted_run}",
            press("form[action$='/teruggekomen'] button"),
            422,
            briefly=True,
        ),
    ),
    "print-not-returned": (
        State(
            "print-run-none-mistaken",
            S,
            "/brievenronde/drukwerk/{posted_run}",
            press("form[action$='/toch-niet-terug'] button"),
            422,
            briefly=True,
        ),
    ),
    "sending": (State("sending", S, "/brievenronde/verstuurd", the_letters_of_a_release, briefly=True),),
    "sending-sent": (State("sending-wrong", S, "/brievenronde/verstuurd", on_no_day, 422, briefly=True),),
    "sendings": (
        State("sendings", S, "/brievenronde/verstuurd", briefly=True),
        State("sendings-sent", S, "/brievenronde/verstuurd", they_are_sent, briefly=True),
    ),
    "search": (State("search", S, "/zoeken"),),
    "search-found": (State("search-wrong", S, "/zoeken", press("form[action='/zoeken'] button"), 422),),
    "search-list": (
        State("search-found", S, "/zoeken", somebody_by_name),
        State("search-nobody", S, "/zoeken", press("form[action='/zoeken'] button", reference="is er niet")),
    ),
    "case": (
        State("case-fresh", S, "/zaak/{fresh}"),
        State("case-rich", S, "/zaak/{rich}"),
        State("case-forms", S, "/zaak/{rich}", all_forms),
        State("case-held", S, "/zaak/{held}"),
        State("case-two", S, "/zaak/{two}", all_forms),
        State("case-reached", S, "/zaak/{reached}", briefly=True),
        State("case-closed", S, "/zaak/{closed}", all_forms),
        State("case-reopened", S, "/zaak/{reopened}", briefly=True),
        State("case-threatened", S, "/zaak/{threatened}"),
        State("case-crowded", S, "/zaak/{reopened}", crowded, briefly=True),
        State("case-of-a-colleague", LEAD, "/zaak/{rich}", all_forms, briefly=True),
    ),
    "visit-lists": (State("visit-lists", S, "/bezoeken"),),
    "visit-plan": (State("visit-plan", S, "/bezoeken/nieuw?setting={setting}", all_forms),),
    "visit-propose": (
        State("visit-plan-wrong", S, "/bezoeken/nieuw", press("main form button", minutes=""), 422, briefly=True),
    ),
    "visit-list": (
        State("visit-list", S, "/bezoeken/{proposed_list}"),
        State("visit-list-released", S, "/bezoeken/{round}", all_forms, briefly=True),
    ),
    "visit-add": (
        State(
            "visit-list-no-address",
            S,
            "/bezoeken/{proposed_list}",
            press("form[action$='/erbij'] button", address="x"),
            422,
            briefly=True,
        ),
    ),
    "visit-round": (
        State("visit-round", S, "/bezoeken/{round}/onderweg", all_forms, briefly=True),
        State("visit-round-early", S, "/bezoeken/{proposed_list}/onderweg", status=409, briefly=True),
    ),
    "visit-door": (State("visit-door", S, "/bezoeken/{round}/onderweg/{stop}", all_forms, briefly=True),),
    "visit-record": (
        State(
            "visit-door-wrong",
            S,
            "/bezoeken/{round}/onderweg/{stop}",
            press("form[action$='/uitslag'] button"),
            422,
            briefly=True,
        ),
    ),
    "case-safe": (State("case-safe", LEAD, "/zaak/{unsafe}/veilig", briefly=True),),
    "case-address": (State("case-address", S, "/zaak/{streetless}/adres", briefly=True),),
    "case-address-write": (
        State(
            "case-address-wrong",
            S,
            "/zaak/{streetless}/adres",
            press("form[action$='/adres'] button", street="漢字", city="Almelo"),
            422,
            briefly=True,
        ),
    ),
    "case-claim": (State("case-taken", S, "/zaak/{taken}", somebody_was_first, 409, briefly=True),),
    "case-change-route": (State("case-changed", S, "/zaak/{reached}", a_colleague_writes, 409),),
    "case-attempt": _empty("attempt", briefly=False),
    "case-release": _empty("release", "fresh"),
    "case-close": _empty("close"),
    "case-reopen": _empty("reopen", "closed"),
    **{
        f"case-{act}": _empty(act)
        for act in (
            *("hand-to-team", "hand-over", "undo-attempt", "promise", "note", "mark", "take-back-mark"),
            *("refer", "refer-result"),
        )
    },
    "overview": (
        State("overview", LEAD, "/overzicht"),
        State("overview-of-a-manager", MANAGER, "/overzicht", briefly=True),
        State("overview-nothing", person(LEAD, 65, ELSEWHERE), "/overzicht", briefly=True),
    ),
    "partners": (State("partners", MANAGER, "/partners"),),
    "partner": (
        State("partner-quarantine", MANAGER, f"/partners/{PARTNER}"),
        State("partner-paused", MANAGER, f"/partners/{PAUSED}"),
        State("partner-of-others", person(MANAGER, 2), f"/partners/{PARTNER}", others_too, briefly=True),
    ),
    "partner-replay": (
        State("partner-sure", MANAGER, f"/partners/{PARTNER}", press("form[action$='/opnieuw'] button")),
    ),
    "partner-resume": (
        State("partner-sure-topic", MANAGER, f"/partners/{PAUSED}", press("form[action$='/hervatten'] button")),
    ),
    "partner-contact": (State("partner-contact", MANAGER, _CONTACT),),
    "partner-contact-save": (
        State("partner-contact-wrong", MANAGER, _CONTACT, press("main form button", phone="bel ons"), 422),
        State("partner-contact-changed", MANAGER, _CONTACT, the_contact_changes, 409),
    ),
    "audit": (
        State("audit", AUDITOR, "/logboek", an_act_on_two),
        State("audit-nothing", person(AUDITOR, 66, ELSEWHERE), "/logboek", briefly=True),
    ),
    "audit-asked": (
        State("audit-household", AUDITOR, "/logboek", about_a_case),
        State("audit-act", AUDITOR, "/logboek", each_of_an_act, briefly=True),
        State("audit-namesakes", AUDITOR, "/logboek", of_namesakes),
        State("audit-wrong", AUDITOR, "/logboek", press("main form button", person="Niemand"), 422),
    ),
    "audit-households": (State("audit-households", AUDITOR, "/logboek", the_households_of_namesakes),),
    "processing": (State("processing", AUDITOR, "/verwerkingen"),),
    "processing-found": (
        State("subject-found", AUDITOR, "/verwerkingen", a_person),
        State("subject-none", AUDITOR, "/verwerkingen", press(FIND, who="Niemand", born="1901-01-01"), briefly=True),
        State("subject-wrong", AUDITOR, "/verwerkingen", press(FIND, who="Jansen"), 422, briefly=True),
    ),
    "processing-person": (State("subject", AUDITOR, "/verwerkingen", the_uses),),
    "processing-answer": (State("subject-answer", AUDITOR, "/verwerkingen", the_answer),),
    "processing-asked": (
        State("processing-found", AUDITOR, "/verwerkingen", of_a_case),
        State(
            "processing-wrong",
            AUDITOR,
            "/verwerkingen",
            press("form[action='/verwerkingen'] button", number="abc"),
            422,
        ),
    ),
}
"""By the name of the page that answers."""

FAULTS: Final = (
    State("fault-404", S, "/bestaat-niet", status=404),
    State("fault-403", LEAD, "/proef/nee?status=403", status=403),
    State("fault-429", S, "/proef/nee?status=429", status=429),
    State("fault-500", AUDITOR, "/proef/stuk", status=500),
    State("fault-503", MANAGER, "/proef/weg", status=503),
)
"""What is said instead of a page."""

LEADS_ON: Final[Mapping[str, str]] = {
    "start": "leads to where the work of a role begins",
    "language": "leads back to the page",
    "keys-switch": "leads back to the page",
    "demo-sign-in": "leads to the page that was asked for",
    "sign-in-begin": "leads to the provider; its refusals: test_signin_browser",
    "sign-in-return": "leads to the page that was asked for; its refusals: test_signin_browser",
    "sign-out": "leads to the page of who signed out",
    "print-sample": "a picture",
    "print-files": "a file; its refusal is the page of `print-run`",
    "print-letter": "a file",
    "visit-drop": "leads back; its refusal is the page of `visit-add`",
    "visit-pin": "leads back; its refusal is the page of `visit-add`",
    "visit-move": "leads back; its refusal is the page of `visit-add`",
    "visit-replan": "leads back; its refusal is the page of `visit-add`",
    "visit-release": "leads back; its refusal is the page of `visit-add`",
    "visit-put": "leads on to the list; its refusal is the page of `visit-add`",
    "visit-opt-out": "leads back; its refusal is the page of `visit-add`",
    "visit-end": "leads back; its refusal is the page of `visit-add`",
    "visit-setting-remove": "leads back; its refusal is the page of `visit-propose`",
    "case-safe-say": "leads back; its refusal is the page of `case-safe`",
    "visit-paper": "a file",
    "visit-cards": "a file; its refusal is the page of `visit-list`",
    "print-back": "leads back; its refusal is the page of `print-run`",
    "case-address-remove": "leads back; its refusal is the page of `case-address-write`",
    "sendings-undo": "leads back; its refusal is the page of `sendings`",
    "queue-let-go": "leads back; its refusal is the page of `queue-claim`",
    "case-let-go": "leads back; its refusal is the page of `case-claim`",
    "case-look": "leads back; its refusal is the page of `case-change-route`",
    "case-undo-look": "leads back; its refusal is the page of `case-change-route`",
    "case-undo-note": "leads back; its refusal is the page of `case-claim`",
    "case-cancel-promise": "leads back; its refusal is the page of `case-claim`",
    "case-take-back": "leads back; its refusal is the page of `case-claim`",
    "case-same-person": "leads back; its refusal is the page of `case-claim`",
    "case-different-persons": "leads back; its refusal is the page of `case-claim`",
    "case-undo-link": "leads back; its refusal is the page of `case-claim`",
    "overview-figures": "JSON",
    "score-register": "a file",
    "audit-export": "a file",
}
"""What shows nothing of its own, and why."""
