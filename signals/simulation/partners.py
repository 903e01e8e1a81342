"""Who sends the simulated signals? The partners of deploy/partners.toml, with made-up sources."""

from __future__ import annotations

from typing import Final

from signals.contract.partners import Partner


def _partner(name: str, sector: str, number: int, ddas_type: str) -> Partner:
    source = f"urn:nld:oin:00000099{number:09}000:systeem:incasso"
    return Partner(name, sector, frozenset({source}), bsn=sector == "health", ddas_type=ddas_type)


PARTNERS: Final = (
    _partner("welbions", "housing", 100000011, "Huur"),
    _partner("sint-joseph", "housing", 100000012, "Huur"),
    _partner("twentestroom", "energy", 100000021, "Energie"),
    _partner("noorderwarmte", "energy", 100000022, "Energie"),
    _partner("vitens", "water", 100000031, "Water"),
    _partner("menzis", "health", 100000041, "Zorg"),
    _partner("zilverzorg", "health", 100000042, "Zorg"),
)
