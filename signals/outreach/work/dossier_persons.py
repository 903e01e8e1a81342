"""Who lives at a household's address, as partners wrote them, and how sure is it who is one person? For `dossier`.

Reading only. Who is one person here: partners wrote the same, after cleaning, or somebody decided it (`links`,
`pairs`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING, Any, Final, Protocol

from signals.households.likeness import may_be_one
from signals.outreach.work.links import links_of
from signals.outreach.work.outcomes import is_certain
from signals.outreach.work.pairs import alike, asked_pairs, likeness_by_columns, pair_of, pairs_of
from signals.store.persons import NUMBERED_ALIKE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from signals.households.likeness import Likeness
    from signals.outreach.work.links import Link
    from signals.outreach.work.pairs import Pair, PairLink
    from signals.store.database import Cursor

_PERSONS: Final = f"""
SELECT reports.household_id,
    persons.id, initials, prefix, surname, partner_prefix, partner_surname, business_name, date_of_birth,
    {NUMBERED_ALIKE}, array_remove(array_agg(DISTINCT phone), NULL), array_remove(array_agg(DISTINCT email), NULL),
    array_agg(DISTINCT partner_id), coalesce(array_agg(DISTINCT partner_id) FILTER (
        WHERE reports.deceased_on IS NOT NULL OR withdrawn = 'deceased'), '{{}}')
