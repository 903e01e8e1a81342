"""Which letters would be made for the print room? A look at them, and the act that makes a run of them.

Goes on where letters were let go (`work.runs`): what was let go and is not sent, and what is due after it, becomes a
run (docs/decisions/0039). Nothing is released that nobody saw: the form says for which preview it stands, and where
the run would be another one nothing is done and what fell out is named.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from starlette.responses import Response

from signals.errors import SignalsError, WrongUseError
from signals.outreach.letters.choosing import RunWish, preview
from signals.outreach.letters.overview import runs_posted, runs_to_post
from signals.outreach.letters.runs import release_letter_run
from signals.outreach.letters.typeset import picture, try_set
from signals.outreach.queues import policy_book
from signals.outreach.work.people import Actor
from signals.web.desk import NotFoundError, Page
from signals.web.office.overview import municipality_names
from signals.web.people import CASE_WORKERS
from signals.web.texts import DUTCH, day, numbers_of, said
from signals.web.words import word
from signals.web.work.letter_words import KINDS, LANGUAGES, Trouble, by_reason, chosen, trouble_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from signals.outreach.letters.choosing import Going, Preview
    from signals.outreach.letters.letter import Announced
    from signals.web.desk import Desk

SAMPLES: Final = 3
"""Of so many letters a page is shown before they are released."""
NOTHING: Final = said("Er gaat geen brief uit. Zaken die nu bij Beoordelen staan: {number}.")
ANNOUNCED: Final = said("{kind}: {day}, {part}")
POSTED: Final = 10
"""So many posted runs stand in the list."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Of which municipality letters are made, and in which language."""

    municipality: str
    language: str


class ChangedError(SignalsError):
    """The run would not be what the page showed; nothing was released."""

    def __init__(self, now: Preview) -> None:
        super().__init__("the letters changed since they were looked at")
        self.now = now


def show_runs(desk: Desk) -> Response:
    """The runs that are to be made and posted, and those that were posted last."""
    here, names = desk.user.municipalities, municipality_names(desk)
    return desk.page(
        "work/print_runs.html",
        runs=runs_to_post(desk.cursor, here),
        posted=runs_posted(desk.cursor, here, POSTED),
        municipalities=sorted(names.items(), key=lambda one: one[1]),
        names=names,
    )


def show_preview(desk: Desk) -> Response:
    """What would be made."""
    return _shown(desk, _choice(desk, desk.query.get("municipality", ""), desk.query.get("letters", "")))


def release_preview(desk: Desk) -> Response:
    """Make a run of what the page showed, all or nothing."""
    choice = _choice(desk, desk.form.get("municipality"), desk.form.get("letters"))
    if "sure" not in desk.form:
        unsure = desk.text("Zet een vinkje als u de brieven hebt bekeken.")
        return _shown(desk, choice, status=422, faults=[("sure", unsure)])
    if not _has_policy(desk, choice):
        raise NotFoundError("no letters are made here")
    try:
        with desk.cursor.connection.transaction():  # of what is refused halfway nothing stays
            run, done = _released(desk, choice)
    except ChangedError as changed:
        return _shown(desk, choice, status=409, fallen=_fallen(desk, changed.now))
    except WrongUseError:  # of the letter set, as the page says
        return _shown(desk, choice, status=409)
    if run is None:
        return desk.go("print-runs", notice=desk.text(NOTHING, number=len(done.faults)))
    notice = desk.text("Brieven in deze ronde: {number}. Haal ze op voor de drukker.", number=len(done.going))
    return desk.go("print-run", run=run, notice=notice)


def show_sample(desk: Desk) -> Response:
    """The first page of the letter that would go out for this case, as a picture."""
    case, language = desk.path["case"], chosen(desk.query.get("letters", ""), LANGUAGES, DUTCH)
    for municipality in sorted(desk.user.municipalities & policy_book(desk.cursor).municipalities):
        going = preview(desk.cursor, RunWish(municipality, desk.today, frozenset({case}), language)).going
        if going:
            return _sample(desk, Choice(municipality, language), going[0])
    raise NotFoundError("no letter would go out for this case")


def _sample(desk: Desk, choice: Choice, one: Going) -> Response:
    """The picture; where it cannot be made, the page that says why."""
    try:
        drawn = picture(one.letter, folder=desk.press.sets)
    except WrongUseError:
        return _shown(desk, choice, status=409)
    desk.viewed("view-letter", f"case {one.case}", households=[one.household], persons=one.to.persons)
    return Response(drawn, media_type="image/png")


def _released(desk: Desk, choice: Choice) -> tuple[int | None, Preview]:
    """Raises ChangedError, WrongUseError, within the transaction that it rolls back."""
    wish, actor = _wish(desk, choice), Actor(desk.user.id, desk.user.name)
    run, done = release_letter_run(desk.cursor, wish, actor, desk.press.sets)
    _try(desk, done)
    if seal(done) != desk.form.get("seen"):
        raise ChangedError(done)
    return run, done


