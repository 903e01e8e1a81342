"""The page of a case for every state that a dossier can be in, in both languages, without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, cast, get_args

import pytest

from signals.contract.partners import partner_name
from signals.outreach.release import NotReleasedError
from signals.outreach.work.claims import Claim
from signals.outreach.work.dossier import Clock
from signals.outreach.work.lengths import NOTE_LENGTH
from signals.outreach.work.links import Link
from signals.outreach.work.pairs import PairLink
from signals.outreach.work.people import Actor, Obstacle
from signals.outreach.work.steps import NextStep
from signals.web import cookies, routes, static_files, templating
from signals.web.desk import Desk, Form, Visit
from signals.web.people import Role, User
from signals.web.work import acts, typed
from signals.web.work.case import show_case, show_changed
from signals.web.work.obstacles import NOT_RELEASED, NOT_SAFE, OBSTACLES, why_not
from tests.web.client import checked, text_of
from tests.web.dossiers import NOW, TODAY, made_case, made_dossier

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.responses import Response

    from signals.outreach.work.dossier import Dossier
    from tests.web.client import Sheet

STATES: dict[str, Dossier] = {
    "everything": made_dossier(),
    "of a colleague": made_dossier(claim=Claim(5, Actor("x", "Tom Jansen"), NOW)),
    "held": made_dossier(case=made_case(held=True), claim=None, next_step=None, team=None),
    "two cases": made_dossier(cases=(made_case(12), made_case(13, period="2026-10", route_by_person=True))),
    "closed": made_dossier(
        case=made_case(state="closed", outcome="no-contact", closed_by="Tom Jansen", closed_at=NOW, waiting=False)
    ),
    "closed beside an open one": made_dossier(
        case=(_CLOSED := made_case(state="closed", outcome="already-paid", waiting=False)),
        cases=(_CLOSED, made_case(13, period="2026-10")),
    ),
    "closed by the rules": made_dossier(case=made_case(state="closed", outcome="already-paid", waiting=False)),
    "nothing yet": made_dossier(attempts=(), notes=(), referrals=(), history=(), persons=(), claim=None),
}
_LINK = Link(2, "different", frozenset({"enexis", "vitens"}), "Vader en zoon.", "Tom Jansen", NOW)
_ONE, _OTHER = made_dossier().persons
_PAIR = PairLink((1, 4), "different", "Vader en dochter.", "Tom Jansen", NOW)
STATES["doubtful"] = made_dossier(
    persons=(
        replace(_ONE, asked=True, certain=False),
        replace(_ONE, id=3, asked=True, asked_with=(1, 2)),
        replace(_OTHER, link=_LINK, asked_with=(1,)),
        replace(_ONE, id=4, asked_with=(3,), pairs=(_PAIR, replace(_PAIR, pair=(2, 4), verdict="same", reason=None))),
    ),
    claim=Claim(5, Actor("x", "Tom Jansen"), NOW, giver="specialist-1"),
    next_step=NextStep("call", TODAY, None, "promised"),
)
# In each of these states every form of an act was on the page that was sent.
_WHERE = {"reopen": "closed", "different-persons": "doubtful"}
ASKED = [(act, _WHERE.get(act.name, "everything")) for act in acts.ACTS]


class Silent:
    """A cursor that takes everything and knows one colleague."""

    found: tuple[tuple[str, str], ...] = ()

    def execute(self, statement: str | bytes, *_: object) -> Silent:
        self.found = (("x", "Tom Jansen"),) if "FROM colleagues" in str(statement) else ()
        return self

    executemany = execute

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self.found)

    def fetchall(self) -> list[tuple[str, str]]:
        return list(self.found)


@cache
def templates() -> templating.Templates:
    """As the office has them."""
    return templating.Templates(templating.Addresses(routes.all_pages()), static_files.StaticFiles(), routes.MENU)


def desk(language: str) -> Desk:
    """The request of a specialist for the page."""
    sanne = User("specialist-1", "Sanne de Vries", frozenset({Role.SPECIALIST}), frozenset({"0141"}))
    nothing = cast("Any", None)
    return Desk(
        visit=Visit("GET", "/zaak/12", language, "nonce", "127.0.0.1", {}, {}, "b" * 32),
        visitor=sanne,
        now=NOW,
        path={"case": 12},
        query={},
        form=Form(),
        cursor=cast("Any", Silent()),
        templates=templates(),
        jar=cookies.Jar("s" * 40, secure=False),
        sign_in=nothing,
        press=nothing,
        planner=nothing,
    )


def sheet_of(response: Response) -> Sheet:
    headers = {"content-security-policy": "'nonce-nonce'", "cache-control": "no-store"}
    return checked(response.status_code, "/zaak/12", bytes(response.body).decode(), headers)


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("state", STATES)
def test_every_state_is_a_whole_page(state: str, language: str) -> None:
    request = desk(language)
    sheet = sheet_of(show_case(request, STATES[state]))
    assert sheet.heading == {"nl": "Zaak 12", "en": "Case 12"}[language]
    assert request.logged == ["view-case"]


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize(("act", "state"), [one for one in ASKED if one[0].faults is not typed.no_faults])
def test_every_form_says_what_it_misses_and_stands_open(act: acts.Act, state: str, language: str) -> None:
    found, form = STATES[state], Form([("seen", "41")])
    sent = typed.Typed(act.name, form, act.faults(form, found, NOW))
    sheet = sheet_of(show_case(desk(language), found, sent, status=422))
    (alert,) = sheet.all("div", role="alert")
    assert len(list(alert.iter("a"))) == len(sent.faults) > 0
    assert [one.get("id") for drawer in sheet.all("details", open="") for one in drawer.iter("form")] == [
        f"form-{act.name}"
    ]


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize(("act", "state"), [one for one in ASKED if one[0].faults is not typed.no_faults])
def test_what_was_typed_stands_beside_what_changed(act: acts.Act, state: str, language: str) -> None:
    request, found, text = desk(language), STATES[state], "Zelf getypt."
    form = Form([("reason", text), ("note", text), ("seen", "40")])
    sheet = sheet_of(show_changed(request, found, typed.Typed(act.name, form), found.history[1:]))
    assert sheet.all("form", id=f"form-{act.name}")
    assert sheet.texts("textarea") in ([], [text])
    assert sheet.all("input", name="seen")[0].get("value") == "41"
    assert request.logged == ["view-case"]


def test_a_colleague_cannot_be_overtaken() -> None:
    sheet = sheet_of(show_case(desk("nl"), STATES["of a colleague"]))
    assert "Tom Jansen heeft deze zaak sinds" in sheet.words
    ways = {form.action.rpartition("/")[2] for form in sheet.forms()}
    assert ways.isdisjoint({"oppakken", "teruggeven", "overdragen", "team"})
    assert "notitie" in ways


@pytest.mark.parametrize("language", ["nl", "en"])
def test_an_outcome_of_one_tenant_is_offered_signal_by_signal(language: str) -> None:
    found = STATES["everything"]
    form = Form([("seen", "41"), ("cases", "12"), ("outcome", "deceased"), ("certain", "yes")])
    sent = typed.Typed("close", form, typed.close_faults(form, found, NOW))
    sheet = sheet_of(show_case(desk(language), found, sent, status=422))
    marks = [
        one for one in sheet.forms() if one.action == "/zaak/12/niet-oppakken" and ("verdict", "deceased") in one.fields
    ]
    assert [dict(one.fields)["event"] for one in marks] == ["2", "3"]
    assert "Mark" in sheet.texts("div", role="alert")[0] or "mark" in sheet.texts("div", role="alert")[0]
    assert sheet.all("select", id="close-outcome")[0].get("aria-invalid") == "true"


def test_it_is_asked_of_the_whole_resident_whom_a_colleague_joined() -> None:
    joined = replace(_ONE, resident=1), replace(_OTHER, id=2, resident=1)
    third = replace(_ONE, id=3, partners=("menzis",), asked_with=(1,))
    sheet = sheet_of(show_case(desk("nl"), made_dossier(persons=(*joined, third))))
    (question,) = [text for text in sheet.texts("p") if text.startswith("Is dit dezelfde persoon als")]
    assert all(partner_name(one) in question for person in joined for one in person.partners)


def test_tenants_are_chosen_by_name_and_nobody_is_chosen_beforehand() -> None:
    sheet = sheet_of(show_case(desk("nl"), STATES["everything"]))
    (asked,) = [one for one in sheet.all("fieldset") if one.get("id") == "close-persons"]
    assert [(one.get("value"), one.get("checked")) for one in asked.iter("input")] == [("1", None), ("2", None)]
    alone = made_dossier(signals=tuple(one for one in made_dossier().signals if one.person != 2))
    assert not [
        one for one in sheet_of(show_case(desk("nl"), alone)).all("fieldset") if one.get("id") == "close-persons"
    ]


def test_every_obstacle_has_its_sentence_and_every_page_that_refuses_says_it() -> None:
    assert set(OBSTACLES) == set(get_args(Obstacle))
    assert len(set(OBSTACLES.values())) == len(OBSTACLES)
    refusals = [why_not(NotReleasedError("Nothing was released.", code)) for code in (None, "unsafe")]
    assert refusals == [NOT_RELEASED, NOT_SAFE]
    for sentence in [*OBSTACLES.values(), *refusals]:
        sent = typed.Typed("change-route", Form([("reason", "Zelf getypt.")]))
        for language in ("nl", "en"):
            request = desk(language)
            sheet = sheet_of(show_changed(request, STATES["everything"], sent, problem=request.text(sentence)))
            assert request.text(sentence) in sheet.words
            assert sheet.texts("textarea") == ["Zelf getypt."]


def test_a_tick_holds_for_the_deaths_that_the_page_showed() -> None:
    held = STATES["held"]
    dead = replace(held, signals=(*held.signals, replace(held.signals[-1], event=9, reason="deceased")))

    def ticked(found: Dossier, **sent: str) -> tuple[bool, list[str | None]]:
        form = Form([("certain", "yes"), *sent.items()])
        sheet = sheet_of(show_changed(desk("nl"), found, typed.Typed("release", form), found.history[1:]))
        (box,) = sheet.all("input", id="release-certain")
        return box.get("checked") is not None, [one.get("value") for one in sheet.all("input", name="deaths")]

    assert ticked(dead, deaths="9") == (True, ["9"])
    assert ticked(dead, deaths="0") == (False, ["9"])
    assert ticked(dead) == (False, ["9"])
    assert ticked(STATES["everything"]) == (True, [])
    # A colleague closed a case because somebody died: no signal bears a mark, and it is a death like another.
    first, *others = dead.persons
    later = replace(dead, persons=(replace(first, died=True), *others))
    assert ticked(later, deaths="9") == (False, [f"9.{first.id}"])
    assert ticked(later, deaths=f"9.{first.id}") == (True, [f"9.{first.id}"])


@pytest.mark.parametrize(
    ("act", "field", "most", "said"),
    [("note", "note", NOTE_LENGTH, "4.000"), ("attempt", "note", NOTE_LENGTH, "4.000"), ("mark", "reason", 500, "500")],
)
def test_a_text_that_is_too_long_is_told_and_stays_whole(act: str, field: str, most: int, said: str) -> None:
    """A longest length in the field itself would make the browser cut off what is pasted, without a word."""
    found, form = STATES["everything"], Form([(field, "a" * (most + 1))])
    faults = next(one.faults for one in acts.ACTS if one.name == act)(form, found, NOW)
    sheet = sheet_of(show_case(desk("nl"), found, typed.Typed(act, form, faults), status=422))
    (area,) = sheet.all("textarea", id=f"{act}-{field}")
    assert (len(area.text or ""), area.get("aria-invalid")) == (most + 1, "true")
    assert f"korter: hoogstens {said} tekens." in sheet.words
    assert not [one.get("id") for one in sheet.all("textarea") if one.get("maxlength")]


@pytest.mark.parametrize(("over", "said"), [(True, 1), (False, 0)])
def test_a_change_says_that_the_threat_is_over(over: bool, said: int) -> None:
    signal = replace(made_dossier().signals[0], type="changed", crisis=None, crisis_over=over)
    assert sheet_of(show_case(desk("nl"), made_dossier(signals=(signal,)))).words.count("Dreiging voorbij") == said


@pytest.mark.parametrize(
    ("dead", "said"),
    [
        ({"person_verdict": "deceased"}, True),
        ({"withdrawn": "deceased"}, True),
        ({"person_verdict": "wrongful"}, False),
        ({"person_verdict": "deceased", "crisis": None}, False),
    ],
)
def test_a_threat_that_went_with_the_dead_is_said_to_who_looks(dead: dict[str, Any], said: bool) -> None:
    signals = tuple(replace(one, **dead) if one.reference == "E9" else one for one in made_dossier().signals)
    for held in (True, False):
        words = sheet_of(show_case(desk("nl"), made_dossier(case=made_case(held=held), signals=signals))).words
        assert ("Bij een signaal over wie overleden is, staat: afsluiting dreigt." in words) == (held and said)


@pytest.mark.parametrize(
    ("held", "crisis", "question"),
    [
        (True, None, "Hebt u gekeken wie er is overleden?"),
        (False, "eviction", "Hebt u gekeken wat hier dreigt?"),
        (True, "eviction", "Hebt u gekeken wie er is overleden en wat hier dreigt?"),
    ],
)
def test_what_is_to_be_looked_at_is_asked_by_its_reason(held: bool, crisis: str | None, question: str) -> None:
    found = made_dossier(case=made_case(held=held, crisis=crisis, waiting=True))
    (asked,) = [one for one in sheet_of(show_case(desk("nl"), found)).texts("p") if one.startswith("Hebt u gekeken")]
    assert asked.startswith(f"{question} Dan hoeft de zaak niet meer bovenaan")


def test_the_part_of_the_day_is_chosen_and_a_mistake_is_asked_about() -> None:
    sheet = sheet_of(show_case(desk("nl"), STATES["everything"]))
    assert [one.get("checked") for one in sheet.all("input", name="part")][:3] == [None] * 3  # of the attempt
    (form,) = [one for one in sheet.forms() if one.action == "/zaak/12/contact-doorhalen"]
    assert dict(form.fields)["certain"] is None
    assert [one.get("value") for one in sheet.all("input", name="attempt")] == ["2"]  # one's own, not struck out
    assert "krijgt de partner daar bericht van" in sheet.words


def test_how_it_was_taken_up_and_what_a_release_means() -> None:
    taken: dict[str, Any] = {
        "waiting": False,
        "released_route": "letter",
        "released_at": NOW,
        "released_how": "contact",
    }
    closed = made_case(state="closed", outcome="no-contact", closed_by="Tom Jansen", closed_at=NOW, **taken)
    for case, told in (
        (closed, "bij het afsluiten, zonder vrijgave"),
        (made_case(**taken), "zelf mee aan de slag ging"),
    ):
        assert told in sheet_of(show_case(desk("nl"), made_dossier(case=case))).words
    visit = sheet_of(show_case(desk("nl"), made_dossier())).words
    assert "gaat altijd vóór de score" in visit
    assert "Vrijgeven betekent: het huisbezoek gaat door." in visit
    assert "Vrijgeven betekent" not in sheet_of(show_case(desk("nl"), made_dossier(worked_route="letter"))).words


def test_an_ending_without_an_attempt_is_ticked_on_its_form() -> None:
    found, form = made_dossier(attempts=()), Form([("outcome", "no-contact"), ("certain", "yes"), ("cases", "12")])
    sent = typed.Typed("close", form, typed.close_faults(form, found, NOW))
    sheet = sheet_of(show_case(desk("nl"), found, sent, status=422))
    assert "Er staat geen contactpoging bij deze zaak." in sheet.texts("div", role="alert")[0]
    assert len(sheet.all("input", id="close-unsought")) == 1
    assert not sheet_of(show_case(desk("nl"), found)).all("input", id="close-unsought")


def test_clocks_say_how_long_in_working_days() -> None:
    words = sheet_of(show_case(desk("nl"), STATES["everything"])).words
    for said in ("Gedaan op 12 november 2026", "1 werkdag te laat", "Vandaag", "Nog 1 werkdag", "Nog 6 werkdagen"):
        assert said in words
    assert "werkdag" not in sheet_of(show_case(desk("nl"), STATES["closed"])).words


def test_a_closed_case_leads_to_the_one_that_is_open() -> None:
    sheet = sheet_of(show_case(desk("nl"), STATES["closed beside an open one"]))
    assert "Van dit huishouden is nog open: zaak 13 (oktober 2026). Wie eraan werkt" in sheet.words
    assert sheet.all("a", href="/zaak/13")


@pytest.mark.parametrize(("days", "said"), [(-1, "Te laat"), (1, "Vóór de volgende werkdag")])
def test_a_clock_that_ends_in_the_weekend_is_not_of_today(days: int, said: str) -> None:
    clock = Clock("first-conversation", "Eerste gesprek", "First conversation", TODAY + timedelta(days), 0, None)
    found = made_dossier(case=made_case(clocks=(clock,)))
    (item,) = sheet_of(show_case(desk("nl"), found)).all("li", **{"class": "signals-clock"})
    assert text_of(item).endswith(said)


def test_what_is_open_comes_first_and_what_was_struck_out_stays() -> None:
    sheet = sheet_of(show_case(desk("nl"), STATES["everything"]))
    table = next(one for one in sheet.all("table"))
    assert [cell.text for cell in table.iter("td")][::3] == ["Energie (Enexis)", "Huur (Welbions)", "Water (Vitens)"]
    assert sheet.texts("s") == ["Kaartje: niet bereikt", "Bij het verkeerde huis."]


@pytest.mark.parametrize(
    ("outcome", "closed_by", "said"),
    [
        ("quick-fix", "Sanne de Vries", "De partner hoorde dat hulp is geaccepteerd. Hij hoort nu dat"),
        ("known-to-debt-help", "Sanne de Vries", "De partner hoorde hoe de zaak eindigde. Hij hoort nu dat"),
        ("no-contact", "Sanne de Vries", None),
        ("already-paid", None, None),
    ],
)
def test_who_reopens_reads_what_the_partner_hears(outcome: str, closed_by: str | None, said: str | None) -> None:
    case = made_case(state="closed", outcome=outcome, closed_by=closed_by, closed_at=NOW)
    words = sheet_of(show_case(desk("nl"), made_dossier(case=case, cases=(case,)))).words
    assert ("De partner hoorde" in words) == (said is not None)
    assert said is None or said in words


def test_where_somebody_died_one_looks_before_the_next_step() -> None:
    first = "eerst kijken wie er is overleden; pas daarna:"
    held = made_dossier(case=made_case(held=True))
    assert held.next_step is not None
    assert first in sheet_of(show_case(desk("nl"), held)).words
    assert first not in sheet_of(show_case(desk("nl"), made_dossier())).words
