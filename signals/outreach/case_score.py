"""Why does a case have its score, what does it mean, and what would change it? For its page and `signals case`.

Reading only. What may happen is imagined in the rows that were read and judged by the same rules as real signals, so
that what is told here is what would follow.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from signals.outreach.cases import in_a_case
from signals.outreach.learning.in_use import ModelsInUse
from signals.outreach.learning.reading import numbered_model
from signals.outreach.scored import score_by_models
from signals.outreach.take_up import Rules, Standing, judge, load_standing
from signals.scoring import would_change
from signals.scoring.features import USUAL_CENTS, rows
from signals.scoring.model import ModelError, probability
from signals.store.ledger import ArrearsRow
from signals.store.locks import LockedArrears

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from datetime import datetime

    from signals.outreach.cases import JudgedCase
    from signals.outreach.learning.in_use import NumberedModel
    from signals.outreach.policy import Policy, PolicyBook
    from signals.scoring.paper import Words
    from signals.scoring.would_change import WouldChange
    from signals.store.database import Cursor
    from signals.store.ledger import PlacedReport

_ARREARS_AT_MOST: Final = 6  # more of one case would be judged for changes that are not told anyway
_NEW: Final = 0  # no row has this number


@dataclass(frozen=True, slots=True)
class ScoringModel:
    """The model that a score is of.

    Attributes:
        number: in the registry.
        trained_at: when it was trained.
        percent: how much of the score is its; the rest is the framework's.
        chance: how many of a hundred such cases come to what it was trained for; never said to be none or all.
    """

    number: int
    trained_at: datetime
    percent: int
    chance: int


@dataclass(frozen=True, slots=True)
class CaseScore:
    """What there is to say of a case's score; `model` is None where the decision framework gave it."""

    model: ScoringModel | None
    would_change: tuple[WouldChange, ...]


def case_scores(cursor: Cursor, household: int, cases: Collection[int], book: PolicyBook) -> dict[int, CaseScore]:
    """Of each of these cases of the household that has open arrears, what there is to say of its score.

    Nothing is said where a model gave it whose parameters are not as they were registered.
    """
    standing = load_standing(cursor, LockedArrears({}, frozenset()), (), [household], book)
    wanted = [row for row in standing.cases.get(household, {}).values() if row.id in cases and row.arrears_count]
    models = _models(cursor, {row.scored_by for row in wanted if row.scored_by is not None})
    told = {}
    for row in wanted:
        kept = models.get(row.scored_by or 0)
        if row.scored_by is not None and kept is None:
            continue
        found = _Imagining(standing, household, row.period, book, kept.model if kept else None)
        policy = book.by_id[row.policy_id]
        told[row.id] = CaseScore(
            None if kept is None else _by(kept, policy, found.now),
            would_change.most_telling(row.score, found.outcomes(policy)),
        )
    return told


@dataclass(frozen=True, slots=True)
class _Kept:
    model: NumberedModel
    trained_at: datetime


def _models(cursor: Cursor, numbers: Collection[int]) -> dict[int, _Kept]:
    if not numbers:
        return {}
    cursor.execute("SELECT id, target, body, digest, trained_at FROM score_models WHERE id = ANY(%s)", (list(numbers),))
    found = {}
    for *row, at in cursor:
        with suppress(ModelError):  # the page of the case still says all that is stored of the score
            found[row[0]] = _Kept(numbered_model(*row), at)
    return found


def _by(kept: _Kept, policy: Policy, case: JudgedCase) -> ScoringModel:
    model = kept.model.model
    chance = probability(model, rows([case.facts], model.usual))[0]
    percent = policy.choice.model_percent if policy.choice.by == "blend" else 100
    return ScoringModel(kept.model.id, kept.trained_at, percent, min(max(round(float(chance) * 100), 1), 99))


@dataclass(frozen=True, slots=True)
class _Imagined:
    """What may happen, and the household's rows if it had."""

    words: Words
    standing: Standing


