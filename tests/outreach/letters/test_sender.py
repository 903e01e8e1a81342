"""The table `[letter]` of a policy: what it says, what it leaves out, and each fault in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from signals.errors import FaultsError
from signals.outreach.letters.sender import LINES, SELF_HELP, Sender, sender_from
from signals.outreach.policy import parse_policy
from signals.policies import shipped

SMALLEST = 'municipality = "0141"\nname = "Almelo"\nvalid_from = 2020-01-01\n'


def faults_of(body: str) -> list[str]:
    with pytest.raises(FaultsError) as refused:
        parse_policy(SMALLEST + body, "policy")
    return refused.value.faults


def test_without_the_table_a_letter_names_the_municipality_and_nothing_that_may_be_wrong() -> None:
    sender = parse_policy(SMALLEST, "policy").sender
    assert sender == Sender("Gemeente Almelo", "Municipality of Almelo")
    assert (sender.phone, sender.website, sender.logo) == ("", "", "")
    assert (sender.window, sender.double_sided) == ("left", False)
    assert (sender.self_help, sender.letter_set, sender.link) == (SELF_HELP, "standaard", None)


@pytest.mark.parametrize(("file", "name"), [("almelo.toml", "Gemeente Almelo"), ("hengelo.toml", "Gemeente Hengelo")])
def test_the_shipped_policies_have_a_sender_that_can_be_called(file: str, name: str) -> None:
    sender = parse_policy(shipped()[file], file).sender
    assert sender.name == name
    assert sender.phone
    assert sender.link == f"https://{sender.website}"


def test_what_ships_in_a_comment_is_taken_too() -> None:
    text = shipped()["almelo.toml"]
    before, _, table = text.partition("[letter]")
    said = "[letter]" + table.replace("\n# ", "\n")
    sender = parse_policy(before + said, "almelo.toml").sender
    assert all(getattr(sender, key) for key in LINES)
    assert sender.texts["nl"]["first"] == {"closing": "Tot snel!"}


def test_everything_is_read() -> None:
    body = """letters = "almelo"
[letter]
name = " Gemeente  Almelo en Wierden "
window = "right"
double_sided = true
logo = "logo.svg"
phone = "0000 - 12 34 56"
[letter.texts.nl.first]
subject = "Wij helpen u"
closing = '''Een.
Twee.

 Drie. '''
[letter.texts.en.announced-visit]
closing = ""
"""
    sender = parse_policy(SMALLEST + body, "policy").sender
    assert (sender.name, sender.letter_set, sender.window) == ("Gemeente Almelo en Wierden", "almelo", "right")
    assert (sender.double_sided, sender.logo, sender.link) == (True, "logo.svg", "tel:0000123456")
    assert sender.texts == {
        "nl": {"first": {"subject": "Wij helpen u", "closing": "Een. Twee.\n\nDrie."}},
        "en": {"announced-visit": {"closing": ""}},
    }


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("letter = 1", "letter: must be a table: write [letter] on a line of its own"),
        ("[letter]\nfone = 'x'", "letter.fone: is not a key of letters; did you mean phone?"),
        ("[letter]\nxyz = 'x'", "letter.xyz: is not a key of letters; known here are name"),
        ("[letter]\nphone = 1", "letter.phone: must be a text between quotes"),
        ("[letter]\nphone = ' '", "letter.phone: must be a text between quotes"),
        (f"[letter]\nname = '{'a' * 201}'", "letter.name: must be a text between quotes, of at most 200 characters"),
        (f"[letter]\nname_en = '{'Municipality ' * 12}'", "letter.name_en: takes more than two lines at the top"),
        ("[letter]\nname = 'Gemeente 漢'", "letter.name: has characters that letters cannot be printed with: U+6F22"),
        ("[letter]\nlogo = '../geheim.svg'", "letter.logo: must be the name of a file in the letter set"),
        ("[letter]\nlogo = 'logo.gif'", "letter.logo: must be the name of a file in the letter set"),
        ("[letter]\nwindow = 'middle'", "letter.window: must be one of left, right"),
        ("[letter]\nwindow = 1", "letter.window: must be one of left, right"),
        ("[letter]\ndouble_sided = 'yes'", "letter.double_sided: must be true or false"),
        ("[letter]\ntexts = 'x'", "letter.texts: must be a table"),
        ("[letter.texts.fr.first]\nclosing = 'x'", "letter.texts.fr: is not a key of letters; known here are nl, en"),
        ("[letter.texts.nl.eerste]\nclosing = 'x'", "letter.texts.nl.eerste: is not a key of letters"),
        ("[letter.texts.nl.first]\nend = 'x'", "letter.texts.nl.first.end: is not a key of letters"),
        ("[letter.texts.nl.first]\nclosing = 1", "letter.texts.nl.first.closing: must be a text between quotes"),
        ("[letter.texts.nl.first]\nclosing = '{amount}'", "letter.texts.nl.first.closing: {amount} is not known"),
        ("[letter.texts.nl.first]\nclosing = '😀'", "letter.texts.nl.first.closing: has characters"),
    ],
)
def test_a_fault_says_where_and_what_to_write(line: str, fault: str) -> None:
    found = faults_of(line)
    assert [told for told in found if told.startswith(fault)], found


def test_all_faults_of_all_tables_are_told_at_once() -> None:
    found = faults_of("period = 'week'\n[letter]\nwindow = 'middle'\nlogo = 'x'\nfone = 'y'")
    assert {fault.partition(":")[0] for fault in found} == {"period", "letter.window", "letter.logo", "letter.fone"}


@pytest.mark.parametrize(
    ("changes", "link"),
    [
        ({"website": "www.almelo.example/hulp"}, "https://www.almelo.example/hulp"),
        ({"website": "http://almelo.example"}, "http://almelo.example"),
        ({"phone": "+31 (0)00 - 12"}, "tel:+3100012"),
        ({"website": "almelo.example", "phone": "12"}, "https://almelo.example"),
        ({}, None),
    ],
)
def test_the_code_leads_to_the_page_or_else_to_the_telephone(changes: dict[str, str], link: str | None) -> None:
    sender, faults = sender_from(None, "Almelo", "standaard")
    assert faults == []
    assert replace(sender, **changes).link == link  # type: ignore[arg-type]  # the keys are those of texts
