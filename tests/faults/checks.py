"""After a round, when all is quiet: is every record in exactly one place, and is every case as the reference says?

Against three accounts that the workers did not write: the broker's own log, the reference of borders.md section 4, and
the topics that other systems read.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import msgspec

from signals.consumers.broker import end_offsets
from signals.contract.events import Reported
from signals.reports.summary import summary
from signals.store.database import transaction
from tests.faults.logbook import read_topics
from tests.faults.town import partners
from tests.reference import model
from tests.reference.summary import as_summary, comparable, scores_from
from tests.walk.terminal import typed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.faults.stage import Stage
    from tests.faults.town import Town

CASES: Final = "outreach.cases"
SHORTEST_SECRET: Final = 6
PUBLISHED_FIELDS: Final = ("state", "route", "score", "multiple", "consecutive", "crisis")


@dataclass
class Verdict:
    """What was lost, what was doubled, and what is not as it must be; all empty when nothing went wrong."""

    lost: int = 0
    doubled: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether nothing went wrong."""
        return not (self.lost or self.doubled or self.faults)

    def compare(self, what: str, wanted: Counter[Any], found: Counter[Any]) -> None:
        """What is missing in `found` is lost, what is too much in it is doubled."""
        missing, extra = wanted - found, found - wanted
        self.lost = max(self.lost, missing.total())  # one loss shows in several accounts
        self.doubled = max(self.doubled, extra.total())
        if missing or extra:
            shown = f"{list(missing)[:3]} missing, {list(extra)[:3]} too many"
            self.faults.append(f"{what}: {missing.total()} missing, {extra.total()} too many ({shown})")


def check(stage: Stage, town: Town) -> Verdict:
    """Judge the stage after it was drained."""
    verdict = Verdict()
    stage.logbook.read(stage.flow.ends, stage.directory)
    _records(stage, verdict)
    _cases(stage, town, verdict)
    _reconciled(stage, verdict)
    _outgoing(stage, verdict)
    return verdict


def _records(stage: Stage, verdict: Verdict) -> None:
    """Every record of the broker's log is stored, a duplicate or in quarantine: exactly once."""
    logbook = stage.logbook
    events = Counter(stage.rows("SELECT source, event_id FROM events"))
    verdict.compare("stored events", Counter(logbook.valid.keys()), events)
    quarantined = Counter(stage.rows('SELECT topic, "partition", "offset" FROM quarantine'))
    verdict.compare("quarantined records", Counter(logbook.bad), quarantined)
    taken = {(t, p): n for t, p, n in stage.rows("SELECT topic, partition, next_offset FROM progress") if n}
    verdict.compare("records taken in", Counter(logbook.positions), Counter(taken))
    [counted] = stage.rows("SELECT sum(stored)::int, sum(duplicates)::int, sum(quarantined)::int FROM progress")
    wanted = (len(logbook.valid), logbook.duplicates, len(logbook.bad))
    if counted != wanted:
        verdict.faults.append(f"stored, duplicates, quarantined are counted as {counted}, but are {wanted}")


def _cases(stage: Stage, town: Town, verdict: Verdict) -> None:
    """The statuses and cases of this round's municipalities are the reference's."""
    outcome = model.judge(stage.logbook.of(town.municipalities), town.policies)
    where = sorted(town.municipalities)
    statuses = stage.rows(
        """SELECT source, events.event_id, status FROM reports JOIN events ON events.id = reports.event_id
        WHERE municipality = ANY(%s)""",
        where,
    )
    wanted = Counter((*key, status) for key, status in outcome.signal_status.items())
    verdict.compare("judged reports", wanted, Counter(statuses))
    with transaction(stage.engine) as cursor:
        document = summary(cursor)
    document["cases"] = [case for case in document["cases"] if case["municipality"] in town.municipalities]
    document["signal_status"] = dict(Counter(status for *_, status in statuses))
    try:
        expected = comparable(as_summary(outcome, scores_from(document, outcome)))["cases"]
    except KeyError as missing:
        verdict.lost = max(verdict.lost, 1)
        verdict.faults.append(f"there is no case for {missing}")
        return
    found = comparable(document)["cases"]
    verdict.compare("cases", _counted(expected), _counted(found))


