"""Which letters would go out together, and which cases are left out and why? The preview of a run; reading only.

A household gets one letter a day, to one person: the most urgent goes first, whoever else at the address is written to
gets theirs in the run of another day (docs/decisions/0039).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from signals.outreach.letters.addressees import writable_at
from signals.outreach.letters.block import AddressBlock
from signals.outreach.letters.candidates import candidates, households_of
from signals.outreach.letters.letter import Letter
from signals.outreach.work.sent import LET_GO
from signals.outreach.work.steps import answered_by
from signals.outreach.worklist import policies_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from signals.outreach.letters.addressees import Addressee, Writable
    from signals.outreach.letters.candidates import Candidate
    from signals.outreach.policy import Policy
    from signals.store.database import Cursor

KINDS: Final = ("first", "reminder", "final")
"""The kinds of letters of a run, in the order in which somebody who does not answer gets them."""
NEXT_DAY: Final = "next-day"
"""The household gets another letter today."""
IN_RUN: Final = "in-run"
SAME_LETTER: Final = "same-letter"
ALL_SENT: Final = "all-sent"
GONE: Final = "gone"
"""There is no such case in this municipality."""
UNNUMBERED: Final = "0"
"""The number of a letter in a preview."""
_GREETINGS: Final = {"nl": "Beste {name},", "en": "Dear {name},"}
# A postcode is of one street: where no partner wrote it of this address, that of the postcode will do, if all who wrote
# one wrote the same.
_WHERE: Final = """
SELECT households.id, postcode, number, suffix, coalesce(said.street, near.street), coalesce(said.city, near.city)
FROM households JOIN addresses ON addresses.id = address_id LEFT JOIN LATERAL (
    SELECT street, city FROM reports WHERE reports.household_id = households.id AND street IS NOT NULL
    ORDER BY event_id DESC LIMIT 1) AS said ON true
LEFT JOIN LATERAL (
    SELECT (array_agg(street ORDER BY length(street) DESC, street))[1] AS street,
        (array_agg(city ORDER BY length(city) DESC, city) FILTER (WHERE city IS NOT NULL))[1] AS city
    FROM addresses AS beside JOIN households AS neighbours ON neighbours.address_id = beside.id
        JOIN reports ON reports.household_id = neighbours.id
    WHERE said.street IS NULL AND beside.municipality = addresses.municipality
        AND beside.postcode = addresses.postcode AND street IS NOT NULL
    HAVING count(DISTINCT street_words(street)) = 1) AS near ON true
WHERE households.id = ANY(%s)
"""
# A letter of which somebody took back that it was sent is not counted.
_WRITTEN: Final = """
SELECT letters.household_id, person_id FROM letters JOIN contact_attempts AS made ON made.id = attempt_id
    JOIN cases ON cases.id = letters.case_id
WHERE letters.household_id = ANY(%(homes)s) AND letters.state <> 'taken-out' AND letters.attempt_id IS NOT NULL
    AND cases.state = 'open' AND made.undone_at IS NULL
"""
_BY_HAND: Final = """
SELECT made.household_id FROM contact_attempts AS made JOIN cases ON cases.id = made.case_id
WHERE made.household_id = ANY(%(homes)s) AND kind = 'letter' AND undone_at IS NULL AND cases.state = 'open'
    AND NOT EXISTS (SELECT FROM letters WHERE letters.household_id = made.household_id
        AND letters.state <> 'taken-out' AND letters.attempt_id = made.id)
"""
_ON_THE_WAY: Final = """
SELECT household_id, state FROM letters WHERE household_id = ANY(%(homes)s) AND state = 'released'
UNION SELECT household_id, letters.state FROM letters JOIN letter_runs AS runs ON runs.id = run_id
WHERE household_id = ANY(%(homes)s) AND letters.state <> 'taken-out'
    AND (letters.on_day >= %(today)s OR runs.posted_on >= %(today)s)
UNION SELECT household_id, 'by-hand' FROM contact_attempts
WHERE household_id = ANY(%(homes)s) AND kind = 'letter' AND undone_at IS NULL AND on_day >= %(today)s
"""
_WAITING: Final = """
SELECT count(DISTINCT household_id) FROM cases
WHERE municipality = %s AND state = 'open' AND waiting AND NOT held AND route = 'letter'
"""
_NOT_DUE: Final = f"""
SELECT c.id, c.household_id, CASE WHEN c.state <> 'open' THEN 'closed' WHEN c.waiting THEN 'waits'
    WHEN {LET_GO} THEN 'sent' ELSE 'not-due' END
