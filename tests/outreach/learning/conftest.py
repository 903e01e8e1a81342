"""A database for the tests of one module: a simulated town is taken in once, and asked many things."""

from __future__ import annotations

from tests.laws.conftest import system

__all__ = ["system"]
