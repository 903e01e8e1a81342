"""What would a changed policy, or another model, make of today's queue? Judged, compared and not written.

The households that wait are judged again from their stored events, as a batch would, with the changed policy as the
only one there is. Acts of people stay what they are. Whom a lower threshold brings in is looked for as far back as
the oldest case that waits.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from signals.outreach.cases import ROUTE_GRAVITY
from signals.outreach.learning.in_use import ModelsInUse
from signals.outreach.policy import PolicyBook
from signals.outreach.queues import ListedCase, policy_book, queue
from signals.outreach.take_up import Rules, judge, load_standing
from signals.scoring.score import Contribution
from signals.store import ledger
from signals.store.locks import LockedArrears

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date

    from signals.outreach.cases import JudgedCase
    from signals.outreach.learning.in_use import NumberedModel
    from signals.outreach.policy import Policy
    from signals.store.database import Cursor

QUEUES: Final[dict[str, str]] = {"letters": "letter", "visits": "home-visit"}
_HOUSEHOLDS: Final = 500  # judged at a time
_GRAVEST: Final = ("eviction", "disconnection", "end-of-insurance")  # what goes before any score (borders.md 4.10)
_Address = tuple[str, int, str]


class Wish(NamedTuple):
    """What is asked: of which municipality and queue (None: all that waits), with which policy and model instead.

    Without a policy it is the stored ones; without a model the active one.
    """

    municipality: str
    queue: str | None
    policy: Policy | None
    model: NumberedModel | None


class Seat(NamedTuple):
    """Where a case stands: its place in the queue, its score, and the route by which its household is worked."""

    place: int
    score: int
    route: str


class Reason(NamedTuple):
    """What makes a score another one, in words: how many points more or less it gives."""

    criterion: str
    points: int
    nl: str
    en: str


@dataclass(frozen=True, slots=True)
class Move:
    """A case now and then.

    Attributes:
        case: its number; None when it would be a new one.
        household: its household's number,
        address: and address, as "7607GC 12 A".
        period: its matching period.
        old: where it stands now; None when it does not wait in this queue.
        new: where it would stand; None when it would not.
        why: the largest differences of its reasons first.
        fate: "stays", "joins", "no-case" (nothing would count in it), or "leaves" (another queue, or held).
    """

    case: int | None
    household: int
    address: str
    period: str
    old: Seat | None
    new: Seat | None
    why: tuple[Reason, ...]
    fate: str


@dataclass(frozen=True, slots=True)
class Reordered:
    """A queue now and then: the cases in their new order, then those that would not stand in it."""

    moves: tuple[Move, ...]
    by: str

    def new_among_first(self, number: int) -> int:
        """How many of the first so many would be others."""
        now = {one.case for one in self.moves if one.old is not None and one.old.place <= number}
        then = [one.case for one in self.moves if one.new is not None and one.new.place <= number]
        return sum(case is None or case not in now for case in then)

    def fates(self) -> dict[str, int]:
        """How many stay, join, leave, or would be no case."""
        told = dict.fromkeys(("stays", "joins", "leaves", "no-case"), 0)
        for one in self.moves:
            told[one.fate] += 1
        return told

    def farthest(self, number: int) -> list[Move]:
        """Who would move most."""
        stay = [one for one in self.moves if one.old is not None and one.new is not None]
        return sorted((one for one in stay if _shift(one)), key=lambda one: -abs(_shift(one)))[:number]

    def agreement(self) -> float | None:
        """Spearman's rank correlation of the cases that stay: 1 is the same order, 0 none at all."""
        stay = [one for one in self.moves if one.old is not None and one.new is not None]
        if len(stay) < 2:
            return None
        before = {id(one): place for place, one in enumerate(sorted(stay, key=_old_place))}
        after = {id(one): place for place, one in enumerate(sorted(stay, key=_new_place))}
        apart = sum((before[key] - after[key]) ** 2 for key in before)
        return 1 - 6 * apart / (len(stay) * (len(stay) ** 2 - 1))


def _old_place(move: Move) -> int:
    return move.old.place if move.old else 0


def _new_place(move: Move) -> int:
    return move.new.place if move.new else 0


