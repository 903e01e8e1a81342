"""Round after round: faults, healing, and the question whether anything was lost, doubled or stuck.

One line per round and a last one with the sums, written as they come.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final

import psycopg
from kafka.errors import KafkaError

from signals.errors import SignalsError
from tests.faults import recovery
from tests.faults.bindings import EDGES, STEPS
from tests.faults.checks import Verdict, check, quoted
from tests.faults.flood import flooded
from tests.faults.kinds import BATCH, DECK
from tests.faults.orders import BLOWS
from tests.faults.recovery import Times
from tests.faults.stage import staged
from tests.faults.town import Town

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.faults.kinds import Kind
    from tests.faults.stage import Stage

ROUNDS_PER_STAGE: Final = 10
LONGEST_STAND_STILL: Final = 60.0
KEEP: Final = bool(os.environ.get("SIGNALS_FAULTS_KEEP"))  # the members' logs, also when nothing went wrong
PAUSE: Final = 0.6  # at most, between two faults: so some meet each other's consequences


@dataclass(frozen=True, slots=True)
class Plan:
    """How long a soak is; round n of it has the seed `seed + n`, and is repeated by `rounds=1` with that seed."""

    rounds: int
    faults_per_round: int
    seed: int
    measured: bool = True


@dataclass
class Result:
    """What a soak came to."""

    faults: Counter[str] = field(default_factory=Counter)
    lost: int = 0
    doubled: int = 0
    longest: float = 0.0
    wrong: list[str] = field(default_factory=list)
    times: Times = field(default_factory=Times)
    struck: set[tuple[str, str, str, str]] = field(default_factory=set)
    ended: Counter[int] = field(default_factory=Counter)

    @property
    def holds(self) -> bool:
        """Whether every promise was kept."""
        return not (self.lost or self.doubled or self.wrong) and self.longest <= LONGEST_STAND_STILL

    def add(self, played: Played) -> None:
        """Count a round."""
        self.faults += played.befallen
        self.lost += played.verdict.lost
        self.doubled += played.verdict.doubled
        self.longest = max(self.longest, played.longest)
        self.wrong += [f"seed {played.seed}: {fault}" for fault in played.wrong]

    def lines(self) -> Iterator[str]:
        """What it came to; the last line has the sums."""
        yield "faults by kind: " + ", ".join(f"{kind} {n}" for kind, n in sorted(self.faults.items()))
        yield "struck at: " + ", ".join(self._places())
        yield "processes ended with: " + ", ".join(f"{code} {n} times" for code, n in sorted(self.ended.items()))
        yield from self.times.lines()
        yield from (f"WRONG: {fault}" for fault in self.wrong)
        yield (
            f"faults {self.faults.total()}, lost {self.lost}, doubled {self.doubled}, "
            f"longest stand-still {self.longest:.1f} s" + (f", WRONG: {len(self.wrong)}" if self.wrong else "")
        )

    def _places(self) -> Iterator[str]:
        """How many of the places before and after each step were struck."""
        for role, steps in STEPS.items():
            for blow in BLOWS:
                found = {(step, edge) for one, fell, step, edge in self.struck if (one, fell) == (role, blow)}
                yield f"{len(found)} of {len(steps) * len(EDGES)} places of the {role} ({blow})"


def tell(line: str) -> None:
    """Write a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def soak(plan: Plan, say: Callable[[str], None] = tell) -> Result:
    """Run the whole plan. Raises NoKafkaError where there is no real Kafka."""
    result = Result()
    for first in range(0, plan.rounds, ROUNDS_PER_STAGE):
        with tempfile.TemporaryDirectory(prefix="signals-faults-", ignore_cleanup_errors=True) as folder:
            known = len(result.wrong)
            try:
                with staged(Path(folder)) as stage:
                    _act(stage, plan, first, result, say)
            except (AssertionError, OSError, SignalsError, psycopg.Error, KafkaError) as error:
                traceback.print_exc()
                result.wrong.append(f"rounds from seed {plan.seed + first} on broke off ({type(error).__name__})")
            if KEEP or len(result.wrong) > known:
                say(f"what the members said: {_kept(Path(folder))}")
    for line in result.lines():
        say(line)
    return result


