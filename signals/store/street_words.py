"""How does the database find a street that is spelled another way? Folded, kept in an index.

Under the walk: small letters and digits without accents, spaces or marks, so that "Wierdense straat" and
"Wierdensestraat" are one. What is typed goes through the same text, so the two are never folded apart.
"""

from __future__ import annotations

from typing import Final

_ACCENTED: Final = "àáâãäåçèéêëìíîïñòóôõöøùúûüýÿ"
_PLAIN: Final = "aaaaaaceeeeiiiinoooooouuuuyy"
_CAPITALS: Final = _ACCENTED.upper().replace("Ÿ", "")  # of y with dots the capital is hardly anywhere
_FOLD: Final = (
    "(regexp_replace(lower(translate({0}, '" + _ACCENTED + _CAPITALS + "', '" + _PLAIN + _PLAIN[:-1] + "')), "
    "'[^a-z0-9]', '', 'g') COLLATE \"C\")"
)
STREET: Final = _FOLD.format("street")
"""The street of a row of `reports`, folded, as its index has it."""
ASKED: Final = _FOLD.format("%(street)s::text")
"""What was typed as a street, folded."""
