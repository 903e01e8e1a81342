"""Of which households must a person say who is who, and does anything lie in quarantine? Beside the review queue.

Reading only, for `web`. Partners wrote of one person at an address, but too little to be certain that they mean the
same one, or of two who may be one (domain.md section 7). The list goes by urgency as the queues do (`worklist_query`),
looks at so many cases for a page and no more, and counts nothing. What is decided of it: `work.links`, `work.pairs`.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, Literal

from signals.households.names import clean_initials
from signals.households.personal import clean_date_of_birth
from signals.outreach import worklist_query as asked
from signals.outreach.work.dossier_persons import full_name
from signals.outreach.work.links import links_of
from signals.outreach.work.outcomes import is_certain
from signals.outreach.work.pairs import alike, asked_pairs, likeness_by_columns, pairs_of
from signals.outreach.work_items import Key, Place
from signals.store.persons import NUMBERED_ALIKE
from signals.store.planning import in_index_order

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from signals.households.likeness import Likeness
    from signals.outreach.work.links import Link
    from signals.outreach.work.pairs import Pair, PairLink
    from signals.store.database import Cursor

PAGE_SIZE: Final = 10
LOOKED_AT: Final = 300
"""So many households are looked at for one page, however few of them are doubtful."""
DOUBTS_AT_MOST: Final = 5
"""So many questions are asked of one household in the list, which may be a care home; its case has all of them."""
QUARANTINE_AT_MOST: Final = 100
Lack = Literal["only-name", "no-initials", "no-birth", "part-of-birth", "written-apart"]
"""What is missing to be certain: of a name alone, initials, a date of birth, or a part of it; or partners wrote one
person as two."""
_QUEUE: Final = "several"
_WRITTEN: Final = f"""
SELECT cases.household_id, persons.id, initials, prefix, surname, partner_prefix, partner_surname, business_name,
    date_of_birth, partner_id, {NUMBERED_ALIKE}, array_remove(array_agg(DISTINCT phone), NULL),
    array_remove(array_agg(DISTINCT email), NULL), max(street), max(city)
FROM cases JOIN reports ON reports.case_id = cases.id JOIN arrears ON arrears.id = arrears_id
    JOIN persons ON persons.id = person_id
WHERE cases.household_id = ANY(%s) AND state = 'open' AND withdrawn IS NULL
GROUP BY cases.household_id, persons.id, partner_id ORDER BY persons.id, partner_id
"""  # noqa: S608 - our own texts
_SEEN: Final = """
SELECT household_id, max(case_history.id) FROM case_history JOIN cases ON cases.id = case_id
WHERE household_id = ANY(%s) GROUP BY household_id
"""
_ADDRESS: Final = """
SELECT household_id, postcode, number, suffix FROM cases JOIN households ON households.id = household_id
    JOIN addresses ON addresses.id = address_id
WHERE cases.id = %s AND cases.municipality = ANY(%s) AND state <> 'removed'
"""
_DECIDED: Final = """
SELECT person_id, NULL AS other_id, at FROM person_links JOIN persons ON persons.id = person_id
WHERE household_id = %(household)s AND by_id = %(by)s AND undone_at IS NULL
UNION ALL SELECT person_id, other_id, at FROM person_pairs
WHERE household_id = %(household)s AND by_id = %(by)s AND undone_at IS NULL
ORDER BY at DESC LIMIT 1
"""
# Whose partners may signal here; a quarantined record may be of nobody's household, so it has no municipality itself.
_QUARANTINE: Final = """
SELECT count(*) FROM (SELECT FROM quarantine WHERE resolved_at IS NULL AND split_part(topic, '.', 3) IN (
    SELECT id FROM partners WHERE municipalities IS NULL OR municipalities && %s) LIMIT %s) AS found