def _shift(move: Move) -> int:
    return _new_place(move) - _old_place(move)


def what_if(cursor: Cursor, wish: Wish) -> Reordered:
    """The queue as it is, beside what it would be; reads only."""
    cursor.execute("SET TRANSACTION READ ONLY")
    rules, by = _rules(cursor, wish)
    standing_now = _standing_now(cursor, wish)
    households = {case.household_id for case in standing_now} | _kept_out(cursor, wish, standing_now)
    then = _judged(cursor, sorted(households), rules)
    addresses = _addresses(cursor, households)
    seats = _seats(then, addresses, wish.queue)
    return Reordered(tuple(_moves(standing_now, then, addresses, seats)), by)


def _rules(cursor: Cursor, wish: Wish) -> tuple[Rules, str]:
    """The changed rules, and by what they score."""
    book = policy_book(cursor)
    own = [wish.policy] if wish.policy else [one for one in book.versions() if one.municipality == wish.municipality]
    if wish.model and not wish.policy and all(one.choice.by == "framework" for one in own):
        own = [_by_model(one) for one in own]  # whoever asks for a model wants to see what it would do
    speaks = [one.choice.by for one in reversed(own) if one.choice.by != "framework"]  # the newest version's first
    models = {wish.municipality: ModelsInUse(active=wish.model)} if wish.model else {}
    return Rules(PolicyBook(own), models), next(iter(speaks), "framework") if wish.model else "framework"


def _by_model(policy: Policy) -> Policy:
    choice = policy.choice
    return replace(policy, choice=replace(choice, by="model")) if choice.by == "framework" else policy


def _standing_now(cursor: Cursor, wish: Wish) -> list[ListedCase]:
    """Who waits now, in order."""
    names = [wish.queue] if wish.queue else list(QUEUES)
    cases = [case for name in names for case in queue(cursor, name, wish.municipality)]
    return sorted(cases, key=lambda case: case.priority or 0)


def _kept_out(cursor: Cursor, wish: Wish, standing_now: Sequence[ListedCase]) -> set[int]:
    """Households with a report that a threshold or window kept out, where another policy may let it in."""
    if wish.policy is None or not standing_now:
        return set()
    since = min(case.period_start for case in standing_now)
    cursor.execute(
        """SELECT DISTINCT household_id FROM reports WHERE municipality = %s AND status = 'wrongful'
            AND withdrawn IS NULL AND person_verdict IS NULL AND period_start >= %s""",
        (wish.municipality, since),
    )
    return {number for (number,) in cursor}


class _Then(NamedTuple):
    """What the changed rules make of a household: its cases, and the case in which each report counts now."""

    cases: list[JudgedCase]
    now: Mapping[int, int | None]


def _judged(cursor: Cursor, households: Sequence[int], rules: Rules) -> dict[int, _Then]:
    """Every household by the changed rules, from its stored events."""
    found: dict[int, _Then] = {}
    for first in range(0, len(households), _HOUSEHOLDS):
        some = households[first : first + _HOUSEHOLDS]
        arrears, homes = _arrears_of(cursor, some)
        rows = {(row.municipality, row.partner_id, row.reference): row for row in ledger.arrears_rows(cursor, arrears)}
        standing = load_standing(cursor, LockedArrears(rows, frozenset()), arrears, homes, rules.book)
        now = {number: report.case_id for number, report in standing.reports.items()}
        difference = judge(standing, dict(standing.reports), homes, rules)
        found |= {one: _Then(list(difference.judged.get(one, {}).values()), now) for one in some}
    return found


def _arrears_of(cursor: Cursor, households: Sequence[int]) -> tuple[list[int], list[int]]:
    """The arrears of these households, and all households that those ever had: as a batch asks for them."""
    cursor.execute("SELECT DISTINCT arrears_id FROM reports WHERE household_id = ANY(%s)", (list(households),))
    arrears = [number for (number,) in cursor]
    cursor.execute("SELECT DISTINCT household_id FROM reports WHERE arrears_id = ANY(%s)", (arrears,))
    return arrears, sorted({number for (number,) in cursor} | set(households))


