"""To whom at a household is a letter written, and whose signals may it name? Reading only, for `choosing`.

One letter has one addressee and names only that person's partners: housemates learn nothing (domain.md section 9). Who
is one person stands in `work.dossier_persons` (docs/decisions/0034). Nobody who died or may have died is written to,
and who may be several people is written to without naming a partner.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from signals.contract.partners import partner_name
from signals.outreach.arrears import GRAVITY, IN_A_CASE
from signals.outreach.work.dossier_persons import read_persons, residents

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date

    from signals.outreach.work.dossier_persons import DossierPerson, Resident
    from signals.store.database import Cursor

NOBODY: Final = "no-addressee"
DIED: Final = "died"
_SAID: Final = """
SELECT reports.household_id, case_id, person_id, partner_id, last_crisis, signalled_on
FROM cases JOIN reports ON reports.case_id = cases.id JOIN arrears ON arrears.id = reports.arrears_id
    JOIN events ON events.id = reports.event_id
WHERE cases.household_id = ANY(%(homes)s) AND state = 'open' AND NOT waiting AND withdrawn IS NULL
    AND status = ANY(%(counting)s)
ORDER BY reports.event_id
"""


@dataclass(frozen=True, slots=True)
class CountingSignal:
    """A signal that counts in an open case: of whom, by which partner, and what threatens."""

    case: int
    person: int
    partner: str
    crisis: str | None
    signalled_on: date
    markable: bool = True


@dataclass(frozen=True, slots=True)
class Addressee:
    """Somebody to write to.

    Attributes:
        persons: All numbers under which partners wrote of this person, the resident's own first.
        name: As on the envelope; empty where nobody wrote one.
        partners: Whose signals count, by id, in alphabetical order.
        named: The same by the names that people know; empty where it is not certain that they mean one person.
        cases: In which these signals count.
    """

    persons: tuple[int, ...]
    name: str
    partners: tuple[str, ...]
    named: tuple[str, ...]
    cases: frozenset[int]

    @property
    def number(self) -> int:
        """The number by which a letter keeps to whom it is."""
        return self.persons[0]


@dataclass(frozen=True, slots=True)
class Writable:
    """To whom at a household can be written, the most urgent first; `fault` says why to nobody.

    Attributes:
        dead: The numbers of those who died or may have died.
        to_look_at: The cases in which only their signals count, and those of which somebody may have died.
    """

    addressees: tuple[Addressee, ...]
    fault: str | None = None
    dead: frozenset[int] = frozenset()
    to_look_at: frozenset[int] = frozenset()


def writable_at(cursor: Cursor, households: Collection[int]) -> dict[int, Writable]:
    """To whom can be written at each of these households about what counts in its open cases and was let go."""
    said = _said(cursor, households)
    return {home: _writable(read_persons(cursor, home, said[home]), said[home]) for home in sorted(said)}


def _said(cursor: Cursor, households: Collection[int]) -> dict[int, list[CountingSignal]]:
    said: dict[int, list[CountingSignal]] = {home: [] for home in households}
    cursor.execute(_SAID, {"homes": sorted(said), "counting": sorted(IN_A_CASE)})
    for home, *rest in cursor:
        said[home].append(CountingSignal(*rest))
    return said


def _writable(persons: Iterable[DossierPerson], said: Sequence[CountingSignal]) -> Writable:
    known = {person.id: person for person in persons}
    living = [one for one in said if _lives(known[one.person], one.partner)]
    dead = _numbers(known, said) - _numbers(known, living)
    in_doubt = {one.case for one in said if known[one.person].may_have_died or known[one.person].died_with}
    to_look_at = frozenset(one.case for one in said) - {one.case for one in living} | in_doubt
    if not living:
        return Writable((), DIED if said else NOBODY, dead, to_look_at)
    of_whom = _by_resident(known, living)
    found = {one.id: one for one in residents(known.values())}
    order = sorted(of_whom, key=lambda number: _urgency(number, of_whom[number]))
    return Writable(tuple(_addressee(found[number], of_whom[number]) for number in order), None, dead, to_look_at)


def _numbers(known: Mapping[int, DossierPerson], said: Iterable[CountingSignal]) -> frozenset[int]:
    """Of whom these signals are, by every number that a letter may keep to them by."""
    return frozenset(number for one in said for number in (one.person, known[one.person].resident or one.person))


def _lives(person: DossierPerson, partner: str) -> bool:
    return not (person.died or person.may_have_died or partner in person.died_with)


def _by_resident(known: Mapping[int, DossierPerson], said: Sequence[CountingSignal]) -> dict[int, list[CountingSignal]]:
    of_whom: dict[int, list[CountingSignal]] = {}
    for one in said:
        of_whom.setdefault(known[one.person].resident or one.person, []).append(one)
    return of_whom


def _urgency(number: int, said: Sequence[CountingSignal]) -> tuple[int, date, int]:
    """What threatens most goes first, then who was signalled first, then who came up first."""
    return -max(GRAVITY[one.crisis] for one in said), min(one.signalled_on for one in said), number


def _addressee(resident: Resident, said: Sequence[CountingSignal]) -> Addressee:
    partners = tuple(sorted({one.partner for one in said}))
    return Addressee(
        persons=(resident.id, *(person for person in resident.persons if person != resident.id)),
        name="" if resident.name == "–" else resident.name,
        partners=partners,
        named=tuple(map(partner_name, partners)) if resident.certain else (),
        cases=frozenset(one.case for one in said),
    )
