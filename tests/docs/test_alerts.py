"""The alert rules: each speaks of metrics that there are, says what to do, and is shown to fire and to stay silent."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import Any, Final

import pytest
import yaml

from signals.metrics import ENTRIES
from signals.scoring.drift import MOVED
from tests.docs.pages import ROOT

FOLDER: Final = ROOT / "deploy" / "prometheus"
TESTS: Final = FOLDER / "score.test.yml"
ANNOTATIONS: Final = {"summary", "remedy"}


def document(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((FOLDER / name).read_text("utf-8"))
    return found


RULES: Final[list[dict[str, Any]]] = [
    rule for group in document("score.rules.yml")["groups"] for rule in group["rules"]
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
def test_an_alert_is_of_metrics_that_there_are_and_says_what_to_do(rule: dict[str, Any]) -> None:
    named = set(re.findall(r"signals_\w+", rule["expr"]))
    assert named
    assert named <= {entry.name for entry in ENTRIES}
    assert rule["annotations"].keys() == ANNOTATIONS
    assert rule["annotations"]["remedy"].endswith(".")
    assert re.fullmatch(r"\d+[hd]", rule["for"])


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
def test_an_alert_is_shown_to_fire_and_to_stay_silent(rule: dict[str, Any]) -> None:
    shown = [
        bool(asked["exp_alerts"])
        for test in document(TESTS.name)["tests"]
        for asked in test["alert_rule_test"]
        if asked["alertname"] == rule["alert"]
    ]
    assert {True, False} == set(shown)


def test_the_drift_alert_fires_where_the_report_says_moved() -> None:
    (rule,) = [rule for rule in RULES if rule["alert"] == "SignalsScoreDrift"]
    assert rule["expr"].endswith(f"> {MOVED}")


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed on this machine")
def test_prometheus_agrees() -> None:
    outcome = subprocess.run(
        ["promtool", "test", "rules", TESTS.name], cwd=FOLDER, capture_output=True, text=True, timeout=120, check=False
    )
    assert outcome.returncode == 0, outcome.stderr
