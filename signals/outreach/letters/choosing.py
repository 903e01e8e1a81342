"""Which letters would go out together, and which cases are left out and why? The preview of a run; reading only.

A household gets one letter a day, to one person: the most urgent goes first, whoever else at the address is written to
gets theirs in the run of another day (docs/decisions/0039). A visit that is to be announced goes before other letters.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from signals.outreach.letters.addressees import DIED, writable_at
from signals.outreach.letters.announcements import KIND, answer_before, visits_to_announce
from signals.outreach.letters.block import AddressBlock
from signals.outreach.letters.candidates import candidates, households_of
from signals.outreach.letters.letter import Letter
from signals.outreach.work.sent import LET_GO
from signals.outreach.work.steps import answered_by
from signals.outreach.worklist import policies_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from datetime import date

    from signals.outreach.letters.addressees import Addressee, Writable
    from signals.outreach.letters.announcements import PlannedVisit
    from signals.outreach.letters.candidates import Candidate
    from signals.outreach.policy import Policy
    from signals.store.database import Cursor

KINDS: Final = ("first", "reminder", "final")
"""The letters that ask for an answer, in the order in which somebody who gives none gets them."""
NEXT_DAY: Final = "next-day"
"""The household gets another letter today."""
IN_RUN: Final = "in-run"
SAME_LETTER: Final = "same-letter"
VISIT_WAITS: Final = "visit-waits"
ALL_SENT: Final = "all-sent"
GONE: Final = "gone"
"""There is no such case in this municipality."""
UNNUMBERED: Final = "0"
"""The number of a letter in a preview."""
_GREETINGS: Final = {"nl": "Beste {name},", "en": "Dear {name},"}
# What a partner wrote of the address goes before what a person wrote of it by hand (`streets`). Where nobody did: a
# postcode is of one street, so that of the postcode will do, if all who wrote one wrote the same.
_WHERE: Final = """
SELECT households.id, postcode, number, suffix, coalesce(said.street, hand.street, near.street),
    coalesce(said.city, hand.city, near.city)
FROM households JOIN addresses ON addresses.id = address_id
LEFT JOIN streets_by_hand AS hand ON hand.address_id = addresses.id LEFT JOIN LATERAL (
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
SELECT letters.case_id, person_id, stop_id IS NOT NULL
FROM letters JOIN contact_attempts AS made ON made.id = attempt_id JOIN cases ON cases.id = letters.case_id
WHERE letters.household_id = ANY(%(homes)s) AND letters.state <> 'taken-out' AND letters.attempt_id IS NOT NULL
    AND cases.state = 'open' AND made.undone_at IS NULL
"""
_BY_HAND: Final = """
SELECT made.case_id FROM contact_attempts AS made JOIN cases ON cases.id = made.case_id
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
SELECT c.id, c.household_id, CASE WHEN c.state <> 'open' THEN 'closed'
    WHEN EXISTS (SELECT FROM letters WHERE household_id = c.household_id AND case_id = c.id AND state = 'released')
        THEN 'in-run'
    WHEN c.waiting THEN 'waits' WHEN {LET_GO} THEN 'sent' ELSE 'not-due' END
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
    """A letter that would go out. `more`: somebody else at the address gets theirs another day.

    `stop`: of a letter that announces a visit, its stop on the visiting list.
    """

    case: int
    household: int
    to: Addressee
    place: Place
    letter: Letter
    more: bool = False
    stop: int | None = None


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
    visits = visits_to_announce(cursor, wish.municipality, wish.today, policy, wish.cases)
    asking = {home for home in homes if _free(homes[home])} | {home for home in visits if not visits[home].hindrance}
    desk = _Desk(wish, policy, visits, *_read(cursor, wish, sorted(asking)))
    judged = [desk.judge(home, homes.get(home, ())) for home in sorted(homes.keys() | visits.keys())]
    going = sorted((one.going for one in judged if one.going), key=lambda one: (_order(one.place), one.household))
    known = {one.case for one in found} | {one.case for one in visits.values()}
    left = [*(out for one in judged for out in one.left), *_not_due(cursor, wish, known)]
    faults = {case: code for one in judged for case, code in one.faults.items()}
    (waiting,) = cursor.execute(_WAITING, (wish.municipality,)).fetchone() or (0,)
    return Preview(wish, tuple(going), tuple(sorted(left, key=lambda one: one.case)), faults, waiting)


def _order(place: Place) -> tuple[str, int, str]:
    return place.postcode, place.number, place.suffix


def _free(cases: Sequence[Candidate]) -> bool:
    return any(one.hindrance is None for one in cases)


def _not_due(cursor: Cursor, wish: RunWish, due: AbstractSet[int]) -> list[LeftOut]:
    """Of the cases that were asked for by number: those at which no letter is due."""
    other = sorted((wish.cases or frozenset()) - due)
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
        {home: _At(Place(*place), *written) for home, *place, written in places_at(cursor, homes)},
        Counter(cursor.execute(_WRITTEN, asked).fetchall()),
        Counter(case for (case,) in cursor.execute(_BY_HAND, asked).fetchall()),
        dict(sorted(cursor.execute(_ON_THE_WAY, asked).fetchall())),
    )


def places_at(cursor: Cursor, homes: Collection[int]) -> list[tuple[Any, ...]]:
    """Of each of these households its number, postcode, house number, suffix, and street and city as far as known."""
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
class _Barred:
    """Cases without anybody to write to, with the code why; and `faults`, for the review queue."""

    codes: Mapping[int, str]
    faults: Mapping[int, str]