def _counted(cases: Iterable[Any]) -> Counter[bytes]:
    return Counter(msgspec.json.encode(case) for case in cases)


def _reconciled(stage: Stage, verdict: Verdict) -> None:
    """`signals reconcile` says so too."""
    said = typed("reconcile", "--json", settings=stage.environment(None, "reconcile"))
    if said.code:
        faults = msgspec.json.decode(said.out).get("faults") if said.out else said.err
        verdict.faults.append(f"signals reconcile ends with {said.code}: {faults}")


def _outgoing(stage: Stage, verdict: Verdict) -> None:
    """What a reader of our topics puts together is what the database has; messages of a key come in their order."""
    topics = [CASES, *(f"feedback.{partner.id}" for partner in partners())]
    ends = end_offsets(stage.settings, topics)
    heard: dict[tuple[str, str], list[bytes | None]] = defaultdict(list)
    for topic, _, _, key, value in sorted(read_topics(stage.settings, ends, {}), key=lambda one: one[:3]):
        heard[topic, (key or b"").decode()].append(value)
    _in_order(stage, heard, verdict)
    _rebuilt(stage, {key: values[-1] for (topic, key), values in heard.items() if topic == CASES}, verdict)


def _in_order(stage: Stage, heard: dict[tuple[str, str], list[bytes | None]], verdict: Verdict) -> None:
    told: dict[tuple[str, str], list[bytes | None]] = defaultdict(list)
    for topic, key, body in stage.rows("SELECT topic, key, body FROM outbox ORDER BY id"):
        told[topic, key].append(body)
    for place, bodies in told.items():
        firsts = list(dict.fromkeys(heard.get(place, [])))  # at least once: what came again is passed over
        if firsts != list(dict.fromkeys(bodies)):
            verdict.faults.append(f"{place[0]} key {place[1]}: {len(bodies)} messages decided, {len(firsts)} heard")


def _rebuilt(stage: Stage, last: dict[str, bytes | None], verdict: Verdict) -> None:
    """A reader that keeps the last word per key has exactly the cases of the database."""
    columns = ", ".join(PUBLISHED_FIELDS)
    rows = stage.rows(f"SELECT id, municipality, period, arrears_count, {columns} FROM cases WHERE state <> 'removed'")
    stored = Counter((str(number), *map(_plain, rest)) for number, *rest in rows)
    read: Counter[tuple[str, ...]] = Counter()
    for key, body in last.items():
        if body is not None:
            told = msgspec.json.decode(body)["data"]
            values = [told[name] for name in ("municipality", "period", "arrearsCount", *PUBLISHED_FIELDS)]
            read[key, *map(_plain, values)] += 1
    verdict.compare(f"cases rebuilt from {CASES}", stored, read)


def _plain(value: object) -> str:
    """A value as it compares between a column and a message: a score of 40 is one of 40.0."""
    return f"{value:.3f}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def quoted(stage: Stage) -> list[str]:
    """Where a member's log quotes a person of the events (guarantee 5); the fault names the log, not the person."""
    reports = [event for event in stage.logbook.valid.values() if isinstance(event, Reported)]
    secret = {word for event in reports for word in _personal(event)}
    faults = []
    for member in stage.crew.members.values():
        words = set(re.findall(r"[\w@.+-]+", member.log.read_text(encoding="utf-8", errors="replace")))
        if secret & words:
            faults.append(f"the log of {member.name} quotes {len(secret & words)} personal words")
    return faults


def _personal(event: Reported) -> list[str]:
    """What must not stand in a log; a short name may be a word of another meaning."""
    person = event.person
    told = (person.surname, person.partner_surname, person.email, person.phone, person.bsn)
    return [word for word in told if word and len(word) >= SHORTEST_SECRET]
