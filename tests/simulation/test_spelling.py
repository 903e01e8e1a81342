"""How partners write persons and addresses: always valid, mostly right, wrong at the documented rates."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from signals.contract.codes import REPORTED_TYPE
from signals.contract.decode import decode
from signals.contract.events import Reported
from signals.contract.partners import ArrearsTopic, Directory, Partner
from signals.households.address import HouseholdAddress
from signals.households.identity import identity_of
from signals.households.names import clean_initials, surname_words
from signals.simulation.dice import Dice
from signals.simulation.homes import Home, home, households_of
from signals.simulation.misspelling import NAME_CHANGES, Name
from signals.simulation.residents import Person, household
from signals.simulation.spelling import MISMATCHES, RATES, VARIANTS, Written, written_address, written_person
from signals.simulation.towns import Town

if TYPE_CHECKING:
    from collections.abc import Callable

ALMELO = Town("0141", "Almelo", 73_000, 7600, 12)
SECTORS = {"health": 41, "housing": 20, "energy": 20, "water": 18}  # Divosa 2024, first half
ADDRESS_ERRORS = {"number-typo", "addition-left-out"}
TOPICS = {sector: ArrearsTopic(f"arrears.{sector}.partner", sector, "partner") for sector in SECTORS}
SOURCE = "urn:nld:oin:00000099100000011000:systeem:incasso"


@dataclass(frozen=True, slots=True)
class Card:
    """What one partner has about one person."""

    person: Person
    home: Home
    sector: str
    who: Written
    where: Written

    @property
    def errors(self) -> set[str]:
        return {*self.who.errors, *self.where.errors}


@pytest.fixture(scope="module")
def cards() -> list[Card]:
    """40,000 signals of the sectors' mix, about adults of Almelo."""
    dice = Dice("cards")
    households = households_of(ALMELO)
    found = []
    for number in range(40_000):
        place = dice.between(0, households - 1)
        person = dice.pick(household(ALMELO, place, seed=1, year=2026).adults)
        sector, at = dice.weighted(SECTORS), home(ALMELO, place)
        own = Dice("card", number)
        who = written_person(person, sector=sector, with_bsn=sector == "health", dice=own)
        found.append(Card(person, at, sector, who, written_address(ALMELO, at, dice=own)))
    return found


def decoded(card: Card) -> Reported:
    """The event with this card in it, as the border takes it."""
    partner = Partner("partner", card.sector, frozenset({SOURCE}), bsn=card.sector == "health", ddas_type="Overige")
    value = {
        "specversion": "1.0",
        "id": "spelling-1",
        "source": SOURCE,
        "type": REPORTED_TYPE,
        "time": "2026-01-02T08:15:00Z",
        "data": {
            "municipality": "0141",
            "signalledOn": "2026-01-02",
            "arrears": {"reference": "HC-1", "kind": "rent", "amount": "100.00"},
            "person": card.who.fields,
            "address": card.where.fields,
        },
    }
    content = json.dumps(value, ensure_ascii=False).encode()
    event = decode(content, TOPICS[card.sector], Directory({"partner": partner}, frozenset({"0141"})))
    assert isinstance(event, Reported)
    assert event.unknown_fields == 0
    return event


def strict_search_finds(card: Card, event: Reported) -> bool:
    """Whether the residents' register, asked letter for letter, has this person at this address."""
    if (event.address.postcode, event.address.number) != (card.home.postcode, card.home.number):
        return False
    if event.person.bsn is not None:
        return event.person.bsn == card.person.bsn
    born = event.person.date_of_birth_text
    return _is_name_of(card.person, event) and born in {None, card.person.born, f"{card.person.born[:4]}-00-00"}


def _is_name_of(person: Person, event: Reported) -> bool:
    sent = event.person
    written = tuple(
        part.lower() if part else None
        for part in (sent.prefix, sent.surname, sent.partner_prefix, sent.partner_surname)
    )
    own, partner = (person.prefix, person.surname), (person.partner_prefix, person.partner_surname)
    ways: dict[str, list[tuple[str | None, ...]]] = {"own": [(*own, None, None)], "partner": [(*own, *partner)]}
    ways["own-partner"] = [(*own, *partner), (own[0], f"{own[1]}-{_whole(*partner)}", None, None)]
    ways["partner-own"] = [(*own, *partner), (partner[0], f"{partner[1]}-{_whole(*own)}", None, None)]
    return written in {tuple(part.lower() if part else None for part in way) for way in ways[person.name_use]}


def _whole(prefix: str | None, surname: str | None) -> str:
    return f"{prefix} {surname}" if prefix else f"{surname}"


def test_a_strict_search_finds_nobody_exactly_with_the_errors_that_are_said_to_do_that(cards: list[Card]) -> None:
    for card in cards[::4]:
        event = decoded(card)
        assert strict_search_finds(card, event) == MISMATCHES.isdisjoint(card.errors), sorted(card.errors)


