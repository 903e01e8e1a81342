"""Every `make …` and `signals …` that a document names exists."""

from __future__ import annotations

import importlib
import importlib.util
import re
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
import typer

from signals.contract.decode import decode
from signals.contract.partners import ArrearsTopic, Directory
from tests.docs.pages import ROOT, blocks, code_lines, documents, name_of

if TYPE_CHECKING:
    from pathlib import Path

MAKE = re.compile(r"(?:^|[\s;&])make ([a-z][a-z-]*)")
SIGNALS = re.compile(r"(?:^|[ /])signals ((?:[a-z]+(?:\|[a-z]+)*)(?![\w/.:-]).*)$")
UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))


def make_targets() -> set[str]:
    """The words that `make` knows."""
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


def command_tree() -> Any:  # noqa: ANN401 - Typer gives its own copy of click's types
    """The root of the command line."""
    if importlib.util.find_spec("signals.cli") is None:
        pytest.skip("signals/cli.py is not written yet; as soon as it is, its commands are compared")
    module = importlib.import_module("signals.cli")
    apps = [value for value in vars(module).values() if isinstance(value, typer.Typer)]
    assert apps, "signals.cli has no Typer application"
    return typer.main.get_command(apps[0])


def strangers(tree: Any, line: str) -> list[str]:  # noqa: ANN401 - see above
    """What `line` asks of `signals` that the command line does not have."""
    match = SIGNALS.search(line)
    return _walk(tree, match[1].split()) if match else []


def _walk(command: Any, words: list[str]) -> list[str]:  # noqa: ANN401 - see above
    commands: dict[str, Any] = getattr(command, "commands", {})
    if commands:
        if not words or not re.match(r"[a-z]", words[0]):
            return []  # the group itself is spoken of
        names = words[0].split("|")
        missing = [name for name in names if name not in commands]
        return missing or [fault for name in names for fault in _walk(commands[name], words[1:])]
    known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
    return [word for word in words if word.startswith("--") and word.rstrip("],…") not in known]


def lines_of(page: Path) -> list[str]:
    """Its code, or the commands of a unit."""
    text = page.read_text("utf-8")
    if page.suffix == ".md":
        return code_lines(text)
    return [line.partition("=")[2] for line in text.splitlines() if line.startswith("ExecStart=")]


@pytest.mark.parametrize("page", documents(), ids=name_of)
def test_make_knows_the_words(page: Path) -> None:
    named = {word for line in lines_of(page) for word in MAKE.findall(line)}
    assert named <= make_targets()


def test_the_readme_names_the_two_commands() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    assert {"run", "test"} <= {word for line in code_lines(text) for word in MAKE.findall(line)}


@pytest.mark.parametrize("page", [*documents(), *UNITS], ids=name_of)
def test_signals_knows_the_commands(page: Path) -> None:
    tree = command_tree()
    assert [fault for line in lines_of(page) for fault in strangers(tree, line)] == []


def test_a_stranger_is_seen() -> None:
    app = typer.Typer()
    group = typer.Typer()
    app.add_typer(group, name="quarantine")
    group.command("list")(lambda: None)
    app.command("up")(lambda: None)
    tree = typer.main.get_command(app)
    assert strangers(tree, ".venv/bin/signals quarantine list") == []
    assert strangers(tree, "signals quarantine mend") == ["mend"]
    assert strangers(tree, "signals down") == ["down"]
    assert strangers(tree, "signals up --far") == ["--far"]
    assert strangers(tree, "-g signals deploy/x") == []


def test_the_first_events_of_the_readme_are_accepted(tmp_path: Path) -> None:
    from signals.commands.eventfile import read_event_lines, register_from  # noqa: PLC0415 - only here

    text = (ROOT / "README.md").read_text("utf-8")
    (written,) = [block for block in blocks(text) if "<<'END'" in block]
    events = written.partition("<<'END'\n")[2].partition("\nEND\n")[0]
    file = tmp_path / "first.jsonl"
    file.write_text(events, "utf-8")
    lines = read_event_lines([file])
    directory = Directory({partner.id: partner for partner in register_from(lines)}, frozenset({"0141"}))
    accepted = [decode(line.value, topic, directory) for line in lines if (topic := ArrearsTopic.parse(line.topic))]
    assert [(event.partner, event.reference) for event in accepted] == [
        ("welbions", "HC-1"),
        ("menzis", "ZK-9"),
        ("welbions", "HC-2"),
    ]
    registered = tomllib.loads((ROOT / "deploy" / "partners.toml").read_text("utf-8"))["partner"]
    sources = {partner["id"]: partner["sources"] for partner in registered}
    assert all(event.source in sources[event.partner] for event in accepted)
