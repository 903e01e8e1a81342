"""What partners send in some months: the same bytes for the same seed, in order, with what is bad and sent twice."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signals.contract.events import Reported
from signals.errors import FaultsError
from signals.simulation.files import wire_line
from signals.simulation.money import Shock
from signals.simulation.simulate import Knobs, simulate, simulate_area
from signals.simulation.towns import ALMELO, NATION, PRESETS, PROVINCE, Town, town_of
from signals.simulation.unequal import Unequal
from tests.simulation.months import almelo, lines_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

QUIET = Knobs(bad=0, duplicates=0)
SMALL = (town_of("0141", 6000), town_of("0164", 9000), town_of("1234", 3000))


def bytes_of(pairs: Iterable[tuple[dict[str, Any], dict[str, Any]]]) -> bytes:
    return b"".join(wire_line(wire) + wire_line(truth) for wire, truth in pairs)


def test_the_same_arguments_give_the_same_bytes_on_any_machine() -> None:
    digest = hashlib.sha256(bytes_of(simulate("0141", 5000, "2026-01", 2, 1))).hexdigest()
    assert digest == "39e2f21630ef35cb361f6d72e0ff1289b163fd97aae9c2fb64a1fe9f40e7581d"


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(["0141", "0164", "1234"]),
    st.integers(0, 3000),
    st.integers(1, 4),
    st.integers(0, 2**64),
)
def test_more_months_go_on_where_fewer_ended(town: str, inhabitants: int, months: int, seed: int) -> None:
    short = list(simulate(town, inhabitants, "2026-11", months, seed))
    longer = list(simulate(town, inhabitants, "2026-11", months + 1, seed))
    assert longer[: len(short)] == short


@pytest.mark.parametrize(
    "other", [("0141", 5000, "2026-01", 1, 2), ("0164", 5000, "2026-01", 1, 1), ("0141", 5000, "2026-02", 1, 1)]
)
def test_another_seed_town_or_month_gives_other_ids_and_references(other: tuple[str, int, str, int, int]) -> None:
    def names(arguments: tuple[str, int, str, int, int]) -> set[str]:
        return {name for _, truth in simulate(*arguments) for name in (truth["id"], truth["reference"])}

    first, second = names(("0141", 5000, "2026-01", 1, 1)), names(other)
    assert len(first) > 30
    assert len(second) > 20
    assert not first & second


# Order


def test_events_are_sent_in_order_of_their_time() -> None:
    times = [line.sent for line in almelo() if not line.again]
    assert len(times) > 7000
    assert all(one <= two for one, two in pairwise(times))


def test_what_is_sent_again_comes_within_three_days_of_the_first_time() -> None:
    clock = almelo()[0].sent
    seen = 0
    for line in almelo():
        if line.again:
            seen += 1
            assert timedelta(0) <= clock - line.sent <= timedelta(days=3)
        clock = clock if line.again else line.sent
    assert seen > 50


def test_nothing_is_sent_before_the_day_it_speaks_of_or_outside_the_simulation() -> None:
    for line in almelo():
        assert date(2025, 11, 1) <= line.sent.date() <= date(2026, 11, 30)
        if not isinstance(line.judged, str):
            assert timedelta(0) <= line.sent.date() - line.judged.signalled_on <= timedelta(days=14)
    late = [
        line for line in almelo() if not isinstance(line.judged, str) and line.sent.date() > line.event.signalled_on
    ]
    assert 0.02 < len(late) / len(almelo()) < 0.10


# Bad events and duplicates


def test_every_line_is_accepted_or_refused_with_the_code_that_the_truth_names() -> None:
    found = Counter(line.judged if isinstance(line.judged, str) else None for line in almelo())
    assert all((line.judged if isinstance(line.judged, str) else None) == line.truth["code"] for line in almelo())
    assert set(found) == {
        None, "too-large", "not-json", "envelope-invalid", "type-unknown", "schema-invalid", "municipality-unknown",
        "bsn-not-allowed", "amount-invalid", "date-invalid", "postcode-invalid",
    }  # fmt: skip


def test_only_a_duplicate_or_a_mended_event_has_the_id_of_another() -> None:
    lines = sorted(almelo(), key=lambda line: str(line.truth["id"]))  # stable: in the order of sending
    for _, group in groupby(lines, key=lambda line: str(line.truth["id"])):
        first, *more = group
        assert not first.truth["duplicate"]
        assert len(more) <= 1
        for second in more:
            bad = first.truth["code"] is not None
            assert (second.truth["duplicate"], second.truth["code"]) == (not bad, None)
            assert (second.wire == first.wire) == (not bad)
            assert {**first.truth, "code": None, "duplicate": False} == {**second.truth, "duplicate": False}


def test_so_many_are_bad_or_sent_twice_as_the_knobs_say() -> None:
    knobs = Knobs(bad=0.2, duplicates=0.3)
    lines = lines_of(simulate("0141", 73_000, "2026-01", 2, 1, knobs=knobs))
    ids = len({line.truth["id"] for line in lines})
    assert ids > 800
    bad = sum(line.truth["code"] is not None for line in lines)
    assert bad / ids == pytest.approx(0.2, abs=0.05)
    assert sum(line.truth["duplicate"] for line in lines) / (ids - bad) == pytest.approx(0.3, abs=0.06)
    assert sum(line.again and not line.truth["duplicate"] for line in lines) / bad == pytest.approx(0.7, abs=0.1)


@pytest.mark.parametrize(
    ("knobs", "bad", "twice"),
    [(QUIET, False, False), (Knobs(bad=1, duplicates=1), True, False), (Knobs(bad=0, duplicates=1), False, True)],
)
def test_none_or_all_are_bad_or_sent_twice(knobs: Knobs, bad: bool, twice: bool) -> None:
    lines = lines_of(simulate("0141", 10_000, "2026-01", 2, 1, knobs=knobs))
    first = [line for line in lines if not line.again]
    assert len(first) > 80
    assert {line.truth["code"] is not None for line in first} == {bad}
    assert any(line.truth["duplicate"] for line in lines) == twice
    if not bad and not twice:
        assert first == lines


def test_what_is_bad_or_sent_twice_changes_nothing_of_what_is_told() -> None:
    quiet = list(simulate("0141", 10_000, "2026-01", 3, 1, knobs=QUIET))
    usual = {truth["id"]: wire for wire, truth in simulate("0141", 10_000, "2026-01", 3, 1) if truth["code"] is None}
    assert len(usual) > 150
    assert {truth["id"]: wire for wire, truth in quiet if truth["id"] in usual} == usual


# Knobs


def test_a_shock_raises_the_share_and_the_amounts_of_a_sector_from_its_month_on_and_not_before() -> None:
    since = "2026-04"
    knobs = replace(QUIET, shocks=(Shock("energy", date(2026, 4, 1), 60),))
    plain = list(simulate("0141", 50_000, "2026-01", 6, 1, knobs=QUIET))
    shaken = list(simulate("0141", 50_000, "2026-01", 6, 1, knobs=knobs))

    def before(pairs: Sequence[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
        return [one for one in pairs if one[0]["value"]["time"] < since]

    assert len(before(plain)) > 1000
    assert before(shaken) == before(plain)
    (share, amount), (higher_share, higher_amount) = (_of_energy(pairs, since) for pairs in (plain, shaken))
    assert higher_share > share * 1.3
    assert higher_amount > amount * 1.2


def _of_energy(pairs: Iterable[tuple[Any, Any]], since: str) -> tuple[float, float]:
    """Its share in the new arrears from a month on, and their mean amount in cents."""
    events = [line.event for line in lines_of(pairs) if line.truth["story"] == "first"]
    later = [one for one in events if isinstance(one, Reported) and f"{one.signalled_on:%Y-%m}" >= since]
    amounts = [one.amount_cents for one in later if one.sector == "energy"]
    return len(amounts) / len(later), sum(amounts) / len(amounts)


def test_a_shock_lets_households_fall_deeper() -> None:
    def deep(knobs: Knobs) -> int:
        pairs = simulate("0141", 40_000, "2026-01", 8, 1, knobs=knobs)
        return sum(truth["hidden_state"] in {"sinking", "crisis"} for _, truth in pairs)

    shaken = replace(QUIET, shocks=(Shock("water", date(2026, 1, 1), 100),))
    assert deep(shaken) > deep(QUIET) * 1.15


# Arguments


@pytest.mark.parametrize(
    ("municipality", "inhabitants", "start", "months", "knobs", "fault"),
    [
        ("141", 1, "2026-01", 1, Knobs(), "four digits"),
        ("٠١٤١", 1, "2026-01", 1, Knobs(), "four digits"),
        ("0141", -1, "2026-01", 1, Knobs(), "inhabitants"),
        ("0141", 20_000_001, "2026-01", 1, Knobs(), "inhabitants"),
        ("0141", 1, "2026-13", 1, Knobs(), "2026-01"),
        ("0141", 1, "2026-01-01", 1, Knobs(), "2026-01"),
        ("0141", 1, "januari", 1, Knobs(), "2026-01"),
        ("0141", 1, "2026-01", 0, Knobs(), "months"),
        ("0141", 1, "2026-01", 121, Knobs(), "months"),
        ("0141", 1, "2026-01", 1, Knobs(bad=1.01), "bad"),
        ("0141", 1, "2026-01", 1, Knobs(bad=float("nan")), "bad"),
        ("0141", 1, "2026-01", 1, Knobs(duplicates=-0.01), "duplicates"),
        ("0141", 1, "2026-01", 1, Knobs(unequal=(Unequal("origin", "polish", 0),)), "1 to 100 percent"),
        ("0141", 1, "2026-01", 1, Knobs(unequal=(Unequal("colour", "red", 1),)), "origin, age_band, household_size"),
        ("0141", 1, "2026-01", 1, Knobs(unequal=(Unequal("origin", "norse", 1),)), "dutch, turkish"),
        ("0141", 1, "2026-01", 1, Knobs(unequal=(Unequal("age_band", "65+", 1),)), "55-66, 67"),
        ("0141", 1, "2026-01", 1, Knobs(unequal=(Unequal("household_size", "7", 1),)), "1, 2, 3, 4, 5, 6"),
        ("0141", 1, "2026-01", 1, Knobs(unequal=(Unequal("neighbourhood", "7612", 1),)), "7600 to 7611 in Almelo"),
    ],
)
def test_arguments_without_sense_are_refused_before_anything_is_made(
    municipality: str, inhabitants: int, start: str, months: int, knobs: Knobs, fault: str
) -> None:
    with pytest.raises(FaultsError, match=fault) as caught:
        simulate(municipality, inhabitants, start, months, 1, knobs=knobs)
    assert len(caught.value.faults) == 1


@pytest.mark.parametrize(("start", "months"), [("0000-01", 1), ("0001-01", 1), ("9999-12", 1)])
def test_a_month_that_no_calendar_has_or_can_look_back_from_is_refused(start: str, months: int) -> None:
    with pytest.raises(FaultsError):
        simulate("0141", 3000, start, months, 1)


def test_all_faults_are_told_at_once_and_each_once() -> None:
    towns = (Town("1", "A", -1, 1000, 1), Town("2", "B", -1, 1000, 1))
    with pytest.raises(FaultsError) as caught:
        simulate_area(towns, "2026", 0, 1, knobs=Knobs(bad=2, duplicates=2))
    assert len(caught.value.faults) == 6


# Areas


def test_the_nation_has_342_municipalities_and_the_province_25() -> None:
    assert (len(PROVINCE), len(NATION)) == (25, 342)
    assert sum(town.inhabitants for town in NATION) == pytest.approx(17.9e6, rel=0.01)
    assert len({town.code for town in NATION}) == 342
    assert all(len(town.code) == 4 and town.code.isdecimal() for town in NATION)
    assert all(1000 <= town.first_postcode <= 10_000 - town.postcodes for town in NATION)


def test_presets_are_almelo_the_province_and_the_nation() -> None:
    assert {name: (preset.towns, preset.months) for name, preset in PRESETS.items()} == {
        "almelo-month": ((ALMELO,), 1),
        "almelo-year": ((ALMELO,), 12),
        "province-year": (PROVINCE, 12),
        "national-month": (NATION, 1),
    }


def test_an_area_is_its_towns_merged_in_the_order_of_sending() -> None:
    together = list(simulate_area(SMALL, "2026-01", 2, 1))
    for town in SMALL:
        alone = list(simulate_area((town,), "2026-01", 2, 1))
        assert len(alone) > 20
        assert [one for one in together if one[1]["municipality"] == town.code] == alone
    assert {truth["municipality"] for _, truth in together} == {town.code for town in SMALL}
    times = [line.sent for line in lines_of(together) if not line.again]
    assert all(one <= two for one, two in pairwise(times))


def test_the_progress_of_an_area_is_told_town_by_town_and_month_by_month() -> None:
    lived: list[int] = []
    assert list(simulate_area(SMALL, "2026-01", 4, 1, lived=lived.append))
    assert lived == list(range(1, 13))


@pytest.mark.parametrize("towns", [SMALL[:1], SMALL])
def test_no_month_is_lived_before_its_events_are_asked_for(towns: tuple[Town, ...]) -> None:
    lived: list[int] = []
    pairs = simulate_area(towns, "2026-01", 6, 1, knobs=QUIET, lived=lived.append)
    assert not lived
    ahead = 0
    for wire, _ in pairs:
        month = int(wire["value"]["time"][5:7])
        ahead = max(ahead, lived[-1] - month * len(towns))
    assert ahead < len(towns)
    assert lived[-1] == 6 * len(towns)
