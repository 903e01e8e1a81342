"""What can be seen of the service from outside: every metric, with its meaning and what to do about it.

Stands beside the walk: each room counts here what passes through it, and the web room shows it. Base units
only (seconds, bytes, events). Figures of the whole installation (outbox, cases, lag) are read from the
database at the moment of a scrape, so they are the same whichever worker is asked. No label holds what a
sender may choose: sectors, types and codes come from our own lists, and a topic of an unregistered partner is
never a label value.
"""

from __future__ import annotations

import logging
from bisect import bisect_left
from collections import Counter as Tally
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

_LOG: Final = logging.getLogger(__name__)

# A second series for each counter, which nobody reads.
disable_created_metrics()  # type: ignore[no-untyped-call]  # the library leaves this one without types

REGISTRY: Final = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)


@dataclass(frozen=True, slots=True)
class MetricEntry:
    """One metric as it stands in docs/metrics.md; `name` is the name that Prometheus shows."""

    name: str
    kind: str  # counter, histogram or gauge
    labels: tuple[str, ...]
    meaning: str
    remedy: str


_ENTRIES: Final[dict[str, MetricEntry]] = {}


def _declare(name: str, kind: str, labels: tuple[str, ...], meaning: str, remedy: str) -> MetricEntry:
    if name in _ENTRIES:
        raise ValueError(f"the metric {name} is declared twice; give one of them another name")
    entry = MetricEntry(name, kind, labels, meaning, remedy)
    _ENTRIES[name] = entry
    return entry


def _counter(name: str, meaning: str, remedy: str, **values: tuple[str, ...]) -> Counter:
    """A counter with at most one label; the known values start at 0, so that a first increase is seen."""
    entry = _declare(name, "counter", tuple(values), meaning, remedy)
    counter = Counter(entry.name, entry.meaning, entry.labels, registry=REGISTRY)
    for label, known in values.items():
        for value in known:
            counter.labels(**{label: value})
    return counter


class BatchHistogram(Histogram):
    """A histogram that is told of a whole batch at once: one by one is dear where every event is observed."""

    def observe_all(self, amounts: Collection[float]) -> None:
        """As `observe` for each of `amounts`."""
        self._sum.inc(sum(amounts))
        for index, count in Tally(bisect_left(self._upper_bounds, amount) for amount in amounts).items():
            self._buckets[index].inc(count)


def _histogram(name: str, buckets: tuple[float, ...], meaning: str, remedy: str) -> BatchHistogram:
    entry = _declare(name, "histogram", (), meaning, remedy)
    return BatchHistogram(entry.name, entry.meaning, buckets=buckets, registry=REGISTRY)


def _figure(name: str, meaning: str, remedy: str, *labels: str) -> MetricEntry:
    """A gauge that is read at the moment of a scrape."""
    return _declare(name, "gauge", labels, meaning, remedy)


_SECTORS: Final = ("housing", "energy", "water", "health", "other")
_TYPES: Final = ("reported", "changed", "withdrawn")
_CODES: Final = (
    *("too-large", "not-json", "envelope-invalid", "type-unknown", "source-mismatch", "schema-invalid"),
    *("municipality-unknown", "bsn-not-allowed", "amount-invalid", "date-invalid", "postcode-invalid"),
    "internal-error",
)
_SHORT: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
_LONG: Final = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0, 7200.0, 86400.0)

