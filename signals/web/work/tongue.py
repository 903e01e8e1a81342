"""Does somebody want to read on in the other language in the midst of filling in a form?

A button in the form itself sends what was typed so far, so that nothing is lost, with a script or without: the page
comes back in that language, with the form as it was, and nothing is done or checked.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from signals.web import cookies
from signals.web.texts import LANGUAGES

if TYPE_CHECKING:
    from starlette.responses import Response

    from signals.web.desk import Desk

FIELD: Final = "language"
_A_YEAR: Final = 365 * 24 * 3600


def switches_language(desk: Desk) -> bool:
    """Whether the form was sent by its language button; from here on the desk speaks that language."""
    wish = desk.form.get(FIELD)
    if wish not in LANGUAGES:
        return False
    desk.visit = replace(desk.visit, language=wish)
    return True


def keeping_language(desk: Desk, response: Response) -> Response:
    """The answer, after which every page is in the language of the desk."""
    desk.jar.put(response, cookies.LANGUAGE, desk.language, seconds=_A_YEAR)
    return response
