"""`signals score what-if`: how another policy or model would reorder today's queue, before anyone saves it.

Nothing is changed. Whom it shows stands in both logs, as with the queue itself.
"""
# ruff: noqa: PLC0415 - a command imports its work when it is asked for, as in signals/cli.py

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - Typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from signals.commands.options import AsJson, Municipality  # noqa: TC001 - Typer reads the annotations
from signals.errors import SignalsError, WrongUseError

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from signals.outreach.learning.in_use import NumberedModel
    from signals.outreach.learning.what_if import Move, Reordered, Seat, Wish
    from signals.outreach.policy import Policy
    from signals.store.database import Cursor

FIRST: Final = (8, 40)  # what a pair sees in a day, and in a week
FARTHEST: Final = 5
REASONS: Final = 2
_FATES: Final = {
    "no-case": "geen zaak meer",
    "leaves": "niet meer in deze wachtrij",
    "joins": "nieuw",
    "stays": "",
}
_ROUTES: Final = {"letter": "brief", "home-visit": "bezoek"}


def what_if(
    *,
    policy: Annotated[Path | None, typer.Option(help="a policy file, which need not be loaded")] = None,
    model: Annotated[int | None, typer.Option(min=1, help="a model instead of the one in use")] = None,
    municipality: Municipality = None,
    queue: Annotated[str | None, typer.Option(help="letters or visits  [default: both]")] = None,
    top: Annotated[int, typer.Option(min=1, help="how many cases to show")] = FIRST[1],
    as_json: AsJson = False,
) -> None:
    """How another policy or model would reorder today's queue; changes nothing."""
    from signals.commands import show
    from signals.commands.connection import engine_here, settings_here
    from signals.outreach.learning.what_if import QUEUES
    from signals.outreach.learning.what_if import what_if as asked
    from signals.store.database import transaction

    if policy is None and model is None:
        raise WrongUseError("say what would be different: --policy FILE, --model N, or both")
    if queue is not None and queue not in QUEUES:
        raise WrongUseError(f"there is no queue {queue[:40]!r}; there are {', '.join(QUEUES)}")
    wanted = _policy(policy)
    with engine_here(settings_here()) as engine:
        with transaction(engine) as cursor:
            wish = _wish(cursor, wanted, model, municipality, queue)
        with transaction(engine) as cursor:
            found = asked(cursor, wish)
        shown = found.moves if as_json else found.moves[:top]
        _note(engine, wish, shown)
    if as_json:
        show.print_json(_document(wish, found))
    else:
        _print(wish, found, shown)


def _policy(path: Path | None) -> Policy | None:
    """The policy of a file, with all its faults in words."""
    from signals.commands.registers import read_policies

    if path is None:
        return None
    read = read_policies([path])
    if len(read) > 1:
        raise WrongUseError(f"{path} holds {len(read)} policies: name one of its files")
    return read[0]


def _wish(
    cursor: Cursor, policy: Policy | None, model: int | None, municipality: str | None, queue: str | None
) -> Wish:
    from signals.outreach.learning.what_if import Wish
    from signals.outreach.queues import policy_book

    found, where = _model(cursor, model)
    named = {one for one in (where, policy.municipality if policy else None, municipality) if one is not None}
    if len(named) > 1:
        raise SignalsError(
            f"these are of different municipalities: {', '.join(sorted(named))}; "
            "a model and a policy are for the cases of one"
        )
    here = next(iter(named))
    if here not in policy_book(cursor).municipalities:
        raise WrongUseError(f"there is no policy for municipality {here[:40]} yet, so nothing waits there")
    if policy is not None and found is None and policy.choice.by != "framework":
        found = _active(cursor, here)
    return Wish(here, queue, policy, found)


def _model(cursor: Cursor, number: int | None) -> tuple[NumberedModel | None, str | None]:
    """The model with its municipality. Raises SignalsError when there is none, or it scores no cases."""
    from signals.outreach.learning import registry

    if number is None:
        return None, None
    found = registry.model(cursor, number)
    if found is None:
        raise SignalsError(f"there is no model {number}; `signals score list` shows those that are there")
    if found.target != "escalation":
        raise SignalsError(f"model {number} says when somebody is reached; it orders no queue")
    return registry.read_model(cursor, number), found.municipality


