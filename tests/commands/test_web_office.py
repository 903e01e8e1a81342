"""What `signals web` stands on: how people sign in, at which address, and what it says when nobody can."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

import pytest

from signals.commands.web import office_of
from signals.errors import WrongUseError
from signals.settings import load_settings

if TYPE_CHECKING:
    from pathlib import Path

    from signals.settings import Settings

SECRET: Final = "a made-up secret of more than thirty-two characters"  # noqa: S105 - a made-up one
DATABASE: Final = "postgresql://nobody@127.0.0.1:1/signals"  # nothing connects before a page is asked for


def demo() -> Settings:
    return load_settings(database_url=DATABASE, demo_sign_in=True, session_secret=SECRET, municipalities="0141")


def test_without_a_way_to_sign_in_there_are_no_pages_and_the_log_says_so(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        assert office_of(load_settings(database_url=DATABASE), "127.0.0.1", 8080) is None
    assert "no way to sign in is set up" in caplog.text


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:8080"),
        ("localhost", "http://localhost:8080"),
        ("::1", "http://[::1]:8080"),
    ],
)
def test_the_address_is_where_it_listens_unless_it_is_set(host: str, address: str) -> None:
    office = office_of(demo(), host, 8080)
    assert office is not None
    assert (office.address, office.secure) == (address, False)


def test_the_public_address_goes_before_and_decides_about_https(tmp_path: Path) -> None:
    tokens = tmp_path / "almelo.css"
    tokens.write_text(":root {}")
    settings = load_settings(
        database_url=DATABASE,
        session_secret=SECRET,
        web_address="https://vroegsignalering.example.nl",
        web_tokens=tokens,
        oidc_issuer="https://login.example.nl",
        oidc_client_id="signals",
        municipalities="0141",
        oidc_roles='{"consulent": "specialist"}',
    )
    office = office_of(settings, "0.0.0.0", 8080)  # noqa: S104 - nothing listens here
    assert office is not None
    assert (office.address, office.secure, office.tokens) == ("https://vroegsignalering.example.nl", True, tokens)
    assert office.sign_in.form_targets == ("https://login.example.nl",)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.7", "signals.example.nl"])  # noqa: S104 - nothing listens
def test_the_demo_is_refused_where_others_could_reach_it(host: str) -> None:
    with pytest.raises(WrongUseError, match="refused on"):
        office_of(demo(), host, 8080)