EVENTS_RECEIVED: Final = _counter(
    "signals_events_received_total",
    "Events taken in from the arrears topics, good and bad; not again what is read again after a restart.",
    "Stands still while signals_lag rises: the worker is stuck or stopped; look at its log, restart it.",
    sector=_SECTORS,
)
EVENTS_STORED: Final = _counter(
    "signals_events_stored_total",
    "Valid events stored, by what they say.",
    "Falls behind signals_events_received_total: look at quarantined and duplicate events.",
    type=_TYPES,
)
EVENTS_DUPLICATE: Final = _counter(
    "signals_events_duplicate_total",
    "Events whose source and id were stored before; they had no effect.",
    "A few after a restart are normal. A steady stream: ask the partner why it sends the same events again.",
)
EVENTS_QUARANTINED: Final = _counter(
    "signals_events_quarantined_total",
    "Events put into quarantine, by the first fault found.",
    "`signals quarantine list` names the faults to tell the partner. internal-error is ours: read the log, "
    "mend, then `signals quarantine replay`.",
    code=_CODES,
)
ID_REUSED: Final = _counter(
    "signals_events_id_reused_total",
    "Duplicates whose content differs from the stored event with the same source and id.",
    "The partner uses an id twice and the second event is lost to it: ask for a new id for each event.",
)
UNKNOWN_FIELDS: Final = _counter(
    "signals_unknown_fields_total",
    "Fields and extensions in valid events that nobody here reads.",
    "A sudden rise: a partner changed its format or misspells a field; look at its latest events.",
)
BSN_DROPPED: Final = _counter(
    "signals_bsn_dropped_total",
    "Citizen service numbers that failed the eleven-test and were dropped; the signal stayed.",
    "More than a few: ask the partners that may send a BSN to check where the number comes from.",
)
BATCH_EVENTS: Final = _histogram(
    "signals_batch_events",
    (1, 5, 10, 25, 50, 100, 200, 300, 400, 500, 1000, 2000),
    "Events in one batch.",
    "Always at the largest size while signals_lag rises: add a worker, or partitions for it to read.",
)
BATCH_SECONDS: Final = _histogram(
    "signals_batch_seconds",
    _SHORT,
    "Seconds from taking a batch until it was acknowledged, waiting for the database included.",
    "Rises while signals_transaction_seconds does not: the machine is short of processor time.",
)
TRANSACTION_SECONDS: Final = _histogram(
    "signals_transaction_seconds",
    _SHORT,
    "Seconds of the database transaction of one batch.",
    "Rises: look for locks held long, a slow disk, or tables in need of ANALYZE.",
)
EVENT_AGE_SECONDS: Final = _histogram(
    "signals_event_age_seconds",
    _LONG,
    "Seconds from the broker's receipt of an event until it was stored.",
    "Rises with signals_lag: the intake is behind; add a worker or look at signals_transaction_seconds.",
)
STORE_RETRIES: Final = _counter(
    "signals_store_retries_total",
    "Batches tried again because the database was away, locked or full.",
    "Rises for minutes: look at the database. Nothing is lost; the intake goes on by itself.",
)
RECORDS_PUT_OFF: Final = _counter(
    "signals_records_put_off_total",
    "Times that a record waited for the next batch, because another worker had its household in hand.",
    "Some in a hundred are normal with several workers. Nearly all: many signals are of one address.",
)
RECORDS_RECOVERED: Final = _counter(
    "signals_records_recovered_total",
    "Records the Kafka client had read past without handing them over, fetched again by the worker itself.",
    "Nothing is lost. Rises often: the group rebalances often; look at the workers' restarts and at the broker.",
)
OUTBOX_PUBLISHED: Final = _counter(
    "signals_outbox_published_total",
    "Outgoing events handed to the broker.",
    "Stands still while signals_outbox_depth rises: look at the relay's log and at the broker.",
)

SIGN_INS_REFUSED: Final = _counter(
    "signals_sign_ins_refused_total",
    "Sign-ins that were refused, by why; the audit log has at most one line a minute for each reason.",
    "no-journey and state: somebody asks for the way back without having signed in; the limits per address hold. "
    "no-role and no-municipality: give that person one at the provider. unknown-municipality: no policy of theirs is "
    "loaded, or a code is mistyped. strength: a second factor was left out. The others: look at the provider's "
    "settings and at the clocks.",
    why=(
        *("no-journey", "state", "provider", "no-code", "code", "issuer", "no-id-token", "token"),
        *("no-role", "no-municipality", "unknown-municipality", "strength"),
    ),
)