def _kept(folder: Path) -> Path:
    """Where the logs of a stage went that is gone otherwise."""
    kept = Path(tempfile.mkdtemp(prefix="signals-faults-kept-"))
    for log in [*folder.glob("crew/*.log"), *folder.glob("crew/*.struck"), *folder.glob("broker/*.log")]:
        (kept / log.name).write_bytes(log.read_bytes())
    return kept


def _act(stage: Stage, plan: Plan, first: int, result: Result, say: Callable[[str], None]) -> None:
    """The rounds of one stage, and once in it a flood and the measured recoveries."""
    if not stage.database.can_fill:
        say("a full disk is left out: a small file system of our own cannot be mounted here")
    numbers = range(first, min(first + ROUNDS_PER_STAGE, plan.rounds))
    for number in numbers:
        played = perform(stage, Town(plan.seed + number), drawn(plan.seed + number, plan.faults_per_round))
        result.add(played)
        say(played.line())
    if plan.measured:
        wrong = flooded(stage, Town(plan.seed + numbers[-1]))
        say(f"a topic was flooded, paused and resumed: {'; '.join(wrong) or 'as it must be'}")
        result.wrong += wrong
        result.faults["topic flooded"] += 1
        result.faults["measured recovery"] += recovery.measure(stage, result.times)
        result.longest = max(result.longest, stage.watch.forget_longest())
    result.struck |= stage.crew.struck()
    result.ended += stage.crew.ended()
    result.wrong += [*stage.crew.hands, *quoted(stage)]


@dataclass(frozen=True)
class Played:
    """A round after it was checked."""

    seed: int
    events: int
    befallen: Counter[str]
    verdict: Verdict
    wrong: list[str]
    longest: float
    seconds: float

    def line(self) -> str:
        """The round in one line, and a line for everything that is wrong."""
        kinds = ", ".join(f"{kind} {n}" if n > 1 else kind for kind, n in sorted(self.befallen.items()))
        line = (
            f"round seed {self.seed}: {self.events} events, {self.befallen.total()} faults ({kinds}), "
            f"lost {self.verdict.lost}, doubled {self.verdict.doubled}, "
            f"longest stand-still {self.longest:.1f} s, {self.seconds:.0f} s"
        )
        return "\n  WRONG: ".join([line, *self.wrong])


def drawn(seed: int, number: int) -> list[Kind]:
    """The faults of the round with this seed."""
    return Random(seed).sample(DECK, min(number, len(DECK)))


def perform(stage: Stage, town: Town, kinds: Sequence[Kind]) -> Played:
    """Play one round with these faults: befall, heal, drain, check."""
    began = time.monotonic()
    stage.note(f"round {town.seed}")
    stage.watch.forget_longest()
    stage.open_round(town)
    stage.feed(BATCH)
    stage.idle()  # the workers are up and at work
    befallen = _befall(stage, kinds)
    stage.note("heal …")
    stage.heal()
    stage.feed_all()
    drained = stage.drained()
    stage.note(f"drained: {drained}; the longest stand-still was {stage.watch.longest_where}")
    verdict = check(stage, town)
    wrong = [*verdict.faults, *([] if drained else [_stuck(stage)])]
    stage.note(f"checked: {wrong or 'all is well'}")
    longest, seconds = stage.watch.forget_longest(), time.monotonic() - began
    return Played(town.seed, len(stage.sent), befallen, verdict, wrong, longest, seconds)


def _befall(stage: Stage, kinds: Sequence[Kind]) -> Counter[str]:
    befallen: Counter[str] = Counter()
    for kind in kinds:
        stage.note(f"{kind.name} …")
        happened = kind.befall(stage)
        stage.note(f"… {'done' if happened else 'did not happen'}, lag {stage.watch.lag()}")
        befallen[kind.name] += happened
        time.sleep(stage.rng.uniform(0.0, PAUSE))
    return +befallen


def _stuck(stage: Stage) -> str:
    return f"not drained: {stage.watch.lag()} records not taken in, outbox empty: {stage.outbox_is_empty()}"