class _Imagining:
    """One case of a household, and what it would be if something happened."""

    def __init__(
        self, standing: Standing, household: int, period: str, book: PolicyBook, model: NumberedModel | None
    ) -> None:
        self._standing, self._household, self._period = standing, household, period
        self._book, self._model = book, model
        self._reports = [
            one
            for one in standing.reports.values()
            if one.household_id == household and one.period == period and in_a_case(one.status, one.withdrawn)
        ]
        counting = {one.arrears_id for one in self._reports if one.withdrawn is None}
        heaviest = sorted((standing.arrears[number] for number in counting), key=lambda one: -(one.last_amount or 0))
        self._open = heaviest[:_ARREARS_AT_MOST]
        self.now = self._judged([standing])[0]

    def _judged(self, standings: Iterable[Standing]) -> list[JudgedCase]:
        """The case in each of these, scored as the real one was; in one call of the model."""
        found: dict[int, dict[str, JudgedCase]] = {}
        for place, standing in enumerate(standings):
            judged = judge(standing, standing.reports, [self._household], Rules(self._book, {})).judged
            found[place] = {self._period: judged[self._household][self._period]}
        if self._model is not None:
            municipality = next(iter(self._standing.arrears.values())).municipality
            score_by_models(found, self._book, {municipality: ModelsInUse(active=self._model)})
        return [one[self._period] for one in found.values()]

    def outcomes(self, policy: Policy) -> list[tuple[Words, int | None]]:
        """What may happen with the score after it; None: the case closes."""
        imagined = list(self._may_happen(policy))
        after = self._judged(one.standing for one in imagined)
        return [
            (one.words, case.score.value if case.facts.arrears else None)
            for one, case in zip(imagined, after, strict=True)
        ]

    def _may_happen(self, policy: Policy) -> Iterator[_Imagined]:
        for one in self._open:
            yield _Imagined(would_change.paid(one.sector, self._amount(one)), self._paid(one))
        for one in self._one_of_each_sector():
            bill = policy.scoring.usual_bill_cents[one.sector]
            words = would_change.missed(one.sector, self._amount(one), bill)
            yield _Imagined(words, self._changed(replace(one, **self._risen(one, bill))))
        yield from self._threats()
        yield from self._another()
        if not any(report.warm_transfer for report in self._counting()):
            asked = replace(self._last(), warm_transfer=True)
            yield _Imagined(would_change.asks_for_help(), self._with({asked.event_id: asked}))

    def _counting(self) -> list[PlacedReport]:
        return [one for one in self._reports if one.withdrawn is None]

    def _last(self) -> PlacedReport:
        return max(self._counting(), key=lambda one: (one.signalled_on, one.event_id))

    def _amount(self, arrears: ArrearsRow) -> int | None:
        """The amount, where it tells one arrears from another."""
        alike = sum(1 for one in self._open if one.sector == arrears.sector)
        return arrears.last_amount if alike > 1 else None

    def _one_of_each_sector(self) -> list[ArrearsRow]:
        """The heaviest of each: they stand in that order."""
        return list({one.sector: one for one in reversed(self._open)}.values())

    def _paid(self, arrears: ArrearsRow) -> Standing:
        changed = {
            one.event_id: replace(
                one,
                withdrawn="paid",
                withdrawn_on=one.signalled_on,
                status="other-reason" if one.status == "not-yet-picked-up" else one.status,
            )
            for one in self._standing.reports.values()
            if one.arrears_id == arrears.id and in_a_case(one.status, one.withdrawn) and one.withdrawn is None
        }
        return self._with(changed)

    def _risen(self, arrears: ArrearsRow, bill: int) -> dict[str, int]:
        return {"last_amount": (arrears.last_amount or 0) + bill, "rise": arrears.rise + bill}

    def _threats(self) -> Iterator[_Imagined]:
        threatened = [one for one in self._open if one.last_crisis is not None]
        if threatened:
            calm = [replace(one, last_crisis=None) for one in threatened]
            yield _Imagined(would_change.threat_over(), self._changed(*calm))
            return
        for one in self._one_of_each_sector():
            if one.sector in would_change.THREAT_OF:
                crisis = would_change.THREAT_OF[one.sector]
                yield _Imagined(would_change.threatens(crisis), self._changed(replace(one, last_crisis=crisis)))

    def _another(self) -> Iterator[_Imagined]:
        """A partner of a sector that did not signal yet does, on the day of the last signal."""
        there = {self._standing.arrears[one.arrears_id].sector for one in self._counting()}
        last = self._last()
        for sector, kind in would_change.TYPE_OF.items():
            if sector in there:
                continue
            cents = USUAL_CENTS[sector]
            row = ArrearsRow(_NEW, self._open[0].municipality, "", "", sector, kind, cents, None, 0, None, None)
            report = replace(
                last,
                event_id=_NEW,
                arrears_id=_NEW,
                arisen_on=last.signalled_on - timedelta(days=would_change.DAYS),
                status="not-yet-picked-up",
                warm_transfer=False,
                raised_by=None,
                amount=cents,
            )
            imagined = self._with({_NEW: report})
            imagined.arrears[_NEW] = row
            yield _Imagined(would_change.another(sector), imagined)

    def _changed(self, *arrears: ArrearsRow) -> Standing:
        imagined = self._with({})
        imagined.arrears.update({one.id: one for one in arrears})
        return imagined

    def _with(self, reports: Mapping[int, PlacedReport]) -> Standing:
        """The rows with these instead; what was read stays as it is."""
        real = self._standing
        found = {**real.reports, **reports}
        return Standing({}, found, dict(real.arrears), real.cases, real.died, real.alike, real.tried)