def _addresses(cursor: Cursor, households: Collection[int]) -> dict[int, _Address]:
    cursor.execute(
        """SELECT households.id, postcode, number, suffix FROM households JOIN addresses ON addresses.id = address_id
        WHERE households.id = ANY(%s)""",
        (list(households),),
    )
    return {household: (postcode, number, suffix) for household, postcode, number, suffix in cursor}


_Key = tuple[int, str]  # household and period


def _seats(then: Mapping[int, _Then], addresses: Mapping[int, _Address], name: str | None) -> dict[_Key, Seat]:
    """The queue as it would be."""
    waiting: list[tuple[tuple[object, ...], _Key, int, str]] = []
    for household, what in then.items():
        route = max((one.route for one in what.cases if one.state == "open"), key=ROUTE_GRAVITY.__getitem__, default="")
        if name is not None and route != QUEUES[name]:
            continue
        waiting += [
            (_order(case, addresses[household]), (household, case.period.label), case.score.value, route)
            for case in what.cases
            if case.waiting and not case.held and route in QUEUES.values()
        ]
    waiting.sort(key=lambda one: one[0])
    return {key: Seat(place, score, route) for place, (_, key, score, route) in enumerate(waiting, 1)}


def _order(case: JudgedCase, address: _Address) -> tuple[int, int, date, _Address, date, str]:
    """Priority, as `queues` has it."""
    gravity = _GRAVEST.index(case.crisis) if case.crisis in _GRAVEST else len(_GRAVEST)
    return gravity, -case.score.value, case.earliest_on, address, case.period.start, case.period.label


def _moves(
    standing_now: Sequence[ListedCase],
    then: Mapping[int, _Then],
    addresses: Mapping[int, _Address],
    seats: Mapping[_Key, Seat],
) -> list[Move]:
    moves, taken = [], set()
    for place, case in enumerate(standing_now, 1):
        what = then[case.household_id]
        same = _same(case, what)
        key = (case.household_id, same.period.label) if same else None
        seat = seats.get(key) if key and key not in taken else None
        if key:
            taken.add(key)
        moves.append(_moved(case, Seat(place, case.score, case.worked_route), same, seat))
    joining = [(key, seat) for key, seat in seats.items() if key not in taken]
    moves += [_joined(key, seat, then[key[0]], addresses[key[0]]) for key, seat in joining]
    return sorted(moves, key=lambda one: (one.new is None, _new_place(one), _old_place(one)))


def _same(case: ListedCase, what: _Then) -> JudgedCase | None:
    """What becomes of a case: the one in which most of its reports would count; another period is another name."""
    inside = {number for number, of in what.now.items() if of == case.id}
    shared = [(len(inside.intersection(one.reports)), one) for one in what.cases]
    found = max(shared, key=lambda one: one[0], default=(0, None))
    return found[1] if found[0] else None


def _moved(case: ListedCase, old: Seat, same: JudgedCase | None, seat: Seat | None) -> Move:
    gone = "no-case" if same is None or same.arrears_count == 0 else "leaves"
    fate = gone if seat is None else "stays"
    why = _why(case.explanation, same) if same else ()
    return Move(case.id, case.household_id, case.household, case.period, old, seat, why, fate)


def _joined(key: _Key, seat: Seat, what: _Then, address: _Address) -> Move:
    case = next(one for one in what.cases if one.period.label == key[1])
    postcode, number, suffix = address
    told = f"{postcode} {number} {suffix}".rstrip()
    return Move(None, key[0], told, key[1], None, seat, _why((), case), "joins")


def _why(told: Iterable[Mapping[str, object]], case: JudgedCase) -> tuple[Reason, ...]:
    """What is told with other points than before, by its words; the largest difference first."""
    before = [Contribution(str(o["criterion"]), -int(str(o["points"])), str(o["nl"]), str(o["en"])) for o in told]
    reasons: dict[str, Reason] = {}
    for one in (*before, *case.score.contributions):
        points = reasons[one.nl].points if one.nl in reasons else 0
        reasons[one.nl] = Reason(one.criterion, points + one.points, one.nl, one.en)
    differing = [one for one in reasons.values() if one.points]
    return tuple(sorted(differing, key=lambda one: -abs(one.points)))
