"""The metrics: their page, their bounds, and that docs/metrics.md says the same as the code."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from signals import metrics
from signals.contract.codes import INCOMING_TYPES, QUARANTINE_CODES
from signals.contract.partners import SECTORS
from signals.metrics import ENTRIES, Figures, exposition, figures_collector

DOCUMENT = Path(__file__).parents[2] / "docs" / "metrics.md"
FIGURES = Figures(
    outbox_depth=3,
    cases={("open", "letter"): 350, ("open", "home-visit"): 40},
    oldest_waiting_seconds={"letters": 86400.0},
    partner_last_signal={"welbions": 1_770_000_000.0, "vitens": 0.0},
    topic_paused={"arrears.housing.welbions": False, "arrears.water.vitens": True, "unregistered": True},
    lag={
        ("arrears.housing.welbions", 0): 5,
        ("arrears.housing.welbions", 1): 0,
        ("arrears.other.stranger-1", 0): 2,
        ("arrears.other.stranger-2", 4): 7,
    },
    score={
        metrics.SCORE_CASES: {("0141", "model"): 380, ("0141", "framework"): 10},
        metrics.SCORE_STALE: {("0141",): 0},
        metrics.SCORE_LEARNED_UNTIL: {("0141",): 1_780_000_000.0},
        metrics.SCORE_DRIFT: {("0141", "amount"): 0.04, ("0141", "score"): 0.31},
        metrics.SCORE_GAP: {("0141",): -0.02},
        metrics.SCORE_MARGIN: {("0141",): 0.05},
    },
)


def page(figures: Figures = FIGURES) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """All samples of a scrape by name and labels."""
    text = exposition("", figures_collector(lambda: figures))[0].decode()
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_the_document_has_the_table_of_the_code() -> None:
    assert DOCUMENT.read_text(encoding="utf-8").endswith("\n\n" + metrics.as_table()), (
        "docs/metrics.md differs from signals/metrics.py: replace its table by signals.metrics.as_table()"
    )


def test_every_metric_of_ours_on_the_page_is_an_entry_and_the_reverse() -> None:
    shown = {name for name, _ in page()}
    families = {name.removesuffix("_bucket").removesuffix("_sum").removesuffix("_count") for name in shown}
    assert {name for name in families if name.startswith("signals_")} == {entry.name for entry in ENTRIES}


def test_every_entry_has_the_labels_it_shows() -> None:
    labels = {entry.name: set(entry.labels) for entry in ENTRIES if entry.kind != "histogram"}
    shown = {name: {label for label, _ in pairs} for name, pairs in page() if name in labels}
    assert shown == labels


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_an_entry_says_what_it_means_and_what_to_do(entry: metrics.MetricEntry) -> None:
    assert entry.meaning.endswith(".")
    assert entry.remedy.endswith(".")
    assert "|" not in entry.meaning + entry.remedy
    assert (entry.kind == "counter") == entry.name.endswith("_total")


@pytest.mark.parametrize(
    ("name", "label", "known"),
    [
        ("signals_events_received_total", "sector", SECTORS),
        ("signals_events_stored_total", "type", tuple(name.split(".")[-2] for name in INCOMING_TYPES)),
        ("signals_events_quarantined_total", "code", QUARANTINE_CODES),
    ],
)
def test_known_values_of_a_label_are_there_from_the_start(name: str, label: str, known: tuple[str, ...]) -> None:
    shown = {pairs for sample, pairs in page() if sample == name}
    assert shown == {((label, value),) for value in known}


def test_a_counter_counts() -> None:
    key = ("signals_events_quarantined_total", (("code", "not-json"),))
    before = page()[key]
    metrics.EVENTS_QUARANTINED.labels(code="not-json").inc(2)
    assert page()[key] == before + 2


def test_a_histogram_told_of_many_at_once_is_as_told_one_by_one() -> None:
    amounts = [0.0, 0.05, 0.0500001, 3.0, 86_400.0, 1e9, 0.1]
    registries = CollectorRegistry(), CollectorRegistry()
    one_by_one, at_once = (
        metrics.BatchHistogram("age", "Age.", buckets=metrics._LONG, registry=registry) for registry in registries
    )
    for amount in amounts:
        one_by_one.observe(amount)
    at_once.observe_all(amounts)
    at_once.observe_all([])
    assert generate_latest(registries[0]) == generate_latest(registries[1])


def test_the_figures_stand_on_the_page() -> None:
    shown = page()
    assert shown[("signals_figures_up", ())] == shown[("signals_lag_up", ())] == 1
    assert shown[("signals_outbox_depth", ())] == 3
    assert shown[("signals_cases", (("route", "home-visit"), ("state", "open")))] == 40
    assert shown[("signals_oldest_waiting_seconds", (("queue", "letters"),))] == 86400
    assert shown[("signals_partner_last_signal_timestamp_seconds", (("partner", "vitens"),))] == 0
    assert shown[("signals_topic_paused", (("topic", "arrears.housing.welbions"),))] == 0
    assert shown[("signals_topic_paused", (("topic", "arrears.water.vitens"),))] == 1
    assert shown[("signals_score_cases", (("by", "framework"), ("municipality", "0141")))] == 10
    assert shown[("signals_score_drift", (("feature", "score"), ("municipality", "0141")))] == 0.31
    assert shown[("signals_score_calibration_gap", (("municipality", "0141"),))] == -0.02


def test_a_topic_of_an_unregistered_partner_is_no_label() -> None:
    lag = {pairs: value for (name, pairs), value in page().items() if name == "signals_lag"}
    assert lag == {
        (("partition", "0"), ("topic", "arrears.housing.welbions")): 5,
        (("partition", "1"), ("topic", "arrears.housing.welbions")): 0,
        (("partition", "all"), ("topic", "unregistered")): 9,
    }


def test_a_failing_read_costs_the_figures_only(caplog: pytest.LogCaptureFixture) -> None:
    def read() -> Figures:
        raise OSError("password=secret host=db")

    text = exposition("", figures_collector(read))[0].decode()
    assert "signals_figures_up 0.0" in text
    assert "signals_lag_up 0.0" in text
    assert "signals_outbox_depth" not in text
    assert "signals_events_received_total" in text
    assert "OSError" in caplog.text
    assert "secret" not in caplog.text


def test_without_a_broker_only_the_lag_is_missing() -> None:
    shown = page(replace(FIGURES, lag=None))
    assert (shown[("signals_figures_up", ())], shown[("signals_lag_up", ())]) == (1, 0)
    assert shown[("signals_outbox_depth", ())] == 3
    assert "signals_lag" not in {name for name, _ in shown}


def test_registering_the_figures_does_not_read_them() -> None:
    asked: list[bool] = []

    def read() -> Figures:
        asked.append(True)
        return FIGURES

    registry = CollectorRegistry()
    registry.register(figures_collector(read))
    assert not asked
    list(registry.collect())
    assert asked == [True]


def test_openmetrics_is_given_to_who_asks_for_it() -> None:
    content, content_type = exposition("application/openmetrics-text; version=1.0.0")
    assert content_type.startswith("application/openmetrics-text")
    assert content.endswith(b"# EOF\n")


def test_a_name_is_declared_once() -> None:
    with pytest.raises(ValueError, match="declared twice"):
        metrics._declare("signals_lag", "gauge", (), "Again.", "Nothing.")
