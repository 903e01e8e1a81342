"""Which letters go out together? A letter run: look at what would go out, then let it go.

Nothing is sent from here: released letters are made for the print room in the next step (`work.printing`). Who looks
at the list may take letters out of it; what does not go out, and why, stands below it. What fell out between looking
and releasing is named, and the rest is confirmed anew: nothing goes out that nobody saw, or that somebody took out.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from signals.outreach.release import NotReleasedError
from signals.outreach.work.people import Actor
from signals.outreach.work.runs import FallenOutError, RunScope, release_letters, run_preview
from signals.web.desk import Page
from signals.web.office.overview import municipality_names
from signals.web.people import CASE_WORKERS
from signals.web.texts import numbers_of, said
from signals.web.words import period_words, word
from signals.web.work.teams import chosen_team, default_choice, team_choices, wanted_team

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from collections.abc import Set as AbstractSet

    from starlette.responses import Response

    from signals.outreach.work.runs import Fallen, Preview
    from signals.web.desk import Desk

REASONS: Final = {
    "other-team": said("Dit is werk van een ander team"),
    "held": said("Een overlijden is gemeld: bekijk dit eerst bij Beoordelen"),
    "visit-waits": said("Er wacht of loopt ook een huisbezoek"),
    "claimed": said("Een collega heeft dit opgepakt"),
    "step-promised": said("Er is een volgende stap afgesproken"),
    "gone": said("Dit wacht niet meer op een brief"),
}
RELEASED: Final = said("Vrijgegeven brieven: {number}. De volgende stap: «Brieven maken voor de drukker».")
ANOTHER_NUMBER: Final = said("Er gaan {number} brieven uit, zoals u hebt aangevinkt. Zet een vinkje als dat klopt.")


@dataclass(frozen=True, slots=True)
class Choice:
    """Whose letters were chosen: of which team and which municipality; "" where nothing was."""

    team: str = ""
    municipality: str = ""


def show_run(desk: Desk) -> Response:
    """What would go out."""
    return _shown(desk, _choice(desk, desk.query.get("team", ""), desk.query.get("municipality", "")))


def release_run(desk: Desk) -> Response:
    """Release the chosen letters, all or none."""
    choice = _choice(desk, desk.form.get("team"), desk.form.get("municipality"))
    chosen = numbers_of(desk.form.getlist("case"))
    if faults := _faults(desk, chosen):
        return _shown(desk, choice, status=422, kept=chosen, faults=faults)
    try:
        with desk.cursor.connection.transaction():  # of what is refused halfway nothing stays
            released = release_letters(desk.cursor, _scope(desk, choice), chosen, Actor(desk.user.id, desk.user.name))
    except FallenOutError as changed:
        return _shown(desk, choice, status=409, kept=chosen, fallen=changed.fallen)
    except NotReleasedError:
        return _shown(desk, choice, status=409, kept=chosen)
    for municipality, number in Counter(one.case.municipality for one in released).items():
        desk.did("release", "letter run", {"cases": number}, municipality=municipality)
    notice = desk.text(RELEASED, number=len({one.case.household_id for one in released}))
    return desk.go("run", notice=notice, team=choice.team or None, municipality=choice.municipality or None)


def _faults(desk: Desk, chosen: Collection[int]) -> list[tuple[str, str]]:
    """Nothing chosen, not sure, or sure of another number than that of the ticks: the page follows them by a script."""
    if not chosen:
        return [("letters", desk.text("Kies ten minste één brief."))]
    if "sure" not in desk.form:
        return [("sure", desk.text("Zet een vinkje als u de lijst hebt bekeken."))]
    if desk.form.get("number") != str(len(chosen)):
        return [("sure", desk.text(ANOTHER_NUMBER, number=len(chosen)))]
    return []


def _choice(desk: Desk, team: str, municipality: str) -> Choice:
    return Choice(chosen_team(team), municipality if municipality in desk.user.municipalities else "")


def _scope(desk: Desk, choice: Choice) -> RunScope:
    municipalities = {choice.municipality} if choice.municipality else desk.user.municipalities
    return RunScope(municipalities, desk.user.id, desk.today, wanted_team(desk.user, choice.team))


def _municipalities(desk: Desk) -> list[tuple[str, str]]:
    """What a list offers to who has several: a run goes to one print room, and the first would fill it alone."""
    if len(desk.user.municipalities) == 1:
        return []
    named = sorted(municipality_names(desk).items(), key=lambda one: one[1])
    return [("", desk.text("Alles")), *named]


def _shown(
    desk: Desk,
    choice: Choice,
    *,
    status: int = 200,
    kept: AbstractSet[int] | None = None,
    faults: Sequence[tuple[str, str]] = (),
    fallen: Sequence[Fallen] = (),
) -> Response:
    """The list; with `kept` only those are ticked that were ticked before, so what is new waits for a look."""
    preview = run_preview(desk.cursor, _scope(desk, choice))
    shown = {one.household for one in (*preview.letters, *preview.excluded)}
    desk.viewed("view-run", "letter run", households=shown | {one.household for one in fallen if one.household})
    return desk.page(
        "work/run.html",
        status=status,
        preview=preview,
        team=choice.team or default_choice(desk.user),
        choice=choice,
        teams=team_choices(desk, preview.teams),
        municipalities=_municipalities(desk),
        changed=status == 409,
        fallen=fallen,
        faults=faults,
        errors=dict(faults),
        kept=kept,
        ticked_now=_ticked(preview, kept),
        print_at=_print_at(desk, choice),
        reasons=REASONS,
        word=partial(_word, desk.language),
        period=partial(period_words, language=desk.language),
    )


def _print_at(desk: Desk, choice: Choice) -> str:
    """Where the letters of this choice are made; where that is of several municipalities, one chooses there."""
    if choice.municipality or len(desk.user.municipalities) == 1:
        return desk.url("print", municipality=choice.municipality or None)
    return desk.url("print-runs")


def _ticked(preview: Preview, kept: AbstractSet[int] | None) -> int:
    """How many are ticked as the page begins: one tick a household."""
    if kept is None:
        return sum(not letter.look_first for letter in preview.letters)
    return sum(not kept.isdisjoint(letter.cases) for letter in preview.letters)


def _word(language: str, what: str, code: str) -> str:
    return word(what, code, language)


PAGES: Final[tuple[Page, ...]] = (
    Page("run", "/brievenronde", "GET", show_run, CASE_WORKERS, shows_person=True),
    Page("run-release", "/brievenronde", "POST", release_run, CASE_WORKERS),
)
