"""A municipality's desk on a real database, without a broker: events come in, people act, one reads."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from signals.consumers.intake import BatchIntake
from signals.consumers.records import Record
from signals.contract.partners import Partner
from signals.outreach import queues, registers
from signals.outreach.policy import parse_policy
from signals.outreach.release import release
from signals.policies import shipped
from signals.store.database import transaction
from tests.laws.system import LOG, System, empty, records_of
from tests.reference.wire import SECTOR_OF, source_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from signals.households.listings import ListedPerson
    from tests.reference.wire import Fact

PARTNERS = tuple(
    Partner(one, sector, frozenset({source_of(one)}), None, sector == "health") for one, sector in SECTOR_OF.items()
)


@dataclass
class Desk:
    """One database with the shipped policies and all partners of the stories; `intake` is its only worker."""

    system: System
    intake: BatchIntake = field(init=False)  # from `begin` on
    ends: Counter[tuple[str, int]] = field(default_factory=Counter)  # where each partition of the log ends

    def begin(self, policies: Iterable[str] | None = None, partners: Sequence[Partner] = PARTNERS) -> None:
        """Empty all tables, then load the registers."""
        self.intake = BatchIntake(self.system.engine, LOG)
        with transaction(self.system.engine) as cursor:
            empty(cursor)
            for body in shipped().values() if policies is None else policies:
                registers.load_policy(cursor, parse_policy(body, "policy"), actor="test")
            registers.register_partners(cursor, partners, actor="test")

    def records(self, *facts: Fact) -> list[Record]:
        """The events as the next records of their topics."""
        return [self._next(record.topic, record.value) for record in records_of(fact.line() for fact in facts)]

    def record(self, topic: str, value: bytes | None) -> Record:
        """Any bytes as the next record of a topic."""
        return self._next(topic, value)

    def _next(self, topic: str, value: bytes | None) -> Record:
        offset = self.ends[topic, 0]
        self.ends[topic, 0] += 1
        return Record(topic, 0, offset, value, 0)

    def take_in(self, *facts: Fact) -> None:
        """Store the events as one batch."""
        self.intake.store(self.records(*facts))

    def release(self, *names: str, reviewed: bool = False, actor: str = "specialist") -> None:
        """Release the cases of these names."""
        with transaction(self.system.engine) as cursor:
            release(cursor, [self.case(name).id for name in names], actor=actor, reviewed=reviewed)

    def replace_listing(self, kind: str, *entries: ListedPerson) -> None:
        """Replace Almelo's list of this kind."""
        with transaction(self.system.engine) as cursor:
            registers.replace_listing(cursor, kind, entries, ["0141"], actor="test")

    def load_policy(self, body: str) -> None:
        """Load another version of a policy."""
        with transaction(self.system.engine) as cursor:
            registers.load_policy(cursor, parse_policy(body, "policy"), actor="test")

    def cases(self) -> dict[str, queues.ListedCase]:
        """All cases by name, as in the stories: "7607GC 12 2026-11"; of Almelo only."""
        with transaction(self.system.engine) as cursor:
            listed = queues.listed_cases(cursor, "0141")
        return {f"{case.household} {case.period}": case for case in listed}

    def case(self, name: str) -> queues.ListedCase:
        """One case."""
        return self.cases()[name]

    def lines(self) -> dict[str, str]:
        """Every case in one line: "open letter 1"."""
        return {name: f"{case.state} {case.route} {case.arrears_count}" for name, case in self.cases().items()}

    def queue(self, name: str) -> list[str]:
        """Who waits in a queue, most urgent first."""
        with transaction(self.system.engine) as cursor:
            return [f"{case.household} {case.period}" for case in queues.queue(cursor, name, "0141")]

    def statuses(self) -> dict[str, str]:
        """The status of each report by its event id."""
        return dict(
            self.system.rows("SELECT events.event_id, status FROM reports JOIN events ON id = reports.event_id")
        )

    def history(self, number: int) -> list[tuple[str, dict[str, Any]]]:
        """Kind and detail of every history line of a case."""
        return self.system.rows("SELECT kind, detail FROM case_history WHERE case_id = %s ORDER BY id", number)

    def kinds(self, name: str) -> list[str]:
        """The kinds of a case's history lines, in order."""
        return [kind for kind, _ in self.history(self.case(name).id)]

    def outbox(self) -> list[tuple[str, str, Any]]:
        """Topic, key and content (None: tombstone) of every message, in order."""
        rows = self.system.rows("SELECT topic, key, body FROM outbox ORDER BY id")
        return [(topic, key, None if body is None else json.loads(bytes(body))["data"]) for topic, key, body in rows]

    def told(self, topic: str) -> list[Any]:
        """What was said on one topic."""
        return [content for where, _, content in self.outbox() if where == topic]

    def forget_outbox(self) -> None:
        """So that what comes next stands alone."""
        self.system.rows("DELETE FROM outbox")
