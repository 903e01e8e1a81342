"""What is left of a name when differences in spelling are taken away? Cleaning, the walk's second step.

Names of one person reach us spelled in several ways; Divosa (2025) found that signals drop out by ss/s
spelling, prefixes, diacritics, maiden and partner names, and business names. Folding takes exactly these
away and no more: "ue" stays apart from "ü", and "c" from "k", because in Dutch they also tell names apart.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

# Letters that Unicode does not take apart into a base letter and a mark.
_LETTERS: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ĸ": "k"}
)
_APOSTROPHES: Final = str.maketrans(dict.fromkeys("’‘ʼʻ´`′‛＇", "'"))
_NO_LETTERS: Final = re.compile(r"[\W\d_]+")
_LONG_S: Final = re.compile("s{2,}")
_ELIDED_BEHIND: Final = re.compile(r"'(t|s)(?![^\W_])")
_ELIDED_BEFORE: Final = re.compile(r"(?<![^\W_])(d|l|s|t|dall|dell)'")
_LONG_IJ: Final = re.compile("I[Jj]")

# Words of the register's prefixes (Landelijke Tabel 36 of the BRP), one by one, and their abbreviations.
_PREFIXES: Final = (
    "a aan ad af al am auf aus ben bij bin boven d da dal dalla das de deca degli dei del della den der des "
    "di die do don dos du el het i im in l la las le les lo los of onder op over s t te ten ter tho thoe "
    "thor to toe tot uijt uit uyt unter v van vanden vander vd ver vom von voor vor z zu zum zur"
)
_TITLES: Final = "dhr mw mevr mevrouw mej fam familie drs ir ing mr dr prof"
_DROPPED: Final = frozenset(f"{_PREFIXES} {_TITLES}".split())

_LEGAL_FORMS: Final = frozenset({"bv", "nv", "vof", "cv", "maatschap", "eenmanszaak", "stichting", "vereniging"})
_TRADING_AS: Final = frozenset({"hodn", "thodn"})
_BUSINESS_MARKS: Final = frozenset({"vof", "maatschap", "eenmanszaak", "bv", "nv"}) | _TRADING_AS
_DOTTED: Final = re.compile(r"(?<![^\W_])(?:[^\W\d_]\.\s?){2,}")
_IN_DOTTED: Final = re.compile(r"[.\s]")
_SLASHED: Final = re.compile(r"\b(t?)h/o/d/n\b", re.IGNORECASE)


def fold(text: str) -> str:
    """Words in small letters, without diacritics, punctuation and digits; ss and ß as s, ij and ÿ as y.

    "Dijk", "Dyk" and "DĲK" are one word then, as are "Visser" and "Viser". Folding twice changes nothing.
    """
    if text.isascii() and text.isalpha():  # one plain word, as most names are
        return _one_spelling(text.lower())
    # Apostrophes before the marks go, as an acute accent used as one would, and after: letters bring some.
    plain = _without_marks(text.translate(_APOSTROPHES)).translate(_LETTERS).translate(_APOSTROPHES)
    return _one_spelling(_letters_only(_apostrophes_out(plain)).strip())


def _letters_only(text: str) -> str:
    """A space for all that is no letter; a number that is no digit ("𐧀") counts as a letter to a pattern alone."""
    words = _NO_LETTERS.sub(" ", text)
    if words.isascii() or words.replace(" ", "").isalpha():
        return words
    return " ".join("".join([letter if letter.isalpha() else " " for letter in words]).split())


def _one_spelling(words: str) -> str:
    return _LONG_S.sub("s", words.replace("ij", "y"))


def _without_marks(text: str) -> str:
    """Small letters without accents; the two rounds are Unicode's compatible caseless match (D146)."""
    if text.isascii():
        return text.lower()
    for _ in range(2):
        text = unicodedata.normalize("NFKD", text).casefold()
    # Taking the marks off may free letters to fold further (a Greek iota below), hence the last round.
    bare = "".join([letter for letter in text if not unicodedata.category(letter).startswith("M")])
    return unicodedata.normalize("NFKD", bare.casefold())


def _apostrophes_out(text: str) -> str:
    """Elided prefixes become words ("d'Hondt", "in't Veld"); within "O'Brien" the apostrophe just goes."""
    if "'" not in text:
        return text
    text = _ELIDED_BEHIND.sub(r" \1 ", text)
    text = _ELIDED_BEFORE.sub(r"\1 ", text)
    return text.replace("'", "")


def surname_words(text: str | None) -> tuple[str, ...]:
    """The words of a surname that tell people apart: folded, without prefixes and titles, each once, sorted.

    A hyphen counts as a space, so "Jansen-de Vries", "De Vries-Jansen" and "Jansen de Vries" are the same.
    A surname of prefixes only ("Los", "van der Los") keeps its last word. Nothing, or no letter, gives an
    empty tuple.
    """
    words = fold(text).split() if text else []
    telling = [word for word in words if word not in _DROPPED]
    return tuple(sorted(set(telling or words[-1:])))


def clean_surname(text: str | None) -> str:
    """`surname_words` in one line: the text that two spellings of a surname share."""
    return " ".join(surname_words(text))


@lru_cache(1024)  # they are few, and tell nobody who it is
def clean_initials(text: str | None) -> str:
    """Initials as capitals without dots.

    "A.M.", "a m" and "AM" are "AM"; "Th. J." is "TJ", "Anna Maria" is "AM". IJ counts as Y, as in names. A
    single word in capitals is taken for initials, not for a given name.
    """
    words = _LONG_IJ.sub("Y", _letters_only(_bare(text))).split() if text else []
    letters = "".join(_initials_of(word, alone=len(words) == 1) for word in words)
    return letters.upper().replace("IJ", "Y")


def _bare(text: str) -> str:
    """`text` without marks, its capitals kept: they tell initials from a given name."""
    if text.isascii():
        return text
    plain = "".join(
        letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.category(letter).startswith("M")
    )
    return "".join(letter if len(letter.upper()) == 1 else fold(letter) for letter in plain)


def _initials_of(word: str, *, alone: bool) -> str:
    if word == word.upper():
        return word if alone else word[0]
    if word[0].isupper():
        return "".join(letter for letter in word if letter.isupper())
    return word if alone and len(word) <= 3 else word[0]


def clean_business_name(text: str | None) -> str:
    """A business name folded, without legal form; of "J. Jansen h.o.d.n. Bakkerij Jansen" the trade name."""
    words = _business_words(text)
    for place, word in enumerate(reversed(words)):
        if word in _TRADING_AS and place:
            words = words[-place:]
            break
    telling = [word for word in words if word not in _LEGAL_FORMS | _TRADING_AS]
    return " ".join(telling or words)


def is_business_name(text: str | None) -> bool:
    """Whether a surname field holds a business ("Bakkerij Jansen V.O.F."); water contracts do so."""
    return not _BUSINESS_MARKS.isdisjoint(_business_words(text))


def _business_words(text: str | None) -> list[str]:
    if not text:
        return []
    if text.isalpha():
        return fold(text).split()
    joined = _DOTTED.sub(lambda dotted: _IN_DOTTED.sub("", dotted[0]) + " ", text)
    joined = _SLASHED.sub(r"\1hodn", joined)
    return fold(joined.replace("&", " en ").replace("+", " en ")).split()
