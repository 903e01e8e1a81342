"""A form could not be taken: how does what was typed get back to who typed it?

Between `answering` and the templates. The session ended, the page was of an older one, or the database was away: the
answer holds every field as it was sent, so that it can be sent again, by the same person only. What was typed may be
about residents, so it stands in that one page of the browser and nowhere else: in no address, cookie, log or table.

Only a form that we made ourselves, for a known user, and that comes from our own page is held: else another site could
have us show a form of its own making.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from signals.web import cookies
from signals.web.guard import TOKEN, form_token, held_binding, is_from_here, own_path, owner_of, seal_in
from signals.web.texts import said

if TYPE_CHECKING:
    from starlette.responses import Response

    from signals.web.cookies import Jar
    from signals.web.desk import Form, Visit
    from signals.web.people import User
    from signals.web.templating import Templates

SHORTEST_TEXT: Final = 20  # letters; what is longer, or has a space or a new line, somebody may have written


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a form was not taken, in words.

    Attributes:
        status: what is answered.
        heading: of the page.
        advice: what happened and what to do; {seconds} is filled in.
        again: whether sending it again can help.
        signing_in: whether one has to sign in first.
        shown: whether who reads the page may read what was sent.
    """

    status: int
    heading: str
    advice: str
    again: bool = True
    signing_in: bool = False
    shown: bool = True


ENDED: Final = Reason(
    403,
    said("U bent niet meer aangemeld"),
    said("U was te lang weg, of u hebt u in een ander tabblad afgemeld. Er is nog niets bewaard of gedaan."),
    signing_in=True,
)
RENEWED: Final = Reason(
    403,
    said("U hebt u intussen opnieuw aangemeld"),
    said("Dit formulier is van daarvoor. Er is nog niets bewaard of gedaan. Verstuur het hieronder opnieuw."),
)
OF_ANOTHER: Final = Reason(
    403,
    said("Dit is ingevuld door iemand anders"),
    said(
        "Dit formulier is van een collega die hier eerder was aangemeld. Er is nog niets bewaard of gedaan. Meld u in "
        "een ander tabblad af en laat die collega zich daar aanmelden. Daarna kan die collega het hier versturen."
    ),
    shown=False,
)
UNSURE: Final = said(
    "Het ging mis bij het bewaren zelf. Misschien is het toch bewaard: kijk dat eerst na in een nieuw tabblad, voordat "
    "u het opnieuw verstuurt."
)
_REASONS: Final = (
    Reason(
        403,
        said("Dit mag u niet doen"),
        said("Uw rol geeft hier geen toegang toe. Er is niets bewaard of gedaan."),
        again=False,
    ),
    Reason(
        404,
        said("Deze pagina bestaat niet"),
        said("Wat hier stond is er niet meer, of is niet van uw gemeente. Er is niets bewaard of gedaan."),
        again=False,
    ),
    Reason(
        429,
        said("Te vaak geprobeerd"),
        said("Er is nog niets bewaard of gedaan. Wacht {seconds} seconden en verstuur het dan opnieuw."),
    ),
    Reason(
        500,
        said("Er ging iets mis"),
        said("Er is niets bewaard of gedaan. Verstuur het later opnieuw, of meld het bij de beheerder."),
    ),
    Reason(
        503,
        said("Even niet bereikbaar"),
        said(
            "De gegevens zijn nu niet te bereiken. Er is niets bewaard of gedaan. Verstuur het over een minuut opnieuw."
        ),
    ),
)
_OF_STATUS: Final = {reason.status: reason for reason in _REASONS}


@dataclass(frozen=True, slots=True)
class Field:
    """One field as it was sent; `written` when somebody may have written it, so that it is shown."""

    name: str
    text: str
    written: bool


@dataclass(frozen=True, slots=True)
class Held:
    """What was sent to a page of ours, by a form that we made for somebody."""

    visit: Visit
    form: Form
    owner: str  # the id of the user for whom the form was made

    @property
    def fields(self) -> list[Field]:
        """What was sent, in order, without the token."""
        return [Field(name, text, _is_written(text)) for name, text in self.form.items() if name != TOKEN]


def held(visit: Visit, form: Form, jar: Jar, origin: str) -> Held | None:
    """What was sent, when it came from a form that we made for somebody; else None: it is not shown to anyone."""
    owner = owner_of(jar, form) if is_from_here(visit, origin) else None
    return None if owner is None else Held(visit, form, owner)


def reason_for(status: int, kept: Held) -> Reason | None:
    """Why what was sent could not be taken, when that is worth telling with it; None where nothing would be lost."""
    reason = _OF_STATUS.get(status)
    return reason if reason and (reason.again or any(field.written for field in kept.fields)) else None


def held_page(
    templates: Templates,
    jar: Jar,
    user: User | None,
    kept: Held,
    reason: Reason,
    *,
    unsure: bool = False,
    seconds: int = 0,
) -> Response:
    """The page that holds what was sent.

    Args:
        templates: of the pages.
        jar: of the cookies.
        user: who is signed in now.
        kept: what was sent.
        reason: why it was not taken.
        unsure: whether it may have been kept after all.
        seconds: how long to wait.
    """
    before = _before(jar, kept.visit)
    values = {
        "reason": reason,
        "advice": UNSURE if unsure else reason.advice,
        "seconds": seconds,
        "action": own_path(kept.visit.path),
        "fields": kept.fields,
        "token": form_token(held_binding(before), seal_in(kept.form)),
    }
    response = templates.page(kept.visit, user, "held.html", reason.status, values)
    jar.put(response, cookies.BEFORE, before)
    return response


def _before(jar: Jar, visit: Visit) -> str:
    """The browser's cookie of before signing in, which outlives its sessions; a new one where it has none."""
    if jar.read(visit.cookies, cookies.SESSION) is None:
        return visit.binding  # that very cookie
    return jar.read(visit.cookies, cookies.BEFORE) or secrets.token_urlsafe(32)


def _is_written(text: str) -> bool:
    return len(text.strip().split()) > 1 or len(text) > SHORTEST_TEXT
