"""How many cases may one person open, one after the other? Plenty for work, too few to copy a town.

Counted is every time that the screen of a case is shown, whichever form led to it, so that no way round it copies more
(OWASP ASVS 5.0.0, 2.4.1). Nobody works two hundred households in an hour; a program asks for one each second.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from signals.web.desk import TooManyError
from signals.web.signin.limits import Limiter, Rate
from signals.web.texts import said

if TYPE_CHECKING:
    from signals.web.desk import Desk

RATE: Final = Rate(burst=120, per_minute=60)
LIMITER: Final = Limiter(RATE, name="openings of cases")
TOO_MANY: Final = (
    said("U opende heel veel zaken achter elkaar"),
    said(
        "Om de gegevens van inwoners te beschermen is er een grens aan hoeveel zaken u kort na elkaar opent. Wat u "
        "hebt opgeslagen, is bewaard. Over {seconds} seconden kunt u weer een zaak openen."
    ),
)


def count_opening(desk: Desk) -> None:
    """Count that the user sees a case. Raises TooManyError, which says so and when it may be tried again."""
    try:
        LIMITER.take(desk.user.id)
    except TooManyError as full:
        raise TooManyError(full.retry_after, TOO_MANY) from None
