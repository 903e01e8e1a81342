"""When is contact likely? Each attempt is an example: how it was made, what was known, whether somebody was reached.

This is advice for whoever plans the next attempt, and stands apart from the score: no case is put first because its
people are easily reached. What a model may know of an attempt stands in REACH_FEATURES and nowhere else: nothing of who
lives there. Known before is what was told by the end of the day before, and the attempts that were made earlier.
"""

from __future__ import annotations

from datetime import date, timedelta
from math import nan
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec
import numpy as np

from signals.contract.codes import CONTACT_KINDS, PARTS_OF_DAY
from signals.contract.partners import SECTORS
from signals.outreach.learning.examples import known_at
from signals.outreach.learning.history import history_of, known_through
from signals.scoring.table import Column, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from signals.outreach.learning.examples import Known
    from signals.outreach.learning.history import HouseholdHistory
    from signals.outreach.policy import PolicyBook
    from signals.store.database import Cursor

CHANNELS: Final = tuple(kind for kind in CONTACT_KINDS if kind not in {"administrative", "unknown"})
"""An administrative attempt approaches nobody."""
PARTS: Final = tuple(PARTS_OF_DAY)
_THREATS: Final = frozenset({"eviction", "disconnection", "end-of-insurance"})
_DAYS_A_MONTH: Final = 30.4
_DAY: Final = timedelta(days=1)


class ReachFeature(NamedTuple):
    """One feature of an attempt; `meaning` in Dutch and English."""

    column: Column
    nl: str
    en: str


REACH_FEATURES: Final = (
    ReachFeature(Column("channel", categories=CHANNELS), "de manier van contact", "the channel"),
    ReachFeature(Column("part", categories=PARTS), "het dagdeel", "the part of the day"),
    ReachFeature(Column("visit_part", categories=PARTS), "het dagdeel van een huisbezoek", "that of a home visit"),
    ReachFeature(Column("attempts"), "eerdere pogingen", "earlier attempts"),
    ReachFeature(Column("attempts_so"), "eerdere pogingen op deze manier", "earlier attempts by this channel"),
    ReachFeature(Column("attempts_part"), "eerdere pogingen in dit dagdeel", "earlier attempts in this part of day"),
    ReachFeature(Column("reached_before", 1), "een eerdere poging lukte", "an earlier attempt succeeded"),
    ReachFeature(Column("months_known"), "maanden sinds het eerste signaal", "months since the first signal"),
    *(
        ReachFeature(Column(sector), f"open achterstand in de sector {sector}", f"open arrears in the sector {sector}")
        for sector in SECTORS
    ),
    ReachFeature(Column("threat"), "er dreigt een crisis", "a crisis threatens"),
    ReachFeature(Column("end_of_delivery"), "het energiecontract wordt gestopt", "the energy contract is ended"),
)
REACH_COLUMNS: Final = tuple(feature.column for feature in REACH_FEATURES)


class Attempt(msgspec.Struct, frozen=True, gc=False):
    """A contact attempt; `id` tells those of one day apart."""

    household: int
    id: int
    channel: str
    part: str | None
    on_day: date
    reached: bool


class ReachExample(msgspec.Struct, frozen=True, gc=False):
    """An attempt with its features, in the order of REACH_FEATURES, and the newest report known before.

    `place` is that of its household (`HouseholdHistory`).
    """

    attempt: Attempt
    place: int
    row: tuple[float, ...]
    newest_report: int


class ReachLessons(msgspec.Struct, frozen=True):
    """The attempts of one municipality up to a day."""

    municipality: str
    through: date
    examples: list[ReachExample]

    def table(self) -> Table:
        """What a model learns from; whether somebody was reached is known on the day itself."""
        return table_of(self.examples)


def table_of(examples: Sequence[ReachExample]) -> Table:
    """These examples as a table."""
    day = np.array([one.attempt.on_day.toordinal() for one in examples], dtype=np.int64)
    values = np.array([one.row for one in examples], dtype=np.float64).reshape(len(examples), len(REACH_COLUMNS))
    outcome = np.array([one.attempt.reached for one in examples], dtype=np.bool_)
    group = np.array([one.place for one in examples], dtype=np.int64)
    return Table(REACH_COLUMNS, values, outcome, day, day, group)


def load_attempts(cursor: Cursor, municipality: str, until: date) -> dict[int, list[Attempt]]:
    """By household the attempts that were made by then and not taken back, oldest first."""
    cursor.execute(
        """SELECT household_id, contact_attempts.id, kind, part, on_day, reached FROM contact_attempts
        JOIN households ON households.id = household_id
        WHERE municipality = %s AND on_day <= %s AND undone_at IS NULL AND kind = ANY(%s)
        ORDER BY household_id, on_day, contact_attempts.id""",
        (municipality, until, list(CHANNELS)),
    )
    found: dict[int, list[Attempt]] = {}
    for row in cursor:
        found.setdefault(row[0], []).append(Attempt(*row))
    return found


def load_reach_lessons(
    cursor: Cursor,
    municipality: str,
    book: PolicyBook,
    until: date,
    *,
    read: Callable[[int, int], None] = lambda *_: None,
) -> ReachLessons | None:
    """Every attempt with what was known before it; None when there is no history at all."""
    attempts = load_attempts(cursor, municipality, until)
    through = known_through(cursor, municipality, until)
    if through is None:
        return None
    through = max([through, *(own[-1].on_day for own in attempts.values())])
    histories = history_of(cursor, municipality, through, read=read)
    return ReachLessons(municipality, through, list(reach_examples(histories, attempts, book)))


def reach_examples(
    histories: Iterable[HouseholdHistory], attempts: Mapping[int, Sequence[Attempt]], book: PolicyBook
) -> Iterable[ReachExample]:
    """The attempts at these households as examples."""
    for history in histories:
        own = attempts.get(history.id, ())
        here = history.id if history.place is None else history.place
        for place, attempt in enumerate(own):
            known = known_at(history, attempt.on_day - _DAY, book)
            row = features_of(attempt.channel, attempt.part, attempt.on_day, own[:place], known)
            reports = [number for case in known.cases.values() for number in case.reports] if known else []
            yield ReachExample(attempt, here, row, max(reports, default=0))


def features_of(
    channel: str, part: str | None, on_day: date, before: Sequence[Attempt], known: Known | None
) -> tuple[float, ...]:
    """The features of an attempt, in the order of REACH_FEATURES.

    Args:
        channel: one of CHANNELS.
        part: of the day; None when it is not known, as of a letter.
        on_day: its day.
        before: the attempts that were made earlier.
        known: the household as it was known by the end of the day before.
    """
    live = list(known.live.values()) if known else []
    crises = {one.crisis for one in live}
    begun = min((case.earliest_on for case in known.cases.values()), default=None) if known else None
    sectors = {one.sector for one in live}
    return (
        float(CHANNELS.index(channel)),
        nan if part is None else float(PARTS.index(part)),
        float(PARTS.index(part)) if part is not None and channel == "home-visit" else nan,
        float(len(before)),
        float(sum(one.channel == channel for one in before)),
        float(sum(part is not None and one.part == part for one in before)),
        float(any(one.reached for one in before)) if before else nan,
        nan if begun is None else max(0.0, (on_day - begun).days / _DAYS_A_MONTH),
        *(float(sector in sectors) for sector in SECTORS),
        float(not crises.isdisjoint(_THREATS)),
        float("end-of-delivery" in crises),
    )
