"""How does the page of a case name a resident, so that one can be told from another, and whom does one speak to?

By name, date of birth and the partners who wrote it; never by a number of theirs. Who died is named to nobody else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from signals.contract.partners import partner_name
from signals.outreach.work.dossier_persons import residents
from signals.web.desk import Form
from signals.web.texts import number_of
from signals.web.work.typed import persons_of

if TYPE_CHECKING:
    from signals.outreach.work.dossier import Dossier, DossierPerson
    from signals.outreach.work.dossier_persons import Resident
    from signals.outreach.work.outcomes import Client, Counting
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
    return [(one.text, _as_client(desk, by_number[one.person], one)) for one in known]


def _as_client(desk: Desk, resident: Resident, client: Client) -> str:
    if client.partner is None:
        return fully_named(desk, resident)
    partner = partner_name(client.partner)
    return desk.text("{name}, klant van {partner}", name=named(desk, resident), partner=partner)


def helped(desk: Desk, found: Dossier) -> list[str]:
    """Who accepted the help with which a person closed this case, where that was asked; as the form named them."""
    closings = [one for one in found.history if one.case == found.case.id and one.kind == "closed-by-person"]
    if found.case.closed_by is None or not closings:
        return []
    by_person = {number: one for one in residents(found.persons) for number in one.persons}
    chosen = persons_of(Form([("persons", text) for text in closings[-1].helped]))
    known = sorted((one for one in chosen if one.person in by_person), key=lambda one: (one.person, one.text))
    return [_as_client(desk, by_person[one.person], one) for one in known]


def whose(desk: Desk, found: Dossier) -> dict[int, str]:
    """By person, whose a signal is; of a home with one resident it need not be said."""
    there = residents(found.persons)
    return {person: f" ({named(desk, one)})" for one in there if len(there) > 1 for person in one.persons}


def sent_of(form: Form) -> list[int]:
    """Of which persons this form speaks: of one, of two who may be one, or of nobody."""
    return [number for name in ("person", "other") if (number := number_of(form.get(name))) is not None]


def is_asked(found: Dossier, form: Form) -> bool:
    """Whether the page still asks what this form answers: of a person, or of a person and an earlier one."""
    person, *others = sent_of(form) or [0]
    return any(one.id == person and (others[0] in one.asked_with if others else one.asked) for one in found.persons)


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
