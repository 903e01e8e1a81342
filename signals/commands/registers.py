"""`signals policy | partners | caseload | exclusions | publish`: what a municipality sets up, and a partner sends."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Literal

from signals.commands import show
from signals.commands.connection import actor, engine_here
from signals.commands.csvfile import read_partner_events
from signals.commands.partnersfile import read_partners
from signals.consumers.publisher import publish
from signals.consumers.topics import apply_topics, wanted_topics
from signals.contract.codes import PARTNER_TYPES
from signals.contract.partners import SECTORS, ArrearsTopic, Partner
from signals.errors import FaultsError, WrongUseError
from signals.households.listings import read_listing
from signals.outreach import registers
from signals.outreach.configuration import load_partners, load_policies
from signals.outreach.policy import Policy, PolicyBook, parse_policy
from signals.policies import shipped
from signals.reports.partners import PartnerHealth, partner_health
from signals.store.database import transaction

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from signals.settings import Settings

LIST_KINDS: dict[str, Literal["caseload", "exclusion"]] = {"caseload": "caseload", "exclusions": "exclusion"}


def read_text(path: Path) -> str:
    """The text of a file. Raises WrongUseError when it cannot be read."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise WrongUseError(f"{path} cannot be read: {error.strerror}; check the name and the folder") from error
    except UnicodeDecodeError as error:
        raise WrongUseError(f"{path} is not UTF-8 text: save it as UTF-8") from error


def shipped_policies() -> list[Policy]:
    """The policies that come with the package."""
    return [parse_policy(body, name) for name, body in shipped().items()]


def read_policies(paths: Sequence[Path]) -> list[Policy]:
    """The policies in these files and folders, all their faults at once.

    Raises:
        FaultsError: a policy has faults.
        WrongUseError: a folder holds none, or a file cannot be read.
    """
    read: list[tuple[Path, Policy]] = []
    faults: list[str] = []
    for path in chain.from_iterable(map(_policy_files, paths)):
        try:
            read.append((path, parse_policy(read_text(path), str(path))))
        except FaultsError as error:
            faults += [f"{path}: {fault}" for fault in error.faults]
    seen: set[tuple[str, object]] = set()
    for path, policy in read:
        if (policy.municipality, policy.valid_from) in seen:
            faults.append(f"{path}: a second policy for {policy.municipality} from {policy.valid_from}; keep one")
        seen.add((policy.municipality, policy.valid_from))
    if faults:
        raise FaultsError("policies", faults)
    return [policy for _, policy in read]


def _policy_files(path: Path) -> list[Path]:
    """The file itself, or what a folder holds. Raises WrongUseError when that is nothing."""
    if not path.is_dir():
        return [path]
    found = sorted(path.glob("*.toml"))
    if not found:
        raise WrongUseError(f"{path} holds no policy: a policy is a file that ends in .toml")
    return found


def load_policy_files(settings: Settings, paths: Sequence[Path]) -> list[str]:
    """Load policy versions; without files the shipped ones. Returns what was done, a line each."""
    policies = read_policies(paths) if paths else shipped_policies()
    with engine_here(settings) as engine, transaction(engine) as cursor:
        return [
            f"{policy.municipality} {policy.name} from {policy.valid_from}: "
            + ("loaded" if registers.load_policy(cursor, policy, actor=actor()) else "was loaded already")
            for policy in policies
        ]


def policies_here(settings: Settings) -> list[Policy]:
    """All loaded versions, by municipality and date."""
    with engine_here(settings) as engine, transaction(engine) as cursor:
        return PolicyBook(load_policies(cursor)).versions()


def partners_here(settings: Settings) -> list[Partner]:
    """All registered partners."""
    with engine_here(settings) as engine, transaction(engine) as cursor:
        return load_partners(cursor)


PARTNER_COLUMNS = (
    *("id", "sector", "last_signal", "stored", "duplicates", "id_reused", "quarantined"),
    *("municipalities", "bsn", "ddas_type", "sources"),  # a table folds its last column only
)


