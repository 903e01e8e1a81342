from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from signals.contract.codes import (
    ACCEPTED_HELP,
    CONTACT_KINDS,
    OUTCOMES,
    PARTNER_TYPE_OF_SECTOR,
    PARTNER_TYPES,
    PARTS_OF_DAY,
    QUARANTINE_CODES,
    STATUS_IN_DDAS,
    STATUSES,
)
from signals.contract.partners import SECTORS

if TYPE_CHECKING:
    from collections.abc import Collection

DDAS = Path(__file__).parents[3] / "shared" / "reference" / "ddas" / "vroegsignalering-1.2.schema.json"


@pytest.mark.skipif(not DDAS.exists(), reason="the reference text of DDAS 1.2 is not beside this folder")
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("EnumSignaalstatus", STATUS_IN_DDAS.values()),
        ("EnumSignaalpartner", PARTNER_TYPES),
        ("EnumContactsoort", CONTACT_KINDS.values()),
        ("EnumDagdeel", PARTS_OF_DAY.values()),
        ("EnumEindresultaat", OUTCOMES.values()),
    ],
)
def test_the_dutch_words_are_those_of_ddas(name: str, words: Collection[str]) -> None:
    standard = json.loads(DDAS.read_text("utf-8"))["$defs"][name]["enum"]
    assert sorted(words) == sorted(standard)


def test_every_status_and_sector_has_its_ddas_word() -> None:
    assert tuple(STATUS_IN_DDAS) == STATUSES
    assert set(PARTNER_TYPE_OF_SECTOR) == set(SECTORS)
    assert set(PARTNER_TYPE_OF_SECTOR.values()) <= set(PARTNER_TYPES)


def test_there_are_sixteen_outcomes_and_four_are_accepted_help() -> None:
    assert len(set(OUTCOMES.values())) == 16
    assert {OUTCOMES[outcome].split()[0] for outcome in ACCEPTED_HELP} == {"(Budget)advies", "Vervolghulp"}
    assert len(ACCEPTED_HELP) == 4


def test_quarantine_codes_stand_in_the_order_of_the_table() -> None:
    assert QUARANTINE_CODES == (
        "too-large",
        "not-json",
        "envelope-invalid",
        "type-unknown",
        "source-mismatch",
        "schema-invalid",
        "municipality-unknown",
        "bsn-not-allowed",
        "amount-invalid",
        "date-invalid",
        "postcode-invalid",
        "internal-error",
    )