def test_the_address_is_the_home_unless_an_error_is_named(cards: list[Card]) -> None:
    for card in cards[::4]:
        label = HouseholdAddress.at("0141", decoded(card).address).label
        assert (label == card.home.cleaned) == ADDRESS_ERRORS.isdisjoint(card.errors), sorted(card.errors)


def test_2_4_percent_of_the_signals_do_not_match_the_register(cards: list[Card]) -> None:
    share = sum(not MISMATCHES.isdisjoint(card.errors) for card in cards) / len(cards)
    assert share == pytest.approx(0.024, rel=0.1)


def no_bsn(card: Card) -> bool:
    """Errors in name and birth are made where no BSN takes their place."""
    return card.who.fields["bsn"] is None and "business-name" not in card.errors


def both_names(card: Card) -> bool:
    one = (card.person.prefix, card.person.surname) == (card.person.partner_prefix, card.person.partner_surname)
    return card.person.partner_surname is not None and not one


OPPORTUNITIES: dict[str, Callable[[Card], bool]] = {
    "prefix-left-out": lambda card: no_bsn(card) and card.person.prefix is not None,
    "prefix-glued": lambda card: no_bsn(card) and card.person.prefix is not None,
    "diacritics-lost": lambda card: no_bsn(card) and not card.person.surname.replace("ß", "s").isascii(),
    "ij-y": lambda card: no_bsn(card) and any(one in card.person.surname.lower() for one in ("ij", "y")),
    "maiden-name": lambda card: no_bsn(card) and both_names(card) and card.person.name_use != "own",
    "partner-name": lambda card: no_bsn(card) and both_names(card),
    "surname-typo": no_bsn,
    "business-name": lambda card: bool(card.person.business_name) and card.sector in {"energy", "water"},
    "initials-swapped": lambda card: len(set(card.person.initials.rstrip(".").split("."))) > 1,
    "birth-day-unknown": lambda card: no_bsn(card) and card.who.fields["dateOfBirth"] is not None,
    "birth-year-typo": lambda card: no_bsn(card) and card.who.fields["dateOfBirth"] is not None,
    "birth-day-month-swapped": lambda card: (
        no_bsn(card)
        and card.who.fields["dateOfBirth"] is not None
        and card.person.born[5:7] != card.person.born[8:] <= "12"
    ),
    "number-typo": lambda _: True,
    "addition-left-out": lambda card: bool(card.home.letter or card.home.addition),
}


@pytest.mark.parametrize("code", OPPORTUNITIES)
def test_an_error_is_made_at_its_documented_rate(cards: list[Card], code: str) -> None:
    chances = [card for card in cards if OPPORTUNITIES[code](card)]
    made = sum(code in card.errors for card in chances)
    # Four standard deviations of a count.
    assert abs(made - RATES[code] * len(chances)) < 4 * (RATES[code] * len(chances)) ** 0.5 + 1
    assert made == sum(code in card.errors for card in cards), "made without an opportunity"


def test_every_documented_error_is_made(cards: list[Card]) -> None:
    assert {code for card in cards for code in card.errors} == set(RATES)
    assert set(RATES) > MISMATCHES


def test_an_insurer_makes_no_error_in_what_it_has_from_the_register(cards: list[Card]) -> None:
    with_bsn = [card for card in cards if card.who.fields["bsn"]]
    assert {card.sector for card in with_bsn} == {"health"}
    assert {code for card in with_bsn for code in card.who.errors} == {"initials-swapped"}


def test_without_an_error_cleaning_brings_the_name_back(cards: list[Card]) -> None:
    for card in cards[::4]:
        if card.who.errors:
            continue
        used = card.person.partner_surname if card.person.name_use != "own" else None
        identity = identity_of(decoded(card).person)
        assert identity.names == tuple(sorted({*surname_words(card.person.surname), *surname_words(used)}))
        first = card.person.initials.split(".")[0]
        assert identity.initials in {"", clean_initials(card.person.initials), clean_initials(f"{first}.")}


SHARES: dict[str, Callable[[Card], bool]] = {
    "no-birth-date": lambda card: card.who.fields["dateOfBirth"] is None and "business-name" not in card.errors,
    "phone": lambda card: card.who.fields["phone"] is not None,
    "mail": lambda card: card.who.fields["email"] is not None,
    "postcode-spaced": lambda card: " " in card.where.fields["postcode"],
    "postcode-small": lambda card: card.where.fields["postcode"][-1].islower(),
    "no-street": lambda card: card.where.fields["street"] is None,
    "city-capitals": lambda card: card.where.fields["city"] == "ALMELO",
    "bag-id": lambda card: card.where.fields["bagId"] is not None,
}


@pytest.mark.parametrize("variant", SHARES)
def test_a_harmless_variant_is_written_at_its_documented_rate(cards: list[Card], variant: str) -> None:
    share = sum(SHARES[variant](card) for card in cards) / len(cards)
    assert share == pytest.approx(VARIANTS[variant], rel=0.05)


