"""The settings in the documents are those of `signals.settings`, with the same defaults."""

from __future__ import annotations

import re

from signals.settings import Settings, load_settings, variable
from tests.docs.pages import ROOT, documents, table_rows

VARIABLE = re.compile(r"\bSIGNALS_[A-Z_]+\b")
# Read by the tests themselves, not by the service.
OF_THE_TESTS = {"SIGNALS_CACHE", "SIGNALS_INSIST_KAFKA", "SIGNALS_SOAK"}
KNOWN = {variable(name) for name in Settings.model_fields}


def shown_defaults() -> dict[str, str]:
    """The table of docs/operations.md: variable and default."""
    rows = table_rows((ROOT / "docs" / "operations.md").read_text("utf-8"))
    return {row[0].strip("`"): row[1].strip("`") for row in rows if row[0].startswith("`SIGNALS_")}


def true_defaults() -> dict[str, str]:
    """What holds when a variable is not set."""
    fields = Settings.model_fields.items()
    values = {name: field.get_default(call_default_factory=True) for name, field in fields}
    return {variable(name): "–" if value is None else str(value) for name, value in values.items()}


def example() -> dict[str, str]:
    """The variables of the example file, those in a comment included."""
    text = (ROOT / "deploy" / "signals.env.example").read_text("utf-8")
    return dict(re.findall(r"^(?:# )?(SIGNALS_[A-Z_]+)=(.*)$", text, re.MULTILINE))


def test_the_table_is_that_of_the_code() -> None:
    assert shown_defaults() == true_defaults()


def test_no_document_names_an_unknown_setting() -> None:
    places = [*documents(), *(ROOT / "deploy").rglob("*.service"), ROOT / "deploy" / "Containerfile"]
    for place in [*places, ROOT / "deploy" / "signals.env.example"]:
        assert set(VARIABLE.findall(place.read_text("utf-8"))) <= KNOWN | OF_THE_TESTS, place


def test_the_example_is_accepted_and_holds_no_secret() -> None:
    values = example()
    assert values
    secret = {"SIGNALS_KAFKA_PASSWORD", "SIGNALS_KAFKA_USERNAME", "SIGNALS_DDL_DATABASE_URL"}
    assert not secret & values.keys()
    assert ":" not in values["SIGNALS_DATABASE_URL"].partition("://")[2].partition("@")[0]


def test_the_example_with_its_secrets_makes_settings() -> None:
    ours = {name.removeprefix("SIGNALS_").lower(): value for name, value in example().items()}
    ours["kafka_cafile"] = str(ROOT / "README.md")  # any file that exists
    settings = load_settings(**ours, kafka_username="worker", kafka_password="made-up")  # noqa: S106 - made up
    assert settings.bootstrap[0] == "kafka-1.example.nl:9093"
