"""Is this report about a legal person? (rule 2; sole traders, VOF, CV and maatschap stay in)"""

from __future__ import annotations

import unicodedata

LEGAL_FORMS = (
    "b.v.",
    "bv",
    "n.v.",
    "nv",
    "stichting",
    "vereniging",
    "coöperatie",
    "coöperatieve",
    "cooperatie",
    "cooperatieve",
)
ABOUT_A_NATURAL_PERSON = ("bewind", "inzake", "c/o")  # a bewindvoerder stands in for a resident


def is_legal_person(surname: str | None, business_name: str | None) -> bool:
    """Whether there is no surname and the business name names a legal form as a whole word."""
    if (surname or "").strip() or business_name is None:
        return False
    name = unicodedata.normalize("NFC", business_name).lower()
    if any(words in name for words in ABOUT_A_NATURAL_PERSON):
        return False
    return any(_has_whole_word(name, form) for form in LEGAL_FORMS)


def _has_whole_word(name: str, word: str) -> bool:
    for start in range(len(name)):
        end = start + len(word)
        if name[start:end] == word and not (_joins(name[:start][-1:]) or _joins(name[end : end + 1])):
            return True
    return False


def _joins(neighbour: str) -> bool:
    """A letter, a digit or an underscore beside a word makes it part of a longer one."""
    return neighbour.isalnum() or neighbour == "_"
