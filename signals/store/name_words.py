"""How does the database find a person by a name that is spelled another way? By folded words, kept in an index.

Under the walk: the same folding as `households.names.fold`, as far as Latin letters go, in SQL, so that the index keeps
itself: small letters, no accents, ss as s, ij as y, and every word of the names apart. Prefixes stay in; who asks
leaves them out. A test holds the two foldings beside each other.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import DDL, event

from signals.store.base import Base

# Plain letters, as most names are, go a short way. Else first accents and letters that Unicode does not take apart,
# then what elides ("d'Hondt", "in't Veld"), then whatever is no letter.
FUNCTION: Final = r"""
CREATE FUNCTION name_words(names text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT array_to_tsvector(array_remove(string_to_array(regexp_replace(replace(CASE
    WHEN names ~ '^[A-Za-z ]*$' THEN lower(names)
    ELSE regexp_replace(replace(regexp_replace(regexp_replace(
        translate(replace(replace(replace(replace(
            lower(regexp_replace(normalize(translate(names, '’‘ʼʻ´`′‛＇', ''''''''''''''''''''), NFKD),
                '[\u0300-\u036f]', '', 'g')),
            'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'), 'øłđðıħĸ', 'olddihk'),
        '''(t|s)(?![a-z])', ' \1 ', 'g'), '(?<![a-z])(d|l|s|t|dall|dell)''', '\1 ', 'g'), '''', ''),
        '[\u0001-\u0060\u007b-\u00bf\u2000-\u206f]+', ' ', 'g')
    END, 'ij', 'y'), 's{2,}', 's', 'g'), ' '), ''))
$$
"""
NAME_WORDS: Final = (
    "name_words(coalesce(surname, '') || ' ' || coalesce(partner_surname, '') || ' ' || coalesce(business_name, ''))"
)
"""The words of all names of a row of `persons`, as its index has them."""

event.listen(Base.metadata, "before_create", DDL(FUNCTION.replace("%", "%%")))  # type: ignore[no-untyped-call]  # SQLAlchemy left it untyped
