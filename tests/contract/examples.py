"""The examples that ship with the contract, as records, and the partners they are judged with."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from signals.contract.partners import ArrearsTopic, Directory, Partner

Json = Any  # a JSON value of whatever type; what it is, is what the tests are about
EXAMPLES = files("signals.contract") / "examples"


@dataclass(frozen=True)
class Example:
    name: str
    topic: ArrearsTopic
    value: bytes | None
    event: Json  # the event as written in the file, None when the file holds text or bytes
    code: str | None
    names: tuple[str, ...]

    def __str__(self) -> str:
        return self.name


def compact(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _value_of(example: dict[str, Any]) -> bytes | None:
    if "value_base64" in example:
        value = base64.b64decode(example["value_base64"], validate=True)
    elif "value_text" in example:
        value = example["value_text"].encode()
    elif example["value"] is None:
        return None
    else:
        value = compact(example["value"])
    return value.ljust(example.get("pad_to_bytes", 0))


def _example(name: str, content: str) -> Example:
    example = json.loads(content)
    topic = ArrearsTopic.parse(example["topic"])
    assert topic is not None, f"{name}: its topic is none"
    value = _value_of(example)
    return Example(name, topic, value, example.get("value"), example.get("code"), tuple(example.get("names", ())))


def load(kind: str) -> list[Example]:
    folder = EXAMPLES / kind
    return [
        _example(file.name.removesuffix(".json"), file.read_text("utf-8"))
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
        if file.name.endswith(".json")
    ]


def _directory() -> Directory:
    content = json.loads((EXAMPLES / "partners.json").read_text("utf-8"))
    partners = [
        Partner(
            p["id"],
            p["sector"],
            frozenset(p["sources"]),
            None if p["municipalities"] is None else frozenset(p["municipalities"]),
            p["bsn"],
            p["ddas_type"],
        )
        for p in content["partners"]
    ]
    return Directory({partner.id: partner for partner in partners}, frozenset(content["municipalities"]))


VALID = load("valid")
INVALID = load("invalid")
DIRECTORY = _directory()


def valid(name: str) -> Json:
    """A fresh copy of the event of a valid example."""
    return json.loads(json.dumps(next(example.event for example in VALID if example.name == name)))
