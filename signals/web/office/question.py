"""What does an auditor ask of the audit log? Who, what, about what or whom, and when: typed, and what follows from it.

A case stands for its household: asked for a case, the log gives every line that names it and every list in which the
household stood. Several people can have one name; then all of them are meant until one is chosen.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final

from signals.reports.logbook import actor_names, actors_named, data_subject
from signals.store.audit import AuditFilter
from signals.web.office.actions import subject_codes
from signals.web.texts import AMSTERDAM, day, day_of, number_of, said

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from signals.web.desk import Desk

FIELDS: Final = ("person", "chosen", "action", "subject", "first", "last", "act")
_NUMBERED: Final = re.compile(r"(?:([a-z]+)\s+)?([0-9]{1,18})", re.IGNORECASE)
_NUMBERS_OF: Final = {"": "case", "zaak": "case", "case": "case", "huishouden": "household", "household": "household"}
NOBODY: Final = said("Niemand met deze naam of gebruikersnaam staat in het logboek. Schrijf de hele naam.")
_BIGGEST_DAY: Final = date(9999, 12, 30)


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed above the log, the filter that follows from it, and what is wrong with it.

    Attributes:
        typed: by field, as it is shown again.
        wanted: the lines.
        faults: pairs of a field and a sentence.
        namesakes: the people who can be meant, when there are several: id and words.
    """

    typed: Mapping[str, str]
    wanted: AuditFilter
    faults: tuple[tuple[str, str], ...]
    namesakes: tuple[tuple[str, str], ...] = ()

    @property
    def filled(self) -> list[str]:
        """Which fields were filled in: the log keeps that, and not with what."""
        return [name for name in FIELDS if self.typed[name]]

    @property
    def is_about_words(self) -> bool:
        """Whether it asks about other words than a case's or household's number: an address is in no line at all."""
        return bool(self.typed["subject"]) and _numbered(self.typed["subject"]) is None


def read_asked(desk: Desk, *, of_somebody: bool = False) -> Asked:
    """What the form asks for; without one everything, unless it has to be `of_somebody`."""
    typed = {name: desk.form.get(name) for name in FIELDS}
    faults: list[tuple[str, str]] = []
    typed["act"] = typed["act"] if number_of(typed["act"]) else ""
    first, last = (_day(desk, name, typed, faults) for name in ("first", "last"))
    if first and last and last < first:
        faults.append(("last", desk.text("De laatste dag ligt voor de eerste.")))
    actors = _actors(desk, typed["person"], faults, needed=of_somebody)
    typed["chosen"] = typed["chosen"] if typed["chosen"] in actors else ""
    wanted = AuditFilter(
        municipalities=desk.user.municipalities,
        actors=(typed["chosen"],) if typed["chosen"] else tuple(actors),
        action=typed["action"] or None,
        first=_midnight(first),
        before=_midnight(last + timedelta(days=1) if last else None),
        act=number_of(typed["act"]),
        **_about(desk, typed["subject"]),
    )
    return Asked(typed, wanted, tuple(faults), _namesakes(desk, actors) if len(actors) > 1 else ())


def _actors(desk: Desk, text: str, faults: list[tuple[str, str]], *, needed: bool) -> list[str]:
    """Everybody who can be meant by what stands in the field."""
    actors = actors_named(desk.cursor, text, desk.user.municipalities) if text else []
    if text and not actors:
        faults.append(("person", desk.text(NOBODY)))
    elif needed and not actors:
        faults.append(("person", desk.text("Schrijf van wie u de huishoudens wilt zien.")))
    return actors


def _numbered(text: str) -> tuple[str, int] | None:
    """What is named by its number, and the number; None for anything else."""
    numbered = _NUMBERED.fullmatch(text)
    kind = _NUMBERS_OF.get((numbered[1] or "").lower()) if numbered else None
    return (kind, int(numbered[2])) if numbered and kind else None


def _about(desk: Desk, text: str) -> dict[str, Any]:
    """The subjects, and the household, that are meant by what stands in the field."""
    numbered = _numbered(text)
    if numbered is None:
        return {"subjects": subject_codes(text)}
    kind, number = numbered
    found = data_subject(desk.cursor, **{kind: number})
    if found is None or found.municipality not in desk.user.municipalities:
        return {"subjects": (f"{kind} {number}",)}  # of another municipality there can be lines of having been refused
    cases = {*found.cases, number} if kind == "case" else found.cases
    subjects = (f"household {found.household}", *(f"case {case}" for case in sorted(cases)))
    return {"subjects": subjects, "household": found.household}


def _namesakes(desk: Desk, actors: Collection[str]) -> tuple[tuple[str, str], ...]:
    """The people who can be meant, told apart by their ids and when they signed in last."""
    known = actor_names(desk.cursor, actors)
    return tuple(
        (actor, f"{known[actor].name} ({actor}), {day(known[actor].at, desk.language)}" if actor in known else actor)
        for actor in actors
    )


def _day(desk: Desk, name: str, typed: dict[str, str], faults: list[tuple[str, str]]) -> date | None:
    """The day of this field, which is then shown as a browser takes it."""
    if not typed[name]:
        return None
    try:
        found = day_of(typed[name])
    except ValueError:
        found = date.max
    if found > _BIGGEST_DAY:
        faults.append((name, desk.text("Schrijf een dag als 2-11-2026.")))
        return None
    typed[name] = found.isoformat()
    return found


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), AMSTERDAM) if day else None
