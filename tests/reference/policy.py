"""Which policy does the reference judge by? Versions per municipality, from the TOML of section 5."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

Document = Mapping[str, Any]  # what tomllib makes of one policy file: JSON-like, so its values are of any type


@dataclass(frozen=True, slots=True)
class RefVersion:
    """One version of a municipality's policy. Amounts in cents, windows in days with both ends included."""

    valid_from: date
    period: str
    repeat_window_days: int
    count: str
    threshold: Mapping[str, int]
    window: Mapping[str, tuple[int | None, int | None]]
    route_one: str
    route_more: str
    route_crisis: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RefPolicy:
    """All versions of one municipality."""

    versions: tuple[RefVersion, ...]

    def in_force(self, day: date) -> RefVersion:
        """Rule 11: the newest version that is valid on `day`; before the first `valid_from` the oldest."""
        oldest_first = sorted(self.versions, key=lambda version: version.valid_from)
        found = oldest_first[0]
        for version in oldest_first:
            if version.valid_from <= day:
                found = version
        return found


def ref_policies_from_toml(*documents: Document) -> dict[str, RefPolicy]:
    """The policies in parsed TOML files; several files of one municipality are its versions."""
    versions: dict[str, list[RefVersion]] = {}
    for document in documents:
        versions.setdefault(document["municipality"], []).append(_version(document))
    return {municipality: RefPolicy(tuple(found)) for municipality, found in versions.items()}


def _version(document: Document) -> RefVersion:
    route = document["route"]
    return RefVersion(
        valid_from=document["valid_from"],
        period=document["period"],
        repeat_window_days=document["repeat_window_days"],
        count=document["count"],
        threshold={sector: int(Decimal(euros) * 100) for sector, euros in document["threshold"].items()},
        window={sector: (days.get("from"), days.get("to")) for sector, days in document["window"].items()},
        route_one=route["one"],
        route_more=route["more"],
        route_crisis=dict(route.get("crisis", {})),
    )


def almelo() -> dict[str, Any]:
    """Almelo's policy as shipped, as far as borders.md sections 4 and 5 tell it."""
    return {
        "municipality": "0141",
        "name": "Almelo",
        "valid_from": date(2020, 1, 1),
        "period": "month",
        "repeat_window_days": 92,
        "count": "arrears",
        "household": "address",
        "threshold": dict.fromkeys(("housing", "energy", "water", "health", "other"), "50.00"),
        "window": {
            "health": {"from": 30, "to": 100},
            "housing": {"from": 30},
            "energy": {"from": 30},
            "water": {"from": 30},
        },
        "route": {"one": "letter", "more": "home-visit", "crisis": {}},
    }


def hengelo() -> dict[str, Any]:
    """Hengelo's policy as shipped: what differs from Almelo's stands in borders.md section 5."""
    return {
        **almelo(),
        "municipality": "0164",
        "name": "Hengelo",
        "repeat_window_days": 62,
        "count": "partners",
        "threshold": dict.fromkeys(("housing", "energy", "water", "health", "other"), "75.00"),
        "route": {
            "one": "letter",
            "more": "home-visit",
            "crisis": {"eviction": "home-visit", "disconnection": "home-visit"},
        },
    }


def toml_text(document: Document) -> str:
    """`document` as TOML, for a policy file; a shipped file's other tables can be appended to it."""
    plain = [f"{name} = {_toml_value(value)}" for name, value in document.items() if not isinstance(value, Mapping)]
    tables = [_table(name, value) for name, value in document.items() if isinstance(value, Mapping)]
    return "\n".join([*plain, *tables, ""])


def _table(name: str, content: Document) -> str:
    plain = [f"{key} = {_toml_value(value)}" for key, value in content.items() if not isinstance(value, Mapping)]
    tables = [_table(f"{name}.{key}", value) for key, value in content.items() if isinstance(value, Mapping)]
    return "\n".join([f"[{name}]", *plain, *tables])


def _toml_value(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)
