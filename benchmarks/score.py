"""How much of what could be known does the learned score know? Beside an oracle that sees what the simulation hides.

`python -m benchmarks.score` needs no services and takes some two minutes; `--write` puts its table into the documents.
Models learn from one simulated year, of one town and of one five times its size, and are asked about the year after it
in the large one. The oracle learns from the same large year as an unbounded gradient boosting that is told, beside all
that a model is told, the hidden state of the household, its months in trouble, the arrears that nobody told of, and who
is in debt help; the better of that and of one that is told the hidden facts alone counts.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score

from benchmarks.services import machine
from benchmarks.tables import Table, aims_table, write
from signals.contract.decode import RejectedError, decode
from signals.contract.events import Reported
from signals.contract.partners import ArrearsTopic, Directory
from signals.outreach.clocks import is_working_day
from signals.outreach.learning.history import HouseholdHistory, ToldArrears, end_of, in_order_told
from signals.outreach.learning.training import lessons_from, table_of
from signals.scoring.lift import Came, lift
from signals.scoring.measures import measures
from signals.scoring.model import points, probability
from signals.scoring.train import KINDS, train
from signals.simulation.judged import almelo_policy_for, fact_of, stands_alone, value_of
from signals.simulation.oracle import Oracle
from signals.simulation.partners import PARTNERS
from signals.simulation.simulate import simulate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from benchmarks.services import Place
    from signals.contract.events import AnyEvent
    from signals.outreach.arrears import Fact
    from signals.outreach.learning.examples import Example
    from signals.outreach.learning.labels import Outcome
    from signals.scoring.measures import Estimate
    from signals.scoring.model import Model
    from signals.simulation.oracle import HouseholdKey

TOWN: Final = "0141"
ALMELO: Final = 73_000
TIMES: Final = 5
START: Final = "2024-01"
LEARNED_THROUGH: Final = date(2024, 12, 31)
ASKED_THROUGH: Final = date(2025, 12, 31)
SEEDS: Final = {"large": 2, "small": 1}
SEED: Final = 7  # of the trainer and of what is drawn for the intervals
PAIRS: Final = TIMES  # as many pairs as the large town has times the people of the one
ORDERS: Final = ("framework", "amount", "arrival")


class Histories:
    """What the partners of a simulated town told, household by household, as the service would have stored it."""

    def __init__(self, inhabitants: int, months: int, seed: int) -> None:
        self.book = almelo_policy_for(TOWN)
        self.oracle = Oracle([TOWN])
        self.keys: dict[int, HouseholdKey] = {}
        self._numbers: dict[HouseholdKey, int] = {}
        self._told: dict[tuple[str, str], tuple[int, AnyEvent, list[Fact]]] = {}
        self._at: dict[int, dict[int, tuple[str, str]]] = {}  # the arrears that were ever told of a household
        self._take_in(inhabitants, months, seed)

    def _take_in(self, inhabitants: int, months: int, seed: int) -> None:
        directory = Directory({partner.id: partner for partner in PARTNERS}, self.book.municipalities)
        seen: set[tuple[str, str]] = set()
        for wire, truth in self.oracle.noting(simulate(TOWN, inhabitants, START, months, seed)):
            topic = ArrearsTopic.parse(wire["topic"])
            try:
                event = decode(value_of(wire), topic, directory) if topic else None
            except RejectedError:
                continue
            if event is not None and (event.source, event.id) not in seen:
                seen.add((event.source, event.id))
                self._keep(len(seen), event, stands_alone(truth))

    def _keep(self, number: int, event: AnyEvent, verdict: str | None) -> None:
        name = (event.partner, event.reference)
        arrears, _, facts = self._told.setdefault(name, (len(self._told) + 1, event, []))
        household = 0
        if isinstance(event, Reported):
            where = event.address
            key = (event.municipality, where.postcode, where.number, where.suffix)
            household = self._numbers.setdefault(key, len(self._numbers) + 1)
            self.keys[household] = key
            self._at.setdefault(household, {})[arrears] = name
        facts.append(fact_of(number, event, household, verdict))

    def until(self, day: date) -> Iterable[HouseholdHistory]:
        """What had been told by the end of that day."""
        known = {
            name: ToldArrears(number, event.partner, None, event.sector, in_order_told(told))
            for name, (number, event, facts) in self._told.items()
            if (told := [fact for fact in facts if fact.place.time_us <= end_of(day)])
        }
        for household, own in self._at.items():
            if of_it := tuple(known[name] for name in own.values() if name in known):
                yield HouseholdHistory(household, TOWN, of_it)


@dataclass(frozen=True)
class Asked:
    """Examples with their outcomes, and what an oracle knows of each."""

    examples: Sequence[Example]
    outcomes: Sequence[Outcome]
    usual: Mapping[str, float]
    hidden: NDArray[np.float64]

    @property
    def escalated(self) -> NDArray[np.bool_]:
        """What came of each."""
        return np.array([one.escalated for one in self.outcomes], dtype=np.bool_)


def asked_of(histories: Histories, through: date, after: date = date.min) -> Asked:
    """The examples whose moment lies after `after` and whose outcome was known by `through`."""
    lessons = lessons_from(histories.until(through), TOWN, histories.book, through)
    pairs = [(one, came) for one, came in zip(*lessons.known(), strict=True) if one.day > after]
    examples, outcomes = [one for one, _ in pairs], [came for _, came in pairs]
    known = [histories.oracle.at(histories.keys[one.household], end_of(one.day)) for one in examples]
    hidden = np.array([one.facts if one else (np.nan,) * 5 for one in known], dtype=np.float64)
    return Asked(examples, outcomes, lessons.usual, hidden)


def oracle_auc(learned: Asked, asked: Asked) -> float:
    """The AUC of who knows what is hidden; the better of with and without what is told."""
    told = [table_of(one.examples, one.outcomes, learned.usual).values for one in (learned, asked)]
    hidden = [learned.hidden, asked.hidden]
    both = [np.hstack(pair) for pair in zip(told, hidden, strict=True)]
    return max(_boosted(here, learned.escalated, there, asked.escalated) for here, there in (hidden, both))


def _boosted(
    here: NDArray[np.float64], came: NDArray[np.bool_], there: NDArray[np.float64], then: NDArray[np.bool_]
) -> float:
    trees = HistGradientBoostingClassifier(
        learning_rate=0.04,
        max_iter=250,
        max_leaf_nodes=12,
        min_samples_leaf=60,
        l2_regularization=10,
        early_stopping=False,
        random_state=SEED,
    )
    return float(roc_auc_score(then, trees.fit(here, came).predict_proba(there)[:, 1]))


def measured(_place: Place | None, say: Callable[[str], None]) -> Table:
    """The table: what each model knows of the year after, beside the oracle, and what a pair finds with it."""
    say("two years of the large town and one of the small one …")
    large = Histories(ALMELO * TIMES, 24, SEEDS["large"])
    small = Histories(ALMELO, 12, SEEDS["small"])
    learned = {
        f"a year of a town × {TIMES}": asked_of(large, LEARNED_THROUGH),
        "a year of one town": asked_of(small, LEARNED_THROUGH),
    }
    asked = asked_of(large, ASKED_THROUGH, LEARNED_THROUGH)
    oracle = oracle_auc(learned[f"a year of a town × {TIMES}"], asked)
    say("models …")
    found: dict[tuple[str, str], Figures] = {
        (years, kind): _known(
            train(table_of(one.examples, one.outcomes, one.usual), kind, seed=SEED, usual=one.usual), asked
        )
        for years, one in learned.items()
        for kind in KINDS
    }
    return _table(found, {years: len(one.examples) for years, one in learned.items()}, asked, oracle)


@dataclass(frozen=True)
class Figures:
    """What a model knows of the year after, with what the first eight a day hold by its order and by others."""

    auc: float
    ece: float
    ratios: Mapping[str, float]
    lift: float


def _known(model: Model, asked: Asked) -> Figures:
    table = table_of(asked.examples, asked.outcomes, model.usual)
    chance = probability(model, table.values)
    told = measures(chance, table.outcome, table.group, seed=SEED, rounds=50)
    came = Came(table.day + 1, table.outcome, np.arange(len(table.day)))
    orders = {
        "model": points(model, table.values).astype(np.float64),
        "framework": np.array([one.framework for one in asked.examples], dtype=np.float64),
        "amount": np.array([one.amount_cents for one in asked.examples], dtype=np.float64),
    }
    played = {one.order: one for one in lift(came, orders, works=is_working_day, pairs=PAIRS, seed=SEED).orders}
    ratios = {name: _value(played[name].ratio) for name in ORDERS}
    auc = float(roc_auc_score(table.outcome, orders["model"]))
    return Figures(auc, _value(told.ece), ratios, _value(played["model"].lift))


def _value(estimate: Estimate | None) -> float:
    return estimate.value if estimate else float("nan")


def _table(found: Mapping[tuple[str, str], Figures], examples: Mapping[str, int], asked: Asked, oracle: float) -> Table:
    rows = [
        (
            f"{years} ({examples[years]:,} cases)",
            kind,
            f"{one.auc:.3f}",
            f"{one.auc / oracle:.3f}",
            f"{one.ece:.3f}",
            f"{one.lift:.2f}",
            *(f"{one.ratios[name]:.2f}" for name in ORDERS),
        )
        for (years, kind), one in found.items()
    ]
    large, small = (found[years, "scorecard"] for years in examples)
    said = (
        f"Asked about {len(asked.examples):,} cases of the year after, of which {asked.escalated.mean():.0%} escalate "
        f"within 90 days; AUC of the score in whole points as it is served. The oracle: {oracle:.3f}. Lift: what share "
        f"of the first 8 a day of each of {PAIRS} pairs escalates, beside the share among all that came; then beside "
        "what the pairs find by the decision framework as shipped, by the amount (high first) and by arrival."
    )
    figures = {
        "score ÷ oracle": large.auc / oracle,
        "score ÷ oracle, small": small.auc / oracle,
        "score ece": max(large.ece, small.ece),
        "score lift ÷ amount": large.ratios["amount"],
    }
    header = ("learned from", "model", "AUC", "÷ oracle", "ECE", "lift", *(f"÷ by {name}" for name in ORDERS))
    return Table("score", header, rows, said, figures)


def main() -> int:
    """Measure, print, and with `--write` put it into the documents."""
    started = datetime.now(UTC)
    table = measured(None, lambda words: print(words, file=sys.stderr, flush=True))
    print("\n".join(table.lines()))
    print(f"{(datetime.now(UTC) - started) / timedelta(seconds=1):.0f} s", file=sys.stderr)
    if "--write" in sys.argv:
        stamp = f"{started:%Y-%m-%d}, {machine()}; `python -m benchmarks.score`"
        write([table, aims_table(table.figures)], stamp)
    return 0


if __name__ == "__main__":
    sys.exit(main())
