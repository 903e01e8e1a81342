"""What was typed into a form of the case page, and what is wrong with it?

Pure. Nothing typed is ever lost: a form that cannot be saved is shown again as it was sent, with every fault in words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from signals.contract.codes import CONTACT_KINDS, OUTCOMES, PARTS_OF_DAY
from signals.contract.moments import part_has_begun
from signals.outreach.teams import COMMON
from signals.outreach.work.attempts import APPOINTMENTS, LONGEST_AHEAD
from signals.outreach.work.dismissals import NOT_PICKED_UP
from signals.outreach.work.lengths import NOTE_LENGTH, REASON_LENGTH
from signals.outreach.work.outcomes import Client, counting_of, obstacle
from signals.outreach.work.referrals import RESULTS
from signals.web.desk import Form
from signals.web.texts import day_of, number_of, said, today_of
from signals.web.work.obstacles import OBSTACLES

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from signals.outreach.work.dossier import Dossier
    from signals.outreach.work.outcomes import Counting

COMMON_QUEUE: Final = COMMON  # in a list of teams: the queue of no team
_CLIENT: Final = re.compile(r"(?P<person>[0-9]{1,18})(?:\.(?P<partner>[a-z0-9-]{2,40}))?", re.ASCII)
_IN_VAIN: Final = frozenset({"no-contact", "no-response"})
_SAID_BY_RESIDENT: Final = frozenset({"self-reliant"})  # besides what counts as accepted help
_NO_DAY: Final = said("Vul een datum in, bijvoorbeeld 2-11-2026.")
_TOO_LONG: Final = said("Maak de notitie korter: hoogstens 4.000 tekens.")

Faults = dict[str, str]
"""What is wrong, in Dutch, by the name of the field."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What someone sent with the form `name`, and what is wrong with it by field."""

    name: str
    form: Form
    faults: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def seen_of(form: Form) -> int:
    """Up to which history line the sender had seen the case; 0, so nothing of it, when the form does not say so."""
    return number_of(form.get("seen")) or 0


def persons_of(form: Form) -> frozenset[Client]:
    """The clients that were chosen; what no form of ours sends is nobody."""
    found = (_CLIENT.fullmatch(text) for text in form.getlist("persons"))
    return frozenset(Client(int(one["person"]), one["partner"]) for one in found if one)


def counting_in(dossier: Dossier, cases: Collection[str]) -> Counting:
    """Whose signals count in these cases, and of which arrears."""
    signals = [signal for signal in dossier.signals if signal.markable and str(signal.case) in cases]
    certain = {person.id for person in dossier.persons if person.certain}
    first = min(
        (case for case in dossier.cases if str(case.id) in cases), key=lambda case: case.id, default=dossier.case
    )
    return counting_of(
        ((one.person, one.partner, (one.partner, one.reference)) for one in signals),
        certain,
        {person.id: person.resident for person in dossier.persons if person.resident is not None},
        first.accepted_help,
    )


def attempt_faults(form: Form, dossier: Dossier, now: datetime) -> Faults:
    """A contact attempt: kind, day, part of the day, reached or not, and a note if one likes."""
    return (
        _one_of(form, "kind", CONTACT_KINDS, said("Kies hoe u contact zocht."))
        | _day_faults(form, dossier, today_of(now))
        | _part_faults(form, now)
        | _one_of(form, "reached", ("yes", "no"), said("Kies of u iemand hebt bereikt."))
        | _length(form, "note", NOTE_LENGTH, _TOO_LONG)
    )


def _day_faults(form: Form, dossier: Dossier, today: date) -> Faults:
    day = _day(form)
    worked = [case for case in dossier.cases if case.is_worked]
    first = min((min(case.received_on, case.earliest_on) for case in worked), default=date.min)
    if day is None:
        return {"on_day": _NO_DAY}
    if day > today:
        return {"on_day": said("Deze dag moet nog komen. Vul de dag in waarop u contact zocht.")}
    if day < first:
        return {"on_day": said("Op deze dag was er nog geen signaal binnen. Vul de dag in waarop u contact zocht.")}
    return {}


def _day(form: Form) -> date | None:
    try:
        return day_of(form.get("on_day"))
    except ValueError:
        return None


