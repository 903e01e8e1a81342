"""What others sent is shown letter by letter, on a terminal and in a pipe."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from signals.commands import show
from signals.commands.words import HISTORY, history, what_happened
from signals.outreach.work.words import KINDS

AS_SENT = ["urn:x:fl00", "urn:bank:key:7", "[bold]R-1[/bold]", "[/]", "[link=https://example.org]12[/link]", "R\\[2"]


@pytest.fixture(params=[False, True], ids=["pipe", "terminal"])
def printed(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What both consoles print, as plain text."""
    paper = io.StringIO()
    for name in ("out", "notes"):
        console = getattr(show, name)
        monkeypatch.setattr(console, "_file", paper)
        monkeypatch.setattr(console, "_force_terminal", request.param)
        monkeypatch.setattr(console, "_color_system", None)
    return paper


@pytest.mark.parametrize("text", AS_SENT)
def test_neither_markup_nor_emoji_is_read_into_it(printed: io.StringIO, text: str) -> None:
    show.line(text)
    show.note(text)
    show.table(text, (text, "last"), [(text, text)])
    show.listing("sources", ("one", "many"), [(text, [text, text])], as_json=False)
    assert printed.getvalue().count(text) == 2 + 4 + 3


DETAIL: dict[str, dict[str, Any]] = {
    "handed-over": {"to": "Sam Voorbeeld", "reason": "kent de buurt"},
    "attempt": {"contact": "home-visit", "onDay": "2026-11-20", "part": None, "reached": False},
    "route-changed": {"before": "letter", "after": "home-visit", "reason": "eerder bezocht"},
    "not-picked-up": {"partner": "vitens", "reference": "N1", "status": "wrongful", "reason": "staat bij een ander"},
    "team": {"team": None, "reason": "te ver weg"},
    "referral-result": {"target": "Wijkteam", "result": "started"},
    "closed-by-person": {"outcome": "no-contact", "persons": None},
    "a-kind-of-later": {},
}


def test_every_kind_of_history_has_its_words() -> None:
    assert set(HISTORY) >= KINDS
    assert history("a-kind-of-later") == "a-kind-of-later"


@pytest.mark.parametrize("kind", sorted({*DETAIL, *KINDS}))
def test_a_line_of_history_is_shown(kind: str) -> None:
    said = what_happened({"at": "2026-11-20T10:00:00", "actor": "Sam", "kind": kind, **DETAIL.get(kind, {})})
    assert "None" not in said
    assert (DETAIL.get(kind, {}).get("reason") or "") in said


@pytest.mark.parametrize("how", [None, "contact", "closing"])
def test_the_history_is_in_dutch_time_and_calls_a_release_what_was_one(printed: io.StringIO, how: str | None) -> None:
    told = {"at": "2026-11-20T23:30:00+00:00", "actor": "Sam", "kind": "released", **({"how": how} if how else {})}
    page = {"case_id": 1, "household": "7607GC 12", "period": "2026-11", "municipality": "0141", "state": "closed"}
    lists = ("flags", "arrears", "explanation", "would_change", "deadlines", "signals")
    by = {"outcome": None, "score": 0, "score_by": "framework"}
    show.case_view({**page, **by, **{name: [] for name in lists}, "history": [told]})
    assert "21-11-2026 00:30" in printed.getvalue()
    assert ("zonder vrijgave" in " ".join(printed.getvalue().split())) is (how is not None)


def test_a_control_code_does_not_reach_the_terminal(printed: io.StringIO) -> None:
    text = "R-1\x1b]0;title\x07\x9b2J\x7f"
    show.line(text)
    show.note(text)
    show.table("", ("one", "last"), [(text, text)])
    assert printed.getvalue().count("R-1␛]0;title␇␡2J␡") == 4


def test_the_consoles_know_neither_markup_nor_emoji() -> None:
    for console in (show.out, show.notes):
        assert isinstance(console, Console)
        assert console.render_str(":key: [b]1[/b]").plain == ":key: [b]1[/b]"
