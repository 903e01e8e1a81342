"""Which names behind an address (`?team=…`) does a page look for? So that those are tried, and no others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from signals.web import answering

if TYPE_CHECKING:
    from collections.abc import Iterator, ValuesView

    import pytest


class Noted(Mapping[str, str]):
    """What stands behind an address; `names` are those that a page looked for, or that it came upon."""

    def __init__(self, found: Mapping[str, str], names: set[str]) -> None:
        self._found, self._names = found, names

    def __getitem__(self, name: str) -> str:
        self._names.add(name)
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        self._names.update(self._found)
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def values(self) -> ValuesView[str]:
        return self._found.values()  # looked at for every page, whatever their names


def names_looked_for(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """A set that grows by the names behind an address that pages look for."""
    names: set[str] = set()

    class Asked(answering.Asked):
        def __init__(self, *parts: Any) -> None:  # noqa: ANN401 - as they come
            page, visit, path, query, form = parts
            super().__init__(page, visit, path, Noted(query, names), form)

    monkeypatch.setattr(answering, "Asked", Asked)
    return names
