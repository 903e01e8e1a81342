"""The shipped policies: one TOML file per municipality, every line documented."""

from __future__ import annotations

from importlib import resources


def shipped() -> dict[str, str]:
    """The text of every shipped policy, by file name."""
    files = sorted(resources.files(__name__).iterdir(), key=lambda file: file.name)
    return {file.name: file.read_text(encoding="utf-8") for file in files if file.name.endswith(".toml")}
