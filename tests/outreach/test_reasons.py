"""Which reasons of a score are told first: of the framework, of a model, and of both together."""

from __future__ import annotations

from signals.outreach.reasons import Reason, heaviest_reason, part_of, the_others, weightiest


def why(criterion: str, points: int, nl: str = "") -> dict[str, str | int]:
    return {"criterion": criterion, "points": points, "nl": nl or criterion, "en": f"{nl or criterion} (en)"}


def test_the_starting_point_and_the_cap_are_no_reasons() -> None:
    model = [why("basis", 40), why("days", -12), why("partners", 9), why("rise", 5), why("amount", 2), why("cap", -3)]
    assert weightiest(model, "nl") == [Reason("days", -12), Reason("partners", 9), Reason("rise", 5)]
    assert the_others(model, "nl") == [Reason("basis", 40), Reason("amount", 2), Reason("cap", -3)]
    assert heaviest_reason(model, "en") == "partners (en)"
    assert heaviest_reason([why("basis", 40), why("days", -12), why("rise", -1)], "nl") == "days"
    assert heaviest_reason([why("basis", 40)], "nl") == heaviest_reason([], "nl") == ""


def test_of_equals_the_first_and_what_gives_nothing_is_told_when_it_is_all() -> None:
    assert heaviest_reason([why("days", 10), why("rise", 10)], "nl") == "days"
    assert weightiest([why("no-points", 0)], "nl") == [Reason("no-points", 0)]


def test_what_both_parts_of_a_blend_say_is_told_once() -> None:
    blend = [
        why("model-basis", 20),
        why("model-partners", 6, "Achterstand bij 2 partners"),
        why("framework-crisis", 9, "Er dreigt iets"),
        why("framework-partners", 10, "Achterstand bij 2 partners"),
    ]
    assert weightiest(blend, "nl") == [Reason("Achterstand bij 2 partners", 16), Reason("Er dreigt iets", 9)]
    assert the_others(blend, "nl", most=1) == [Reason("model-basis", 20), Reason("Er dreigt iets", 9)]
    assert part_of("model-known-days") == ("model", "known-days")
    assert part_of("partner-type-huur") == ("", "partner-type-huur")