def _left(home: int, codes: Mapping[int, str]) -> tuple[LeftOut, ...]:
    return tuple(LeftOut(case, home, code) for case, code in codes.items())


@dataclass(frozen=True, slots=True)
class _Desk:
    """What was read of all households, to decide household by household."""

    wish: RunWish
    policy: Policy
    visits: Mapping[int, PlannedVisit]
    writable: Mapping[int, Writable]
    where: Mapping[int, _At]
    written: Counter[tuple[int, int, bool]]
    by_hand: Counter[int]
    on_the_way: Mapping[int, str]

    def judge(self, home: int, cases: Sequence[Candidate]) -> _Judged:
        visit = self.visits.get(home)
        if visit is not None and visit.hindrance is None:
            return self._announce(visit, cases)
        judged = self._judge(home, cases)
        if visit is None or visit.hindrance is None or visit.case in {one.case for one in cases}:
            return judged
        return replace(judged, left=(*judged.left, LeftOut(visit.case, home, visit.hindrance)))

    def _announce(self, visit: PlannedVisit, cases: Sequence[Candidate]) -> _Judged:
        """The letter that says when somebody comes; it goes before what else would be written there."""
        home, case = visit.household, visit.case
        besides = {one.case: one.hindrance or VISIT_WAITS for one in cases if one.case != case}
        if home in self.on_the_way:
            return _Judged(None, _left(home, {case: self._taken(home)} | besides))
        to = next((one for one in self.writable[home].addressees if case in one.cases), None)
        if to is None:
            barred = self._barred(home, [case])
            return _Judged(None, _left(home, {**barred.codes, **besides}), barred.faults)
        letter = self._letter(home, to, KIND, visit)
        if letter.fault is not None:
            return _Judged(None, _left(home, {case: letter.fault} | besides), {case: letter.fault})
        besides |= dict.fromkeys(besides.keys() & to.cases, SAME_LETTER)
        more = not besides.keys() <= to.cases  # as soon as no visit goes before
        return _Judged(Going(case, home, to, self.where[home].place, letter, more, visit.stop), _left(home, besides))

    def _taken(self, home: int) -> str:
        """Why a household at which a letter is on its way gets no other one."""
        return IN_RUN if self.on_the_way[home] == "released" else NEXT_DAY

    def _judge(self, home: int, cases: Sequence[Candidate]) -> _Judged:
        left = [LeftOut(one.case, home, one.hindrance) for one in cases if one.hindrance is not None]
        free = [one for one in cases if one.hindrance is None]
        if not free:
            return _Judged(None, tuple(left))
        if home in self.on_the_way:
            return _Judged(None, (*left, *(LeftOut(one.case, home, self._taken(home)) for one in free)))
        barred = self._barred(home, [one.case for one in free])
        able = [one for one in free if one.case not in barred.codes]
        found = self._choose(home, able) if able else _Judged(None, ())
        left = [*left, *_left(home, barred.codes), *found.left]
        return _Judged(found.going, tuple(left), {**found.faults, **barred.faults})

    def _barred(self, home: int, cases: Sequence[int]) -> _Barred:
        """Of these cases those in which there is nobody to write to; and where a person must look who died."""
        writable = self.writable[home]
        written_of = {case for one in writable.addressees for case in one.cases}
        doubtful = {case: DIED for case in cases if case in writable.to_look_at}
        nobody = {case: writable.fault for case in cases if case not in written_of and writable.fault is not None}
        codes = {case: doubtful.get(case, writable.fault or "withdrawn") for case in cases if case not in written_of}
        return _Barred(codes, nobody | doubtful)

    def _choose(self, home: int, free: Sequence[Candidate]) -> _Judged:
        """The letter that is due at these cases, at each of which there is somebody to write to."""
        writable, numbers = self.writable[home], [one.case for one in free]
        to = [one for one in writable.addressees if not one.cases.isdisjoint(numbers)]
        sent = {one.number: self._sent(one) for one in to}
        fewest = min(sent.values())
        if fewest >= len(KINDS) and all(one.by_step for one in free):
            left = tuple(LeftOut(case, home, ALL_SENT) for case in numbers)
            return _Judged(None, left if self.wish.cases is not None else ())  # a person decides how it goes on
        if fewest and fewest == max(sent.values()) and all(one.further for one in free):
            return _Judged(None, ())  # who else was to be written to is no addressee any more
        due = [one for one in to if sent[one.number] == fewest]
        return self._write(home, numbers, due, KINDS[min(fewest, len(KINDS) - 1)])

    def _sent(self, to: Addressee) -> int:
        """How many letters this person got about what is open: of a run, or written down by hand at a case of theirs.

        However often a visit was announced, that counts once: such a letter asks for no answer.
        """
        by_hand = sum(self.by_hand[case] for case in to.cases)
        own = [(case, person) for case in to.cases for person in to.persons]
        announced = any(self.written[case, person, True] for case, person in own)
        return by_hand + sum(self.written[case, person, False] for case, person in own) + announced

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

    def _letter(self, home: int, to: Addressee, kind: str, visit: PlannedVisit | None = None) -> Letter:
        at, wish = self.where[home], self.wish
        by = answer_before(visit.on_day, wish.today) if visit else answered_by(wish.today, self.policy, wish.today)
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
            answer_by=by,
            sender=self.policy.sender,
            visit=visit.announced if visit else None,
        )
