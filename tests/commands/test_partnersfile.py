"""The file of partners: what it says, and all its faults at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from signals.commands.partnersfile import read_partners
from signals.contract.partners import Partner
from signals.errors import FaultsError
from signals.simulation.partners import PARTNERS

SHIPPED = Path(__file__).parents[2] / "deploy" / "partners.toml"
GOOD = '[[partner]]\nid = "vitens"\nsector = "water"\nsources = ["urn:a", "urn:b"]\n'


def faults_of(path: Path, text: str | bytes) -> list[str]:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(FaultsError) as caught:
        read_partners(path)
    assert str(path) in str(caught.value)
    return caught.value.faults


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "partners.toml"


def test_the_shipped_file_is_read_and_names_the_simulated_partners() -> None:
    assert read_partners(SHIPPED) == list(PARTNERS)


def test_what_is_left_out_has_its_default(path: Path) -> None:
    path.write_text(GOOD)
    assert read_partners(path) == [Partner("vitens", "water", frozenset({"urn:a", "urn:b"}))]


def test_all_that_can_be_said(path: Path) -> None:
    path.write_text(GOOD + 'municipalities = ["0141", "0164"]\nbsn = true\nddas_type = "Water"\n')
    (partner,) = read_partners(path)
    assert partner.municipalities == frozenset({"0141", "0164"})
    assert partner.bsn
    assert partner.ddas_type == "Water"


def test_a_file_without_partners_registers_nobody(path: Path) -> None:
    path.write_text("")
    assert read_partners(path) == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (GOOD.replace("vitens", "Vitens"), "partner 1: id is"),
        (GOOD.replace('"vitens"', "7"), "partner 1: id is"),
        (GOOD.replace("water", "gas"), "partner 1: sector is"),
        (GOOD.replace('"water"', '["water"]'), "partner 1: sector is"),
        (GOOD.replace('["urn:a", "urn:b"]', "[]"), "partner 1: sources is"),
        (GOOD.replace('["urn:a", "urn:b"]', '"urn:a"'), "partner 1: sources is"),
        (GOOD.replace('"urn:b"', "7"), "partner 1: sources is"),
        (GOOD.replace("urn:b", "x" * 257), "partner 1: sources is"),
        (GOOD.replace("sources", "source"), "partner 1: sources is"),
        (GOOD + "municipalities = []\n", "partner 1: municipalities is"),
        (GOOD + "municipalities = [141]\n", "partner 1: municipalities is"),
        (GOOD + 'municipalities = ["141"]\n', "partner 1: municipalities is"),
        (GOOD + 'bsn = "yes"\n', "partner 1: bsn is"),
        (GOOD + "bsn = 1\n", "partner 1: bsn is"),
        (GOOD + 'ddas_type = "water"\n', "partner 1: ddas_type is"),
        (GOOD + 'color = "blue"\n', 'partner 1: "color" is unknown'),
        (GOOD + GOOD, 'the id "vitens" is given twice'),
        ("partners = []\n", '"partners" is unknown'),
        ("partner = 7\n", "partner is no list"),
        ("[partner]\nid = 'aa'\n", "partner is no list"),
        ("[[partner]\n", "not TOML"),
        (b"\xff\xfe", "not TOML"),
    ],
)
def test_a_fault_is_told(path: Path, text: str | bytes, fault: str) -> None:
    assert any(found.startswith(fault) for found in faults_of(path, text))


def test_all_faults_are_told_at_once(path: Path) -> None:
    text = 'colour = 1\n[[partner]]\nid = "A"\n' + GOOD + "bsn = 0\n"
    assert [fault[:18] for fault in faults_of(path, text)] == [
        '"colour" is unknow',
        "partner 1: id is 2",
        "partner 1: sector ",
        "partner 1: sources",
        "partner 2: bsn is ",
    ]


def test_a_missing_file_is_told(path: Path) -> None:
    with pytest.raises(FaultsError, match="cannot be read"):
        read_partners(path)