FROM persons JOIN reports ON person_id = persons.id JOIN arrears ON arrears.id = arrears_id
WHERE reports.household_id = ANY(%s) GROUP BY reports.household_id, persons.id ORDER BY persons.id
"""  # noqa: S608 - our own texts


class Said(Protocol):
    """A signal of a partner about a person (by number), and whether it counts in an open case."""

    @property
    def person(self) -> int | None:
        """Of whom it is, by number."""

    @property
    def partner(self) -> str:
        """Who sent it."""

    @property
    def markable(self) -> bool:
        """Whether it counts in an open case."""


@dataclass(frozen=True, slots=True)
class DossierPerson:
    """A person of the household, as partners wrote them; `linked_nl/en` say how they came to be one person here."""

    id: int
    name: str  # "A.M. van der Berg"; the business name where there is no other
    business_name: str | None
    date_of_birth: str | None  # as sent: month and day may be 00
    phones: tuple[str, ...]
    emails: tuple[str, ...]
    partners: tuple[str, ...]  # who wrote of this person
    linked_nl: str
    linked_en: str
    certain: bool  # whether those who wrote of this person certainly mean the same one
    asked: bool = False  # whether somebody must say so: several partners' signals count, and nobody decided it
    link: Link | None = None  # what somebody decided, while it holds
    resident: int | None = None  # the number of who this is, where somebody decided that several persons are one
    asked_with: tuple[int, ...] = ()  # earlier persons who may be this one: somebody must say so
    pairs: tuple[PairLink, ...] = ()  # what somebody decided of this and earlier persons
    died: bool = False  # a partner or somebody of the municipality said so
    died_with: tuple[str, ...] = ()  # who may be several people: the partners whose client died; the others' may live
    may_have_died: bool = False  # nothing contradicts that this is somebody who died, and nobody said it is another


@dataclass(frozen=True, slots=True)
class Resident:
    """Whoever is one person, under the number that forms send: all that partners wrote of them together."""

    id: int
    name: str
    date_of_birth: str | None
    partners: tuple[str, ...]
    certain: bool
    died: bool
    persons: tuple[int, ...]
    doubted: bool  # whether somebody else of the household may be this person, and nobody decided it


def residents(persons: Iterable[DossierPerson]) -> tuple[Resident, ...]:
    """The residents behind these persons, in the order in which they came up; the fullest writing names them."""
    found: dict[int, list[DossierPerson]] = {}
    doubted: set[int] = set()
    for person in persons:
        found.setdefault(person.resident or person.id, []).append(person)
        doubted |= {person.id, *person.asked_with} if person.asked_with else set()
    return tuple(_resident(number, written, doubted) for number, written in found.items())


def spoken_to(persons: Collection[DossierPerson]) -> list[Resident]:
    """Whom one names at the door or on the telephone: nobody who died, nor who may be somebody who died."""
    silent = {person.id for person in persons if person.died or person.may_have_died}
    return [one for one in residents(persons) if silent.isdisjoint(one.persons)]


def _resident(number: int, written: Sequence[DossierPerson], doubted: AbstractSet[int]) -> Resident:
    fullest = max(written, key=lambda one: (one.date_of_birth is not None, len(one.name)))
    return Resident(
        id=number,
        name=fullest.name,
        date_of_birth=fullest.date_of_birth,
        partners=tuple(dict.fromkeys(partner for one in written for partner in _living(one))),
        certain=all(one.certain for one in written),
        died=any(one.died for one in written),
        persons=tuple(one.id for one in written),
        doubted=not doubted.isdisjoint(one.id for one in written),
    )


def _living(person: DossierPerson) -> tuple[str, ...]:
    """The partners of this person; of two of one name, of whom one died, those of the other."""
    return person.partners if person.died else tuple(one for one in person.partners if one not in person.died_with)


def read_persons(cursor: Cursor, household: int, signals: Iterable[Said]) -> tuple[DossierPerson, ...]:
    """Everyone whom a partner wrote of at this address, in the order in which they came up.

    `signals`: those of the household; of whom several partners' signals count in open cases, it must be certain that
    they mean the same person, and of two who may be one, whether they are.
    """
    return persons_at(cursor, {household: signals})[household]


def persons_at(cursor: Cursor, said: Mapping[int, Iterable[Said]]) -> dict[int, tuple[DossierPerson, ...]]:
    """As `read_persons`, of several households at once; `said` has the signals of each."""
    cursor.execute(_PERSONS.encode(), (list(said),))
    written: dict[int, list[tuple[Any, ...]]] = {home: [] for home in said}
    for home, *row in cursor.fetchall():
        written[home].append(tuple(row))
    rows = [row for of_home in written.values() for row in of_home]
    several = [row[0] for row in rows if len(row[11]) > 1 and not is_certain(row[1], row[7])]
    links = links_of(cursor, several) if several else {}
    shared = [home for home, of_home in written.items() if len(of_home) > 1]
    pairs = pairs_of(cursor, shared) if shared else {}
    return {home: _persons(of_home, said[home], links, pairs) for home, of_home in written.items()}


def _persons(
    rows: Sequence[tuple[Any, ...]],
    signals: Iterable[Said],
    links: Mapping[int, Link],
    pairs: Mapping[Pair, PairLink],
) -> tuple[DossierPerson, ...]:
    """Everyone of one household."""
    counting: dict[int, set[str]] = {}
    for signal in signals:
        if signal.markable and signal.person is not None:
            counting.setdefault(signal.person, set()).add(signal.partner)
    persons = tuple([_person(row, counting.get(row[0], set()), links.get(row[0])) for row in rows])
    return _paired(persons, rows, counting, pairs) if len(rows) > 1 else persons


def _person(row: tuple[Any, ...], counting: set[str], link: Link | None) -> DossierPerson:
    number, initials, prefix, surname, partner_prefix, partner_surname, business, born, _, *lists = row
    phones, emails, partners, died_with = lists
    known = is_certain(initials, born)
    holding = link if link and not known and link.holds(counting or partners) else None  # of a closed case: of all
    nl, en = _linked(len(partners), certain=known) if holding is None else _decided(holding)
    certain = len(partners) == 1 or known or (holding is not None and holding.verdict == "same")
    several = not certain and 0 < len(died_with) < len(partners)
    return DossierPerson(
        id=number,
        name=full_name(initials, prefix, surname, partner_prefix, partner_surname) or business or "–",
        business_name=business,
        date_of_birth=born,
        phones=tuple(phones),
        emails=tuple(emails),
        partners=tuple(partners),
        linked_nl=nl,
        linked_en=en,
        certain=certain,
        asked=len(counting) > 1 and not known and holding is None,
        link=holding,
        died=bool(died_with) and not (several and holding is not None),  # of one name by decision: only the one of them
        died_with=tuple(died_with) if several else (),
    )


def _paired(
    persons: Collection[DossierPerson],
    rows: Sequence[tuple[Any, ...]],
    counting: Collection[int],
    links: Mapping[Pair, PairLink],
) -> tuple[DossierPerson, ...]:
    """Beside each person what is asked, and what was decided, of them and an earlier one."""
    compared = {row[0]: _likeness(row) for row in rows if row[0] in counting}
    asked = asked_pairs(compared, links)
    groups = alike(links)
    told = {person.id for person in persons if person.died}
    died = {person.id for person in persons if not told.isdisjoint(groups.get(person.id, {person.id}))}
    dead = died | {person.id for person in persons if person.died_with}
    doubtful = _like_the_dead(rows, dead, links) if dead else frozenset()
    return tuple(
        replace(
            person,
            resident=min(groups.get(person.id, ()), default=None),
            died=person.id in died,
            may_have_died=person.id in doubtful,
            asked_with=tuple(one for one, other in asked if other == person.id),
            pairs=tuple(link for (_, other), link in links.items() if other == person.id),
        )
        for person in persons
    )


def _like_the_dead(
    rows: Iterable[tuple[Any, ...]], died: AbstractSet[int], links: Mapping[Pair, PairLink]
) -> frozenset[int]:
    """Who may be one of those who died, as far as partners wrote of them and nobody said that they are two.

    Of all persons, also those whose signals count no more: that of the dead does not.
    """
    written = {row[0]: _likeness(row) for row in rows}
    apart = {pair for pair, link in links.items() if link.verdict == "different"}
    return frozenset(
        one
        for one, dead in product(written.keys() - died, died)
        if pair_of(one, dead) not in apart and may_be_one(written[one], written[dead])
    )


def _likeness(row: tuple[Any, ...]) -> Likeness:
    return likeness_by_columns((row[1], row[3], *row[5:9]))


def full_name(
    initials: str | None,
    prefix: str | None,
    surname: str | None,
    partner_prefix: str | None,
    partner_surname: str | None,
) -> str:
    """A person's name as one writes it: "A.M. van der Berg"; empty when only a business was named."""
    own, partner = _words(prefix, surname), _words(partner_prefix, partner_surname)
    return _words(initials, "-".join(filter(None, (own, partner))))


