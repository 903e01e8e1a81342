"""Who lives at a household's address, as partners wrote them, and how sure is it who is one person? For `dossier`.

Reading only. Who is one person here: partners wrote the same, after cleaning; likeness is not looked at yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from signals.outreach.work.links import links_of
from signals.outreach.work.outcomes import is_certain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from signals.outreach.work.dossier_parts import TimelineSignal
    from signals.outreach.work.links import Link
    from signals.store.database import Cursor


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


def read_persons(cursor: Cursor, household: int, signals: Iterable[TimelineSignal]) -> tuple[DossierPerson, ...]:
    """Everyone whom a partner wrote of at this address, in the order in which they came up.

    `signals`: those of the household; of whom several partners' signals count in open cases, it must be certain that
    they mean the same person.
    """
    counting: dict[int, set[str]] = {}
    for signal in signals:
        if signal.markable and signal.person is not None:
            counting.setdefault(signal.person, set()).add(signal.partner)
    cursor.execute(
        """SELECT persons.id, initials, prefix, surname, partner_prefix, partner_surname, business_name, date_of_birth,
            array_remove(array_agg(DISTINCT phone), NULL) AS phones,
            array_remove(array_agg(DISTINCT email), NULL) AS emails, array_agg(DISTINCT partner_id) AS partners
        FROM persons JOIN reports ON person_id = persons.id JOIN arrears ON arrears.id = arrears_id
        WHERE reports.household_id = %s GROUP BY persons.id ORDER BY persons.id""",
        (household,),
    )
    found = cursor.fetchall()
    several = [person for person, partners in counting.items() if len(partners) > 1]
    links = links_of(cursor, several) if several else {}
    return tuple([_person(row, counting.get(row[0], set()), links.get(row[0])) for row in found])


def _person(row: tuple[Any, ...], counting: set[str], link: Link | None) -> DossierPerson:
    number, initials, prefix, surname, partner_prefix, partner_surname, business, born, *lists = row
    phones, emails, partners = lists
    known = is_certain(initials, born)
    holding = link if link and not known and link.holds(counting) else None
    nl, en = _linked(len(partners), certain=known) if holding is None else _decided(holding)
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
        certain=len(partners) == 1 or known or (holding is not None and holding.verdict == "same"),
        asked=len(counting) > 1 and not known and holding is None,
        link=holding,
    )


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
    """Who is one person here: partners wrote the same, after cleaning; likeness is not looked at yet."""
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
