"""May two persons of one household be one? A table of people, and laws."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals.households.likeness import Likeness, likeness_of, may_be_one, pairs_that_may_be_one

BAKKER: dict[str, Any] = {
    "initials": "A.",
    "surname": "Bakker",
    "partner_surname": None,
    "business_name": None,
    "date_of_birth": "1980-02-03",
    "number": None,
}


def person(**other: Any) -> Likeness:  # noqa: ANN401 - any column
    """A. Bakker of 3 February 1980, but for this."""
    return likeness_of(**{**BAKKER, **other})


@pytest.mark.parametrize(
    ("one", "other", "may"),
    [
        ({"number": 7}, {}, True),  # one partner sent the citizen service number, the other may not
        ({"number": 7}, {"number": 9}, False),
        ({"number": 7}, {"number": 7, "initials": "A.M."}, True),
        ({"date_of_birth": None}, {}, True),
        ({"initials": None, "date_of_birth": None}, {}, True),
        ({"initials": None, "date_of_birth": None}, {"date_of_birth": None}, True),
        ({"initials": "A.M."}, {}, True),
        ({"initials": "A.M."}, {"initials": "A.J."}, False),
        ({"initials": "B."}, {}, False),
        ({"date_of_birth": "1980-02-04"}, {}, False),
        ({"date_of_birth": "1980-00-00"}, {}, True),
        ({"date_of_birth": "1980-02-00"}, {}, True),
        ({"date_of_birth": "1980-03-00"}, {}, False),
        ({"date_of_birth": "1981-00-00"}, {}, False),
        ({"date_of_birth": "1900-01-01"}, {}, True),  # stands for "unknown"
        ({"surname": "Bakker-Smit"}, {}, True),
        ({"partner_surname": "Smit"}, {}, True),
        ({"surname": "Bäcker"}, {}, False),
        ({"surname": "van den Bakker"}, {}, True),
        ({"surname": "Smit"}, {}, False),
        ({"surname": "Smit", "number": 7}, {"number": 7}, False),  # whoever works a case is not told of a number
        ({"surname": None, "number": 7}, {"number": 7}, False),
        ({"surname": None, "business_name": "Bakkerij De Korst"}, {}, False),
        ({"surname": "Bakkerij De Korst V.O.F."}, {"surname": None, "business_name": "De Korst, bakkerij"}, False),
        ({"surname": "Bakkerij De Korst V.O.F."}, {"surname": None, "business_name": "Bakkerij de Korst"}, True),
    ],
)
def test_whether_two_may_be_one(one: dict[str, Any], other: dict[str, Any], may: bool) -> None:
    assert may_be_one(person(**one), person(**other)) == may
    assert may_be_one(person(**other), person(**one)) == may


LIKENESSES = st.builds(
    likeness_of,
    initials=st.sampled_from([None, "A.", "A.M.", "B."]),
    surname=st.sampled_from([None, "Bakker", "Smit", "Bakker-Smit"]),
    partner_surname=st.sampled_from([None, "Smit"]),
    business_name=st.sampled_from([None, "Bakkerij De Korst"]),
    date_of_birth=st.sampled_from([None, "1980-02-03", "1980-02-00", "1980-00-00", "1981-02-03"]),
    number=st.sampled_from([None, 7, 9]),
)


@given(LIKENESSES, LIKENESSES)
def test_what_contradicts_is_never_asked(one: Likeness, other: Likeness) -> None:
    asked = may_be_one(one, other)
    assert asked == may_be_one(other, one)
    numbers, births = {one.number, other.number} - {None}, {one.born, other.born} - {()}
    whole = [born for born in births if "00" not in born]
    assert not (asked and (len(numbers) > 1 or len(whole) > 1))


def test_of_many_each_two_once_the_lower_first() -> None:
    people = {9: person(), 4: person(number=7), 6: person(initials="B."), 5: person(initials=None)}
    assert list(pairs_that_may_be_one(people)) == [(4, 5), (5, 6), (4, 9), (5, 9)]
