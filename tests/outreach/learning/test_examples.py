"""Nothing of the future reaches an example, and a leak is caught before anything is learned from it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.outreach.learning import examples as examples_module
from signals.outreach.learning.examples import examples_of
from signals.outreach.learning.history import end_of
from signals.outreach.learning.labels import outcome_of
from signals.outreach.learning.training import LeakError, lessons_from

from .told import BOOK, ELSEWHERE, FAR, HERE, change, examples, household, report, withdrawal

if TYPE_CHECKING:
    from signals.outreach.learning.examples import Known
    from signals.outreach.learning.history import HouseholdHistory
    from signals.outreach.policy import PolicyBook

    from .told import Line

FIRST: Final = date(2026, 1, 1)
days = st.integers(0, 300).map(lambda n: FIRST + timedelta(days=n))
references = st.sampled_from(["R1", "R2", "E1", "W1", "Z1"])


@st.composite
def told(draw: st.DrawFn) -> list[Line]:
    """Some of what partners may tell, some of it late."""
    lines: list[Line] = []
    for number in range(1, draw(st.integers(1, 14)) + 1):
        day, reference, late = draw(days), draw(references), draw(st.integers(-1, 60))
        when = f"{day + timedelta(days=late)}T{draw(st.integers(0, 23)):02}:30:00+00:00"
        crisis = draw(st.sampled_from([None, None, "eviction", "end-of-delivery"]))
        euros = draw(st.integers(40, 2000))
        kind = draw(st.sampled_from(["report", "report", "change", "withdrawal"]))
        if kind == "report":
            at = draw(st.sampled_from([HERE, HERE, HERE, ELSEWHERE]))
            lines.append(report(number, f"{day}", reference, euros, at=at, crisis=crisis, told=when))
        elif kind == "change":
            lines.append(change(number, f"{day}", reference, euros, crisis=crisis, told=when))
        else:
            lines.append(
                withdrawal(number, f"{day}", reference, draw(st.sampled_from(["paid", "wrongful"])), told=when)
            )
    return lines


def cut(lines: list[Line], day: date) -> list[Line]:
    return [line for line in lines if line[1].place.time_us <= end_of(day)]


@given(told(), told())
@settings(max_examples=150)
def test_what_comes_after_the_moment_changes_no_example(lines: list[Line], others: list[Line]) -> None:
    """All that came later is left out, or other things are told instead: the example is the same, to the letter."""
    for example, _ in examples(household(lines)).values():
        later = [
            (reference, msgspec.structs.replace(fact, id=fact.id + 100))
            for reference, fact in others
            if fact.place.time_us > end_of(example.day)
        ]
        for story in (cut(lines, example.day), [*cut(lines, example.day), *later]):
            assert {one.period: one for one, _ in examples_of(household(story), BOOK, FAR)}[example.period] == example


@given(told())
@settings(max_examples=150)
def test_what_came_before_the_moment_speaks_only_through_what_was_known_then(lines: list[Line]) -> None:
    """An outcome is the same for whoever sees of the history only what came later, and what was known."""
    history = household(lines)
    for example, known in examples_of(history, BOOK, FAR):
        moment = end_of(example.day)
        later = tuple(
            msgspec.structs.replace(one, facts=tuple(fact for fact in one.facts if fact.place.time_us > moment))
            for one in history.arrears
        )
        only_later = msgspec.structs.replace(history, arrears=later)
        assert outcome_of(only_later, example, known, BOOK) == outcome_of(history, example, known, BOOK)


def rising() -> HouseholdHistory:
    """Rent of January; on the first of February, a day later than its moment, much more is told."""
    return household([report(1, "2026-01-10", "R1"), change(2, "2026-02-01", "R1", 1900)])


def test_a_moment_that_lets_in_the_next_day_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert lessons_from([rising()], "0141", BOOK, FAR).outcomes[0] is not None
    monkeypatch.setattr(examples_module, "end_of", lambda day: end_of(day + timedelta(days=1)))
    with pytest.raises(LeakError, match="example of 2026-01-31 change when what came after that day is left out"):
        lessons_from([rising()], "0141", BOOK, FAR)


def test_an_outcome_smuggled_in_as_a_fact_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The most telling feature of all: whether more will be told."""
    honest = examples_module.known_at

    def knowing(history: HouseholdHistory, day: date, book: PolicyBook) -> Known | None:
        known = honest(history, day, book)
        if known:
            later = sum(len(one.between(end_of(day), end_of(FAR))) for one in history.arrears)
            for label, case in known.cases.items():
                facts = msgspec.structs.replace(case.facts, signals_past_six_months=later)
                known.cases[label] = msgspec.structs.replace(case, facts=facts)
        return known

    monkeypatch.setattr(examples_module, "known_at", knowing)
    with pytest.raises(LeakError):
        lessons_from([rising()], "0141", BOOK, FAR)
