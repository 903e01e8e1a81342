"""How does the page of a case name a resident, so that one can be told from another, and whom does one speak to?

By name, date of birth and the partners who wrote it; never by a number of theirs. Who died is named to nobody else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from signals.contract.partners import partner_name
from signals.outreach.work.dossier_persons import residents

if TYPE_CHECKING:
    from collections.abc import Collection

    from signals.outreach.work.dossier import Dossier, DossierPerson
    from signals.outreach.work.dossier_persons import Resident
    from signals.outreach.work.outcomes import Counting
    from signals.web.desk import Desk


def birth(written: str) -> str:
    """A date of birth as people write it; what the register does not know is left out: 1985-06-00 gives 06-1985."""
    return "-".join(part for part in reversed(written.split("-")) if part != "00")


def named(desk: Desk, one: DossierPerson | Resident) -> str:
    """Name and date of birth, and that they died: "A. Bakker, geboren 03-02-1980"."""
    born = (
        desk.text("geboren {day}", day=birth(one.date_of_birth))
        if one.date_of_birth
        else desk.text("geboortedatum niet bekend")
    )
    died = [desk.text("overleden")] if one.died else []
    return ", ".join([one.name, born, *died])


def fully_named(desk: Desk, one: DossierPerson | Resident) -> str:
    """As `named`, with the partners who wrote it: what tells two apart who bear one name."""
    return f"{named(desk, one)} ({', '.join(map(partner_name, one.partners))})"


def clients(desk: Desk, found: Dossier, there: Counting) -> list[tuple[str, str]]:
    """Of whom can be said that they accepted help; who may be several people in truth, is so by partner."""
    by_number = {one.id: one for one in residents(found.persons)}
    known = sorted((one for one in there.clients if one.person in by_number), key=lambda one: (one.person, one.text))
    return [
        (
            one.text,
            fully_named(desk, by_number[one.person])
            if one.partner is None
            else desk.text(
                "{name}, klant van {partner}",
                name=named(desk, by_number[one.person]),
                partner=partner_name(one.partner),
            ),
        )
        for one in known
    ]


def whose(desk: Desk, found: Dossier) -> dict[int, str]:
    """By person, whose a signal is; of a home with one resident it need not be said."""
    there = residents(found.persons)
    return {person: f" ({named(desk, one)})" for one in there if len(there) > 1 for person in one.persons}


def asked_first(found: Dossier) -> str:
    """Of whom the first question on the page is: "12", or "12-9" of two who may be one; empty when nothing is asked."""
    keys = (
        key
        for person in found.persons
        for key in ([str(person.id)] if person.asked else []) + [f"{person.id}-{other}" for other in person.asked_with]
    )
    return next(keys, "")


def threats_of_the_dead(found: Dossier) -> list[str]:
    """What last threatened at arrears of somebody who died, which counts no more: who stays may lose it as well."""
    standing: dict[tuple[str, str], str | None] = {}
    dead: set[tuple[str, str]] = set()
    for signal in found.signals:
        arrears = (signal.partner, signal.reference)
        if signal.crisis is not None or signal.crisis_over or signal.type == "reported":
            standing[arrears] = signal.crisis
        if "deceased" in {signal.person_verdict, signal.withdrawn, signal.reason}:
            dead.add(arrears)
    return sorted({crisis for arrears in dead if (crisis := standing.get(arrears)) is not None})


def spoken_to(persons: Collection[DossierPerson]) -> list[Resident]:
    """Whom one names at the door or on the telephone: nobody who died, nor who may be somebody who died."""
    silent = {person.id for person in persons if person.died or person.may_have_died}
    return [one for one in residents(persons) if silent.isdisjoint(one.persons)]
