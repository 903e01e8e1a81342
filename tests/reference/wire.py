"""How does one event look decoded, and how on the wire? (borders.md sections 2 and 7)

Stories and generator write an event down once, as a `Fact`; it gives the event that the reference judges and
the line that `signals run` reads. The decoding here is the reference's own, not the contract's.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from msgspec import UNSET

from signals.contract.events import Address, AnyEvent, Changed, Collection, Person, Reported, Withdrawn

SECTOR_OF = {
    "welbions": "housing",
    "stjoseph": "housing",
    "menzis": "health",
    "salland": "health",
    "vitens": "water",
    "cogas": "energy",
    "stroom": "energy",
    "kredietbank": "other",
}
KIND_OF = {
    "housing": "rent",
    "health": "health-premium",
    "water": "water",
    "energy": "electricity",
    "other": "other",
}
ABSENT = "absent"  # a crisis that the event does not name


@dataclass(frozen=True, slots=True)
class House:
    """An address as a partner may write it; the number may carry its letter and addition."""

    number: int | str
    letter: str | None = None
    addition: str | None = None
    postcode: str = "7607GC"

    def suffix(self) -> str:
        """Section 4.1: the number's rest, letter and addition; ASCII letters and digits, then capitals."""
        rest = re.sub(r"^[0-9]+", "", str(self.number))
        everything = rest + (self.letter or "") + (self.addition or "")
        return "".join(sign for sign in everything if sign.isascii() and sign.isalnum()).upper()

    def plain_number(self) -> int:
        """The number without what follows it."""
        return int(re.match(r"[0-9]+", str(self.number))[0])  # type: ignore[index]  # a house begins with digits

    def plain_postcode(self) -> str:
        """The postcode without white space, in capitals."""
        return "".join(self.postcode.split()).upper()


@dataclass(frozen=True, slots=True)
class Fact:
    """One event, told once. `kind` is reported, changed or withdrawn; `time` is text as on the wire."""

    kind: str
    id: str
    signalled_on: date
    partner: str
    reference: str
    time: str
    municipality: str = "0141"
    source: str = ""
    amount: str | None = None
    crisis: str | None = ABSENT
    reason: str = ""
    house: House = field(default_factory=lambda: House(12))
    arisen_on: date | None = None
    objected: bool | None = None
    surname: str | None = "Jansen"
    business_name: str | None = None

    @property
    def sector(self) -> str:
        """The partner's sector."""
        return SECTOR_OF[self.partner]

    @property
    def full_source(self) -> str:
        """The CloudEvents source; each partner has one of its own."""
        return self.source or source_of(self.partner)

    def decoded(self) -> AnyEvent:
        """The event as the contract must decode it."""
        common: dict[str, Any] = {
            "source": self.full_source,
            "id": self.id,
            "time_us": instant(self.time),
            "partner": self.partner,
            "sector": self.sector,
            "municipality": self.municipality,
            "signalled_on": self.signalled_on,
            "reference": self.reference,
        }
        if self.kind == "changed":
            crisis = UNSET if self.crisis == ABSENT else self.crisis
            return Changed(**common, amount_cents=cents_of(self.amount) if self.amount else None, crisis=crisis)
        if self.kind == "withdrawn":
            return Withdrawn(**common, reason=self.reason)
        return Reported(
            **common,
            kind=KIND_OF[self.sector],
            amount_cents=cents_of(self.amount or ""),
            arisen_on=self.arisen_on,
            crisis=None if self.crisis == ABSENT else self.crisis,
            warm_transfer=False,
            person=Person(initials="A.", surname=self.surname, business_name=self.business_name),
            address=Address(self.house.plain_postcode(), self.house.plain_number(), self.house.suffix()),
            collection=Collection(objected=self.objected),
        )

    def line(self) -> str:
        """The JSON line of borders.md section 7: topic, key, value."""
        record = {
            "topic": f"arrears.{self.sector}.{self.partner}",
            "key": self.reference,
            "value": {
                "specversion": "1.0",
                "id": self.id,
                "source": self.full_source,
                "type": f"nl.vroegsignalering.arrears.{self.kind}.v1",
                "time": self.time,
                "datacontenttype": "application/json",
                "data": self._content(),
            },
        }
        return json.dumps(record, ensure_ascii=False)

    def _content(self) -> dict[str, Any]:
        arrears: dict[str, Any] = {"reference": self.reference}
        if self.amount is not None:
            arrears["amount"] = self.amount
        if self.crisis != ABSENT:
            arrears["crisis"] = self.crisis
        content = {
            "municipality": self.municipality,
            "signalledOn": self.signalled_on.isoformat(),
            "arrears": arrears,
        }
        if self.kind == "withdrawn":
            content["reason"] = self.reason
        if self.kind == "reported":
            arrears["kind"] = KIND_OF[self.sector]
            arrears["arisenOn"] = self.arisen_on.isoformat() if self.arisen_on else None
            content.update(self._person_and_address())
        return content

    def _person_and_address(self) -> dict[str, Any]:
        return {
            "person": {"initials": "A.", "surname": self.surname, "businessName": self.business_name},
            "address": {
                "houseNumber": self.house.number,
                "houseLetter": self.house.letter,
                "houseNumberAddition": self.house.addition,
                "postcode": self.house.postcode,
            },
            "collection": {"objected": self.objected},
        }


def source_of(partner: str, system: str = "incasso") -> str:
    """A made-up CloudEvents source of `partner`."""
    return f"urn:nld:oin:{1000 + list(SECTOR_OF).index(partner):020d}:systeem:{system}"


def cents_of(amount: str) -> int:
    """Whole cents of an amount as written."""
    return int(Decimal(amount) * 100)


def instant(time: str) -> int:
    """Microseconds since 1970 of a `time`; digits beyond microseconds are cut."""
    cut = re.sub(r"(\.[0-9]{6})[0-9]+", r"\1", time)
    return (datetime.fromisoformat(cut) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