FIGURES_UP: Final = _figure(
    "signals_figures_up",
    "1 when the figures below could be read from the database at this scrape, else 0 and they are absent.",
    "0: the database is away or the read failed; the log of the process asked says how.",
)
OUTBOX_DEPTH: Final = _figure(
    "signals_outbox_depth",
    "Outgoing events that wait for the relay.",
    "Rises for minutes: the relay is stopped or the broker is away; start the relay.",
)
CASES: Final = _figure(
    "signals_cases",
    "Cases by state and route.",
    "Open cases pile up: specialists cannot keep pace; speak of staffing or of the policy's routes.",
    "state",
    "route",
)
OLDEST_WAITING: Final = _figure(
    "signals_oldest_waiting_seconds",
    "Seconds that the oldest case in a queue has waited; 0 when the queue is empty.",
    "Nears the term for contact (14 days by default): release the queue or plan visits.",
    "queue",
)
PARTNER_LAST_SIGNAL: Final = _figure(
    "signals_partner_last_signal_timestamp_seconds",
    "When a registered partner's last event was stored, as seconds since 1970; 0 when there never was one.",
    "Older than the partner's usual rhythm, of one known for four weeks: call its operational contact, it may not know "
    "that it is silent.",
    "partner",
)
TOPIC_PAUSED: Final = _figure(
    "signals_topic_paused",
    "1 when a registered partner's topic, or any of the `unregistered`, is paused by its flood limits, else 0.",
    "1: alert. `signals topics paused` says why, `signals quarantine list` what is wrong; mend it or have the partner "
    "mend it, then `signals topics resume`. Nothing is lost: its records wait on the broker.",
    "topic",
)
LAG_UP: Final = _figure(
    "signals_lag_up",
    "1 when broker and database could both be asked for signals_lag at this scrape, else 0 and it is absent.",
    "0 while signals_figures_up is 1: the broker is away or refuses; the log of the process asked says how.",
)
LAG: Final = _figure(
    "signals_lag",
    "Events on the broker that are not yet stored; those of unregistered partners summed as `unregistered`.",
    "Rises: the worker is stopped, stuck or too slow. Of one topic alone: it was paused by its flood limit.",
    "topic",
    "partition",
)
SCORE_CASES: Final = _figure(
    "signals_score_cases",
    "Open cases, scored by the decision `framework` or with a `model`.",
    "Nearly all by the framework while a model is active: the policy in force does not ask for it.",
    "municipality",
    "by",
)
SCORE_STALE: Final = _figure(
    "signals_score_stale_households",
    "Households with a case that is not scored by what should score it.",
    "More than 0 for an hour: scoring anew was interrupted; `signals score rescore` goes on with it.",
    "municipality",
)
SCORE_LEARNED_UNTIL: Final = _figure(
    "signals_score_learned_until_timestamp_seconds",
    "The last moment that the active model learned from, as seconds since 1970; absent without an active model.",
    "More than 15 months ago: train on what is known now, evaluate, and let somebody activate it.",
    "municipality",
)
SCORE_DRIFT: Final = _figure(
    "signals_score_drift",
    "How far a feature of the latest cases, or their `score`, has moved from what the active model learned from: "
    "population stability index within each sector; absent where there are too few cases to say.",
    "Above 0.25 for two days: ask the partners what changed; where it stays so, train anew and look with "
    "`signals score evaluate` which model does better.",
    "municipality",
    "feature",
)
SCORE_GAP: Final = _figure(
    "signals_score_calibration_gap",
    "Expected minus real share of escalations, of cases after the active model's time whose 90 days are over; absent "
    "while chance alone could be as large as the margin.",
    "Beyond the margin: `signals score evaluate`, then train anew; until then `signals score rollback`.",
    "municipality",
)
SCORE_MARGIN: Final = _figure(
    "signals_score_calibration_margin",
    "What the policy in force allows of signals_score_calibration_gap, as a share; absent without an active model.",
    "Nothing to do: the alert compares with it.",
    "municipality",
)

