"""Settings: from the environment, checked at once and in words, and never quoting a secret."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from signals.errors import FaultsError, WrongUseError
from signals.settings import DEMO_NEEDS, OIDC_NEEDS, Settings, is_loopback, load_settings, variable

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "hunter2"  # noqa: S105 - that it is never shown is what is tested


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("SIGNALS_")]:
        monkeypatch.delenv(name)


def faults_of(monkeypatch: pytest.MonkeyPatch, **environment: str) -> list[str]:
    for name, value in environment.items():
        monkeypatch.setenv(f"SIGNALS_{name}", value)
    with pytest.raises(FaultsError) as told:
        load_settings()
    assert SECRET not in str(told.value)
    assert told.value.exit_code == 2
    return told.value.faults


def test_defaults_are_valid() -> None:
    settings = load_settings()
    assert (settings.batch_size, settings.take_within_seconds, str(settings.folder)) == (1000, 0.1, ".signals")


def test_the_environment_is_read_and_what_is_given_goes_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGNALS_BATCH_SIZE", "7")
    monkeypatch.setenv("SIGNALS_METRICS_PORT", "")
    assert load_settings().batch_size == 7
    assert load_settings(batch_size=8).batch_size == 8
    assert load_settings().metrics_port is None


@pytest.mark.parametrize(
    ("environment", "fault"),
    [
        ({"BATCH_SIZE": "many"}, "SIGNALS_BATCH_SIZE: must be a valid integer"),
        ({"BATCH_SIZE": "0"}, "SIGNALS_BATCH_SIZE: must be greater than or equal to 1"),
        ({"DISCOVERY_SECONDS": "61"}, "SIGNALS_DISCOVERY_SECONDS: must be less than or equal to 50"),
        ({"FLOOD_SHARE": "0"}, "SIGNALS_FLOOD_SHARE: must be greater than 0"),
        ({"FLOOD_AT_LEAST": "1001"}, "SIGNALS_FLOOD_AT_LEAST must be at most SIGNALS_FLOOD_WINDOW"),
        ({"FLOOD_IN_A_ROW": "1001"}, "SIGNALS_FLOOD_IN_A_ROW must be at most SIGNALS_FLOOD_WINDOW"),
        ({"WORKER_NAME": "a b"}, "SIGNALS_WORKER_NAME: must match pattern"),
        ({"DATABASE_URL": f"mysql://u:{SECRET}@h/d"}, "SIGNALS_DATABASE_URL: must be a libpq URI"),
        ({"DATABASE_URL": f"postgresql://u:{SECRET}@h/d?no=1"}, "SIGNALS_DATABASE_URL: must be a libpq URI"),
        ({"DDL_DATABASE_URL": f"host=h password={SECRET}"}, "SIGNALS_DDL_DATABASE_URL: must be a libpq URI"),
        ({"KAFKA_BOOTSTRAP": "broker"}, "SIGNALS_KAFKA_BOOTSTRAP: must be host:port"),
        ({"KAFKA_BOOTSTRAP": "broker:9092,"}, "SIGNALS_KAFKA_BOOTSTRAP: must be host:port"),
        ({"KAFKA_CAFILE": "/not/there"}, "SIGNALS_KAFKA_CAFILE: Path does not point to a file"),
        ({"KAFKA_CERTFILE": __file__}, "SIGNALS_KAFKA_CERTFILE and SIGNALS_KAFKA_KEYFILE are needed together"),
        ({"WEB_ADDRESS": "http://signals.example.nl"}, "SIGNALS_WEB_ADDRESS: must be an https address"),
        ({"WEB_ADDRESS": "https://u:p@signals.example.nl"}, "SIGNALS_WEB_ADDRESS: must be an https address"),
        ({"WEB_ADDRESS": "https://signals.example.nl/early"}, "SIGNALS_WEB_ADDRESS: must end with the host or port"),
        ({"OIDC_ISSUER": "ftp://login.example.nl"}, "SIGNALS_OIDC_ISSUER: must be an https address"),
        ({"OIDC_ROLES": '{"a": "mayor"}'}, "SIGNALS_OIDC_ROLES: must be a JSON object"),
        ({"OIDC_ROLES": "{}"}, "SIGNALS_OIDC_ROLES: must be a JSON object"),
        ({"OIDC_ROLES": "a=specialist"}, "SIGNALS_OIDC_ROLES: must be a JSON object"),
        ({"SESSION_SECRET": SECRET}, "SIGNALS_SESSION_SECRET: Value should have at least 32"),
        ({"TRUSTED_PROXIES": "10.0.0.1, proxy"}, "SIGNALS_TRUSTED_PROXIES: must be IP addresses"),
        ({"MUNICIPALITIES": "0141, Almelo"}, "SIGNALS_MUNICIPALITIES: must be codes of four digits"),
        ({"OIDC_STRENGTHS": " , "}, "SIGNALS_OIDC_STRENGTHS: must match pattern"),
        ({"SIGN_IN_HOURS": "25"}, "SIGNALS_SIGN_IN_HOURS: must be less than or equal to 24"),
        ({"HEARTBEAT_SECONDS": "3"}, "SIGNALS_HEARTBEAT_SECONDS must be less than half of SIGNALS_SESSION_SECONDS"),
    ],
)
def test_a_fault_is_named_with_its_variable(
    environment: dict[str, str], fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    [said] = faults_of(monkeypatch, **environment)
    assert said.startswith(fault)


def test_all_faults_are_told_at_once_also_those_between_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    faults = faults_of(
        monkeypatch,
        BATCH_SIZE=SECRET,
        KAFKA_SECURITY_PROTOCOL="SASL_SSL",
        KAFKA_SASL_MECHANISM=SECRET,
        KAFKA_PASSWORD=SECRET,
        HEARTBEAT_SECONDS="5",
    )
    named = [fault.split(maxsplit=1)[0].rstrip(":") for fault in faults]
    expected = ["batch_size", "kafka_sasl_mechanism", "heartbeat_seconds", "kafka_username"]
    assert named == [variable(name) for name in expected]


def test_what_a_provider_needs_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    faults = faults_of(monkeypatch, OIDC_ISSUER="https://login.example.nl", DEMO_SIGN_IN="true")
    issuer = variable("oidc_issuer")
    needed = [f"{variable(name)} is needed with {issuer}" for name in OIDC_NEEDS]
    assert faults == [
        *needed,
        f"SIGNALS_MUNICIPALITIES or SIGNALS_OIDC_MUNICIPALITY_CLAIM is needed with {issuer}",
        f"SIGNALS_DEMO_SIGN_IN must not be set together with {issuer}",
    ]


def test_what_a_demo_needs_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    faults = faults_of(monkeypatch, DEMO_SIGN_IN="true")
    assert faults == [f"{variable(name)} is needed with SIGNALS_DEMO_SIGN_IN" for name in DEMO_NEEDS]


def test_what_is_written_in_one_line_is_read_as_many() -> None:
    settings = load_settings(
        municipalities="0141, 0164", oidc_roles='{"a": "auditor"}', trusted_proxies="10.0.0.0/24, ::1"
    )
    assert settings.granted_municipalities == {"0141", "0164"}
    assert settings.role_map == {"a": "auditor"}
    assert settings.proxies == ["10.0.0.0/24", "::1"]
    nothing = load_settings()
    assert (nothing.granted_municipalities, nothing.role_map, nothing.proxies) == (frozenset(), {}, [])


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("https://signals.example.nl/", "https://signals.example.nl"),
        ("https://signals.example.nl:443", "https://signals.example.nl"),
        ("HTTPS://Signals.Example.NL:0443/", "https://signals.example.nl"),
        ("https://signals.example.nl:8443", "https://signals.example.nl:8443"),
        ("https://gemeente-coevörden.example", "https://xn--gemeente-coevrden-c0b.example"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("http://[0:0:0:0:0:0:0:1]:80", "http://[::1]"),
        ("http://LOCALHOST:443", "http://localhost:443"),
    ],
)
def test_the_web_address_is_kept_as_a_browser_writes_an_origin(written: str, kept: str) -> None:
    assert load_settings(web_address=written).web_address == kept


@pytest.mark.parametrize(
    ("host", "only_here"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("[::1]", True),
        ("0.0.0.0", False),  # noqa: S104 - nothing listens
        ("::", False),
        ("192.0.2.1", False),
        ("localhost.example.nl", False),
        ("", False),
    ],
)
def test_loopback_is_what_only_this_machine_reaches(host: str, *, only_here: bool) -> None:
    assert is_loopback(host) == only_here


@pytest.mark.parametrize("addresses", ["localhost:9092", "a.example.nl:1, b:65535", "[::1]:9092"])
def test_addresses_of_the_broker(addresses: str) -> None:
    assert load_settings(kafka_bootstrap=addresses).bootstrap == [one.strip() for one in addresses.split(",")]


@pytest.mark.parametrize(
    "url", ["postgresql://u:p@h:1/d", "postgresql://postgres@/x?host=/tmp/a%20b", "postgres://h,i/d"]
)
def test_libpq_uris(url: str) -> None:
    settings = load_settings(database_url=url)
    assert settings.database == settings.ddl_database == url
    assert load_settings(database_url=url, ddl_database_url="postgresql://ddl@h/d").ddl_database != url


@pytest.mark.parametrize(("name", "ask"), [("database_url", "database"), ("kafka_bootstrap", "bootstrap")])
def test_what_is_needed_and_not_set_is_wrong_use(name: str, ask: str) -> None:
    with pytest.raises(WrongUseError, match=f"{variable(name)} is not set"):
        getattr(load_settings(), ask)


def test_a_representation_shows_no_secret(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("", encoding="ascii")
    settings = load_settings(
        database_url=f"postgresql://u:{SECRET}@h/d",
        kafka_password=SECRET,
        kafka_cafile=tmp_path / "ca.pem",
        oidc_client_secret=SECRET,
        session_secret=SECRET * 5,
    )
    assert SECRET not in repr(settings)
    assert isinstance(settings, Settings)