def _active(cursor: Cursor, municipality: str) -> NumberedModel | None:
    from signals.commands import show
    from signals.outreach.learning import registry

    number = registry.standing(cursor, municipality).active
    if number is None:
        show.note("no model is active there, so the decision framework would order the work; name one with --model")
        return None
    return registry.read_model(cursor, number)


def _note(engine: Engine, wish: Wish, shown: tuple[Move, ...]) -> None:
    """Both logs: these households are shown."""
    from signals.commands import looks
    from signals.outreach.learning.what_if import QUEUES
    from signals.store.database import transaction

    with transaction(engine) as cursor:
        for name in [wish.queue] if wish.queue else QUEUES:
            looks.note_queue(cursor, name, [one.household for one in shown], wish.municipality)


def _totals(found: Reordered) -> dict[str, Any]:
    return {
        **{f"new_in_first_{number}": found.new_among_first(number) for number in FIRST},
        **{fate.replace("-", "_"): number for fate, number in found.fates().items()},
        "agreement": found.agreement(),
    }


def _document(wish: Wish, found: Reordered) -> dict[str, Any]:
    return {
        "municipality": wish.municipality,
        "queue": wish.queue,
        "by": found.by,
        "model": wish.model.id if wish.model else None,
        "totals": _totals(found),
        "cases": [_case(one) for one in found.moves],
    }


def _case(move: Move) -> dict[str, Any]:
    return {
        "case_id": None if move.case is None else str(move.case),
        "household": move.address,
        "period": move.period,
        "fate": move.fate,
        "old": _seat(move.old),
        "new": _seat(move.new),
        "why": [one._asdict() for one in move.why],
    }


def _seat(seat: Seat | None) -> dict[str, Any] | None:
    return None if seat is None else seat._asdict()


def _print(wish: Wish, found: Reordered, shown: tuple[Move, ...]) -> None:
    from signals.commands import show

    columns = ("nr", "was", "zaak", "adres", "periode", "score", "route", "waarom")
    model = f"model {wish.model.id}" if wish.model else "model"
    by = {"framework": "afwegingskader", "model": model, "blend": f"{model} en afwegingskader"}[found.by]
    title = f"Wachtrij van {wish.municipality}, volgorde door {by}: {len(found.moves)} zaken"
    show.table(title, columns, [_cells(one) for one in shown], right=("nr", "was", "zaak", "score"))
    if len(found.moves) > len(shown):
        show.line(f"… en nog {len(found.moves) - len(shown)}; met --top of --json staan ze er ook")
    show.line()
    if wish.policy is not None:
        since = wish.policy.valid_from
        show.line(f"als dit beleid gold voor al wat wacht; geladen geldt het voor perioden vanaf {since}")
    for line in _summary(found):
        show.line(line)


def _cells(move: Move) -> tuple[object, ...]:
    old, new = move.old, move.new
    score = " → ".join(str(one.score) for one in (old, new) if one is not None)
    routes = [_ROUTES[one.route] for one in (old, new) if one is not None]
    route = " → ".join(dict.fromkeys(routes))
    telling = [one for one in move.why if not one.criterion.endswith("basis")]  # that is the same for every case
    why = "; ".join(f"{one.nl}: {one.points:+}" for one in telling[:REASONS])
    told = "; ".join(filter(None, (_FATES[move.fate], why)))
    return (
        new.place if new else "",
        old.place if old else "",
        move.case,
        move.address,
        move.period,
        score,
        route,
        told,
    )


def _summary(found: Reordered) -> list[str]:
    fates, agreement = found.fates(), found.agreement()
    lines = [f"van de eerste {number}: {found.new_among_first(number)} andere" for number in FIRST]
    lines.append(
        f"{fates['stays']} blijven, {fates['joins']} komen erbij, {fates['leaves']} gaan uit deze wachtrij, "
        f"{fates['no-case']} zijn geen zaak meer"
    )
    if agreement is not None:
        lines.append(f"overeenkomst van de volgorde: {agreement:.2f} (1 = dezelfde)")
    lines += [f"verschuift het meest: {_far(one)}" for one in found.farthest(FARTHEST)]
    return [*lines, "er is niets veranderd"]


def _far(move: Move) -> str:
    places = [one.place for one in (move.old, move.new) if one is not None]
    return f"zaak {move.case}, van {places[0]} naar {places[-1]}"