def _part_faults(form: Form, now: datetime) -> Faults:
    part, day = form.get("part"), _day(form)
    if part in PARTS_OF_DAY and day is not None and day == today_of(now) and not part_has_begun(part, day, now):
        return {
            "part": said(
                "Dit deel van de dag moet nog komen. Kies het deel waarin u contact zocht, of de dag waarop dat was."
            )
        }
    if part in PARTS_OF_DAY or (not part and form.get("kind") != "home-visit"):
        return {}
    return {"part": said("Kies het deel van de dag: dan gaat een volgend bezoek op een ander moment.")}


def step_faults(form: Form, _: Dossier | None, now: datetime) -> Faults:
    """What was agreed with the resident: a kind of contact, a day to come, and perhaps a part of the day."""
    faults = _one_of(form, "kind", APPOINTMENTS, said("Kies hoe u elkaar spreekt."))
    if form.get("part"):
        faults |= _one_of(form, "part", PARTS_OF_DAY, said("Kies het deel van de dag."))
    day, today = _day(form), today_of(now)
    if day is None:
        faults["on_day"] = _NO_DAY
    elif day < today:
        faults["on_day"] = said("Deze dag is voorbij. Vul de dag van de afspraak in.")
    elif day > today + LONGEST_AHEAD:
        faults["on_day"] = said("Deze dag is meer dan een jaar verder. Kijk of het jaartal klopt.")
    return faults


def note_faults(form: Form, _: Dossier, __: datetime) -> Faults:
    """A note: not empty, not endless."""
    if not form.get("note"):
        return {"note": said("Schrijf eerst een notitie.")}
    return _length(form, "note", NOTE_LENGTH, _TOO_LONG)


def route_faults(form: Form, _: Dossier, __: datetime) -> Faults:
    """Another route, with the reason."""
    return _one_of(form, "route", ("letter", "home-visit"), said("Kies een brief of een huisbezoek.")) | _reason(form)


def mark_faults(form: Form, dossier: Dossier, _: datetime) -> Faults:
    """Which signal is not picked up, with which status, why, and that it is certain."""
    events = [str(signal.event) for signal in dossier.signals if signal.markable]
    return (
        _one_of(form, "event", events, said("Kies het signaal dat u niet oppakt."))
        | _one_of(form, "verdict", NOT_PICKED_UP, said("Kies waarom u het niet oppakt."))
        | _reason(form)
        | _certain(form)
    )


def take_back_faults(form: Form, dossier: Dossier, _: datetime) -> Faults:
    """Which mark is taken back, and why."""
    events = [str(signal.event) for signal in dossier.signals if signal.person_verdict is not None]
    return _one_of(form, "event", events, said("Kies het signaal dat u toch oppakt.")) | _reason(form)


def undo_faults(form: Form, dossier: Dossier, _: datetime) -> Faults:
    """Which attempt was a mistake, and that it is certain."""
    attempts = [str(made.id) for made in dossier.attempts]
    return _one_of(form, "attempt", attempts, said("Kies de contactpoging die u doorhaalt.")) | _certain(form)


def undo_note_faults(form: Form, dossier: Dossier, _: datetime) -> Faults:
    """Which note was a mistake, and that it is certain."""
    notes = [str(note.id) for note in dossier.notes]
    return _one_of(form, "note", notes, said("Kies de notitie die u doorhaalt.")) | _certain(form)


def refer_faults(form: Form, dossier: Dossier, _: datetime) -> Faults:
    """To whom, and that it is certain."""
    targets = [target.key for target in dossier.targets]
    return _one_of(form, "target", targets, said("Kies naar wie u doorverwijst.")) | _certain(form)


def result_faults(form: Form, dossier: Dossier, _: datetime) -> Faults:
    """What came of which referral."""
    referrals = [str(referral.id) for referral in dossier.referrals]
    return _one_of(form, "referral", referrals, said("Kies de doorverwijzing.")) | _one_of(
        form, "result", RESULTS, said("Kies wat eruit kwam.")
    )


