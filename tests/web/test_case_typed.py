"""What may be typed into the forms of a case, and what is said when it may not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from signals.outreach.work.lengths import NOTE_LENGTH, REASON_LENGTH
from signals.web.desk import Form
from signals.web.work import typed
from signals.web.work.whom import birth
from tests.web.dossiers import NOW, made_case, made_dossier

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from signals.outreach.work.dossier import Dossier

ATTEMPT = {"kind": "home-visit", "on_day": "2026-11-20", "part": "evening", "reached": "no", "note": ""}


def faults(check: Callable[[Form, Dossier, datetime], typed.Faults], **sent: str) -> set[str]:
    """The fields of which something is said."""
    return set(check(Form(list(sent.items())), made_dossier(), NOW))


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({}, set()),
        ({"kind": "smoke"}, {"kind"}),
        ({"on_day": ""}, {"on_day"}),
        ({"on_day": "31-2-2026"}, {"on_day"}),
        ({"on_day": "2026-11-21"}, {"on_day"}),
        ({"on_day": "20-11-2026"}, set()),
        ({"on_day": "2/11/2026"}, set()),  # the day on which its first signal came in
        ({"on_day": "1/11/2026"}, {"on_day"}),
        ({"on_day": "1999-12-31"}, {"on_day"}),
        ({"part": ""}, {"part"}),
        ({"part": "", "kind": "letter"}, set()),
        ({"part": "night", "kind": "letter"}, {"part"}),
        ({"reached": ""}, {"reached"}),
        ({"note": "a" * 4000}, set()),
        ({"note": "a" * 4001}, {"note"}),
    ],
)
def test_an_attempt(change: dict[str, str], wrong: set[str]) -> None:
    assert faults(typed.attempt_faults, **{**ATTEMPT, **change}) == wrong


def test_all_that_is_wrong_is_said_at_once() -> None:
    assert faults(typed.attempt_faults) == {"kind", "on_day", "reached"}
    assert faults(typed.mark_faults) == {"event", "verdict", "reason", "certain"}


@pytest.mark.parametrize(
    ("sent", "wrong"),
    [
        ({"kind": "call", "on_day": "2026-11-20"}, set()),
        ({"kind": "call", "on_day": "2026-11-24", "part": "morning"}, set()),
        ({"kind": "call", "on_day": "2026-11-19"}, {"on_day"}),
        ({"kind": "call", "on_day": "2027-11-20"}, set()),
        ({"kind": "call", "on_day": "2027-11-22"}, {"on_day"}),
        ({"kind": "call", "on_day": "soon"}, {"on_day"}),
        ({"kind": "", "on_day": "2026-11-24", "part": "night"}, {"kind", "part"}),
    ],
)
def test_an_appointment(sent: dict[str, str], wrong: set[str]) -> None:
    assert faults(typed.step_faults, **sent) == wrong


def test_only_what_is_of_this_household_can_be_chosen() -> None:
    sure = {"reason": "x", "certain": "yes", "verdict": "wrongful"}
    assert faults(typed.mark_faults, event="2", **sure) == set()
    assert faults(typed.mark_faults, event="4", **sure) == {"event"}  # no report
    assert faults(typed.mark_faults, event="99", **sure) == {"event"}
    assert faults(typed.take_back_faults, event="5", reason="x") == set()
    assert faults(typed.take_back_faults, event="2", reason="x") == {"event"}
    assert faults(typed.result_faults, referral="1", result="started") == set()
    assert faults(typed.result_faults, referral="9", result="started") == {"referral"}
    assert faults(typed.refer_faults, target="nsr", certain="yes") == set()
    assert faults(typed.refer_faults, target="elsewhere", certain="yes") == {"target"}
    assert faults(typed.team_faults, team="zuid", reason="x") == set()
    assert faults(typed.team_faults, team=typed.COMMON_QUEUE, reason="x") == set()
    assert faults(typed.team_faults, team="west", reason="x") == {"team"}


def test_a_decision_needs_a_reason_of_some_length_and_certainty() -> None:
    assert faults(typed.reason_faults, reason=" ") == {"reason"}
    assert faults(typed.reason_faults, reason="a" * 501) == {"reason"}
    assert faults(typed.route_faults, route="none", reason="x") == {"route"}
    assert faults(typed.certain_faults) == {"certain"}
    assert faults(typed.hand_over_faults) == {"to", "reason"}
    assert faults(typed.note_faults, note="\n ") == {"note"}


def test_closing_names_open_cases_of_the_household() -> None:
    both = made_dossier(cases=(made_case(12), made_case(13)))

    def wrong(*cases: str) -> set[str]:
        sent = [("outcome", "no-contact"), ("certain", "yes"), *(("cases", case) for case in cases)]
        return set(typed.close_faults(Form(sent), both, NOW))

    assert wrong("12") == wrong("12", "13") == set()
    assert wrong() == wrong("12", "14") == {"cases"}
    assert faults(typed.close_faults, outcome="won", cases="12", certain="yes") == {"outcome"}


@pytest.mark.parametrize(
    ("outcome", "persons", "wrong"),
    [
        ("deceased", [], {"outcome"}),
        ("wrongful", [], {"outcome"}),
        ("no-contact", [], set()),
        ("no-contact", ["1"], set()),
        ("quick-fix", [], {"persons"}),
        ("quick-fix", ["1"], set()),
        ("quick-fix", ["1", "2"], set()),
        ("quick-fix", ["3"], {"persons"}),
        ("quick-fix", ["٤", "x"], {"persons"}),
    ],
)
def test_what_is_true_of_one_tenant_is_not_said_of_all(outcome: str, persons: list[str], wrong: set[str]) -> None:
    sent = [("outcome", outcome), ("certain", "yes"), ("cases", "12"), *(("persons", one) for one in persons)]
    assert set(typed.close_faults(Form(sent), made_dossier(), NOW)) == wrong


def test_what_partners_may_have_written_of_two_is_not_said_of_one() -> None:
    both = made_dossier()
    one = replace(both.signals[2], person=1)  # enexis too wrote of the first person
    sent = Form([("outcome", "deceased"), ("certain", "yes"), ("cases", "12")])
    for certain, wrong in ((True, set()), (False, {"outcome"})):
        persons = (replace(both.persons[0], certain=certain),)
        found = replace(both, persons=persons, signals=(both.signals[1], one))
        assert set(typed.close_faults(sent, found, NOW)) == wrong
        alone = replace(found, signals=(both.signals[1],))  # of one partner: nobody else hears of it
        assert typed.close_faults(sent, alone, NOW) == {}


def test_who_may_be_two_people_accepts_help_as_the_client_of_one_partner() -> None:
    both = made_dossier()
    one = replace(both.signals[2], person=1)  # enexis too wrote of the first person
    unsure = replace(both.persons[0], certain=False)
    found = replace(both, persons=(unsure,), signals=(both.signals[1], one))
    sent = [("outcome", "quick-fix"), ("certain", "yes"), ("cases", "12")]
    for chosen, wrong in (
        ((), {"persons"}),
        (("1",), {"persons"}),
        (("1.vitens",), {"persons"}),
        (("1.enexis",), set()),
    ):
        form = Form([*sent, *(("persons", client) for client in chosen)])
        assert set(typed.close_faults(form, found, NOW)) == wrong
    sure = replace(found, persons=(replace(unsure, certain=True),))
    assert typed.close_faults(Form(sent), sure, NOW) == {}


@pytest.mark.parametrize("outcome", ["no-contact", "no-response"])
def test_who_sought_nobody_is_asked_whether_it_ends_like_that(outcome: str) -> None:
    sent = [("outcome", outcome), ("certain", "yes"), ("cases", "12")]
    nobody = made_dossier(attempts=made_dossier().attempts[:1])  # struck out
    assert set(typed.close_faults(Form(sent), nobody, NOW)) == {"unsought"}
    assert typed.close_faults(Form([*sent, ("unsought", "yes")]), nobody, NOW) == {}
    assert typed.close_faults(Form(sent), made_dossier(), NOW) == {}
    written = made_case(released_how="release", released_route="letter")
    assert typed.close_faults(Form(sent), made_dossier(attempts=(), case=written), NOW) == {}
    silent = Form([("outcome", "self-reliant"), *sent[1:]])
    assert set(typed.close_faults(silent, nobody, NOW)) == {"spoken"}  # asked for what was said, not for who was sought


@pytest.mark.parametrize("outcome", ["self-reliant", "quick-fix", "follow-up-help-financial"])
def test_what_a_resident_said_asks_for_the_conversation(outcome: str) -> None:
    in_vain = made_dossier(attempts=made_dossier().attempts[:2])
    of_before = replace(made_dossier().attempts[2].attempt, on_day=date(2026, 11, 1))  # the case came in on the second
    long_ago = made_dossier(attempts=(replace(made_dossier().attempts[2], attempt=of_before),))
    sent = [("outcome", outcome), ("certain", "yes"), ("cases", "12"), ("persons", "1")]
    for silent in (in_vain, long_ago):
        assert set(typed.close_faults(Form(sent), silent, NOW)) == {"spoken"}
        assert typed.close_faults(Form([*sent, ("spoken", "none")]), silent, NOW) == {}
    assert typed.close_faults(Form(sent), made_dossier(), NOW) == {}  # somebody was reached by telephone
    named = [*sent, ("spoken", "contact"), ("spoken_kind", "home-visit"), ("spoken_on_day", "2026-11-20")]
    assert set(typed.close_faults(Form(named), in_vain, NOW)) == {"spoken_part"}
    assert typed.close_faults(Form([*named, ("spoken_part", "evening")]), in_vain, NOW) == {}


@pytest.mark.parametrize(
    ("hour", "begun"), [(6, {"morning"}), (11, {"morning", "afternoon"}), (17, {"morning", "afternoon", "evening"})]
)
def test_a_part_of_the_day_that_has_not_begun_is_no_attempt(hour: int, begun: set[str]) -> None:
    now = NOW.replace(hour=hour)  # an hour later in Amsterdam
    for part in ("morning", "afternoon", "evening"):
        sent = Form([*{**ATTEMPT, "part": part}.items()])
        found = typed.attempt_faults(sent, made_dossier(), now)
        assert ("part" not in found) == (part in begun)
        assert "moet nog komen" in found.get("part", "moet nog komen")
        yesterday = Form([*{**ATTEMPT, "part": part, "on_day": "2026-11-19"}.items()])
        assert typed.attempt_faults(yesterday, made_dossier(), now) == {}


def test_only_what_counts_in_the_chosen_cases_matters() -> None:
    both = made_dossier(cases=(made_case(12), made_case(13)))
    sent = [("outcome", "deceased"), ("certain", "yes"), ("cases", "13")]
    assert typed.close_faults(Form(sent), both, NOW) == {}


def test_the_sentences_name_the_lengths_that_are_kept() -> None:
    long = typed.attempt_faults(Form([*ATTEMPT.items(), ("note", "a" * (NOTE_LENGTH + 1))]), made_dossier(), NOW)
    assert f"{NOTE_LENGTH:,}".replace(",", ".") in long["note"]
    reason = typed.reason_faults(Form([("reason", "a" * (REASON_LENGTH + 1))]), made_dossier(), NOW)
    assert str(REASON_LENGTH) in reason["reason"]


@pytest.mark.parametrize(("text", "seen"), [("41", 41), ("", 0), ("abc", 0), ("-5", 0), ("٤", 0), ("9" * 19, 0)])
def test_what_the_sender_had_seen(text: str, seen: int) -> None:
    assert typed.seen_of(Form([("seen", text)])) == seen


def test_a_date_of_birth_leaves_out_what_is_not_known() -> None:
    assert [birth(text) for text in ("1985-06-12", "1985-06-00", "1985-00-00")] == ["12-06-1985", "06-1985", "1985"]
