"""With what is this installation set up? Read once at start from the environment, all faults told at once.

Every setting is an environment variable `SIGNALS_…` (`SIGNALS_DATABASE_URL`, `SIGNALS_KAFKA_BOOTSTRAP`, …);
secrets never appear in an error, a log or a representation.
"""

from __future__ import annotations

import json
import re
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal
from urllib.parse import urlsplit

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict
from pydantic import (
    DirectoryPath,
    Field,
    FilePath,
    SecretStr,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from signals.errors import FaultsError, WrongUseError

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX: Final = "SIGNALS_"
NAME = StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,100}$")
ADDRESS: Final = re.compile(r"(\[[0-9a-fA-F:]+\]|[^\s,:\[\]]+):(\d{1,5})")
SASL_NEEDS: Final = ("kafka_sasl_mechanism", "kafka_username", "kafka_password")
ROLES: Final = ("specialist", "team-lead", "partner-manager", "auditor")
MUNICIPALITIES: Final = re.compile(r"\d{4}(\s*,\s*\d{4})*")
OIDC_NEEDS: Final = ("oidc_client_id", "oidc_roles", "session_secret", "web_address")
DEFAULT_PORTS: Final = {"http": 80, "https": 443}
DEMO_NEEDS: Final = ("municipalities", "session_secret")


