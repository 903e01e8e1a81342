"""Who may send what, according to a file? Reads `partners.toml` of borders.md section 5 and names its faults.

Stands before the walk: `signals run --partners` and `signals partners check` read the register here.
"""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any, Final

from signals.contract.codes import PARTNER_TYPES
from signals.contract.partners import SECTORS, Partner
from signals.errors import FaultsError

if TYPE_CHECKING:
    from pathlib import Path

_KEYS: Final = ("id", "sector", "sources", "municipalities", "bsn", "ddas_type")
_MAX_SOURCE: Final = 256  # borders.md section 3: a longer `source` makes the envelope invalid


def read_partners(path: Path) -> list[Partner]:
    """The partners of `path`, in file order.

    Raises:
        FaultsError: the file cannot be read, is no TOML or says something it cannot mean; all faults at once.
    """
    try:
        document = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as fault:
        raise FaultsError(str(path), [f"cannot be read ({fault.strerror}); check the name"]) from fault
    except ValueError as fault:  # not UTF-8, or not TOML
        raise FaultsError(str(path), [f"not TOML in UTF-8: {fault}"]) from fault
    faults = [f'"{key}" is unknown; write [[partner]] tables' for key in document if key != "partner"]
    tables = document.get("partner", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise FaultsError(str(path), [*faults, "partner is no list of tables; write [[partner]]"])
    faults += [fault for number, table in enumerate(tables, start=1) for fault in _faults(number, table)]
    faults += _twice([table.get("id") for table in tables])
    if faults:
        raise FaultsError(str(path), faults)
    return [_partner(table) for table in tables]


def _faults(number: int, table: dict[str, Any]) -> list[str]:
    found = [
        *(f'"{key}" is unknown; the keys are {", ".join(_KEYS)}' for key in table if key not in _KEYS),
        *_identity_faults(table),
        *_list_faults(table, "sources", rf"[^\x00]{{1,{_MAX_SOURCE}}}", f"texts of 1 to {_MAX_SOURCE} characters"),
        *_list_faults(table, "municipalities", r"[0-9]{4}", "codes of four digits, or leave it out for all"),
    ]
    if type(table.get("bsn", False)) is not bool:
        found.append("bsn is true or false")
    if table.get("ddas_type", "Overige") not in PARTNER_TYPES:
        found.append(f"ddas_type is one of {', '.join(PARTNER_TYPES)}")
    return [f"partner {number}: {fault}" for fault in found]


def _identity_faults(table: dict[str, Any]) -> list[str]:
    found = []
    if not _matches(table.get("id"), r"[a-z0-9-]{2,40}"):
        found.append("id is 2 to 40 of a-z, 0-9 and -")
    if table.get("sector") not in SECTORS:
        found.append(f"sector is one of {', '.join(SECTORS)}")
    return found


def _list_faults(table: dict[str, Any], key: str, pattern: str, words: str) -> list[str]:
    """One fault when `key` is no filled list of texts of that pattern; only `sources` must be there."""
    if key not in table and key != "sources":
        return []
    values = table.get(key)
    fine = isinstance(values, list) and values and all(_matches(value, pattern) for value in values)
    return [] if fine else [f"{key} is a list of one or more {words}"]


def _matches(value: object, pattern: str) -> bool:
    return isinstance(value, str) and re.fullmatch(pattern, value, re.DOTALL) is not None


def _twice(ids: list[object]) -> list[str]:
    """A fault for each id that was given before; an id of a wrong type is another fault's business."""
    named = [name for name in ids if isinstance(name, str)]
    return [f'the id "{name}" is given twice; a partner has one sector' for name in _repeated(named)]


def _repeated(names: list[str]) -> list[str]:
    return sorted({name for name in names if names.count(name) > 1})


def _partner(table: dict[str, Any]) -> Partner:
    municipalities = table.get("municipalities")
    return Partner(
        id=table["id"],
        sector=table["sector"],
        sources=frozenset(table["sources"]),
        municipalities=None if municipalities is None else frozenset(municipalities),
        bsn=table.get("bsn", False),
        ddas_type=table.get("ddas_type"),
    )
