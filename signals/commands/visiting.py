"""`signals visits plan | show | release | record`: the visiting lists, beside the pages (docs/operations.md, Visits).

What is shown of residents is written to both logs, as a page does (`looks`). Adds its commands to the group `visits`.
"""
# ruff: noqa: PLC0415 - a command imports its work when it is asked for, as in signals/cli.py

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING, Annotated

import typer

from signals.commands.options import AsJson  # noqa: TC001 - Typer reads the annotations
from signals.commands.visits import group
from signals.contract.moments import AMSTERDAM
from signals.errors import WrongUseError
from signals.outreach.visits.words import RESULTS

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from signals.households.address import HouseholdAddress
    from signals.outreach.visits.instance import Point
    from signals.outreach.visits.lists import VisitList
    from signals.outreach.work.people import Actor
    from signals.store.database import Cursor

__all__ = ["group"]
List = Annotated[str, typer.Argument(metavar="LIST", help="its number, as `signals visits show` names it")]


@group.command("plan")
def plan_day(  # noqa: PLR0913, PLR0917 - Typer reads the options here, as in signals/cli.py
    municipality: Annotated[str, typer.Option(help="such as 0141")],
    day: Annotated[str, typer.Option(help="such as 2026-11-24")],
    part: Annotated[str, typer.Option(help="morning, afternoon or evening")],
    start: Annotated[str, typer.Option(help='where they leave from: x,y in RD metres, or an address as "7607GC 12 A"')],
    pair: Annotated[list[str] | None, typer.Option(help="who goes, a name or a user's id; at most two")] = None,
    minutes: Annotated[int, typer.Option(help="travel and visits together")] = 180,
    per_visit: Annotated[int, typer.Option("--per-visit", help="minutes at each door")] = 20,
    most: Annotated[int | None, typer.Option("--max", help="doors at most")] = None,
    area: Annotated[list[str] | None, typer.Option(help="how postcodes begin: 7607,7601GC")] = None,
    team: Annotated[str | None, typer.Option(help="only the queue of this team, by its key")] = None,
    urgent_within: Annotated[
        int, typer.Option(help="first whose clock of the first attempt ends so many days after the visit")
    ] = 7,
    begin: Annotated[str | None, typer.Option(help="when they leave: 18:30; else 9:00, 13:00 or 18:00")] = None,
    *,
    announce: Annotated[bool, typer.Option("--announce", help="each visit gets its letter first")] = False,
    as_json: AsJson = False,
) -> None:
    """Propose a list for one part of a day. A person looks at it, then releases it."""
    from signals.commands import visits_shown
    from signals.commands.connection import engine_here, settings_here
    from signals.outreach.visits.candidates import DayWish
    from signals.outreach.visits.instance import Instance
    from signals.outreach.visits.lists import read_list
    from signals.outreach.visits.planning import propose
    from signals.outreach.visits.travel import times_for
    from signals.store.database import transaction

    settings = settings_here()
    with engine_here(settings) as engine, transaction(engine) as cursor:
        people = _people(cursor, pair or [])
        at = _start(cursor, start)
        postcodes = tuple(one for written in area or () for one in written.replace(" ", "").upper().split(",") if one)
        wish = DayWish(
            *(municipality, _day(day), part, at, people, minutes, per_visit, most, postcodes, team, urgent_within),
            *(_clock(begin), announce),
        )
        times = times_for(Instance(at, ()), settings.routing_url)
        proposed = propose(cursor, wish, _actor(), today=_today(), times=times)
        found = read_list(cursor, proposed.list)
        named = {stop.household for stop in found.stops} | {home.household for home in proposed.unplaced}
        _note(cursor, "plan-visits", found, named)
    visits_shown.tell_proposed(found, proposed, as_json=as_json)


