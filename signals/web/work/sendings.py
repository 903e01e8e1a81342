"""Which released letters are not sent yet? By release, and one act for all that went to the post together.

For letters that are printed elsewhere; those that lie in a run for the print room are posted there (`work.print_run`).
A letter that was released reached nobody before it is sent, so the clock of the first contact attempt runs on
(docs/decisions/0037). Whoever brings the letters away says on which day; each household then has its attempt. What
cannot be sent any more is left out and named, so that it can be taken out of the pile.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from signals.outreach.letters.overview import in_open_run, runs_to_post
from signals.outreach.work.people import Actor, NotPossibleError
from signals.outreach.work.sent import (
    SHOWN,
    letters_of_release,
    letters_sent,
    moment_of,
    sent_today,
    undo_letters_sent,
    unsent_releases,
)
from signals.web.desk import NotFoundError, Page
from signals.web.people import CASE_WORKERS, Role
from signals.web.texts import day_of, number_of, numbers_of, said
from signals.web.work.obstacles import OBSTACLES

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date, datetime

    from starlette.responses import Response

    from signals.outreach.work.sent import ReleasedLetter, Sending
    from signals.web.desk import Desk

REASONS: Final = {
    "gone": said("Deze zaak is er niet meer"),
    "closed": said("De zaak is intussen gesloten"),
    "held": said("Een overlijden is gemeld: houd deze brief tegen"),
    "changed": said("De zaak veranderde na de vrijgave: er gaat geen brief uit, of hij wordt opnieuw vrijgegeven"),
    "visit-waits": said("Er wacht of loopt een huisbezoek"),
    "sent": said("Deze brief staat al als verstuurd"),
    "followed": said("Hierna is er meer gedaan: haal de contactpoging door bij de zaak zelf"),
}


def show_sendings(desk: Desk) -> Response:
    """What was released and is not sent, and what was marked as sent today."""
    return _all(desk)


def show_sending(desk: Desk) -> Response:
    """The letters of one release."""
    return _one(desk, _release(desk), {"on_day": desk.today.isoformat()})


def mark_sent(desk: Desk) -> Response:
    """These letters were sent on that day."""
    at, form = _release(desk), desk.form
    chosen = numbers_of(form.getlist("case"))
    typed, day = {"on_day": form.get("on_day")}, _day(form.get("on_day"))
    letters = letters_of_release(desk.cursor, desk.user.municipalities, at)
    faults = _faults(desk, chosen, day, letters)
    if day is None or faults:
        return _one(desk, at, typed, status=422, kept=chosen, faults=faults)
    actor, here = Actor(desk.user.id, desk.user.name), desk.user.municipalities
    try:
        with desk.cursor.connection.transaction():  # of what is refused halfway nothing stays
            done = letters_sent(desk.cursor, chosen, day, actor, municipalities=here, today=desk.today)
    except NotPossibleError as refusal:
        return _one(desk, at, typed, status=409, kept=chosen, faults=[("on_day", desk.text(OBSTACLES[refusal.code]))])
    _log(desk, "attempt", done)
    if done.left:
        return _one(desk, at, typed, done=done)
    return desk.go("sendings", notice=desk.text("Als verstuurd bewaard: {number}.", number=len(done.households)))


def take_back(desk: Desk) -> Response:
    """That was a mistake: these letters are still to be sent."""
    number, user = number_of(desk.form.get("sent")), desk.user
    at = None if number is None else moment_of(number)
    if at is None:
        raise NotFoundError("there is no such act")
    actor, lead = Actor(user.id, user.name), Role.TEAM_LEAD in user.roles
    try:
        with desk.cursor.connection.transaction():
            done = undo_letters_sent(
                desk.cursor,
                at,
                desk.form.get("by"),
                actor,
                municipalities=user.municipalities,
                team_lead=lead,
                today=desk.today,
            )
    except NotPossibleError as refusal:
        return _all(desk, status=409, problem=desk.text(OBSTACLES[refusal.code]))
    _log(desk, "undo-attempt", done)
    if done.left:
        return _all(desk, done=done)
    notice = said("Teruggenomen: {number}.") if done.homes else said("Dit was al teruggenomen.")
    return desk.go("sendings", notice=desk.text(notice, number=len(done.homes)))


def _log(desk: Desk, action: str, done: Sending) -> None:
    """A line for the act as a whole; those of each case are written with it."""
    for municipality, number in sorted(Counter(done.homes.values()).items()):
        desk.did(action, "letter run", {"cases": number}, municipality=municipality)


def _release(desk: Desk) -> datetime:
    at = moment_of(desk.path["release"])
    if at is None:
        raise NotFoundError("there is no such release")
    return at


def _day(text: str) -> date | None:
    try:
        return day_of(text)
    except ValueError:
        return None


def _faults(
    desk: Desk, chosen: Collection[int], day: date | None, letters: Sequence[ReleasedLetter]
) -> list[tuple[str, str]]:
    faults = [] if chosen else [("letters", desk.text("Kies ten minste één brief."))]
    if day is None:
        return [*faults, ("on_day", desk.text("Vul een datum in, bijvoorbeeld 2-11-2026."))]
    if day > desk.today:
        faults.append(("on_day", desk.text("Deze dag moet nog komen. Vul de dag in waarop de brieven weggingen.")))
    if any(letter.released_on is not None and day < letter.released_on for letter in letters):
        faults.append(("on_day", desk.text("Op deze dag waren de brieven nog niet vrijgegeven.")))
    return faults


def _one(
    desk: Desk,
    at: datetime,
    typed: dict[str, str],
    *,
    status: int = 200,
    kept: Collection[int] | None = None,
    faults: Sequence[tuple[str, str]] = (),
    done: Sending | None = None,
) -> Response:
    """The letters of a release; with `kept` those are ticked that were ticked before, else all."""
    letters = letters_of_release(desk.cursor, desk.user.municipalities, at)
    left = [one.household for one in done.left if one.household is not None] if done else []
    if not letters and not left:  # of another municipality, or long done with
        raise NotFoundError("there is no such release")
    runs = in_open_run(desk.cursor, {one.household for one in letters})
    going = [one for one in letters if one.hindrance is None and one.household not in runs]
    printing = Counter(runs[one.household] for one in letters if one.hindrance is None and one.household in runs)
    staying = [one for one in letters if one.hindrance not in {None, "sent"}][:SHOWN]
    there_is_more, going = len(going) > SHOWN, going[:SHOWN]
    shown = {*left, *(one.household for one in (*going, *staying))}
    desk.viewed("view-run", "letter run", households=shown)
    return desk.page(
        "work/sending.html",
        status=status,
        at=at,
        number=desk.path["release"],
        going=going,
        printing=sorted(printing.items()),
        more=there_is_more,
        ticked=len(going) if kept is None else sum(one.case in kept for one in going),
        kept=kept,
        staying=staying,
        typed=typed,
        faults=faults,
        errors=dict(faults),
        done=done,
        reasons=REASONS,
    )


def _all(desk: Desk, *, status: int = 200, problem: str | None = None, done: Sending | None = None) -> Response:
    own = None if Role.TEAM_LEAD in desk.user.roles else desk.user.id
    if done:
        shown = {one.household for one in done.left if one.household is not None}
        desk.viewed("view-run", "letter run", households=shown)
    return desk.page(
        "work/sendings.html",
        status=status,
        problem=problem,
        runs=runs_to_post(desk.cursor, desk.user.municipalities),
        releases=unsent_releases(desk.cursor, desk.user.municipalities),
        sent=sent_today(desk.cursor, desk.user.municipalities, desk.today, own),
        done=done,
        reasons=REASONS,
    )


PAGES: Final[tuple[Page, ...]] = (
    Page("sendings", "/brievenronde/verstuurd", "GET", show_sendings, CASE_WORKERS),
    Page("sending", "/brievenronde/verstuurd/{release:int}", "GET", show_sending, CASE_WORKERS, shows_person=True),
    Page("sending-sent", "/brievenronde/verstuurd/{release:int}", "POST", mark_sent, CASE_WORKERS),
    Page("sendings-undo", "/brievenronde/verstuurd/terug", "POST", take_back, CASE_WORKERS),
)
