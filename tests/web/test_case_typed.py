"""What may be typed into the forms of a case, and what is said when it may not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from signals.outreach.work.lengths import NOTE_LENGTH, REASON_LENGTH
from signals.web.desk import Form
from signals.web.work import typed
from signals.web.work.case import birth, part_now
from tests.web.dossiers import NOW, TODAY, made_case, made_dossier

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from signals.outreach.work.dossier import Dossier

ATTEMPT = {"kind": "home-visit", "on_day": "2026-11-20", "part": "evening", "reached": "no", "note": ""}


def faults(check: Callable[[Form, Dossier, date], typed.Faults], **sent: str) -> set[str]:
    """The fields of which something is said."""
    return set(check(Form(list(sent.items())), made_dossier(), TODAY))


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({}, set()),
        ({"kind": "smoke"}, {"kind"}),
        ({"on_day": ""}, {"on_day"}),
        ({"on_day": "31-2-2026"}, {"on_day"}),
        ({"on_day": "2026-11-21"}, {"on_day"}),
        ({"on_day": "20-11-2026"}, set()),
        ({"on_day": "1/9/2026"}, set()),
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
        return set(typed.close_faults(Form(sent), both, TODAY))

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
    assert set(typed.close_faults(Form(sent), made_dossier(), TODAY)) == wrong


def test_only_what_counts_in_the_chosen_cases_matters() -> None:
    both = made_dossier(cases=(made_case(12), made_case(13)))
    sent = [("outcome", "deceased"), ("certain", "yes"), ("cases", "13")]
    assert typed.close_faults(Form(sent), both, TODAY) == {}


def test_the_sentences_name_the_lengths_that_are_kept() -> None:
    long = typed.attempt_faults(Form([*ATTEMPT.items(), ("note", "a" * (NOTE_LENGTH + 1))]), made_dossier(), TODAY)
    assert f"{NOTE_LENGTH:,}".replace(",", ".") in long["note"]
    reason = typed.reason_faults(Form([("reason", "a" * (REASON_LENGTH + 1))]), made_dossier(), TODAY)
    assert str(REASON_LENGTH) in reason["reason"]


@pytest.mark.parametrize(("text", "seen"), [("41", 41), ("", None), ("-1", None), ("٤", None), ("9" * 19, None)])
def test_what_the_sender_had_seen(text: str, seen: int | None) -> None:
    assert typed.seen_of(Form([("seen", text)])) == seen


def test_a_date_of_birth_leaves_out_what_is_not_known() -> None:
    assert [birth(text) for text in ("1985-06-12", "1985-06-00", "1985-00-00")] == ["12-06-1985", "06-1985", "1985"]


@pytest.mark.parametrize(("hour", "part"), [(10, "morning"), (11, "afternoon"), (16, "afternoon"), (17, "evening")])
def test_the_part_of_the_day_is_that_of_amsterdam(hour: int, part: str) -> None:
    moment: datetime = NOW.replace(hour=hour, minute=0)
    assert part_now(moment) == part