@group.command("show")
def show_lists(
    number: Annotated[str | None, typer.Argument(metavar="LIST", help="without it: which lists there are")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """One list with its stops, and what now stands in the way of each; or which lists are not done."""
    from signals.commands import visits_shown
    from signals.commands.connection import engine_here, settings_here
    from signals.outreach.visits.lists import read_list, standing
    from signals.store.database import transaction

    if number is None:
        _show_open(as_json=as_json)
        return
    wanted = _number(number, "list")
    with engine_here(settings_here()) as engine, transaction(engine) as cursor:
        found = read_list(cursor, wanted)
        now = standing(cursor, found, _actor())
        _note(cursor, "view-visits", found, [stop.household for stop in found.stops])
    visits_shown.show_list(found, now, as_json=as_json)


@group.command("release")
def release_a_list(number: List, *, as_json: AsJson = False) -> None:
    """Let a list go: what waits is released; what cannot be visited any more is left out and named."""
    from signals.commands import visits_shown
    from signals.commands.connection import engine_here, settings_here
    from signals.outreach.visits.going import release_list
    from signals.outreach.visits.lists import read_list
    from signals.store.database import transaction

    wanted = _number(number, "list")
    with engine_here(settings_here()) as engine, transaction(engine) as cursor:
        went = release_list(cursor, wanted, _actor(), today=_today())
        found = read_list(cursor, wanted)
        _note(cursor, "release-visits", found, [stop.household for stop in found.stops])
    visits_shown.tell_went(found, went, as_json=as_json)


@group.command("record")
def record_visit(
    stop: Annotated[str, typer.Argument(metavar="STOP", help="its number, as `signals visits show LIST` names it")],
    result: Annotated[str, typer.Argument(metavar="RESULT", help="|".join(RESULTS))],
    note: Annotated[str, typer.Option(help="what colleagues should know")] = "",
    key: Annotated[
        str | None, typer.Option(help="of the form, so that sent twice counts once; made of stop and result if absent")
    ] = None,
    part: Annotated[
        str | None, typer.Option(help="when they were there, if it was another part of that day: morning, …")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Write down what came of a visit; said twice, it counts once."""
    from signals.commands import visits_shown
    from signals.commands.connection import engine_here, settings_here
    from signals.outreach.visits.door import record
    from signals.outreach.visits.lists import list_of_stop, read_list
    from signals.store.database import transaction

    if result not in RESULTS:
        raise WrongUseError(f"no such result: {result[:40]}; it is one of {', '.join(RESULTS)}")
    number = _number(stop, "stop")
    with engine_here(settings_here()) as engine, transaction(engine) as cursor:
        found = read_list(cursor, list_of_stop(cursor, number))
        recorded = record(cursor, number, result, note, _actor(), key or f"cli-{number}-{result}", part=part)
        (at,) = [one for one in found.stops if one.id == number]
        detail: dict[str, object] = {"stop": number, "result": result}
        _note(cursor, "view-visits" if recorded.again else "record-visit", found, [at.household], detail)
    visits_shown.tell_recorded(at, recorded, as_json=as_json)


@group.command("lift-unsafe")
def lift(
    household: Annotated[str, typer.Argument(metavar="HOUSEHOLD", help='its address, as "7607GC 12 A"')],
    reason: Annotated[str, typer.Option(help="why it is safe again; colleagues read it")],
    municipality: Annotated[str | None, typer.Option(help="such as 0141; where the address is of several")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Say that it is safe again at a door, as a team lead does; who may type this decides for the municipality."""
    from signals.commands import show
    from signals.commands.connection import engine_here, settings_here
    from signals.outreach.visits.lists import VisitError
    from signals.outreach.visits.unsafe import lift_unsafe, unsafe_by_municipality
    from signals.store.database import transaction

    address = _address(household)
    with engine_here(settings_here()) as engine, transaction(engine) as cursor:
        flagged = unsafe_by_municipality(cursor, address)
        found = {here: home for here, home in flagged.items() if municipality in {None, here}}
        if len(found) > 1:
            raise WrongUseError(f"this address is of several: say --municipality {' or '.join(sorted(found))}")
        for here, number in found.items():
            lift_unsafe(cursor, number, _actor(), reason, team_lead=True)
            _log(cursor, "lift-unsafe", f"household {number}", here, [number])
    if not found:
        raise VisitError("nobody said that it is unsafe at this address, or it was lifted", "not-unsafe")
    if as_json:
        show.print_json({"household": address.label, "unsafe": False})
    else:
        show.line(f"{address.label}: weer veilig aan de deur; welke route past, kiest een medewerker bij de zaak")


def _show_open(*, as_json: bool) -> None:
    """The lists that are not done, of all municipalities; they name nobody."""
    from signals.commands import show
    from signals.commands.connection import engine_here, settings_here
    from signals.outreach.visits.lists import open_lists
    from signals.store.database import transaction

    with engine_here(settings_here()) as engine, transaction(engine) as cursor:
        lists = open_lists(cursor, None)
    columns = ("list", "municipality", "day", "part", "state", "stops", "minutes", "pair")
    rows = [
        (
            *(one.id, one.wish.municipality, one.wish.on_day.isoformat(), one.wish.part, one.state, len(one.going)),
            *(round(one.minutes()), [person.name for person in one.wish.pair]),
        )
        for one in lists
    ]
    show.listing("lists", columns, rows, as_json=as_json)


def _note(
    cursor: Cursor,
    action: str,
    found: VisitList,
    households: Collection[int],
    detail: dict[str, object] | None = None,
) -> None:
    """Both logs: these households were shown, with the list."""
    _log(cursor, action, f"visit-list {found.id}", found.wish.municipality, households, detail)


def _log(
    cursor: Cursor,
    action: str,
    subject: str,
    municipality: str,
    households: Collection[int],
    detail: dict[str, object] | None = None,
) -> None:
    from signals.commands.connection import actor
    from signals.store import audit
    from signals.store.processing import Use

    audit.note_each(cursor, actor(), action, subject, detail, [municipality], households, use=Use())


def _people(cursor: Cursor, written: Sequence[str]) -> tuple[Actor, ...]:
    """Who goes: whoever signs in under this id goes by their name; without anybody, whoever asks."""
    from signals.outreach.work.people import Actor

    cursor.execute("SELECT user_id, name FROM colleagues WHERE user_id = ANY(%s)", (list(written),))
    known: dict[str, str] = dict(cursor.fetchall())
    return tuple(Actor(one if one in known else "", known.get(one, one)) for one in written) or (_actor(),)


def _start(cursor: Cursor, written: str) -> Point:
    """Where the pair leaves from. Raises WrongUseError."""
    from signals.outreach.visits.coordinates import fault_of_metres
    from signals.outreach.visits.instance import Point

    parts = written.split(",")
    if len(parts) == 2:
        try:
            x, y = (float(part) for part in parts)
        except ValueError:
            raise WrongUseError("start: write x,y in RD metres, such as 241900,486200") from None
        if (fault := fault_of_metres(x, y)) is not None:
            raise WrongUseError(f"start: {fault}")
        return Point(x, y)
    return _start_address(cursor, written)


def _start_address(cursor: Cursor, written: str) -> Point:
    from signals.outreach.visits.instance import Point
    from signals.outreach.visits.places import place_of

    address = _address(written, 'start: write x,y in RD metres, or an address as "7607GC 12 A"')
    place = place_of(cursor, [address]).get(address)
    if place is None:
        raise WrongUseError("start: the address register does not know that postcode; `signals addresses import` it")
    return Point(place.x, place.y)


def _address(written: str, otherwise: str = 'write the address as "7607GC 12 A"') -> HouseholdAddress:
    """An address of whatever municipality. Raises WrongUseError with the text `otherwise`."""
    from signals.households.address import HouseholdAddress

    address = HouseholdAddress.written("", written)
    if address is None:
        raise WrongUseError(otherwise)
    return address


def _day(written: str) -> date:
    from signals.contract.moments import calendar_day

    if (day := calendar_day(written)) is None:
        raise WrongUseError("day: write it as 2026-11-24")
    return day


def _clock(written: str | None) -> time | None:
    if written is None:
        return None
    try:
        return datetime.strptime(written, "%H:%M").time()  # noqa: DTZ007 - a time of the day, of whatever day
    except ValueError:
        raise WrongUseError("begin: write it as 18:30") from None


def _number(written: str, what: str) -> int:
    if not (written.isascii() and written.isdecimal() and len(written) < 19):
        raise WrongUseError(f"no {what}: {written[:40]}; a {what} is a number, as `signals visits show` names it")
    return int(written)


def _actor() -> Actor:
    from signals.commands.connection import actor
    from signals.outreach.work.people import Actor

    return Actor(actor(), actor())


def _today() -> date:
    return datetime.now(AMSTERDAM).date()
