"""Who may send what: the registered partners and the municipalities that have a policy.

The topic says who the partner is (borders.md section 1); this register says what that partner may send.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

SECTORS: Final = ("housing", "energy", "water", "health", "other")
TOPIC_PATTERN: Final = re.compile(r"arrears\.(housing|energy|water|health|other)\.([a-z0-9-]{2,40})")


@dataclass(frozen=True, slots=True)
class Partner:
    """One signal partner: its sector, the `source` values it may use and where it may signal."""

    id: str
    sector: str
    sources: frozenset[str]
    municipalities: frozenset[str] | None = None  # None: every municipality that has a policy
    bsn: bool = False
    ddas_type: str | None = None


@dataclass(frozen=True, slots=True)
class Directory:
    """What deciding about one event needs: partners by id, municipalities with a policy at any date."""

    partners: dict[str, Partner]
    municipalities: frozenset[str]


@dataclass(frozen=True, slots=True)
class ArrearsTopic:
    """A topic name of borders.md section 1, taken apart."""

    name: str
    sector: str
    partner: str

    @classmethod
    def parse(cls, name: str) -> ArrearsTopic | None:
        """The parts of `name`, or None when it is not an arrears topic."""
        match = TOPIC_PATTERN.fullmatch(name)
        return cls(name, match[1], match[2]) if match else None