ENTRIES: Final[tuple[MetricEntry, ...]] = tuple(_ENTRIES.values())
SCORE: Final = (SCORE_CASES, SCORE_STALE, SCORE_LEARNED_UNTIL, SCORE_DRIFT, SCORE_GAP, SCORE_MARGIN)
UNREGISTERED: Final = "unregistered"


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of the whole installation at one moment, as read from the database.

    `partner_last_signal` names every registered partner (unix seconds, 0.0 when it never signalled) and no
    other: it is also the list of partners whose topics may be label values in `lag`, which is None when the broker
    could not be asked.
    """

    outbox_depth: int = 0
    cases: Mapping[tuple[str, str], int] = field(default_factory=dict)  # (state, route)
    oldest_waiting_seconds: Mapping[str, float] = field(default_factory=dict)  # by queue
    partner_last_signal: Mapping[str, float] = field(default_factory=dict)
    topic_paused: Mapping[str, bool] = field(default_factory=dict)  # registered partners' topics, and `unregistered`
    lag: Mapping[tuple[str, int], int] | None = None  # (topic, partition)
    score: Mapping[MetricEntry, Mapping[tuple[str, ...], float]] = field(default_factory=dict)  # of SCORE, by labels


class _FiguresCollector(Collector):
    """Reads the figures when Prometheus asks; a failing read costs the figures, never the page."""

    def __init__(self, read: Callable[[], Figures]) -> None:
        self._read = read

    def describe(self) -> list[Metric]:
        """Nothing: so that registering the collector does not read the database."""
        return []

    def collect(self) -> Iterator[Metric]:
        try:
            figures = self._read()
        except Exception as fault:  # noqa: BLE001 - any failure must leave the other metrics readable
            _LOG.warning("the figures for /metrics could not be read: %s", type(fault).__name__)
            figures = None
        yield _gauge(FIGURES_UP, {(): 0.0 if figures is None else 1.0})
        yield _gauge(LAG_UP, {(): 0.0 if figures is None or figures.lag is None else 1.0})
        if figures is not None:
            yield from _families(figures)


def figures_collector(read: Callable[[], Figures]) -> Collector:
    """A collector that calls `read` at each scrape; register it or hand it to `exposition`."""
    return _FiguresCollector(read)


def exposition(accept: str, *collectors: Collector) -> tuple[bytes, str]:
    """All metrics as text, with its content type, in the format that the `Accept` header asks for."""
    encode, content_type = choose_encoder(accept)
    return encode(_Together((REGISTRY, *collectors))), content_type


@dataclass(frozen=True, slots=True)
class _Together(Collector):
    """Several collectors as one page, without registering them anywhere."""

    parts: tuple[Collector, ...]

    def collect(self) -> Iterator[Metric]:
        for part in self.parts:
            yield from part.collect()


def _families(figures: Figures) -> Iterator[Metric]:
    yield _gauge(OUTBOX_DEPTH, {(): float(figures.outbox_depth)})
    yield _gauge(CASES, {(state, route): float(count) for (state, route), count in figures.cases.items()})
    yield _gauge(OLDEST_WAITING, {(queue,): age for queue, age in figures.oldest_waiting_seconds.items()})
    yield _gauge(PARTNER_LAST_SIGNAL, {(name,): at for name, at in figures.partner_last_signal.items()})
    yield _gauge(TOPIC_PAUSED, {(topic,): float(is_so) for topic, is_so in figures.topic_paused.items()})
    if figures.lag is not None:
        yield _gauge(LAG, _bounded_lag(figures.lag, figures.partner_last_signal))
    yield from (_gauge(entry, figures.score.get(entry, {})) for entry in SCORE)


def _bounded_lag(lag: Mapping[tuple[str, int], int], partners: Collection[str]) -> dict[tuple[str, ...], float]:
    """Lag per topic and partition; whoever may make topics could otherwise make label values without end."""
    bounded: dict[tuple[str, ...], float] = {}
    for (topic, partition), events in lag.items():
        key = (topic, str(partition)) if topic.rpartition(".")[2] in partners else (UNREGISTERED, "all")
        bounded[key] = bounded.get(key, 0.0) + events
    return bounded


def _gauge(entry: MetricEntry, values: Mapping[tuple[str, ...], float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(entry.name, entry.meaning, labels=entry.labels)
    for labels, value in values.items():
        family.add_metric(labels, value)
    return family


def as_table() -> str:
    """The table of docs/metrics.md, made from the entries."""
    head = ["| metric | kind | labels | meaning | remedy |", "| --- | --- | --- | --- | --- |"]
    cells = [(f"`{e.name}`", e.kind, ", ".join(e.labels) or "–", e.meaning, e.remedy) for e in ENTRIES]
    rows = [f"| {' | '.join(row)} |" for row in cells]
    return "\n".join([*head, *rows]) + "\n"
