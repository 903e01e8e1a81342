"""Of whom is an outcome true, and may it end a case in which signals of several persons or arrears count?

Pure. A household is an address: two tenants share one case, and the partner of the one may not hear what is true of the
other alone (domain.md section 4.8). Of the sixteen outcomes

* *repeat* and *wrongful* speak of one signal;
* *deceased*, *not-a-resident*, *known-to-debt-help* and *other-reason* (say, an objection) speak of one person;
* those that the policy counts as accepted help speak of whoever accepted it: those persons are named, and only their
  partners hear it; of a person of whom several partners wrote who may not mean the same, only the partner whose client
  it certainly is;
* of all others partners hear nothing, so they may end the household's case whoever lives there.

What speaks of one is said signal by signal where there are more: `dismissals.mark_not_picked_up`. So is what speaks of
a person of whom several partners wrote, when too little is known to be certain that they mean the same one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from signals.contract.codes import ACCEPTED_HELP
from signals.households.names import clean_initials
from signals.households.personal import clean_date_of_birth
from signals.outreach.feedback import result_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from signals.outreach.work.people import Obstacle

OF_ONE_SIGNAL: Final = frozenset({"repeat", "wrongful"})
OF_ONE_PERSON: Final = frozenset({"deceased", "not-a-resident", "known-to-debt-help", "other-reason"})
ACCEPTED: Final = "accepted-help"
"""What the partner is told when a resident accepted help (`feedback.result_of`)."""


@dataclass(frozen=True, slots=True)
class Client:
    """Somebody of whom it can be said that they accepted help: a person, by number.

    Whoever may be several people in truth is a client of each `partner` apart; else it is None.
    """

    person: int
    partner: str | None = None

    @property
    def text(self) -> str:
        """For a form and the history: "12", or "12.welbions"."""
        return str(self.person) if self.partner is None else f"{self.person}.{self.partner}"


@dataclass(frozen=True, slots=True)
class Counting:
    """Whose signals count in the cases that someone wants to close, and of which arrears; each by any key.

    Whoever of these persons may be several people in truth is `unsure`: several partners wrote of them (`unsure_of`).
    `written`: person and partner of each signal.
    """

    persons: frozenset[int]
    arrears: frozenset[object]
    unsure: frozenset[int] = frozenset()
    written: frozenset[tuple[int, str]] = frozenset()
    accepted: frozenset[str] = ACCEPTED_HELP  # the outcomes that count as accepted help there

    @property
    def clients(self) -> frozenset[Client]:
        """Of whom accepted help can be said."""
        sure = {Client(person) for person in self.persons - self.unsure}
        return frozenset(sure | {Client(person, partner) for person, partner in self.written if person in self.unsure})


def is_certain(initials: str | None, date_of_birth: str | None) -> bool:
    """Whether what is known of a person tells them from everyone else of that name at the address.

    Initials with a whole date of birth do: not a bare surname, nor "1950-00-00". Whoever works a case reads no citizen
    service number, so one that two partners share is no help here: then each signal is marked by itself.
    """
    born = clean_date_of_birth(date_of_birth)
    whole = born is not None and born.day != 1  # the first: what is not known of a date counts as 01 (`identity_of`)
    return whole and bool(clean_initials(initials))


def unsure_of(written: Iterable[tuple[int, str]], certain: Collection[int]) -> frozenset[int]:
    """Of whom several partners wrote who may not mean the same; `written`: person and partner, `certain`: persons."""
    partners: dict[int, set[str]] = {}
    for person, partner in written:
        partners.setdefault(person, set()).add(partner)
    return frozenset(person for person, names in partners.items() if len(names) > 1 and person not in certain)


def counting_of(
    signals: Iterable[tuple[int | None, str, object]],
    certain: Collection[int],
    one: Mapping[int, int],
    accepted: frozenset[str] = ACCEPTED_HELP,
) -> Counting:
    """Of signals as person, partner and arrears; `certain` as in `unsure_of`.

    `one` has the number under which a resident goes whom partners wrote differently, by each of their persons
    (the lowest of `pairs.alike`): they are one, as sure as each of these persons is.
    """
    found = list(signals)
    written = [(person, partner) for person, partner, _ in found if person is not None]
    return Counting(
        persons=frozenset(one.get(person, person) for person, _ in written),
        arrears=frozenset(arrears for *_, arrears in found),
        unsure=frozenset(one.get(person, person) for person in unsure_of(written, certain)),
        written=frozenset((one.get(person, person), partner) for person, partner in written),
        accepted=accepted,
    )


def asks_for_whom(outcome: str, counting: Counting) -> bool:
    """Whether it must be said who accepted help."""
    return result_of(outcome, counting.accepted) == ACCEPTED and len(counting.clients) > 1


def obstacle(outcome: str, counting: Counting, helped: Collection[Client] = ()) -> Obstacle | None:
    """Why cases in which this counts cannot end so; None when they can. `helped`: who accepted help."""
    if outcome in OF_ONE_SIGNAL and len(counting.arrears) > 1:
        return "of-one-signal"
    if outcome in OF_ONE_PERSON and len(counting.persons) > 1:
        return "of-one-person"
    if outcome in OF_ONE_PERSON and counting.unsure:
        return "not-certainly-one"
    if asks_for_whom(outcome, counting) and not (helped and counting.clients.issuperset(helped)):
        return "for-whom"
    return None
