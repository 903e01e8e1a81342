"""Chance from a seed alone: the same throws on any machine, spread as they should be."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.simulation.dice import Dice, chosen, total

if TYPE_CHECKING:
    from collections.abc import Mapping

SHARES = st.dictionaries(st.integers(), st.floats(0, 1e6), min_size=1).filter(lambda shares: any(shares.values()))


def test_the_first_throws_are_those_of_every_machine() -> None:
    dice = Dice(7, "0141", 12)
    assert [dice.share() for _ in range(3)] == [0.41288468724519145, 0.4130339261723257, 0.9879189193336688]
    assert [dice.between(1, 1000) for _ in range(3)] == [382, 997, 728]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("0141", 12), ("01411", "2")),
        (("0141", 12), ("014112",)),
        (("0141", 12), (12, "0141")),
        (("a", "", "b"), ("a", "b")),
        ((), ("",)),
        ((1,), (2,)),
    ],
)
def test_another_row_of_words_and_numbers_gives_other_throws(
    one: tuple[str | int, ...], other: tuple[str | int, ...]
) -> None:
    first, second = Dice(*one), Dice(*other)
    throws = [first.share() for _ in range(5)]
    if (one, other) != ((), ("",)):  # nothing and an empty word are written alike
        assert not set(throws) & {second.share() for _ in range(5)}
    again = Dice(*one)
    assert [again.share() for _ in range(5)] == throws


def test_dice_with_seeds_side_by_side_throw_evenly() -> None:
    first = [Dice(number, "side").share() for number in range(4000)]
    assert all(0 <= share < 1 for share in first)
    tenths = Counter(int(share * 10) for share in first)
    assert set(tenths) == set(range(10))
    assert all(320 < number < 480 for number in tenths.values())


def test_one_row_of_throws_is_even_and_no_throw_tells_the_next() -> None:
    dice = Dice("row")
    throws = [dice.share() for _ in range(20_000)]
    assert total(throws) / len(throws) == pytest.approx(0.5, abs=0.01)
    pairs = Counter((int(one * 4), int(two * 4)) for one, two in pairwise(throws))
    assert len(pairs) == 16
    assert all(1050 < number < 1450 for number in pairs.values())


@given(st.integers(), st.integers(-(10**6), 10**6), st.integers(0, 10**6))
def test_between_stays_between(seed: int, low: int, more: int) -> None:
    assert low <= Dice(seed).between(low, low + more) <= low + more


def test_between_reaches_both_ends() -> None:
    dice = Dice("ends")
    assert {dice.between(3, 7) for _ in range(200)} == {3, 4, 5, 6, 7}
    assert {dice.between(4, 4) for _ in range(5)} == {4}


@pytest.mark.parametrize("probability", [0.0, 0.02, 0.5, 1.0])
def test_a_chance_comes_true_in_its_share_of_the_throws(probability: float) -> None:
    dice = Dice("chance", str(probability))
    true = sum(dice.chance(probability) for _ in range(10_000))
    assert true / 10_000 == pytest.approx(probability, abs=0.0 if probability in {0.0, 1.0} else 0.015)


def test_a_pick_is_each_of_the_choices_as_likely() -> None:
    dice = Dice("pick")
    picked = Counter(dice.pick("abcd") for _ in range(4000))
    assert set(picked) == set("abcd")
    assert all(900 < number < 1100 for number in picked.values())


def test_weights_are_shares() -> None:
    dice = Dice("weights")
    thrown = Counter(dice.weighted({"often": 3, "never": 0, "seldom": 1}) for _ in range(4000))
    assert set(thrown) == {"often", "seldom"}
    assert 2.5 < thrown["often"] / thrown["seldom"] < 3.5


@pytest.mark.parametrize(
    ("at", "choice"),
    [(0.0, "a"), (0.49, "a"), (0.5, "c"), (0.74, "c"), (0.75, "d"), (0.999, "d"), (1.0, "d")],
)
def test_what_lies_at_a_place_when_the_shares_are_laid_in_a_row(at: float, choice: str) -> None:
    assert chosen({"none": 0, "a": 2, "b": 0, "c": 1, "d": 1, "last": 0}, at) == choice


@given(SHARES, st.floats(0, 1))
def test_what_is_chosen_has_a_share(shares: Mapping[int, float], at: float) -> None:
    assert shares[chosen(shares, at)] > 0


@pytest.mark.parametrize("shares", [{}, {"a": 0.0}])
def test_empty_shares_are_refused(shares: Mapping[str, float]) -> None:
    with pytest.raises(ValueError, match="at least one above 0"):
        chosen(shares, 0.5)


def test_a_total_goes_from_left_to_right_on_every_python() -> None:
    assert total([0.1] * 10) == 0.9999999999999999  # `sum` gives 1.0 since Python 3.12
    assert total([]) == 0.0