def partner_rows(settings: Settings) -> list[tuple[object, ...]]:
    """All registered partners with what became of what they sent, as `PARTNER_COLUMNS`."""
    with engine_here(settings) as engine, transaction(engine) as cursor:
        partners = load_partners(cursor)
        health = {one.partner: one for one in partner_health(cursor)}
    return [_partner_row(partner, health[partner.id]) for partner in partners if partner.id in health]


def _partner_row(partner: Partner, health: PartnerHealth) -> tuple[object, ...]:
    last = health.last_signal.isoformat(timespec="seconds") if health.last_signal else None
    where = sorted(partner.municipalities) if partner.municipalities else None
    counts = (health.stored, health.duplicates, health.id_reused, health.quarantined)
    return partner.id, partner.sector, last, *counts, where, partner.bsn, partner.ddas_type, sorted(partner.sources)


def apply_all_topics(settings: Settings) -> list[str]:
    """Make the topics of all registered partners; what was changed, a line each."""
    with engine_here(settings) as engine, transaction(engine) as cursor:
        partners = load_partners(cursor)
    return apply_topics(settings, wanted_topics(settings, partners))


def partner_from(
    name: str, sector: str, sources: Sequence[str], municipalities: Sequence[str], *, bsn: bool, ddas_type: str | None
) -> Partner:
    """A partner as typed on the command line. Raises FaultsError with all that is wrong."""
    faults = []
    if ArrearsTopic.parse(f"arrears.other.{name}") is None:
        faults.append("ID must be 2 to 40 small letters, digits or hyphens")
    if sector not in SECTORS:
        faults.append(f"--sector must be one of {', '.join(SECTORS)}")
    if not sources or not all(0 < len(source) <= 256 for source in sources):
        faults.append("--source must be given at least once, with 1 to 256 characters")
    if any(len(m) != 4 or not m.isdecimal() for m in municipalities):
        faults.append("--municipality must be a code of four digits, such as 0141")
    if ddas_type is not None and ddas_type not in PARTNER_TYPES:
        faults.append(f"--ddas-type must be one of {', '.join(PARTNER_TYPES)}")
    if faults:
        raise FaultsError("partner", faults)
    return Partner(name, sector, frozenset(sources), frozenset(municipalities) or None, bsn, ddas_type)


def add_partners(settings: Settings, partners: Sequence[Partner]) -> list[str]:
    """Register partners; the ids of those that are new or changed."""
    with engine_here(settings) as engine, transaction(engine) as cursor:
        return registers.register_partners(cursor, partners, actor=actor())


def check_partners(path: Path) -> list[Partner]:
    """The partners of a file, if it has no fault. Raises FaultsError."""
    return read_partners(path)


def import_list(settings: Settings, kind: str, path: Path, municipality: str | None) -> int:
    """Replace a municipality's caseload or exclusion list by a CSV file; the number of rows."""
    entries = read_listing(read_text(path), kind, file=str(path))  # type: ignore[arg-type]  # one of LIST_KINDS
    named = {entry.municipality for entry in entries} | ({municipality} if municipality else set())
    if not named:
        raise WrongUseError(f"{path} has no rows: say whose list it empties with --municipality")
    with engine_here(settings) as engine, transaction(engine) as cursor:
        return registers.replace_listing(cursor, LIST_KINDS[kind], entries, sorted(named), actor=actor())


def publish_file(settings: Settings, path: Path, name: str) -> tuple[int, str]:
    """Publish a partner's file; how many events, and on which topic."""
    partner = next((one for one in partners_here(settings) if one.id == name), None)
    if partner is None:
        raise WrongUseError(f"partner {name} is not registered: see `signals partners list` and `signals partners add`")
    lines = read_partner_events(path, partner)
    with show.progress("publiceren", len(lines)) as told:
        published = publish(settings, ((line.topic, line.key, line.value) for line in lines), told)
    return published, f"arrears.{partner.sector}.{partner.id}"
