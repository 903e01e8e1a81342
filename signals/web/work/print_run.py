"""How far is a run of letters, and what is to be done with it? Fetched for the print room, posted, come back.

Before letters are fetched or posted, the page says which of them must not go out any more. Who posts had to see that:
a letter that was printed and fell out since lies in the pile. The files are made as an errand (`web.press`), so that
nobody else waits for them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import IO, TYPE_CHECKING, Final

from starlette.background import BackgroundTask
from starlette.responses import Response, StreamingResponse

from signals.errors import SignalsError, WrongUseError
from signals.outreach.letters.age import RunTooOldError, last_posting
from signals.outreach.letters.announcements import last_posting_of
from signals.outreach.letters.codes import RETURN_REASONS
from signals.outreach.letters.letter import LetterError
from signals.outreach.letters.mail import mark_posted, record_returned
from signals.outreach.letters.mistaken import may_undo_returned, returned_at, undo_returned
from signals.outreach.letters.overview import returned_of
from signals.outreach.letters.runs import (
    SENT,
    LetterRunError,
    cancel_run,
    left_out_of,
    letters_of_run,
    lock_run,
    run_of,
    sender_of,
    to_take_out,
)
from signals.outreach.letters.typeset import typeset_one
from signals.outreach.work.people import Actor
from signals.outreach.work.teams import policy_today
from signals.web.desk import NotFoundError, Page
from signals.web.errands import PRESS, Errand
from signals.web.office.overview import municipality_names
from signals.web.people import CASE_WORKERS, Role
from signals.web.texts import day_of, numbers_of, said
from signals.web.words import options, word
from signals.web.work.letter_words import KINDS, LANGUAGES, STATES, Trouble, by_reason, chosen, code_words, trouble_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from signals.outreach.letters.runs import Run, RunLetter
    from signals.web.desk import Desk

CHUNK: Final = 64 * 1024
NEEDED: Final = said("Zet een vinkje als dit klopt.")
BUSY: Final = said("Er worden nu al brieven gemaakt. Probeer het over een minuut opnieuw.")
POSTED: Final = said("Deze ronde is al op de post.")
EMPTY: Final = said("Van deze ronde is geen brief meer over: alle zijn eruit gehaald.")
CHANGED: Final = said("Intussen is er iets veranderd. Bekijk de lijst opnieuw.")
FALLEN: Final = said(
    "Er is niets als verstuurd bewaard: intussen vielen er brieven uit. Haal ze uit de stapel en meld het opnieuw."
)
NOT_FETCHED: Final = said("De brieven van deze ronde zijn nog niet opgehaald. Haal ze eerst op en laat ze drukken.")
TOO_OLD: Final = said(
    "Deze ronde is te lang blijven liggen: wie de brief nu krijgt, heeft te weinig tijd om te antwoorden. Gingen de "
    "brieven eerder op de post? Vul dan die dag in. Neem anders de ronde terug en maak een nieuwe."
)
OTHER_TEXTS: Final = said(
    "De teksten van de brieven zijn veranderd nadat deze ronde is vrijgegeven. Neem de ronde terug en maak een nieuwe."
)


@dataclass(frozen=True, slots=True)
class Stopped:
    """A letter that does not go out any more: why, and whether it was printed before it fell out."""

    letter: RunLetter
    code: str
    printed: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """A run with its letters, and how it stands with them."""

    run: Run
    letters: Sequence[RunLetter]
    stopped: Sequence[Stopped]
    returned: Mapping[int, str]

    @property
    def going(self) -> list[RunLetter]:
        """The letters that go out, or went."""
        out = {one.letter.id for one in self.stopped}
        return [one for one in self.letters if one.id not in out]

    @property
    def in_the_pile(self) -> list[Stopped]:
        """What is to be taken out of the pile, as long as that is not posted."""
        return [one for one in self.stopped if one.printed] if self.run.posted_at is None else []

    @property
    def is_open(self) -> bool:
        """Whether there is something to fetch and to post."""
        return self.run.posted_at is None and any(one.state == "released" for one in self.letters)


def show_run(desk: Desk) -> Response:
    """The run and its letters."""
    return _shown(desk, _standing(desk))


def fetch_files(desk: Desk) -> Response | Errand[IO[bytes] | SignalsError | None]:
    """All files of the run as one ZIP."""
    standing = _standing(desk)
    if not standing.is_open:
        return _refused(desk, standing)
    packed = partial(desk.press.packed, standing.run.id, Actor(desk.user.id, desk.user.name))
    return Errand(packed, _fetched, None, PRESS)


def show_letter(desk: Desk) -> Response:
    """One letter as PDF, as it is or will be printed; where it cannot be made now, the page of its run says why."""
    standing = _standing(desk)
    found = next((one for one in standing.letters if one.id == desk.path["letter"]), None)
    if found is None:
        raise NotFoundError("there is no such letter in this run")
    try:
        printed = typeset_one(found.letter(sender_of(standing.run)), desk.press.sets)
    except (LetterError, WrongUseError) as refusal:
        return _shown(desk, standing, status=409, trouble=trouble_of(refusal))
    desk.viewed("view-letter", f"case {found.case}", households=[found.household], persons=[found.person])
    named = {"Content-Disposition": f'inline; filename="{found.id}.pdf"'}
    return Response(printed.pdf, media_type="application/pdf", headers=named)


def post_run(desk: Desk) -> Response:
    """The letters of this run are in the post."""
    day = _day(desk.form.get("on_day"))
    standing = _locked(desk, day)
    if faults := _faults(desk, standing.run, day):
        return _shown(desk, standing, status=422, faults=faults)
    unseen = {one.letter.id for one in standing.in_the_pile} - numbers_of(desk.form.get("stopped").split(","))
    if not standing.is_open or standing.run.written_at is None or unseen:
        return _refused(desk, standing, NOT_FETCHED if standing.run.written_at is None else FALLEN)
    try:
        done = mark_posted(desk.cursor, standing.run.id, day or desk.today, _actor(desk), today=desk.today)
    except RunTooOldError:
        return _refused(desk, standing, TOO_OLD)
    return desk.go("print-run", run=done.run.id, notice=desk.text("Op de post: {number}.", number=len(done.letters)))


def letters_returned(desk: Desk) -> Response:
    """These letters came back."""
    standing = _locked(desk)
    open_letters = {one.id for one in standing.going if one.state == "posted"} - standing.returned.keys()
    ticked = numbers_of(desk.form.getlist("letter"))
    reason = chosen(desk.form.get("reason"), RETURN_REASONS)
    faults = [] if ticked else [("letters", desk.text("Kies ten minste één brief."))]
    faults += [] if reason else [("reason", desk.text("Kies waarom de brief terugkwam."))]
    faults += [] if "certain" in desk.form else [("certain", desk.text(NEEDED))]
    if faults:
        return _shown(desk, standing, status=422, faults=faults, kept=ticked)
    if not ticked <= open_letters:
        return _shown(desk, standing, status=409, trouble=Trouble(CHANGED))
    for letter in _in_order(standing, ticked):
        record_returned(desk.cursor, letter, reason, _actor(desk), today=desk.today)
    notice = desk.text("Teruggekomen, en nu bij Beoordelen: {number}.", number=len(ticked))
    return desk.go("print-run", run=standing.run.id, notice=notice)


def letters_not_returned(desk: Desk) -> Response:
    """These letters did not come back after all."""
    standing = _locked(desk)
    ticked = numbers_of(desk.form.getlist("not_returned"))
    faults = [] if ticked else [("not_returned", desk.text("Kies ten minste één brief."))]
    faults += [] if "mistaken" in desk.form else [("mistaken", desk.text(NEEDED))]
    if faults:
        return _shown(desk, standing, status=422, faults=faults, kept=ticked)
    if not ticked <= {one.id for one in _undoable(desk, standing)}:
        return _shown(desk, standing, status=409, trouble=Trouble(CHANGED))
    for letter in _in_order(standing, ticked):
        undo_returned(desk.cursor, letter, _actor(desk), team_lead=_is_lead(desk), today=desk.today)
    return desk.go("print-run", run=standing.run.id, notice=desk.text("Toch niet terug: {number}.", number=len(ticked)))


def _in_order(standing: Standing, ticked: Collection[int]) -> list[int]:
    """These letters in the order in which every act locks their households."""
    return [one.id for one in sorted(standing.letters, key=lambda one: one.household) if one.id in ticked]


def _announce_by(desk: Desk, standing: Standing) -> date | None:
    """By when the letters of the run that announce a visit must be in the post: later they are taken out."""
    days = {(one.visit.day, date.fromisoformat(one.contents["answer_by"])) for one in standing.going if one.visit}
    if not days or not standing.is_open:
        return None
    policy = policy_today(desk.cursor, standing.run.municipality)
    return min(last_posting_of(*one, policy) for one in days)


def _undoable(desk: Desk, standing: Standing) -> list[RunLetter]:
    """The letters of which this user may say that they did not come back."""
    at = returned_at(desk.cursor, standing.run.id) if standing.returned else {}
    may = {one for one in at if may_undo_returned(at[one], team_lead=_is_lead(desk), today=desk.today)}
    return [one for one in standing.going if one.id in may]


def _is_lead(desk: Desk) -> bool:
    return Role.TEAM_LEAD in desk.user.roles


def take_run_back(desk: Desk) -> Response:
    """None of these letters goes out."""
    standing = _locked(desk)
    if not standing.is_open:
        return _refused(desk, standing)
    if "back" not in desk.form:
        return _shown(desk, standing, status=422, faults=[("back", desk.text(NEEDED))])
    gone = cancel_run(desk.cursor, standing.run.id, _actor(desk))
    notice = desk.text("Ronde teruggenomen. Brieven eruit gehaald: {number}.", number=len(gone))
    return desk.go("print-runs", notice=notice)


def _fetched(desk: Desk, made: IO[bytes] | SignalsError | None) -> Response:
    if made is None:
        return _shown(desk, _standing(desk), status=503, trouble=Trouble(BUSY))
    if isinstance(made, LetterRunError):
        return _refused(desk, _standing(desk), TOO_OLD if isinstance(made, RunTooOldError) else OTHER_TEXTS)
    if isinstance(made, SignalsError):
        return _shown(desk, _standing(desk), status=409, trouble=trouble_of(made))
    return StreamingResponse(
        iter(lambda: made.read(CHUNK), b""),
        media_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="brievenronde-{desk.path["run"]}.zip"'},
        background=BackgroundTask(made.close),
    )


def _refused(desk: Desk, standing: Standing, otherwise: str = CHANGED) -> Response:
    """It cannot be done with the run as it stands: the page anew, with the reason."""
    closed = EMPTY if standing.run.posted_at is None else POSTED
    return _shown(desk, standing, status=409, trouble=Trouble(otherwise if standing.is_open else closed))


def _faults(desk: Desk, run: Run, day: date | None) -> list[tuple[str, str]]:
    faults = []
    if day is None:
        faults.append(("on_day", desk.text("Vul een datum in, bijvoorbeeld 2-11-2026.")))
    elif day > desk.today:
        faults.append(("on_day", desk.text("Deze dag moet nog komen. Vul de dag in waarop de brieven weggingen.")))
    elif day < run.on_day:
        faults.append(("on_day", desk.text("Op deze dag waren de brieven nog niet vrijgegeven.")))
    return faults if "sure" in desk.form else [*faults, ("sure", desk.text(NEEDED))]


def _day(text: str) -> date | None:
    try:
        return day_of(text)
    except ValueError:
        return None


def _actor(desk: Desk) -> Actor:
    return Actor(desk.user.id, desk.user.name)


def _locked(desk: Desk, posted_on: date | None = None) -> Standing:
    """As `_standing`; nobody else changes it until the answer."""
    lock_run(desk.cursor, _own_run(desk).id)
    return _standing(desk, posted_on)


def _own_run(desk: Desk) -> Run:
    try:
        run = run_of(desk.cursor, desk.path["run"], desk.user.municipalities)
    except LetterRunError:
        raise NotFoundError("there is no such run") from None
    desk.may_see(run.municipality)
    return run


def _standing(desk: Desk, posted_on: date | None = None) -> Standing:
    """The run as it stands; `posted_on`: as whoever posted it on that day, if it can be that, must know it."""
    run = _own_run(desk)
    letters = letters_of_run(desk.cursor, run.id)
    can_be = posted_on is not None and run.on_day <= posted_on <= desk.today
    stopped = _stopped(desk, run, letters, posted_on if can_be else None)
    return Standing(run, letters, stopped, returned_of(desk.cursor, run.id))


def _stopped(desk: Desk, run: Run, letters: Sequence[RunLetter], posted_on: date | None) -> list[Stopped]:
    """What was taken out, and what would be if the run were written or posted now.

    What fell out after letters were really posted lies in a letterbox, and is to be taken out of no pile.
    """
    codes = {one.id: one.code for one in letters if one.state == "taken-out"}
    if run.posted_at is None:
        codes |= {one.letter: one.code for one in to_take_out(desk.cursor, run.id, posted_on) if one.code != SENT}
    return [Stopped(one, codes[one.id] or "", one.sha256 is not None) for one in letters if one.id in codes]


def _shown(
    desk: Desk,
    standing: Standing,
    *,
    status: int = 200,
    faults: Sequence[tuple[str, str]] = (),
    trouble: Trouble | None = None,
    kept: Collection[int] = (),
) -> Response:
    households = {one.household for one in standing.letters}
    desk.viewed("view-run", "letter run", households=households)
    said_of = partial(code_words, desk.language)
    return desk.page(
        "work/print_run.html",
        status=status,
        standing=standing,
        run=standing.run,
        municipality=municipality_names(desk).get(standing.run.municipality, standing.run.municipality),
        kinds=Counter(one.kind for one in standing.going),
        kind_names=KINDS,
        part_names=dict(options("part", desk.language)),
        language_names=LANGUAGES,
        states=STATES,
        left_out=by_reason(desk, _left_out(desk, standing)),
        reasons=[("", desk.text("Maak een keuze")), *options("returned", desk.language)],
        post_by=last_posting(desk.cursor, standing.run) if standing.is_open else None,
        announce_by=_announce_by(desk, standing),
        undoable=_undoable(desk, standing),
        returned=partial(_returned, desk.language, standing.returned),
        code_words=said_of,
        stopped=",".join(str(one.letter.id) for one in standing.stopped),
        typed={"on_day": desk.form.get("on_day", desk.today.isoformat()), "reason": desk.form.get("reason")},
        kept=kept,
        trouble=trouble,
        faults=faults,
        errors=dict(faults),
    )


def _left_out(desk: Desk, standing: Standing) -> list[tuple[int, str]]:
    """The cases that were left out at the release; what fell out since is told of each letter."""
    letters = {one.case for one in standing.letters}
    return [(case, code) for case, code in left_out_of(desk.cursor, standing.run.id) if case not in letters]


def _returned(language: str, found: Mapping[int, str], letter: int) -> str:
    return word("returned", found[letter], language) if letter in found else ""


_AT: Final = "/brievenronde/drukwerk/{run:int}"
PAGES: Final[tuple[Page, ...]] = (
    Page("print-run", _AT, "GET", show_run, CASE_WORKERS, shows_person=True),
    Page("print-files", f"{_AT}/bestanden", "POST", fetch_files, CASE_WORKERS),
    Page("print-letter", f"{_AT}/brief/{{letter:int}}", "GET", show_letter, CASE_WORKERS, shows_person=True),
    Page("print-posted", f"{_AT}/op-de-post", "POST", post_run, CASE_WORKERS),
    Page("print-returned", f"{_AT}/teruggekomen", "POST", letters_returned, CASE_WORKERS),
    Page("print-not-returned", f"{_AT}/toch-niet-terug", "POST", letters_not_returned, CASE_WORKERS),
    Page("print-back", f"{_AT}/terugnemen", "POST", take_run_back, CASE_WORKERS),
)