def _try(desk: Desk, shown: Preview) -> None:
    """Raise WrongUseError where these letters could not be made: nothing is released that nobody can print."""
    if shown.going:
        try_set(shown.going[0].letter.sender, sorted(shown.kinds), shown.wish.language, desk.press.sets)


def _trouble(desk: Desk, shown: Preview) -> Trouble | None:
    try:
        _try(desk, shown)
    except WrongUseError as refusal:
        return trouble_of(refusal)
    return None


def seal(shown: Preview) -> str:
    """What is another text as soon as another letter would go out, or one would be to another or name another."""
    letters = [
        (
            one.case,
            one.to.persons,
            one.to.partners,
            one.to.named,
            one.letter.kind,
            one.letter.visit,
            one.letter.block.lines,
        )
        for one in shown.going
    ]
    faults = sorted(shown.faults.items())
    return hashlib.sha256(repr((shown.wish.language, letters, faults)).encode()).hexdigest()


def samples(going: Sequence[Going]) -> list[Going]:
    """The letters that are shown: the first of each kind, then the one with the most in it, then any."""
    kinds = {one.letter.kind: one for one in reversed(going)}
    fullest = sorted(going, key=lambda one: -len(one.letter.partners))
    wanted = [*(kinds[kind] for kind in KINDS if kind in kinds), *fullest[:1], *going[:SAMPLES]]
    return list({one.case: one for one in wanted}.values())[:SAMPLES]


def kinds_of(desk: Desk, going: Sequence[Going]) -> list[tuple[str, int]]:
    """How many letters of each kind; of announced visits, how many for each day and part of it."""
    found = Counter((list(KINDS).index(one.letter.kind), _when(one.letter.visit)) for one in going)
    return [(_kind(desk, list(KINDS.values())[kind], *when), found[kind, when]) for kind, when in sorted(found)]


def _when(visit: Announced | None) -> tuple[str, str]:
    return (visit.day.isoformat(), visit.part) if visit else ("", "")


def _kind(desk: Desk, name: str, on_day: str, part: str) -> str:
    if not part:
        return desk.text(name)
    shown = day(date.fromisoformat(on_day), desk.language)
    return desk.text(ANNOUNCED, kind=desk.text(name), day=shown, part=word("part", part, desk.language).lower())


def _choice(desk: Desk, municipality: str, language: str) -> Choice:
    first = min(municipality_names(desk).items(), key=lambda one: one[1])[0]
    return Choice(chosen(municipality, desk.user.municipalities, first), chosen(language, LANGUAGES, DUTCH))


def _wish(desk: Desk, choice: Choice) -> RunWish:
    return RunWish(choice.municipality, desk.today, None, choice.language)


def _has_policy(desk: Desk, choice: Choice) -> bool:
    return choice.municipality in policy_book(desk.cursor).municipalities


def _fallen(desk: Desk, now: Preview) -> list[tuple[str, Sequence[int]]]:
    """Of what the page showed, what does not go out any more, by reason."""
    going = {one.case for one in now.going}
    gone = sorted(numbers_of(desk.form.get("cases").split(",")) - going)
    again = preview(desk.cursor, RunWish(now.wish.municipality, now.wish.today, frozenset(gone))) if gone else None
    return by_reason(desk, [(one.case, one.code) for one in again.left_out]) if again else []


def _shown(
    desk: Desk,
    choice: Choice,
    *,
    status: int = 200,
    faults: Sequence[tuple[str, str]] = (),
    fallen: Sequence[tuple[str, Sequence[int]]] | None = None,
) -> Response:
    found = preview(desk.cursor, _wish(desk, choice)) if _has_policy(desk, choice) else None
    names = municipality_names(desk)
    return desk.page(
        "work/print.html",
        status=status,
        preview=found,
        choice=choice,
        municipalities=sorted(names.items(), key=lambda one: one[1]) if len(names) > 1 else [],
        languages=[(code, desk.text(words)) for code, words in LANGUAGES.items()],
        trouble=_trouble(desk, found) if found else None,
        kinds=kinds_of(desk, found.going) if found else [],
        samples=samples(found.going) if found else [],
        left_out=by_reason(desk, [(one.case, one.code) for one in found.left_out]) if found else [],
        seen=seal(found) if found else "",
        kind_names=KINDS,
        changed=fallen is not None,
        fallen=fallen or (),
        faults=faults,
        errors=dict(faults),
    )


_SAMPLE: Final = "/brievenronde/drukwerk/voorbeeld/{case:int}"
PAGES: Final[tuple[Page, ...]] = (
    Page("print-runs", "/brievenronde/drukwerk", "GET", show_runs, CASE_WORKERS),
    Page("print", "/brievenronde/drukwerk/nieuw", "GET", show_preview, CASE_WORKERS),
    Page("print-release", "/brievenronde/drukwerk/nieuw", "POST", release_preview, CASE_WORKERS),
    Page("print-sample", _SAMPLE, "GET", show_sample, CASE_WORKERS, shows_person=True),
)