def close_faults(form: Form, dossier: Dossier, now: datetime) -> Faults:
    """With which outcome, which cases of the household, who accepted help if that is the outcome, and for certain."""
    open_cases = {str(case.id) for case in dossier.cases if case.state == "open"}
    chosen = set(form.getlist("cases"))
    faults = _one_of(form, "outcome", OUTCOMES, said("Kies hoe de zaak eindigt.")) | _certain(form)
    if not chosen or not chosen <= open_cases:
        faults["cases" if len(open_cases) > 1 else "certain"] = said("Kies ten minste één zaak die nog open is.")
    code = obstacle(form.get("outcome"), counting_in(dossier, chosen), persons_of(form))
    if code is not None:
        faults["persons" if code == "for-whom" else "outcome"] = OBSTACLES[code]
    if asks_for_attempt(form, dossier):
        faults["unsought"] = said("Er staat geen contactpoging bij deze zaak. Zet een vinkje als u toch zo afsluit.")
    if asks_for_conversation(form, dossier):
        faults |= _conversation_faults(form, dossier, now)
    return faults


def asks_for_attempt(form: Form, dossier: Dossier) -> bool:
    """Whether this ending says that someone was sought in vain, and nothing shows that anyone was sought."""
    sought = any(made.undone_at is None for made in dossier.attempts)
    written = any(case.released_how == "release" and case.released_route == "letter" for case in dossier.cases)
    return form.get("outcome") in _IN_VAIN and not (sought or written) and form.get("unsought") != "yes"


def asks_for_conversation(form: Form, dossier: Dossier) -> bool:
    """Whether this ending is what a resident said, and nothing shows that anyone was reached since the first signal."""
    closing = [case for case in dossier.cases if str(case.id) in form.getlist("cases")]
    reached = any(
        made.undone_at is None
        and made.attempt.reached
        and any(made.is_of(one.id, one.received_on, one.earliest_on) for one in closing)
        for made in dossier.attempts
    )
    said_by_resident = _SAID_BY_RESIDENT.union(*(case.accepted_help for case in closing))
    return form.get("outcome") in said_by_resident and not reached


def _conversation_faults(form: Form, dossier: Dossier, now: datetime) -> Faults:
    """Closing as it is, or with the conversation that nobody wrote down yet."""
    if form.get("spoken") == "none":
        return {}
    if form.get("spoken") != "contact":
        return {"spoken": said("Er staat geen gesprek in dit dossier. Voeg het toe, of kies dat u zo afsluit.")}
    found = attempt_faults(conversation_of(form), dossier, now)
    return {f"spoken_{name}": sentence for name, sentence in found.items()}


def conversation_of(form: Form) -> Form:
    """The conversation that was typed into the form of the closing, as the form of an attempt has it."""
    typed = [(name, form.get(f"spoken_{name}")) for name in ("kind", "on_day", "part")]
    return Form([*typed, ("reached", "yes")])


def reason_faults(form: Form, _: Dossier, __: datetime) -> Faults:
    """A reason and nothing else."""
    return _reason(form)


def team_faults(form: Form, dossier: Dossier, _: datetime) -> Faults:
    """Into which team's queue, and why."""
    teams = (COMMON_QUEUE, *(team.key for team in dossier.teams))
    return _one_of(form, "team", teams, said("Kies een wachtrij.")) | _reason(form)


def hand_over_faults(form: Form, _: Dossier, __: datetime) -> Faults:
    """To which colleague, and why; whether there is such a colleague is looked up where it is done."""
    return ({} if form.get("to") else {"to": said("Kies een collega.")}) | _reason(form)


def certain_faults(form: Form, _: Dossier, __: datetime) -> Faults:
    """That it is certain, and nothing else."""
    return _certain(form)


def no_faults(_: Form, __: Dossier, ___: datetime) -> Faults:
    """A button by itself: there is nothing to fill in."""
    return {}


def _one_of(form: Form, name: str, allowed: Collection[str], otherwise: str) -> Faults:
    return {} if form.get(name) in allowed else {name: otherwise}


def _reason(form: Form) -> Faults:
    if not form.get("reason"):
        return {"reason": said("Schrijf op waarom. Collega's lezen dit terug in de geschiedenis.")}
    return _length(form, "reason", REASON_LENGTH, said("Maak de reden korter: hoogstens 500 tekens."))


def _certain(form: Form) -> Faults:
    return {} if form.get("certain") == "yes" else {"certain": said("Zet een vinkje als u het zeker weet.")}


def _length(form: Form, name: str, most: int, otherwise: str) -> Faults:
    return {name: otherwise} if len(form.get(name)) > most else {}
