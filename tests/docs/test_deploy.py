"""The units and the Containerfile are what systemd and a builder accept, and confine what they start."""

from __future__ import annotations

import re
import shutil
import subprocess
from configparser import RawConfigParser
from typing import TYPE_CHECKING

import pytest

from signals.settings import Settings
from tests.docs.pages import ROOT

if TYPE_CHECKING:
    from pathlib import Path

UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))
SERVICES = [unit for unit in UNITS if "migrate" not in unit.name]
CONTAINERFILE = ROOT / "deploy" / "Containerfile"


def verify(unit: Path, folder: Path) -> str:
    """What `systemd-analyze verify` has to say; the program is replaced by one that this machine has."""
    copy = folder / unit.name
    text = unit.read_text("utf-8").replace("/opt/signals/bin/signals", "/bin/echo")
    copy.write_text(text, "utf-8")
    outcome = subprocess.run(
        ["systemd-analyze", "--man=no", "verify", str(copy)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return "\n".join(line for line in outcome.stderr.splitlines() if unit.name.partition("@")[0] in line)


def service(unit: Path) -> dict[str, str]:
    """The [Service] part; of a key given twice the last counts."""
    parser = RawConfigParser(strict=False, delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # systemd's keys have capitals
    parser.read_string(unit.read_text("utf-8"))
    return dict(parser["Service"])


needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed on this machine"
)


@needs_systemd
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: str(unit.name))
def test_systemd_accepts_the_unit(unit: Path, tmp_path: Path) -> None:
    assert verify(unit, tmp_path) == ""


@needs_systemd
def test_systemd_would_see_a_wrong_key(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong" / "signals-relay.service"
    wrong.parent.mkdir()
    text = (ROOT / "deploy" / "systemd" / "signals-relay.service").read_text("utf-8")
    wrong.write_text(text.replace("NoNewPrivileges", "NoNewPrivilege"), "utf-8")
    assert "NoNewPrivilege" in verify(wrong, tmp_path)


def test_the_units_are_there() -> None:
    assert [unit.name for unit in UNITS] == [
        "signals-migrate.service",
        "signals-relay.service",
        "signals-web.service",
        "signals-worker@.service",
    ]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: str(unit.name))
def test_a_unit_confines_what_it_starts(unit: Path) -> None:
    keys = service(unit)
    assert keys["User"] == "signals"
    assert keys["NoNewPrivileges"] == "yes"
    assert keys["ProtectSystem"] == "strict"
    assert keys["ProtectHome"] == "yes"
    assert keys["CapabilityBoundingSet"] == ""


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: str(unit.name))
def test_a_service_restarts_and_has_time_to_leave(unit: Path) -> None:
    keys = service(unit)
    assert keys["Restart"] == "on-failure"
    assert int(keys["RestartSec"]) >= 1
    assert set(keys["RestartPreventExitStatus"].split()) == {"2", "3"}
    assert int(keys["TimeoutStopSec"]) > Settings.model_fields["shutdown_seconds"].default


def test_the_image_is_built_from_what_is_there_and_pinned() -> None:
    text = CONTAINERFILE.read_text("utf-8")
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE)
    sources = [name for line in copied for name in line.split()]
    assert sources
    assert all((ROOT / name).exists() for name in sources)
    assert "--require-hashes -r requirements.lock" in text


def test_the_image_names_no_registry_and_is_not_root() -> None:
    text = CONTAINERFILE.read_text("utf-8")
    assert re.findall(r"^FROM (\S+)", text, re.MULTILINE) == ["${BASE}", "${BASE}"]
    assert "://" not in text
    (user,) = re.findall(r"^USER (\d+):", text, re.MULTILINE)
    assert int(user) > 0
