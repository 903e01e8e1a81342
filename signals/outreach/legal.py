"""Is this a legal person, which the law does not mean? (borders.md section 4.2, domain.md section 4.6)

Pure. Sole traders, VOF, CV and maatschap stay in: their business name may stand in the name field.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from signals.contract.events import Person

_LEGAL_FORM: Final = re.compile(
    r"(?<!\w)(?:b\.v\.|bv|n\.v\.|nv|stichting|vereniging|co[oö]peratie(?:ve)?)(?!\w)", re.IGNORECASE
)
# A bewindvoerder is an extension of the resident (domain.md section 4.5), also inside a word.
_ON_BEHALF: Final = ("bewind", "inzake", "c/o")


def is_legal_person(person: Person) -> bool:
    """Whether the signal concerns a company or an association and nobody in person."""
    if person.surname is not None and person.surname.strip():
        return False
    name = unicodedata.normalize("NFC", person.business_name or "")
    if not _LEGAL_FORM.search(name):
        return False
    return not any(word in name.lower() for word in _ON_BEHALF)
