"""Who may send what: the registered partners and the municipalities that have a policy.

The topic says who the partner is (borders.md section 1); this register says what that partner may send.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

SECTORS: Final = ("housing", "energy", "water", "health", "other")
_SMALL_WORDS: Final = frozenset({"de", "den", "der", "en", "het", "in", "op", "te", "van", "voor"})
_ABBREVIATED: Final = 3  # letters: so short a word is an abbreviation, as in CAK or DUO
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


def partner_name(partner: str) -> str:
    """What people call a partner, by its id: "sint-joseph" gives "Sint Joseph", "cak" gives "CAK"."""
    words = partner.split("-")
    name = " ".join(_as_written(word) for word in words if word)
    return name[:1].upper() + name[1:]


def _as_written(word: str) -> str:
    if word in _SMALL_WORDS:
        return word
    return word.upper() if len(word) <= _ABBREVIATED else word.capitalize()