def _words(*words: str | None) -> str:
    return " ".join(word.strip() for word in words if word and word.strip())


def _linked(partners: int, *, certain: bool) -> tuple[str, str]:
    """Who is one person here: partners wrote the same, after cleaning; likeness is a question for people (`pairs`)."""
    if partners == 1:
        return "Zo gemeld door één partner, op dit adres", "Reported so by one partner, at this address"
    if not certain:
        return (
            f"Waarschijnlijk dezelfde: {partners} partners noemen deze naam, zonder voorletters of hele geboortedatum",
            f"Probably the same: {partners} partners wrote this name, without initials or a whole date of birth",
        )
    return (
        f"Zeker: {partners} partners schreven hetzelfde adres, dezelfde naam, voorletters en geboortedatum",
        f"Certain: {partners} partners wrote the same address, name, initials and date of birth",
    )


def _decided(link: Link) -> tuple[str, str]:
    if link.verdict == "same":
        return f"Dezelfde persoon, volgens {link.by}", f"The same person, according to {link.by}"
    nl = f"Verschillende personen met dezelfde naam, volgens {link.by}"
    en = f"Different persons of the same name, according to {link.by}"
    apart = "wat voor de een geldt, hoort de partner van de ander niet"
    return f"{nl}: {apart}", f"{en}: what is true of one, the partner of the other does not hear"
