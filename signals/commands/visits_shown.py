"""How does a visiting list read on the terminal, and as a document? For `visiting`.

The documents are described in docs/operations.md, Visits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from signals.commands import show
from signals.contract.codes import CONTACT_KINDS, PARTS_OF_DAY
from signals.outreach.visits.words import FIRST, HOW, RESULTS, STATES, STOPS, UNKNOWN_PLACE, WHY_NOT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import time

    from signals.outreach.visits.door import Recorded
    from signals.outreach.visits.going import Went
    from signals.outreach.visits.lists import ListedStop, VisitList
    from signals.outreach.visits.planning import Proposed


def tell_proposed(found: VisitList, proposed: Proposed, *, as_json: bool) -> None:
    """A list that was proposed, and what is not on it."""
    if proposed.fallen_back:
        show.note(proposed.fallen_back)
    unplaced = [
        {"case_id": str(home.cases[0].id), "household": home.address.label, "first": home.first}
        for home in proposed.unplaced
    ]
    more = {"waiting": proposed.waiting, "left_out": dict(proposed.left_out), "unplaced": unplaced}
    if as_json:
        show.print_json(_document(found, {}) | more)
        return
    _print_list(found, {})
    for code, many in proposed.left_out.items():
        show.line(f"niet gepland: {many}, {WHY_NOT[code][0]}")
    show.line(f"past er niet meer bij: {proposed.waiting}")
    for home in proposed.unplaced:
        why = FIRST[home.first][0] if home.first else "vastgezet"
        show.line(f"geen plaats voor {home.address.label}, {why}")
    show.line(f"vrijgeven: signals visits release {found.id}")


def show_list(found: VisitList, now: dict[int, str | None], *, as_json: bool) -> None:
    """A list; `now`: what stands in the way of its stops by household."""
    if as_json:
        show.print_json(_document(found, now))
    else:
        _print_list(found, now)


def tell_went(found: VisitList, went: Went, *, as_json: bool) -> None:
    """A list that was let go, and what fell out."""
    if as_json:
        fallen = [{"stop": stop.id, "case_id": str(stop.case), "code": code} for stop, code in went.fallen]
        released = [str(case) for case in went.released]
        show.print_json(_document(found, {}) | {"released": released, "fallen_out": fallen})
        return
    _print_list(found, {})
    show.line(f"lijst {found.id} vrijgegeven: {went.going} adressen")
    for stop, code in went.fallen:
        show.line(f"vervallen: {stop.address}, {WHY_NOT[code][0]}")


def tell_recorded(at: ListedStop, recorded: Recorded, *, as_json: bool) -> None:
    """What was written down, and what follows."""
    step = recorded.next_step
    if as_json:
        follows = None if step is None else {"kind": step.kind, "day": step.on_day.isoformat(), "part": step.part}
        document = {"stop": at.id, "case_id": str(recorded.case), "household": at.address}
        show.print_json(document | {"result": recorded.result, "again": recorded.again, "next": follows})
        return
    said = "was al vastgelegd" if recorded.again else "vastgelegd"
    show.line(f"stop {at.id}, {at.address}: {RESULTS[recorded.result][0].lower()}, {said}")
    if step is None:
        show.line("hoe het verder gaat, beslist een medewerker")
        return
    part = f", {PARTS_OF_DAY[step.part].lower()}" if step.part else ""
    show.line(f"volgende stap: {CONTACT_KINDS[step.kind].lower()} vanaf {step.on_day.isoformat()}{part}")


def _document(found: VisitList, now: dict[int, str | None]) -> dict[str, Any]:
    wish = found.wish
    arrivals = found.arrivals()
    return {
        "list": found.id,
        "municipality": wish.municipality,
        "day": wish.on_day.isoformat(),
        "part": wish.part,
        "begins": wish.leaves.isoformat("minutes"),
        "announced": wish.announced,
        "state": found.state,
        "version": found.version,
        "pair": [one.name for one in wish.pair],
        "start": {"x": wish.start.x, "y": wish.start.y},
        "minutes": round(found.minutes(), 1),
        "minutes_at_most": wish.minutes,
        "minutes_per_visit": wish.minutes_per_visit,
        "stops": [_stop_document(stop, now.get(stop.household), arrivals.get(stop.id)) for stop in found.stops],
    }


def _stop_document(stop: ListedStop, hindrance: str | None, arrives: time | None) -> dict[str, Any]:
    return {
        "stop": stop.id,
        "place": stop.place,
        "case_id": str(stop.case),
        "household": stop.address,
        "kind": stop.kind,
        "state": stop.state,
        "code": stop.code,
        "points": stop.points,
        "first": stop.first,
        "pinned": stop.pinned,
        "x": stop.at.x if stop.at else None,
        "y": stop.at.y if stop.at else None,
        "how": stop.how,
        "arrives": arrives.isoformat("minutes") if arrives else None,
        "announced_on": stop.announced_on.isoformat() if stop.announced_on else None,
        "hindrance": hindrance,
        "result": stop.result,
    }


def _print_list(found: VisitList, now: dict[int, str | None]) -> None:
    wish = found.wish
    when = f"{wish.on_day.strftime('%d-%m-%Y')}, {PARTS_OF_DAY[wish.part].lower()} om {wish.leaves:%H:%M}"
    took = f"{found.minutes():.0f} van {wish.minutes} minuten"
    who = " en ".join(one.name for one in wish.pair)
    show.line(f"lijst {found.id}, {STATES[found.state][0]}: {when}, {who}, {took}")
    if wish.announced:
        show.line("wordt per brief aangekondigd")
    arrivals = found.arrivals()
    columns = ("nr", "om", "stop", "zaak", "adres", "punten", "eerst", "plek", "stand")
    rows = [_row(stop, now.get(stop.household), arrivals.get(stop.id)) for stop in found.stops]
    show.table(f"{len(found.going)} adressen", columns, rows, right=("nr", "stop", "zaak", "punten"))


def _row(stop: ListedStop, hindrance: str | None, arrives: time | None) -> Sequence[object]:
    stands = RESULTS[stop.result][0].lower() if stop.result else STOPS[stop.state][0]
    code = stop.code or hindrance
    state = ": ".join(filter(None, (stands, WHY_NOT[code][0] if code else "")))
    first = FIRST[stop.first][0] if stop.first else ""
    how = HOW[stop.how][0] if stop.how else UNKNOWN_PLACE[0]
    about = f"{arrives:%H:%M}" if arrives else ""
    return (stop.place, about, stop.id, stop.case, stop.address, stop.points, first, how, state)