"""


@dataclass(frozen=True, slots=True)
class Writing:
    """What one partner wrote of a person (by number)."""

    person: int
    partner: str
    name: str
    date_of_birth: str | None  # as sent: month and day may be 00
    phones: tuple[str, ...]
    emails: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Doubt:
    """A person of whom several partners wrote who may not mean the same one, and what is lacking to be certain.

    With `other`, an earlier one: two persons who may be one. `others` are all who are that earlier one, as was decided.
    """

    person: int
    lack: Lack
    writings: tuple[Writing, ...]
    other: int | None = None
    others: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class DoubtfulHome:
    """A household with such persons; `seen` is for the acts, `more` how many questions are not shown here."""

    place: Place
    street: str | None
    city: str | None
    doubts: tuple[Doubt, ...]
    seen: int
    more: int = 0


@dataclass(frozen=True, slots=True)
class DecidedHome:
    """Where somebody decided who is who: `person`, and `other` of two, as they decided it last and it stands.

    `seen` is for taking it back; without `person` there is nothing to take back.
    """

    case: int
    household: int
    postcode: str
    number: int
    suffix: str
    street: str | None
    city: str | None
    seen: int
    person: int | None
    other: int | None


@dataclass(frozen=True, slots=True)
class DoubtPage:
    """One page of them, most urgent first; `next` as in `WorkPage`: a page may hold none and still have a next one."""

    homes: tuple[DoubtfulHome, ...]
    next: Key | None


def doubt_page(
    cursor: Cursor, municipalities: Collection[str], after: Key | None = None, size: int = PAGE_SIZE
) -> DoubtPage:
    """The households behind `after` of which somebody must say whether partners mean the same person."""
    homes: list[DoubtfulHome] = []
    for municipality in sorted(municipalities):
        if after is not None and municipality < after.municipality:
            continue
        start = after if after is not None and municipality == after.municipality else None
        found, beyond = _places(cursor, municipality, start)
        homes += _doubtful(cursor, found)
        if len(homes) > size:
            return DoubtPage(tuple(homes[:size]), homes[size - 1].place.key)
        if beyond is not None:
            return DoubtPage(tuple(homes), beyond)
    return DoubtPage(tuple(homes), None)


def _places(cursor: Cursor, municipality: str, after: Key | None) -> tuple[list[Place], Key | None]:
    """Where several partners wrote of one person, in what is looked at; and how far that was (None: to the end)."""
    named: dict[str, Any] = {"municipality": municipality}
    which: list[str] = []
    if after is not None:
        which.append(asked.after(_QUEUE))
        named.update(urgency=after.urgency, earliest_on=after.earliest_on, case=after.case)
    with in_index_order(cursor):
        found = _read(cursor, asked.page_query(_QUEUE, which, [asked.TO_LINK], LOOKED_AT, LOOKED_AT), named)
        last = _read(cursor, asked.last_looked_at_query(_QUEUE, which, LOOKED_AT), named)
    return found, last[0].key if last else None


def _read(cursor: Cursor, statement: str, named: Mapping[str, Any]) -> list[Place]:
    cursor.execute(statement.encode(), named, prepare=True)
    return [Place(Key(str(named["municipality"]), row[2], row[3], row[0]), row[1], *row[4:7]) for row in cursor]


def _doubtful(cursor: Cursor, places: Sequence[Place]) -> list[DoubtfulHome]:
    """Those of these households at which a person is not certainly one, and nobody decided it."""
    homes = [place.household for place in places]
    if not homes:
        return []
    rows: defaultdict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for household, *row in cursor.execute(_WRITTEN.encode(), (homes,)):
        rows[household].append(tuple(row))
    links = links_of(cursor, {row[0] for there in rows.values() for row in there})
    pairs = pairs_of(cursor, homes)
    doubts = {home: (*_doubts(there, links), *_pairs(there, pairs)) for home, there in rows.items()}
    doubtful = [place for place in places if doubts[place.household]]
    seen: dict[int, int] = dict(cursor.execute(_SEEN, ([one.household for one in doubtful],)).fetchall())
    return [_home(one, rows[one.household], doubts[one.household], seen) for one in doubtful]


def _home(
    place: Place, rows: Sequence[tuple[Any, ...]], doubts: tuple[Doubt, ...], seen: Mapping[int, int]
) -> DoubtfulHome:
    *_, street, city = rows[0]
    shown = doubts[:DOUBTS_AT_MOST]
    return DoubtfulHome(place, street, city, shown, seen[place.household], len(doubts) - len(shown))


def _doubts(rows: Iterable[tuple[Any, ...]], links: Mapping[int, Link]) -> Iterator[Doubt]:
    """The doubtful persons of one household; a row is what one partner wrote of one of them."""
    for person, there in groupby(rows, itemgetter(0)):
        written = list(there)
        _, initials, *_, born, _, _, _, _, _, _ = written[0]
        writings = tuple(_writing(row) for row in written)
        decided = person in links and links[person].holds([one.partner for one in writings])
        if len(writings) > 1 and not decided and not is_certain(initials, born):
            yield Doubt(person, lack_of(initials, born), writings)


def _pairs(rows: Iterable[tuple[Any, ...]], decided: Mapping[Pair, PairLink]) -> Iterator[Doubt]:
    """Two persons of one household who may be one, with all that was written of both."""
    written: defaultdict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for row in rows:
        written[row[0]].append(row)
    compared = {person: _likeness(there[0]) for person, there in written.items()}
    groups = alike(decided)
    for one, other in asked_pairs(compared, decided):
        these, those = (groups.get(person, frozenset({person})) for person in (one, other))
        rows_of_both = (row for person in (*sorted(these), *sorted(those)) for row in written.get(person, ()))
        yield Doubt(other, "written-apart", tuple(map(_writing, rows_of_both)), one, these)


def _likeness(row: tuple[Any, ...]) -> Likeness:
    _, initials, _, surname, _, partner_surname, business, born, _, number, *_ = row
    return likeness_by_columns((initials, surname, partner_surname, business, born, number))


def _writing(row: tuple[Any, ...]) -> Writing:
    person, *names, business, born, partner, _, phones, emails, _, _ = row
    return Writing(person, partner, full_name(*names) or business or "–", born, tuple(phones), tuple(emails))


def lack_of(initials: str | None, date_of_birth: str | None) -> Lack:
    """What is missing to tell this person from everyone else of that name (`outcomes.is_certain`)."""
    if not clean_initials(initials):
        return "no-initials" if clean_date_of_birth(date_of_birth) else "only-name"
    return "part-of-birth" if clean_date_of_birth(date_of_birth) else "no-birth"


def decided_home(cursor: Cursor, case: int, municipalities: Collection[str], by: str) -> DecidedHome | None:
    """The household of a case, and what this person decided there last of who is who; None: not of these towns."""
    cursor.execute(_ADDRESS, (case, list(municipalities)))
    found = cursor.fetchone()
    if found is None:
        return None
    household, postcode, number, suffix = found
    written = cursor.execute(_WRITTEN.encode(), ([household],)).fetchone()
    street, city = written[-2:] if written else (None, None)
    person, other, _ = cursor.execute(_DECIDED, {"household": household, "by": by}).fetchone() or (None, None, None)
    seen: dict[int, int] = dict(cursor.execute(_SEEN, ([household],)).fetchall())
    place = {"postcode": postcode, "number": number, "suffix": suffix, "street": street, "city": city}
    return DecidedHome(case, household, **place, seen=seen[household], person=person, other=other)


def in_quarantine(cursor: Cursor, municipalities: Collection[str]) -> int:
    """How many records of partners of these municipalities lie in quarantine; above `QUARANTINE_AT_MOST`: one more."""
    cursor.execute(_QUARANTINE, (sorted(municipalities), QUARANTINE_AT_MOST + 1))
    (count,) = cursor.fetchone() or (0,)
    return int(count)
