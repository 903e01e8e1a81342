"""Which letters go out together? A letter run: look at what would go out, then let it go.

Nothing is sent from here: released letters go to print with the next step of the walk (design.md section 5). Who looks
at the list may take letters out of it; what does not go out, and why, stands below it.
"""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from signals.outreach.release import NotReleasedError
from signals.outreach.work.people import Actor, NotPossibleError
from signals.outreach.work.runs import release_run, run_preview
from signals.web.desk import Page
from signals.web.people import CASE_WORKERS
from signals.web.texts import said
from signals.web.words import word

if TYPE_CHECKING:
    from starlette.responses import Response

    from signals.outreach.work.runs import Preview
    from signals.web.desk import Desk

REASONS: Final = {
    "held": said("Een overlijden is gemeld: bekijk dit eerst bij Beoordelen"),
    "visit-waits": said("Er wacht ook een huisbezoek"),
    "claimed": said("Een collega heeft dit opgepakt"),
    "step-promised": said("Er is een volgende stap afgesproken"),
}
CHANGED: Final = said("Er is niets vrijgegeven: intussen is er iets veranderd. Bekijk de lijst opnieuw.")
_ENOUGH_DIGITS: Final = 19


def show_run(desk: Desk) -> Response:
    """What would go out."""
    return _shown(desk)


def release_letters(desk: Desk) -> Response:
    """Release the chosen letters, all or none."""
    chosen = [int(one) for one in desk.form.getlist("case") if _is_number(one)]
    seen = run_preview(desk.cursor, desk.user.municipalities)
    if not chosen or "sure" not in desk.form:
        return _shown(desk, seen, status=422, faults=_faults(desk, chosen))
    if set(chosen) - {case.id for case in seen.cases}:
        return _shown(desk, seen, status=409, problem=desk.text(CHANGED))
    try:
        with desk.cursor.connection.transaction():  # of what is refused halfway nothing stays
            released = release_run(desk.cursor, chosen, Actor(desk.user.id, desk.user.name))
    except (NotReleasedError, NotPossibleError):
        return _shown(desk, status=409, problem=desk.text(CHANGED))
    desk.did("release", "letter run", {"cases": len(released)})
    return desk.go("run", notice=desk.text("Vrijgegeven brieven: {number}.", number=len(released)))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < _ENOUGH_DIGITS


def _faults(desk: Desk, chosen: list[int]) -> list[tuple[str, str]]:
    if not chosen:
        return [("letters", desk.text("Kies ten minste één brief."))]
    return [("sure", desk.text("Zet een vinkje als u de lijst hebt bekeken."))]


def _shown(
    desk: Desk,
    preview: Preview | None = None,
    *,
    status: int = 200,
    problem: str | None = None,
    faults: list[tuple[str, str]] | None = None,
) -> Response:
    preview = preview or run_preview(desk.cursor, desk.user.municipalities)
    households = {one.household for one in preview.cases} | {one.household for one in preview.excluded}
    desk.viewed("view-run", "letter run", households=households)
    return desk.page(
        "work/run.html",
        status=status,
        preview=preview,
        problem=problem,
        faults=faults or [],
        errors=dict(faults or []),
        kept=None if status == HTTPStatus.OK else set(desk.form.getlist("case")),
        reasons=REASONS,
        word=partial(_word, desk.language),
    )


def _word(language: str, what: str, code: str) -> str:
    return word(what, code, language)


PAGES: Final[tuple[Page, ...]] = (
    Page("run", "/brievenronde", "GET", show_run, CASE_WORKERS, shows_person=True),
    Page("run-release", "/brievenronde", "POST", release_letters, CASE_WORKERS),
)