class Settings(BaseSettings):
    """All settings; times are in seconds unless the name says otherwise."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="ignore", hide_input_in_errors=True
    )

    folder: Path = Field(Path(".signals"), description="where `signals up` keeps its data")

    database_url: SecretStr | None = Field(None, description="libpq URI of PostgreSQL; may name a socket folder")
    ddl_database_url: SecretStr | None = Field(
        None, description="libpq URI of the role that may change tables, for `signals db upgrade`"
    )

    kafka_bootstrap: str | None = Field(None, description="host:port[,host:port…]")
    kafka_log_id: str | None = Field(
        None, min_length=1, max_length=100, description="names the broker's log; default: its cluster id"
    )
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] | None = None
    kafka_username: str | None = None
    kafka_password: SecretStr | None = None
    kafka_cafile: FilePath | None = Field(None, description="certificate authority of the broker (PEM)")
    kafka_certfile: FilePath | None = Field(None, description="our own certificate (PEM), for mutual TLS")
    kafka_keyfile: FilePath | None = Field(None, description="the key of our own certificate (PEM)")
    kafka_group: Annotated[str, NAME] = Field("signals", description="consumer group of the workers")

    topic_partitions: int = Field(6, ge=1, le=1000)
    topic_replication: int = Field(1, ge=1, le=15)
    topic_retention_days: int = Field(30, ge=1, le=3650)

    worker_name: Annotated[str, NAME] | None = Field(
        None,
        description="unique among the running workers; restarted under it, a worker takes its place at once",
    )
    batch_size: int = Field(1000, ge=1, le=10_000)
    take_within_seconds: float = Field(0.1, gt=0, le=60)
    session_seconds: float = Field(6.0, ge=1, le=300)
    rebalance_seconds: float = Field(6.0, ge=1, le=300)
    heartbeat_seconds: float = Field(1.5, gt=0, le=60)
    discovery_seconds: float = Field(5.0, gt=0, le=50, description="how often new topics are looked for")
    watch_seconds: float = Field(
        10.0, gt=0, le=600, description="how often a worker looks whether one of its partitions stands still"
    )
    stand_still_seconds: float = Field(
        60.0, gt=0, le=3600, description="a worker ends when a partition stands still this long although it has more"
    )
    shutdown_seconds: float = Field(10.0, ge=1, le=300, description="a worker has left this long after SIGTERM")
    metrics_port: int | None = Field(None, ge=1, le=65535)

    flood_limits: bool = Field(True, description="whether a topic with too many bad records is paused")  # noqa: FBT003 - a default
    flood_share: float = Field(0.5, gt=0, le=1, description="more of the last records than this may not be bad")
    flood_window: int = Field(1000, ge=1, le=100_000, description="how many records are the last ones")
    flood_at_least: int = Field(200, ge=1, le=100_000, description="so many records are read before the share counts")
    flood_in_a_row: int = Field(200, ge=1, le=100_000, description="so many bad records in a row pause the topic")

    letter_sets: DirectoryPath | None = Field(None, description="folder of the municipalities' own letter sets")

    routing_url: str | None = Field(None, description="an OSRM server that is told where visits are, for travel times")

    web_address: str | None = Field(None, description="public address of the pages, e.g. https://signals.example.nl")
    web_processes: int | None = Field(None, ge=1, le=64, description="how many make pages; default: 2, on one core 1")
    web_tokens: FilePath | None = Field(None, description="the municipality's own tokens.css, for the pages' look")
    trusted_proxies: str | None = Field(
        None, description="addresses or networks whose X-Forwarded-For is believed, with commas between"
    )
    municipalities: str | None = Field(None, description="codes that everyone who signs in may see, e.g. 0141,0164")
    session_secret: SecretStr | None = Field(None, min_length=32, description="the key that signs the cookies")
    sign_in_idle_minutes: int = Field(30, ge=1, le=480, description="signed out after so long without a request")
    sign_in_hours: int = Field(10, ge=1, le=24, description="signed out so long after signing in")
    sign_in_most_sessions: int = Field(5, ge=1, le=100, description="browsers in which one person is signed in")
    demo_sign_in: bool = Field(False, description="anyone may sign in as a made-up person; loopback only")  # noqa: FBT003 - a default
    oidc_issuer: str | None = Field(None, description="address of the OpenID Connect provider")
    oidc_client_id: str | None = Field(None, min_length=1, description="our name at the provider")
    oidc_client_secret: SecretStr | None = Field(None, description="our password at the provider")
    oidc_role_claim: str = Field("roles", min_length=1, description="the claim that says what somebody may do")
    oidc_roles: str | None = Field(None, description="JSON: value of that claim → role")
    oidc_municipality_claim: str | None = Field(None, description="the claim that has codes of municipalities")
    oidc_team_claim: str | None = Field(None, description="the claim that has keys of teams of the policy")
    oidc_strengths: str | None = Field(
        None,
        pattern=r"^[^,\s]+(\s*,\s*[^,\s]+)*$",
        description="values of `acr` or `amr`, one of which a sign-in must have, with commas between",
    )
    oidc_name_claim: str = Field("name", min_length=1, description="the claim that has somebody's name")

    @field_validator("database_url", "ddl_database_url")
    @classmethod
    def _is_libpq_uri(cls, url: SecretStr | None) -> SecretStr | None:
        if url is not None and not _parses(url.get_secret_value()):
            raise ValueError("must be a libpq URI such as postgresql://user:password@host:5432/signals")
        return url

    @field_validator("kafka_bootstrap")
    @classmethod
    def _is_addresses(cls, addresses: str | None) -> str | None:
        if addresses is not None and not all(ADDRESS.fullmatch(one.strip()) for one in addresses.split(",")):
            raise ValueError("must be host:port, or several of them with commas between")
        return addresses

    @field_validator("web_address", "oidc_issuer", "routing_url")
    @classmethod
    def _is_web_address(cls, address: str | None) -> str | None:
        if address is not None and not is_safe_address(address):
            raise ValueError("must be an https address, or http on loopback, without user, query or fragment")
        return address

    @field_validator("web_address")
    @classmethod
    def _is_origin(cls, address: str | None) -> str | None:
        if address is not None and urlsplit(address).path.strip("/"):
            raise ValueError("must end with the host or port: the pages stand at its root")
        return address if address is None else origin_of(address)

    @field_validator("trusted_proxies")
    @classmethod
    def _is_networks(cls, proxies: str | None) -> str | None:
        if proxies is not None and not all(_is_network(one.strip()) for one in proxies.split(",")):
            raise ValueError("must be IP addresses or networks such as 10.0.0.0/24, with commas between")
        return proxies

    @field_validator("municipalities")
    @classmethod
    def _is_codes(cls, codes: str | None) -> str | None:
        if codes is not None and not MUNICIPALITIES.fullmatch(codes):
            raise ValueError("must be codes of four digits, with commas between")
        return codes

    @field_validator("oidc_roles")
    @classmethod
    def _is_role_map(cls, written: str | None) -> str | None:
        if written is not None and not _is_role_map(written):
            raise ValueError(f"must be a JSON object from value of the claim to one of {', '.join(ROLES)}")
        return written

    @model_validator(mode="after")
    def _agree(self) -> Settings:
        faults = [*_time_faults(self), *_security_faults(self), *_flood_faults(self), *_sign_in_faults(self)]
        if faults:
            raise ValueError("\n".join(faults))
        return self

    @property
    def database(self) -> str:
        """The libpq URI of the database.

        Raises:
            WrongUseError: it is not set.
        """
        if self.database_url is None:
            raise _missing("database_url", "the libpq URI, such as postgresql://user@host/signals")
        return self.database_url.get_secret_value()

    @property
    def ddl_database(self) -> str:
        """The libpq URI for changing tables: that of its own role, else the usual one."""
        return self.ddl_database_url.get_secret_value() if self.ddl_database_url else self.database

    @property
    def bootstrap(self) -> list[str]:
        """The broker's addresses, each `host:port`.

        Raises:
            WrongUseError: they are not set.
        """
        if self.kafka_bootstrap is None:
            raise _missing("kafka_bootstrap", "the broker's address, e.g. kafka.example.nl:9092")
        return [address.strip() for address in self.kafka_bootstrap.split(",")]

    @property
    def role_map(self) -> dict[str, str]:
        """Which value of the role claim gives which role."""
        return json.loads(self.oidc_roles) if self.oidc_roles else {}

    @property
    def granted_municipalities(self) -> frozenset[str]:
        """The municipalities that everyone who signs in may see."""
        return (
            frozenset(code.strip() for code in self.municipalities.split(",")) if self.municipalities else frozenset()
        )

    @property
    def strengths(self) -> frozenset[str]:
        """The values of `acr` or `amr` that are strong enough; none: every sign-in is."""
        return frozenset(one.strip() for one in self.oidc_strengths.split(",")) if self.oidc_strengths else frozenset()

    @property
    def proxies(self) -> list[str]:
        """The addresses and networks whose `X-Forwarded-For` is believed."""
        return [one.strip() for one in self.trusted_proxies.split(",")] if self.trusted_proxies else []


def load_settings(**given: object) -> Settings:
    """The settings of this process's environment, checked; `given` ones (by field name) go before it.

    Raises:
        FaultsError: one or more are not as they should be; all are named, no value is.
    """
    try:
        return Settings(**given)  # type: ignore[arg-type]  # pydantic checks them
    except ValidationError as error:
        raise FaultsError("settings", _faults(error, given)) from None


def _faults(error: ValidationError, given: Mapping[str, object]) -> list[str]:
    """Every fault in words: of single settings, then between settings (pydantic skips those then)."""
    wrong = {str(fault["loc"][0]): fault["msg"] for fault in error.errors(include_input=False) if fault["loc"]}
    faults = [f"{variable(name)}: {_plain(message)}" for name, message in sorted(wrong.items())]
    defaults = {name: Settings.model_fields[name].get_default(call_default_factory=True) for name in wrong}
    try:
        Settings(**{**given, **defaults})  # the faulty ones as if they were not set
    except ValidationError as between:
        named = [line for fault in between.errors() for line in _plain(fault["msg"]).splitlines()]
        faults += [line for line in named if not any(variable(name) in line for name in wrong)]
    return faults


def variable(name: str) -> str:
    """The environment variable of the setting `name`."""
    return PREFIX + name.upper()


def _plain(message: str) -> str:
    return message.removeprefix("Value error, ").replace("Input should", "must").replace("String should", "must")


def _parses(url: str) -> bool:
    try:
        conninfo_to_dict(url)
    except ProgrammingError:
        return False
    return url.startswith(("postgresql://", "postgres://"))


def _time_faults(settings: Settings) -> list[str]:
    if settings.heartbeat_seconds * 2 < settings.session_seconds:
        return []
    return [f"{variable('heartbeat_seconds')} must be less than half of {variable('session_seconds')}"]


def _security_faults(settings: Settings) -> list[str]:
    protocol = settings.kafka_security_protocol
    needed = SASL_NEEDS if protocol.startswith("SASL") else ()
    faults = [
        f"{variable(name)} is needed with {variable('kafka_security_protocol')}={protocol}"
        for name in needed
        if getattr(settings, name) is None
    ]
    if (settings.kafka_certfile is None) != (settings.kafka_keyfile is None):
        faults.append(f"{variable('kafka_certfile')} and {variable('kafka_keyfile')} are needed together")
    return faults


def _flood_faults(settings: Settings) -> list[str]:
    names = ("flood_at_least", "flood_in_a_row")
    over = [variable(name) for name in names if getattr(settings, name) > settings.flood_window]
    return [f"{name} must be at most {variable('flood_window')}" for name in over]


def _sign_in_faults(settings: Settings) -> list[str]:
    if settings.oidc_issuer is not None:
        return _needed(settings, "oidc_issuer", OIDC_NEEDS) + _provider_faults(settings)
    return _needed(settings, "demo_sign_in", DEMO_NEEDS) if settings.demo_sign_in else []


def _needed(settings: Settings, choice: str, names: tuple[str, ...]) -> list[str]:
    return [f"{variable(name)} is needed with {variable(choice)}" for name in names if getattr(settings, name) is None]


def _provider_faults(settings: Settings) -> list[str]:
    issuer = variable("oidc_issuer")
    faults = []
    if not (settings.municipalities or settings.oidc_municipality_claim):
        faults.append(f"{variable('municipalities')} or {variable('oidc_municipality_claim')} is needed with {issuer}")
    if settings.demo_sign_in:
        faults.append(f"{variable('demo_sign_in')} must not be set together with {issuer}")
    return faults


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches `host`, a name or an address."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def origin_of(address: str) -> str:
    """The origin of a web address as browsers write it: lower case, in ASCII, without a port that goes without saying.

    Raises:
        ValueError: it is no web address.
    """
    parts = urlsplit(address)
    host = _host_of(parts.hostname or "")
    port = "" if parts.port in {None, DEFAULT_PORTS.get(parts.scheme)} else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


def _host_of(host: str) -> str:
    if ":" in host:
        return f"[{ip_address(host)}]"
    try:
        return host.encode("ascii").decode()
    except UnicodeEncodeError:
        return host.encode("idna").decode()


def is_safe_address(address: str) -> bool:
    """Whether `address` is https, or http that does not leave this machine; without user, query or fragment."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        _ = parts.port  # raises when it is no number
    except ValueError:
        return False
    plain = not (parts.query or parts.fragment or parts.username or parts.password)
    return plain and bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)))


def _is_network(written: str) -> bool:
    try:
        ip_network(written)
    except ValueError:
        return False
    return True


def _is_role_map(written: str) -> bool:
    try:
        mapping = json.loads(written)
    except ValueError:
        return False
    return isinstance(mapping, dict) and bool(mapping) and all(role in ROLES for role in mapping.values())


def _missing(name: str, what: str) -> WrongUseError:
    return WrongUseError(f"{variable(name)} is not set: it holds {what}")
