"""In which browsers am I signed in, and how do I end that? The page of one's own sessions (OWASP ASVS 5.0.0, 7.5.2).

Whoever finds a screen open must not be able to shut its owner out elsewhere: other sessions are ended only shortly
after signing in. So one signs out and in again first, which the provider sees to.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from signals.web.desk import Page
from signals.web.people import EVERYONE
from signals.web.signin.entry import entry_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.responses import Response

    from signals.web.desk import Desk
    from signals.web.signin.sessions import OwnSession

FRESH: Final = timedelta(minutes=15)  # so long after signing in one may end other sessions
ALL: Final = "all"


def show_sessions(desk: Desk) -> Response:
    """One's own sessions, each with when it began and was last used."""
    return _page(desk, _own(desk))


def end_sessions(desk: Desk) -> Response:
    """End one other session, or all others; of somebody else's none."""
    own = _own(desk)
    if not _is_fresh(desk, own):
        return _page(desk, own, status=403)
    wanted = desk.form.get("session")
    marks = [one.mark for one in own if not one.here and wanted in {ALL, one.mark}]
    ended = entry_of(desk).sessions.end_of(desk.cursor, desk.user.id, marks)
    if ended:
        desk.did("end-sessions", "session", {"of": desk.user.id, "sessions": ended})
    return desk.go("own-sessions", notice=_said(desk, ended))


def _said(desk: Desk, ended: int) -> str:
    if not ended:
        return desk.text("Deze sessie was al beëindigd.")
    if ended == 1:
        return desk.text("Eén sessie is beëindigd.")
    return desk.text("{count} sessies zijn beëindigd.", count=ended)


def _own(desk: Desk) -> list[OwnSession]:
    return entry_of(desk).sessions.of_user(desk.cursor, desk.user.id, desk.session or "", desk.now)


def _is_fresh(desk: Desk, own: Sequence[OwnSession]) -> bool:
    return any(one.here and desk.now - one.began_at <= FRESH for one in own)


def _page(desk: Desk, own: Sequence[OwnSession], *, status: int = 200) -> Response:
    fresh = _is_fresh(desk, own)
    return desk.page("signin/sessions.html", status=status, own=own, fresh=fresh, others=len(own) > 1, everything=ALL)


PAGES: Final = (
    Page("own-sessions", "/sessies", "GET", show_sessions, EVERYONE),
    Page("own-sessions-end", "/sessies/beeindigen", "POST", end_sessions, EVERYONE),
)
