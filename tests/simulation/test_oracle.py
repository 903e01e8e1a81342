"""What somebody who sees the truth knows of a household, at any moment: by address as the service has it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from signals.simulation.homes import home
from signals.simulation.oracle import FEATURES, HouseholdKey, Oracle, known_to_oracle
from signals.simulation.simulate import simulate
from signals.simulation.towns import ALMELO
from tests.simulation.pairs import Pair, change, pair, withdrawal

DOOR_1: HouseholdKey = ("0141", "7607GC", 1, "")


def of(state: str, origin: str = "dutch", **hidden: object) -> dict[str, Any]:
    """A truth as far as it is asked for."""
    usual = {"months_troubled": 0, "open_arrears": 1, "untold": 0, "debt_help": False, "duplicate": False}
    groups = {"origin": origin, "age_band": "27-39", "household_size": 2, "neighbourhood": "7607"}
    return {**usual, "hidden_state": state, "groups": groups, **hidden}


def with_truth(told: Pair, truth: dict[str, Any]) -> Pair:
    """The same event with that truth."""
    return told[0], {**told[1], **truth}


def asked(*pairs: Pair) -> Oracle:
    """An oracle by which these passed."""
    oracle = Oracle({"0141"})
    assert list(oracle.noting(pairs)) == list(pairs)
    return oracle


def at(moment: str) -> int:
    """In microseconds since 1970."""
    return int(datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp()) * 1_000_000


def test_the_hidden_facts_are_numbers_that_grow_with_the_trouble() -> None:
    states = ("recovering", "tight", "slipping", "sinking", "crisis")
    assert [known_to_oracle(of(state))[0] for state in states] == [0, 1, 2, 3, 4]
    truth = of("sinking", months_troubled=7, open_arrears=3, untold=2, debt_help=True)
    assert dict(zip(FEATURES, known_to_oracle(truth), strict=True)) == {
        "hidden_state": 3, "months_troubled": 7, "open_arrears": 3, "untold": 2, "debt_help": 1,
    }  # fmt: skip


def test_a_household_is_known_by_what_was_true_with_its_latest_event_of_then() -> None:
    oracle = asked(
        pair("2024-01-10", "health", "Z-1", **of("tight")),
        with_truth(change("2024-02-10", "health", "Z-1", "450.00"), of("slipping")),
        pair("2024-03-10", "energy", "E-1", **of("sinking", "polish")),
        with_truth(withdrawal("2024-04-10", "health", "Z-1"), of("recovering")),
        pair("2024-02-20", "water", "W-1", door=2, **of("crisis")),
    )
    seen = {moment: oracle.at(DOOR_1, at(moment)) for moment in
            ("2024-01-10T08:59", "2024-01-10T09:00", "2024-02-28", "2024-03-11", "2030-01-01")}  # fmt: skip
    assert [known and known.facts[0] for known in seen.values()] == [None, 1, 2, 3, 0]
    assert [known and known.groups["origin"] for known in seen.values()] == [None, "dutch", "dutch", "polish", "dutch"]
    assert list(oracle.households()) == [DOOR_1, ("0141", "7607GC", 2, "")]
    assert oracle.at(("0141", "7607GC", 3, ""), at("2030-01-01")) is None


def test_what_is_mended_later_stands_where_it_was_sent() -> None:
    late = pair("2024-01-10", "health", "Z-1", **of("tight"))
    oracle = asked(pair("2024-01-12", "energy", "E-1", **of("crisis")), late)
    found = [oracle.at(DOOR_1, at(moment)) for moment in ("2024-01-11", "2024-01-13")]
    assert [known and known.facts[0] for known in found] == [1, 4]


def test_nothing_is_known_of_what_no_door_lets_in_or_of_a_change_that_comes_first() -> None:
    elsewhere = pair("2024-01-10", "health", "Z-1", **of("tight"))
    elsewhere[0]["value"]["data"]["municipality"] = "0164"
    oracle = asked(elsewhere, with_truth(change("2024-02-10", "health", "Z-2", "450.00"), of("slipping")))
    assert not list(oracle.households())


def test_a_simulated_household_that_stays_is_found_at_its_own_address() -> None:
    oracle, last = Oracle({"0141"}), {}
    for _, truth in oracle.noting(simulate("0141", 20_000, "2026-01", 4, 1)):
        if truth["code"] is None and not truth["duplicate"]:
            last[truth["address"]] = truth
    keys = {" ".join(map(str, key[1:])).rstrip(): key for key in oracle.households()}
    number_of = {home(ALMELO, number).cleaned for number in range(100)}
    assert number_of & set(keys)
    found = {address: oracle.at(keys[address], at("2027-01-01")) for address in last if address in keys}
    assert len(found) > 0.9 * len(last)
    same = [known is not None and known.facts == known_to_oracle(last[address]) for address, known in found.items()]
    assert sum(same) > 0.9 * len(same)
