"""docs/security.md and docs/data-protection.md say what the code says: limits, keys, logs, classes of data."""

from __future__ import annotations

import ast
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from signals.commands.web import PAGE_OPTIONS
from signals.outreach.letters.streets import LONGEST
from signals.outreach.work.lengths import NOTE_LENGTH, REASON_LENGTH
from signals.outreach.work.runs import RUN_SIZE
from signals.outreach.worklist import PAGE_SIZE
from signals.scoring.model import LARGEST
from signals.scoring.train import FEWEST
from signals.settings import load_settings
from signals.store import models, models_beside, models_work
from signals.store.base import Base
from signals.store.refusals import TRIGGERS
from signals.web.answering import DESKS
from signals.web.arriving import FORM_SECONDS
from signals.web.desk import FIELDS_AT_MOST
from signals.web.errands import AT_ONCE
from signals.web.guard import FORM_BYTES
from signals.web.office import processing
from signals.web.office.audit import ROWS
from signals.web.refusals import EACH
from signals.web.signin import journey, provider
from signals.web.signin.limits import SignInLimits
from signals.web.signin.sessions import session_limits
from signals.web.work import found, openings, search
from tests.docs.pages import ROOT, table_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from signals.web.signin.limits import Rate

SECURITY: Final = (ROOT / "docs" / "security.md").read_text("utf-8")
DATA: Final = (ROOT / "docs" / "data-protection.md").read_text("utf-8")
MODELS: Final = (models, models_beside, models_work)
CRYPTOGRAPHIC: Final = {"hashlib", "hmac", "secrets", "ssl", "itsdangerous", "joserfc", "authlib"}
HOUSE: Final = ROOT / "signals"


def section(text: str, heading: str) -> str:
    """What stands under this heading."""
    (found,) = re.findall(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    return str(found)


def rows(text: str, heading: str) -> list[list[str]]:
    """The table under this heading, without its header."""
    return table_rows(section(text, heading))[1:]


def told(rate: Rate) -> str:
    return f"{rate.burst} at once, {rate.per_minute:g} a minute"


def whole(span: timedelta, unit: timedelta) -> int:
    assert not span % unit
    return span // unit


def seconds(option: str) -> str:
    (found,) = re.findall(rf"{option}=(\d+)s", PAGE_OPTIONS)
    return str(found)


def test_the_limits_are_those_of_the_code() -> None:
    signing_in, session = SignInLimits(), session_limits(load_settings())
    hours, minutes = whole(session.absolute, timedelta(hours=1)), whole(session.idle, timedelta(minutes=1))
    assert {row[0]: row[1] for row in rows(SECURITY, "Limits")} == {
        "a form": f"{FORM_BYTES // 1024} KiB, {FIELDS_AT_MOST} fields, {FORM_SECONDS:g} seconds to arrive",
        "a note": f"{NOTE_LENGTH} letters",
        "a street or place that is written by hand": (
            f"{LONGEST} letters, and what fits in the window of the envelope"
        ),
        "a reason": f"{REASON_LENGTH} letters",
        "steps of a sign-in, for an address": told(signing_in._address._rate),
        "answers of the provider, for all": told(signing_in._all._rate),
        "a sign-in at the provider": f"{journey.SECONDS // 60} minutes",
        "an answer of the provider": f"{provider.SECONDS:g} seconds",
        "searches, for a person": told(search.RATE),
        "what a search asked, to come back to it": (
            f"{found.EACH} for a session, {found.SECONDS // 60:g} minutes after it was last shown, "
            f"{found.MOST_SESSIONS} sessions; in memory"
        ),
        "searches for a data subject, for an auditor": told(processing.RATE),
        "openings of a case, for a person": told(openings.RATE),
        "lines for what was refused, for a person": f"{EACH} a minute",
        "a session": f"{minutes} minutes without a request, {hours} hours at all, {session.most} browsers",
        "pages made at once": str(DESKS),
        "a statement of a page": f"{seconds('statement_timeout')} seconds, {seconds('lock_timeout')} for a lock",
        "a page of a queue": f"{PAGE_SIZE} households",
        "a letter run": f"{RUN_SIZE} households",
        "runs of letters whose files are made at once, a process": str(AT_ONCE),
        "lines of the audit log on a page": str(ROWS),
        "a learned model, written down": f"{LARGEST // 1_000_000} megabytes",
        "examples to learn a score from": f"at least {FEWEST} of either outcome",
    }


def test_every_module_with_a_key_a_hash_or_a_secret_is_in_the_table() -> None:
    table = rows(SECURITY, "Keys, hashes and random numbers")
    assert {name for row in table for name in re.findall(r"`([^`]+\.py)`", row[3])} == set(modules_with_keys())


def modules_with_keys() -> Iterator[str]:
    for path in sorted(HOUSE.rglob("*.py")):
        if "simulation" in path.parts:  # a town that is made up
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if {name.partition(".")[0] for name in names} & CRYPTOGRAPHIC:
                yield str(path.relative_to(HOUSE))
                break


def test_every_table_has_its_class() -> None:
    listed = [name for row in rows(DATA, "Classes of data") for name in re.findall(r"`(\w+)`", row[1])]
    assert MODELS
    assert sorted(listed) == sorted(Base.metadata.tables)
    assert all(row[2] for row in rows(DATA, "Classes of data"))


def test_every_log_that_cannot_be_changed_is_in_the_inventory() -> None:
    named = {row[0].strip("`"): row for row in rows(SECURITY, "Logs")}
    lasting = {table for name, (table, _) in TRIGGERS.items() if name.startswith("stays_")}
    assert {"audit", "processing_log", "case_history", "events"} <= lasting
    assert {"audit", "processing_log", "case_history", "events", "standard error", "metrics"} == named.keys()
    assert all(len(row) == 5 and all(row) for row in named.values())


def test_every_test_that_the_page_names_is_there() -> None:
    there = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"def (test_\w+)", path.read_text("utf-8"))
    }
    assert set(re.findall(r"`(test_\w+)`", SECURITY)) - there == set()


def test_what_is_vulnerable_is_replaced_within_days_that_grow() -> None:
    days = [int(row[1].partition(" ")[0]) for row in rows(SECURITY, "Packages")]
    assert len(days) == 3
    assert days == sorted(days)
    assert days[-1] <= 90
