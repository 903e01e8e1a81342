"""How does the database find a street that is spelled another way? Folded, kept in an index.

Under the walk: small letters and digits without accents, spaces or marks, and the last part of a name written out, so
that "Wierdense straat", "Wierdensestraat" and "Wierdensestr." are one. A name may end as an abbreviation does
("Abraham Lincoln"): so what is typed is asked for both as it stands (`ASKED`) and written out (`WRITTEN_OUT`).
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import DDL, event

from signals.store.base import Base

ABBREVIATED: Final = (
    ("strwg", "straatweg"),
    ("str", "straat"),
    ("pln", "plein"),
    (r"pl\.", "plein"),  # without its dot it may be the beginning of "plantsoen"
    ("ln", "laan"),
    ("wg", "weg"),
    ("pd", "pad"),
    ("kd", "kade"),
    ("sngl", "singel"),
    ("sgl", "singel"),
    ("dk", "dijk"),
    ("gr", "gracht"),
    ("hf", "hof"),
    ("plnts", "plantsoen"),
)
"""How the last part of a street's name is shortened, and what it is in full."""
_ACCENTED: Final = "àáâãäåçèéêëìíîïñòóôõöøùúûüýÿ"
_PLAIN: Final = "aaaaaaceeeeiiiinoooooouuuuyy"
_CAPITALS: Final = _ACCENTED.upper().replace("Ÿ", "")  # of y with dots the capital is hardly anywhere
_LETTERS: Final = "lower(translate({0}, '" + _ACCENTED + _CAPITALS + "', '" + _PLAIN + _PLAIN[:-1] + "'))"
_FOLD: Final = "(regexp_replace({0}, '[^a-z0-9]', '', 'g') COLLATE \"C\")"


_SHORT: Final = "|".join(short for short, _ in ABBREVIATED)
# Written so as the last word of all it is a part of the name; elsewhere it is another word ("Gr. Markt").
_JOINED: Final = rf"regexp_replace({{0}}, '([a-z0-9]{{{{2}}}})[ -]+(({_SHORT})[^a-z]*)$', '\1\2')"


def _written_out(text: str) -> str:
    """The expression in which each of `ABBREVIATED` is replaced where a word of `text` ends so."""
    text = _JOINED.format(text)
    for short, full in ABBREVIATED:
        text = f"regexp_replace({text},\n        '([a-z0-9][a-z]){short}(?![a-z0-9])', '\\1{full}', 'g')"
    return text


# Most streets have none, and go the short way.
FUNCTION: Final = f"""
CREATE FUNCTION street_words(street text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT regexp_replace(CASE WHEN street ~* '({_SHORT})($|[^a-z0-9])' THEN
        {_written_out(_LETTERS.format("street"))}
    ELSE {_LETTERS.format("street")} END,
    '[^a-z0-9]', '', 'g')
$$
"""
STREET: Final = '(street_words(street) COLLATE "C")'
"""The street of a row of `reports`, written out and folded, as its index has it."""
ASKED: Final = _FOLD.format(_LETTERS.format("%(street)s::text"))
"""What was typed as a street, folded."""
WRITTEN_OUT: Final = '(street_words(%(street)s::text) COLLATE "C")'
"""The same, written out."""

event.listen(Base.metadata, "before_create", DDL(FUNCTION.replace("%", "%%")))  # type: ignore[no-untyped-call]  # SQLAlchemy left it untyped
