"""The cleaning tables beside this file: what a specialist can extend without knowing Python."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

_HERE = Path(__file__).parent


def rows(table: str) -> list[tuple[Any, ...]]:
    """The rows of a table, `name` for name.yaml; every row has the same number of cells."""
    read = [tuple(row) for row in yaml.safe_load((_HERE / f"{table}.yaml").read_text(encoding="utf-8"))]
    assert len({len(row) for row in read}) == 1, f"{table}.yaml: every line needs the same number of cells"
    return read