def test_house_numbers_are_written_in_many_forms(cards: list[Card]) -> None:
    forms = Counter(
        (type(card.where.fields["houseNumber"]).__name__, *map(bool, list(card.where.fields.values())[2:4]))
        for card in cards
        if card.home.letter == "A" and card.home.addition == "bis"
    )
    assert set(forms) >= {("int", True, True), ("int", False, True), ("str", False, False)}
    texts = {str(card.where.fields["houseNumber"]) for card in cards if card.home.cleaned.endswith(" 12 A")}
    assert texts >= {"12", "12 A", "12A", "12-A", "12a", "12 a", "12-a"}


def test_phones_and_mails_reach_nobody(cards: list[Card]) -> None:
    for card in cards:
        phone, mail = card.who.fields["phone"], card.who.fields["email"]
        digits = "".join(filter(str.isdigit, phone or "06000")).removeprefix("31").removeprefix("0")
        assert digits.startswith("600")
        assert phone is None or len(digits) == 9
        assert mail is None or mail.endswith("@example.nl")


def test_the_keys_are_those_of_the_event_in_its_order(cards: list[Card]) -> None:
    person = "initials prefix surname partnerPrefix partnerSurname businessName dateOfBirth phone email bsn"
    address = "street houseNumber houseLetter houseNumberAddition postcode city bagId"
    assert {" ".join(card.who.fields) for card in cards} == {person}
    assert {" ".join(card.where.fields) for card in cards} == {address}


def test_the_same_dice_write_the_same_card() -> None:
    person, at = household(ALMELO, 12, seed=1, year=2026).persons[0], home(ALMELO, 12)
    for number in range(50):
        one, other = (written_person(person, sector="water", with_bsn=False, dice=Dice(number)) for _ in range(2))
        assert one == other
        assert written_address(ALMELO, at, dice=Dice(number)) == written_address(ALMELO, at, dice=Dice(number))


def someone(**fields: str) -> Person:
    person = household(ALMELO, 12, seed=1, year=2026).persons[0]
    bare = replace(person, prefix=None, partner_prefix=None, partner_surname=None)
    return replace(bare, **fields)  # type: ignore[arg-type]  # only names, which are strings


def changed(code: str, person: Person) -> set[Name | None]:
    """All that the error makes of the person's name."""
    name = Name(person.prefix, person.surname, person.partner_prefix, person.partner_surname)
    return {NAME_CHANGES[code](name, person, Dice(number)) for number in range(60)}


@pytest.mark.parametrize(
    ("code", "fields", "surnames"),
    [
        ("ss-s", {"surname": "Visser"}, {"Viser"}),
        ("ss-s", {"surname": "Jansen"}, {"Janssen"}),
        ("ss-s", {"surname": "Maas"}, {"Maass"}),
        ("ss-s", {"surname": "Weiß"}, {"Weiss", "Weis"}),
        ("ss-s", {"surname": "Smit"}, None),
        ("ij-y", {"surname": "Dijk"}, {"Dyk"}),
        ("ij-y", {"surname": "IJzerman"}, {"Yzerman"}),
        ("ij-y", {"surname": "Meyer"}, {"Meijer"}),
        ("ij-y", {"surname": "Bos"}, None),
        ("diacritics-lost", {"surname": "Şahin"}, {"Sahin"}),
        ("diacritics-lost", {"surname": "Bos"}, None),
        ("prefix-left-out", {"prefix": "van der", "surname": "Berg"}, {"Berg"}),
        ("prefix-left-out", {"surname": "Berg"}, None),
        ("prefix-glued", {"prefix": "van der", "surname": "Berg"}, {"van der Berg", "Vanderberg"}),
        ("prefix-glued", {"prefix": "van 't", "surname": "Hof"}, {"van 't Hof", "Vanthof"}),
        ("prefix-glued", {"surname": "Berg"}, None),
        ("maiden-name", {"surname": "Bos", "partner_surname": "Kok"}, {"Bos"}),
        ("maiden-name", {"surname": "Bos", "partner_surname": "Bos"}, None),
        ("maiden-name", {"surname": "Bos"}, None),
        ("partner-name", {"surname": "Bos", "partner_surname": "Kok"}, {"Kok"}),
        ("partner-name", {"surname": "Bos"}, None),
        ("surname-typo", {"surname": "Vos"}, {"Vs", "Voos", "Vso"}),
        ("surname-typo", {"surname": "Noor"}, {"Nor", "Nooor", "Noro"}),
    ],
)
def test_what_an_error_makes_of_a_name(code: str, fields: dict[str, str], surnames: set[str] | None) -> None:
    names = changed(code, someone(**fields))
    wanted: set[str | None] = {None} if surnames is None else {*surnames}
    assert {name.surname if name else None for name in names} == wanted
    if code in {"prefix-left-out", "prefix-glued", "maiden-name", "partner-name"}:
        assert all(name is None or (name.prefix, name.partner_surname) == (None, None) for name in names)
