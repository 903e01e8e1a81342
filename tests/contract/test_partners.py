"""What people call a partner."""

from __future__ import annotations

import pytest

from signals.contract.partners import partner_name


@pytest.mark.parametrize(
    ("partner", "name"),
    [
        ("welbions", "Welbions"),
        ("sint-joseph", "Sint Joseph"),
        ("cak", "CAK"),
        ("de-woonplaats", "De Woonplaats"),
        ("waterbedrijf-van-het-oosten", "Waterbedrijf van het Oosten"),
        ("energie24", "Energie24"),
        ("-a-", "A"),
        ("--", ""),
    ],
)
def test_a_partner_by_its_name(partner: str, name: str) -> None:
    assert partner_name(partner) == name
