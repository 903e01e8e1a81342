"""What do partners send in one round, and what must come of it?

A simulated town (with bad events, changes and withdrawals), and beside it a few of the reference's crowded sets, where
every rule of borders.md section 4 meets every other: all under municipality codes of this round alone, so that rounds
on the same topics do not touch each other. One seed, one round.
"""

from __future__ import annotations

import random
import tomllib
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

import msgspec

from signals.contract.partners import ArrearsTopic, Partner
from signals.policies import almelo_policy_text
from signals.simulation.partners import PARTNERS
from signals.simulation.simulate import Knobs, simulate
from tests.reference.generate import event_set
from tests.reference.policy import RefPolicy, ref_policies_from_toml, toml_text
from tests.reference.wire import SECTOR_OF, Fact, source_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from signals.consumers.publisher import Message

BLOCKS: Final = 350  # so many rounds may share topics before codes return
CROWDED_SETS: Final = 12
INHABITANTS: Final = 30_000
MONTHS: Final = 3
KNOBS: Final = Knobs(bad=0.04, duplicates=0.03)
SENT_AGAIN: Final = 0.12  # of all records: published a second time, somewhere else and at another time
DISORDER: Final = 0.6  # how far records are carried away from their place, as a share of all
GARBAGE: Final = (b"", b"\xff\xfe", b"[" * 200, b"{}", b'{"specversion":"1.0"}')
_encode: Final = msgspec.json.Encoder().encode


def partners() -> list[Partner]:
    """Everybody who may send in any round, with every source they use."""
    found = {partner.id: partner for partner in PARTNERS}
    for name, sector in SECTOR_OF.items():
        sources = frozenset({source_of(name), source_of(name, "Balie")})
        known = found.get(name, Partner(name, sector, frozenset()))
        found[name] = replace(known, sources=known.sources | sources, bsn=sector == "health")
    return list(found.values())


def topic_of(partner: Partner) -> str:
    """Where a partner sends."""
    return f"arrears.{partner.sector}.{partner.id}"


@dataclass(frozen=True)
class Town:
    """The round of one seed."""

    seed: int

    @property
    def _codes(self) -> list[str]:
        first = 1000 + self.seed % BLOCKS * (2 * CROWDED_SETS + 1)
        return [f"{code:04}" for code in range(first, first + 2 * CROWDED_SETS + 1)]

    @property
    def municipalities(self) -> frozenset[str]:
        """The codes that only this round uses."""
        return frozenset(self.policies)

    @cached_property
    def policy_texts(self) -> list[str]:
        """The policies of this round as files."""
        return [self._town_policy, *(toml_text(document) for document in self._crowd[1])]

    @property
    def _town_policy(self) -> str:
        return almelo_policy_text(self._codes[0], "Rondestad")

    @cached_property
    def policies(self) -> dict[str, RefPolicy]:
        """The same policies for the reference."""
        return ref_policies_from_toml(tomllib.loads(self._town_policy), *self._crowd[1])

    @cached_property
    def _crowd(self) -> tuple[list[Fact], list[dict[str, object]]]:
        """The facts and policies of the crowded sets, each set in two municipalities of its own."""
        facts: list[Fact] = []
        documents: list[dict[str, object]] = []
        for number in range(CROWDED_SETS):
            found = event_set(random.Random(self.seed * 1000 + number))
            codes = dict(zip(("0141", "0164"), self._codes[2 * number + 1 :], strict=False))
            documents += [document | {"municipality": codes[document["municipality"]]} for document in found.documents]
            facts += [replace(f, municipality=codes[f.municipality], id=f"{codes['0141']}-{f.id}") for f in found.facts]
        return facts, documents

    def messages(self) -> list[Message]:
        """All records of the round in the order in which they are to be published."""
        rng = random.Random(self.seed)
        records = [*self._simulated(), *self._crowded(), *self._garbage(rng)]
        records += rng.sample(records, int(len(records) * SENT_AGAIN))
        places = [(n + rng.uniform(0, DISORDER * len(records)), record) for n, record in enumerate(records)]
        return [record for _, record in sorted(places, key=lambda place: place[0])]

    def _simulated(self) -> Iterator[Message]:
        for wire, _ in simulate(self._codes[0], INHABITANTS, "2026-01", MONTHS, self.seed, knobs=KNOBS):
            value = wire["value"]
            yield wire["topic"], wire["key"].encode(), value.encode() if isinstance(value, str) else _encode(value)

    def _crowded(self) -> Iterator[Message]:
        for fact in self._crowd[0]:
            line = msgspec.json.decode(fact.line())
            yield line["topic"], line["key"].encode(), _encode(line["value"])

    def _garbage(self, rng: random.Random) -> Iterator[Message]:
        topics = [topic_of(partner) for partner in partners()]
        for value in GARBAGE:
            topic = rng.choice(topics)
            assert ArrearsTopic.parse(topic)
            yield topic, b"k", value
