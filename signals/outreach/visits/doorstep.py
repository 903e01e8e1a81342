"""Where does one ring, whom does one ask for, and what may be said to whom? (domain.md sections 1 and 8)

For the page on the phone and for the list on paper: an address, and by person the partners who signalled about that
person. No amount, and nothing of one housemate that another could read: who may be several people in truth, and who
died or may have, is told of no partner.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from signals.outreach.visits.lists import VisitError
from signals.outreach.work.dossier import dossier
from signals.outreach.work.dossier_persons import spoken_to

if TYPE_CHECKING:
    from datetime import date

    from signals.outreach.work.dossier import Address, Dossier
    from signals.outreach.work.dossier_persons import Resident
    from signals.store.database import Cursor


@dataclass(frozen=True, slots=True)
class AskedFor:
    """Somebody to ask for at the door: `partners` are those who may be named to this person, and to nobody else."""

    name: str
    partners: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Doorstep:
    """A stop as one sees it at the door; `persons` is empty when nobody is to be asked for."""

    stop: int
    household: int
    case: int
    address: Address
    persons: tuple[AskedFor, ...]


def doorstep_of(cursor: Cursor, stop: int, *, today: date) -> Doorstep:
    """What one needs at this door. Raises VisitError when there is no such stop, or its case is gone."""
    row = cursor.execute("SELECT case_id FROM visit_stops WHERE id = %s", (stop,)).fetchone()
    found = None if row is None else dossier(cursor, row[0], today=today)
    if found is None:
        raise VisitError(f"there is no stop {stop}, or its case is gone; look at the list again", "no-stop")
    asked = [one for resident in spoken_to(found.persons) if (one := _asked_for(found, resident)) is not None]
    return Doorstep(stop, found.household, found.case.id, found.address, tuple(asked))


def _asked_for(found: Dossier, resident: Resident) -> AskedFor | None:
    """The resident, when a signal about them counts in an open case; with whose signals these are."""
    said = {signal.partner for signal in found.signals if signal.markable and signal.person in resident.persons}
    if not said:
        return None
    partners = tuple(partner for partner in resident.partners if partner in said)
    return AskedFor(resident.name, partners if resident.certain else ())