FROM cases AS c WHERE c.id = ANY(%(cases)s) AND c.municipality = %(here)s AND c.state <> 'removed'
"""  # noqa: S608 - our own text


@dataclass(frozen=True, slots=True)
class RunWish:
    """Of which municipality, on which day, and of which cases a run is asked for; None: of all that is due.

    `language`: in which all its letters are written.
    """

    municipality: str
    today: date
    cases: frozenset[int] | None = None
    language: str = "nl"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a household is, in the order in which the letters of a run lie."""

    postcode: str
    number: int
    suffix: str


@dataclass(frozen=True, slots=True)
class Going:
    """A letter that would go out. `more`: somebody else at the address gets theirs another day."""

    case: int
    household: int
    to: Addressee
    place: Place
    letter: Letter
    more: bool


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A case without a letter of its own in the run, and why: a code of `candidates`, `block`, or of this module."""

    case: int
    household: int
    code: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What a run would be.

    Attributes:
        going: The letters, as they would lie: by postcode, number, suffix.
        left_out: The other cases that were asked for or are due, by number.
        faults: By case why a letter cannot be made as it should: for the review queue.
        waiting: To how many households of the municipality letters wait for their release.
    """

    wish: RunWish
    going: tuple[Going, ...]
    left_out: tuple[LeftOut, ...]
    faults: Mapping[int, str] = field(default_factory=dict)
    waiting: int = 0

    @property
    def kinds(self) -> Mapping[str, int]:
        """How many letters of each kind."""
        return Counter(one.letter.kind for one in self.going)


def preview(cursor: Cursor, wish: RunWish) -> Preview:
    """What would go out, and what not and why. Reading only."""
    found = candidates(cursor, wish.municipality, wish.today, wish.cases)
    homes = households_of(found)
    policy = policies_of(cursor, [wish.municipality]).in_force(wish.municipality, wish.today)
    desk = _Desk(wish, policy, *_read(cursor, wish, [home for home in homes if _free(homes[home])]))
    judged = [desk.judge(home, cases) for home, cases in homes.items()]
    going = sorted((one.going for one in judged if one.going), key=lambda one: (_order(one.place), one.household))
    left = [*(out for one in judged for out in one.left), *_not_due(cursor, wish, found)]
    faults = {case: code for one in judged for case, code in one.faults.items()}
    (waiting,) = cursor.execute(_WAITING, (wish.municipality,)).fetchone() or (0,)
    return Preview(wish, tuple(going), tuple(sorted(left, key=lambda one: one.case)), faults, waiting)


def _order(place: Place) -> tuple[str, int, str]:
    return place.postcode, place.number, place.suffix


def _free(cases: Sequence[Candidate]) -> bool:
    return any(one.hindrance is None for one in cases)


def _not_due(cursor: Cursor, wish: RunWish, found: Sequence[Candidate]) -> list[LeftOut]:
    """Of the cases that were asked for by number: those at which no letter is due."""
    other = sorted((wish.cases or frozenset()) - {one.case for one in found})
    if not other:
        return []
    cursor.execute(_NOT_DUE.encode(), {"cases": other, "here": wish.municipality})
    known = {case: LeftOut(case, home, code) for case, home, code in cursor}
    return [known.get(case, LeftOut(case, 0, GONE)) for case in other]


def _read(cursor: Cursor, wish: RunWish, homes: Sequence[int]) -> tuple[Any, ...]:
    """What is asked of all households at once."""
    asked: dict[str, Any] = {"homes": list(homes), "today": wish.today}
    return (
        writable_at(cursor, homes),
        {home: _At(Place(*place), *written) for home, *place, written in _places(cursor, homes)},
        Counter(cursor.execute(_WRITTEN, asked).fetchall()),
        Counter(home for (home,) in cursor.execute(_BY_HAND, asked).fetchall()),
        dict(sorted(cursor.execute(_ON_THE_WAY, asked).fetchall())),
    )


