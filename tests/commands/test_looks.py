"""Does every command that shows a person write both logs? Walks all commands, as `tests/web/test_logs` walks all pages.

Whether a command shows a person is seen from what it prints: the postcode or a surname of who is in the database. So a
command that forgot to say so is found too, and a new command without a line here fails.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import pytest
from typer.main import get_command

from signals import cli
from signals.commands import connection, looks
from signals.commands.welcome import _queues
from signals.contract.moments import AMSTERDAM
from signals.outreach.visits.candidates import DayWish
from signals.outreach.visits.going import release_list
from signals.outreach.visits.instance import Point
from signals.outreach.visits.lists import read_list
from signals.outreach.visits.planning import propose
from signals.outreach.visits.unsafe import flag_unsafe
from signals.outreach.work.people import Actor
from signals.store.database import transaction
from signals.web.office.actions import ACTIONS, BARE, SUBJECTS
from tests.commands.test_cli_office import Office
from tests.walk.terminal import typed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from urllib.parse import SplitResult

pytestmark = pytest.mark.database

POSTCODE: Final = re.compile(r"\b7607 ?GC\b")
SURNAME: Final = "Voorbeeld"
FILES: Final = {
    "caseload.csv": f"municipality,surname,date_of_birth\n0141,{SURNAME},1985-06-12\n",
    "exclusions.csv": "municipality,postcode,house_number\n0141,7607GC,9\n",
    "addresses.csv": "postcode,huisnummer,x,y\n7607GC,12,241900,486200\n",
    "policy.toml": 'municipality = "0363"\nname = "Elders"\nvalid_from = 2020-01-01\n',
    "anders.toml": 'municipality = "0141"\nname = "Almelo"\nvalid_from = 2027-01-01\nscoring.rise = 20\n',
    "partners.toml": '[[partner]]\nid = "other-one"\nsector = "water"\nsources = ["urn:other"]\n',
}
# What is typed: {letter} and {visit} are cases, {row} is in quarantine, {folder} has FILES, {list} is a visiting list.
WALKED: Final = {
    "summary": "",
    "queue": "letters",
    "case": "{visit}",
    "release": "{letter}",
    "quarantine list": "",
    "quarantine show": "{row}",
    "quarantine replay": "--all",
    "visits plan": "--municipality 0141 --day {today} --part morning --start 241900,486200",
    "visits show": "{list}",
    "visits release": "{list}",
    "visits record": "{stop} spoken",
    "visits lift-unsafe": "{unsafe} --reason looked-at",
    "score what-if": "--policy {folder}/anders.toml",
    "policy check": "{folder}/policy.toml",
    "policy load": "{folder}/policy.toml",
    "policy list": "",
    "partners add": "one-more --sector water --source urn:x",
    "partners list": "",
    "partners check": "{folder}/partners.toml",
    "partners load": "{folder}/partners.toml",
    "caseload import": "{folder}/caseload.csv",
    "exclusions import": "{folder}/exclusions.csv",
    "addresses import": "{folder}/addresses.csv",
    "topics paused": "",
    "topics resume": "arrears.housing.welbions",
    "sessions end": "--all",
    "db upgrade": "",
}
NOT_WALKED: Final = {
    "up": "shows what `queue` shows, of a demonstration; see test_the_first_screen_says_whom_it_showed",
    "run": "its database is gone when it ends",
    "simulate": "all people in it are made up, and no database is asked",
    "visits solve": "reads a file of numbers, and no database",
    "visits print": "its files show somebody; tests/commands/test_visits_print.py reads both logs",
    "letters sample": "whoever it is to is made up",
    "publish": "prints a count; needs a broker",
    "reconcile": "prints counts and numbers; needs a broker",
    "topics apply": "prints topics; needs a broker",
    "worker": "prints its log, tests/walk/test_operations.py reads it",
    "relay": "as worker",
    **dict.fromkeys(
        [f"letters {name}" for name in ("preview", "release", "run", "posted", "returned", "cancel")],
        "prints no address, but postcodes and numbers of cases; tests/commands/test_letters.py reads both logs",
    ),
    "web": "its pages are walked by tests/web/test_logs.py",
    "score card": "holds no resident",
    **dict.fromkeys(
        [f"score {name}" for name in ("train", "evaluate", "activate", "rollback", "rescore", "list")],
        "prints figures of models; tests/commands/test_score_train.py and its neighbours read what is logged",
    ),
}
SHOW_SOMEBODY: Final = {"summary", "queue", "case", "release", "score what-if"} | {
    f"visits {name}" for name in ("plan", "show", "release", "record", "lift-unsafe")
}


@dataclass(frozen=True)
class Lines:
    """What came into the logs: actor, action, subject and households; household and activity."""

    audit: list[tuple[str, str, str, list[int]]]
    processing: list[tuple[int, str]]


@pytest.fixture
def office(database: str) -> Iterator[Office]:
    office = Office(database)
    wrong = office.landlord.report("HC-9", amount="1,00")
    office.take_in(office.landlord, office.landlord.report("HC-1"), office.landlord.report("HC-2", number=14), wrong)
    office.take_in(office.insurer, office.insurer.report("ME-1"))
    yield office
    office.engine.dispose()


def commands_of(group: object, before: str = "") -> Iterator[str]:
    """Every command by its words."""
    below: dict[str, Any] = getattr(group, "commands", {})
    if not below:
        yield before.strip()
    for name, one in below.items():
        yield from commands_of(one, f"{before} {name}")


def options_of(words: str) -> set[str]:
    found: Any = get_command(cli.app)
    for word in words.split():
        found = found.commands[word]
    return {option for one in found.params for option in one.opts}


def lines(office: Office, after: tuple[int, int] = (0, 0)) -> Lines:
    with transaction(office.engine) as cursor:
        audit = cursor.execute(
            "SELECT actor, action, subject, households FROM audit WHERE id > %s ORDER BY id", (after[0],)
        ).fetchall()
        processing = cursor.execute(
            "SELECT household_id, activity FROM processing_log WHERE id > %s ORDER BY id", (after[1],)
        ).fetchall()
    return Lines(audit, processing)


def ends(office: Office) -> tuple[int, int]:
    with transaction(office.engine) as cursor:
        found = cursor.execute(
            "SELECT coalesce((SELECT max(id) FROM audit), 0), coalesce((SELECT max(id) FROM processing_log), 0)"
        ).fetchone()
    assert found is not None
    return int(found[0]), int(found[1])


def households(office: Office) -> dict[str, int]:
    """By the house number that they are shown with."""
    with transaction(office.engine) as cursor:
        cursor.execute(
            "SELECT number, households.id FROM households JOIN addresses ON addresses.id = address_id ORDER BY number"
        )
        return {f"7607GC {number}": household for number, household in cursor}


def shown(text: str, homes: dict[str, int]) -> set[int]:
    """Whose address stands in the text."""
    return {household for address, household in homes.items() if re.search(rf"\b{address}\b", text)}


def typed_words(office: Office, folder: Path, words: str) -> str:
    with transaction(office.engine) as cursor:
        [(letter,)] = cursor.execute("SELECT id FROM cases WHERE route = 'letter'").fetchall()
        [(visit,)] = cursor.execute("SELECT id FROM cases WHERE route = 'home-visit'").fetchall()
        [(row,)] = cursor.execute("SELECT id FROM quarantine").fetchall()
    for name, text in FILES.items():
        (folder / name).write_text(text, "utf-8")
    if "{list}" in words or "{stop}" in words:
        words = words.format(**a_list(office, released="{stop}" in words))
    today = datetime.now(AMSTERDAM).date()
    unsafe = an_unsafe_door(office) if "{unsafe}" in words else ""
    return words.format(letter=letter, visit=visit, row=row, folder=folder, today=today, unsafe=unsafe)


def an_unsafe_door(office: Office) -> str:
    """Its address, in one word."""
    address, household = next(iter(households(office).items()))
    with transaction(office.engine) as cursor:
        flag_unsafe(cursor, household, Actor("anna-1", "Anna Postma"))
    return address.replace(" ", "")


def a_list(office: Office, *, released: bool) -> dict[str, int]:
    """A visiting list for today with one stop."""
    today, anna = datetime.now(AMSTERDAM).date(), Actor(connection.actor(), "Anna Postma")
    wish = DayWish("0141", today, "morning", Point(241_900, 486_200), (anna,))
    with transaction(office.engine) as cursor:
        number = propose(cursor, wish, anna, today=today).list
        if released:
            release_list(cursor, number, anna, today=today)
        (stop,) = read_list(cursor, number).stops
    return {"list": number, "stop": stop.id}


def test_every_command_is_walked_or_says_why_not() -> None:
    there = list(commands_of(get_command(cli.app)))
    assert len(there) > 25
    assert sorted(there) == sorted(WALKED.keys() | NOT_WALKED.keys())
    assert not WALKED.keys() & NOT_WALKED.keys()


@pytest.mark.parametrize("words", [*WALKED, *(f"{words} --json" for words in WALKED if "--json" in options_of(words))])
def test_who_is_shown_stands_in_both_logs(words: str, office: Office, tmp_path: Path) -> None:
    name = words.removesuffix(" --json")
    homes, before = households(office), ends(office)
    said = office.signals(*words.split(), *typed_words(office, tmp_path, WALKED[name]).split())
    assert said.code == (1 if name in {"topics resume", "quarantine replay"} else 0), said
    found = shown(said.out + said.err, homes)
    written = lines(office, before)
    assert bool(POSTCODE.search(said.out) or SURNAME in said.out) == (name in SHOW_SOMEBODY)
    assert bool(found) == (name in SHOW_SOMEBODY)
    assert {household for *_, named in written.audit for household in named} == found
    assert {household for household, _ in written.processing} == found
    assert {actor for actor, *_ in written.audit} <= {connection.actor()}
    assert {action for _, action, *_ in written.audit} <= ACTIONS.keys()
    assert all(subject.partition(" ")[0] in SUBJECTS for _, action, subject, _ in written.audit if action not in BARE)


def test_of_a_list_each_household_is_named_in_a_line_of_its_municipality(office: Office) -> None:
    homes, before = households(office), ends(office)
    office.must("summary", "--json")
    written = lines(office, before)
    assert [(action, subject, named) for _, action, subject, named in written.audit] == [
        ("view-summary", "summary", sorted(homes.values()))
    ]
    with transaction(office.engine) as cursor:
        assert cursor.execute("SELECT DISTINCT municipality FROM audit WHERE id > %s", (before[0],)).fetchall() == [
            ("0141",)
        ]


def test_a_long_list_is_parted_into_lines_that_a_page_can_hold(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    homes, before = households(office), ends(office)
    monkeypatch.setattr(looks, "IN_ONE_LINE", 1)
    office.must("summary", "--json")
    assert [named for *_, named in lines(office, before).audit] == [[home] for home in sorted(homes.values())]


def test_an_empty_queue_was_looked_at_too(office: Office) -> None:
    before = ends(office)
    office.must("queue", "letters", "--municipality", "0164")
    assert lines(office, before) == Lines([(connection.actor(), "view-queue", "queue letters", [])], [])


def test_a_case_that_is_not_there_shows_nobody(office: Office) -> None:
    before = ends(office)
    assert office.signals("case", "999999").code == 1
    assert lines(office, before) == Lines([], [])


def test_what_a_partner_sent_is_shown_with_a_line_of_no_household(office: Office, tmp_path: Path) -> None:
    """The record is of no household: nothing of it could be read."""
    before = ends(office)
    said = office.must("quarantine", "show", *typed_words(office, tmp_path, "{row} --original").split())
    assert SURNAME in said.out
    assert [(action, named) for _, action, _, named in lines(office, before).audit] == [("quarantine-original", [])]


def test_the_first_screen_says_whom_it_showed(office: Office) -> None:
    homes, before = households(office), ends(office)
    _queues(office.engine)
    written = lines(office, before)
    assert [(action, subject, named) for _, action, subject, named in written.audit] == [
        ("view-queue", "queue visits", [homes["7607GC 12"]]),
        ("view-queue", "queue letters", [homes["7607GC 14"]]),
    ]
    assert written.processing == [(homes["7607GC 12"], "view-queue"), (homes["7607GC 14"], "view-queue")]


def test_who_may_not_write_the_logs_sees_nobody(office: Office) -> None:
    """A role that may only read gets words, not the case."""
    with transaction(office.engine) as cursor:
        cursor.execute("CREATE ROLE only_reads LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO only_reads")
    try:
        url = urlsplit(office.settings["SIGNALS_DATABASE_URL"])
        said = typed("queue", "letters", settings={"SIGNALS_DATABASE_URL": as_user(url, "only_reads")})
    finally:
        with transaction(office.engine) as cursor:
            cursor.execute("DROP OWNED BY only_reads; DROP ROLE only_reads")
    assert (said.code, said.out) == (1, "")
    assert "may not do this" in said.err


def as_user(url: SplitResult, user: str) -> str:
    """The same database for another role."""
    return url._replace(netloc=f"{user}@{url.netloc.rpartition('@')[2]}").geturl()