def _places(cursor: Cursor, homes: Sequence[int]) -> list[tuple[Any, ...]]:
    cursor.execute(_WHERE, (list(homes),))
    return [(home, postcode, number, suffix, (street, city)) for home, postcode, number, suffix, street, city in cursor]


@dataclass(frozen=True, slots=True)
class _At:
    """Where a household is, and how partners write its street and city."""

    place: Place
    street: str | None
    city: str | None


@dataclass(frozen=True, slots=True)
class _Judged:
    """What becomes of one household's cases."""

    going: Going | None
    left: tuple[LeftOut, ...]
    faults: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Desk:
    """What was read of all households, to decide household by household."""

    wish: RunWish
    policy: Policy
    writable: Mapping[int, Writable]
    where: Mapping[int, _At]
    written: Mapping[tuple[int, int], int]
    by_hand: Mapping[int, int]
    on_the_way: Mapping[int, str]

    def judge(self, home: int, cases: Sequence[Candidate]) -> _Judged:
        left = [LeftOut(one.case, home, one.hindrance) for one in cases if one.hindrance is not None]
        free = [one for one in cases if one.hindrance is None]
        if not free:
            return _Judged(None, tuple(left))
        if home in self.on_the_way:
            code = IN_RUN if self.on_the_way[home] == "released" else NEXT_DAY
            return _Judged(None, (*left, *(LeftOut(one.case, home, code) for one in free)))
        found = self._choose(home, free)
        return _Judged(found.going, (*left, *found.left), found.faults)

    def _choose(self, home: int, free: Sequence[Candidate]) -> _Judged:
        writable, numbers = self.writable[home], [one.case for one in free]
        to = [one for one in writable.addressees if not one.cases.isdisjoint(numbers)]
        if not to:
            code = writable.fault or "withdrawn"
            faults = dict.fromkeys(numbers, code) if writable.fault else {}
            return _Judged(None, tuple(LeftOut(case, home, code) for case in numbers), faults)
        sent = {one.number: self._sent(home, one) for one in to}
        fewest = min(sent.values())
        if fewest >= len(KINDS) and all(one.by_step for one in free):
            left = tuple(LeftOut(case, home, ALL_SENT) for case in numbers)
            return _Judged(None, left if self.wish.cases is not None else ())  # a person decides how it goes on
        if fewest and fewest == max(sent.values()) and all(one.further for one in free):
            return _Judged(None, ())  # who else was to be written to is no addressee any more
        due = [one for one in to if sent[one.number] == fewest]
        return self._write(home, numbers, due, KINDS[min(fewest, len(KINDS) - 1)])

    def _sent(self, home: int, to: Addressee) -> int:
        """How many letters this person got about what is open: of a run, or any that was written down by hand."""
        return self.by_hand.get(home, 0) + sum(self.written.get((home, person), 0) for person in to.persons)

    def _write(self, home: int, numbers: Sequence[int], due: Sequence[Addressee], kind: str) -> _Judged:
        """The letter to the first of these to whom one can be made; where none can, the cases are left out."""
        letters = [(one, self._letter(home, one, kind)) for one in due]
        faults = {
            case: letter.fault for one, letter in letters if letter.fault for case in numbers if case in one.cases
        }
        able = [(one, letter) for one, letter in letters if letter.fault is None]
        if not able:
            return _Judged(None, tuple(LeftOut(case, home, faults.get(case, NEXT_DAY)) for case in numbers), faults)
        (to, letter), *others = able
        case = next(number for number in numbers if number in to.cases)
        left = (
            LeftOut(other, home, SAME_LETTER if other in to.cases else faults.get(other, NEXT_DAY))
            for other in numbers
            if other != case
        )
        return _Judged(Going(case, home, to, self.where[home].place, letter, bool(others)), tuple(left), faults)

    def _letter(self, home: int, to: Addressee, kind: str) -> Letter:
        at, wish = self.where[home], self.wish
        block = AddressBlock.of(
            name=to.name,
            street=at.street,
            number=at.place.number,
            suffix=at.place.suffix,
            postcode=at.place.postcode,
            city=at.city,
        )
        return Letter(
            number=UNNUMBERED,
            kind=kind,
            language=wish.language,
            block=block,
            salutation=_GREETINGS[wish.language].format(name=block.name),
            partners=to.named,
            date=wish.today,
            answer_by=answered_by(wish.today, self.policy, wish.today),
            sender=self.policy.sender,
        )
