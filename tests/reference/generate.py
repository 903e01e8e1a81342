"""Which sets of events bring out every rule of borders.md section 4?

Few arrears, few households and few days per set, so that events meet: same days and instants, rises and
falls, changes and withdrawals out of place, moves and returns, boundaries of windows, periods and policies.
Every set is valid for section 2 and 3: nothing in it is quarantined.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from signals.contract.partners import Directory, Partner

from .policy import RefPolicy, almelo, hengelo, ref_policies_from_toml, toml_text
from .wire import ABSENT, SECTOR_OF, Fact, House, source_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from signals.contract.events import AnyEvent

# Days around one boundary each; a set takes its days from one or two of these.
THEMES: tuple[tuple[date, ...], ...] = (
    (date(2026, 11, 2), date(2026, 11, 3), date(2026, 11, 15), date(2026, 11, 16), date(2026, 11, 30)),
    (date(2026, 12, 27), date(2026, 12, 28), date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 4)),
    (date(2026, 8, 1), date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 2)),  # 91, 92 and 93 days
    (date(2026, 9, 1), date(2026, 11, 1), date(2026, 11, 2), date(2026, 11, 3)),  # 61, 62 and 63 days
    (
        date(2026, 2, 27),
        date(2026, 2, 28),
        date(2026, 3, 1),
        date(2026, 8, 31),
    ),  # six months before 31 August
    (date(2024, 2, 28), date(2024, 2, 29), date(2024, 8, 29), date(2024, 8, 30), date(2024, 8, 31)),
    (date(2026, 5, 1), date(2026, 5, 2), date(2026, 11, 1), date(2026, 11, 2)),
    (date(2025, 12, 29), date(2026, 1, 1), date(2026, 6, 30), date(2026, 7, 1)),
)
CHANGEOVERS = (date(2026, 11, 2), date(2026, 11, 10), date(2027, 1, 1), date(2026, 3, 1), date(2024, 8, 30))
AMOUNTS = ("49.99", "50", "50.00", "50.01", "74.99", "75.0", "100.00", "100.01", "100.1", "250", "612.50")
CRISES = ("end-of-delivery", "end-of-insurance", "disconnection", "eviction")
REASONS = ("paid", "arrangement", "wrongful", "deceased", "moved")
AGES = (29, 30, 31, 99, 100, 101, 400)  # days in arrears, around the ends of the windows
CLOCKS = (  # the first four are one instant
    "08:00:00Z",
    "09:00:00+01:00",
    "08:00:00.000000Z",
    "07:00:00.0000009-01:00",
    "08:00:00.000001Z",
    "10:00:00+02:00",
    "07:59:59.999999Z",
    "21:30:00Z",
)
ID_BEGINNINGS = ("0", "A", "Z", "_", "a", "z", "é", "\uffee", "\U0001f3e0", "e-", "e1")  # by code point
BUSINESSES = (
    (None, "Bakkerij De Hoek B.V."),
    (" ", "STICHTING WARMTE"),
    (None, "Cooperatieve Akkerbouw"),
    ("Jansen", "Jansen Bouw BV"),  # a surname: a natural person
    (None, "Stichting Balans inzake J. Jansen"),
    (None, "Bewindvoering Oost B.V."),
    (None, "Schildersbedrijf Jansen VOF"),
)
STREET = (  # one list per household: the ways one address is written
    (House(12), House("12"), House("0012", " ", "-")),
    (House("12A"), House(12, "a"), House("12-a"), House(12, None, "A ")),
    (House(12, "A", "bis"), House("12 a bis"), House("12A", None, "BIS")),
    (House("12A", "A"), House(12, "AA")),
    (House(14, postcode="7607 gc"), House(14)),
    (House(14, postcode="7607GD"),),
)


@dataclass(frozen=True, slots=True)
class EventSet:
    """A set of events in an order of arrival, duplicates included, with its policies and partners."""

    facts: tuple[Fact, ...]
    documents: tuple[dict[str, Any], ...]  # the policies as parsed TOML, one per version

    @property
    def events(self) -> list[AnyEvent]:
        """The events decoded, for the reference and for the pure core."""
        return [fact.decoded() for fact in self.facts]

    @property
    def lines(self) -> list[str]:
        """The same events as JSON lines for `signals run`."""
        return [fact.line() for fact in self.facts]

    @property
    def policies(self) -> dict[str, RefPolicy]:
        """The policies for the reference."""
        return ref_policies_from_toml(*self.documents)

    @property
    def policy_files(self) -> list[str]:
        """The policies as TOML text, as far as sections 4 and 5 tell them."""
        return [toml_text(document) for document in self.documents]

    @property
    def directory(self) -> Directory:
        """The partners of the set, each with every source it uses."""
        return Directory(partners_of(self.facts), frozenset(self.policies))

    @property
    def partners_file(self) -> str:
        """The same partners as the text of a `partners.toml`."""
        tables = [
            f'[[partner]]\nid = "{partner.id}"\nsector = "{partner.sector}"\n'
            f"sources = {json.dumps(sorted(partner.sources))}\n"
            for partner in self.directory.partners.values()
        ]
        return "\n".join(tables)


def partners_of(facts: Sequence[Fact]) -> dict[str, Partner]:
    """The partners that these events come from."""
    ids = sorted({fact.partner for fact in facts})
    return {
        one: Partner(one, SECTOR_OF[one], frozenset(f.full_source for f in facts if f.partner == one)) for one in ids
    }


def event_set(rng: random.Random, *, one_source: bool = False) -> EventSet:
    """A set of 2–25 events (and some of them twice) in a random order of arrival.

    `one_source` gives each partner one source only, as `signals run` without `--partners` expects.
    """
    documents = tuple(_policies(rng))
    facts = _facts(rng, sorted({document["municipality"] for document in documents}), one_source=one_source)
    facts += [rng.choice(facts) for _ in range(rng.choice((0, 0, 1, 3)))]
    rng.shuffle(facts)
    return EventSet(tuple(facts), documents)


def seeded(seed: int, *, one_source: bool = False) -> EventSet:
    """The set of one seed: the same on every machine."""
    return event_set(random.Random(seed), one_source=one_source)


def event_sets(*, one_source: bool = False) -> st.SearchStrategy[EventSet]:
    """A Hypothesis strategy of such sets, which shrinks."""
    return st.randoms(use_true_random=False).map(lambda rng: event_set(rng, one_source=one_source))


def smallest(found: EventSet, fails: Callable[[EventSet], bool], *, tries: int = 400) -> EventSet:
    """Leave events out of a failing set as long as it still fails: what a person wants to look at."""
    position = 0
    while position < len(found.facts) and tries > 0:
        tries -= 1
        without = replace(found, facts=found.facts[:position] + found.facts[position + 1 :])
        if without.facts and fails(without):
            found = without
        else:
            position += 1
    return found


# --- policies ---------------------------------------------------------------------------------------------


def _policies(rng: random.Random) -> list[dict[str, Any]]:
    documents = rng.choice(([almelo()], [almelo()], [hengelo()], [almelo(), hengelo()]))
    documents = [document if rng.random() < 0.5 else _varied(rng, document) for document in documents]
    for document in list(documents):
        if rng.random() < 0.35:
            documents.append(_varied(rng, document) | {"valid_from": rng.choice(CHANGEOVERS)})
    return documents


def _varied(rng: random.Random, document: dict[str, Any]) -> dict[str, Any]:
    threshold = rng.choice(("0.01", "50.00", "75.00", "100.00"))
    crisis = {one: rng.choice(("letter", "home-visit")) for one in rng.sample(CRISES, rng.randint(0, 2))}
    windows = rng.choice(({}, {"health": {"from": 30, "to": 100}}, {"housing": {"to": 100}}, document["window"]))
    return document | {
        "period": rng.choice(("month", "half-month", "iso-week")),
        "repeat_window_days": rng.choice((0, 62, 92)),
        "count": rng.choice(("arrears", "partners", "sectors")),
        "threshold": document["threshold"] | {rng.choice(list(document["threshold"])): threshold},
        "window": windows,
        "route": document["route"] | {"crisis": crisis},
    }


# --- events -----------------------------------------------------------------------------------------------


def _facts(rng: random.Random, municipalities: list[str], *, one_source: bool) -> list[Fact]:
    streets = rng.sample(STREET, rng.choice((1, 1, 2, 2, 3, 4)))
    partners = rng.sample(list(SECTOR_OF), rng.randint(1, 3))
    arrears = [  # partner, reference, municipality, the ways its usual address is written
        (rng.choice(partners), rng.choice(("R1", "R2")), rng.choice(municipalities), rng.choice(streets))
        for _ in range(rng.randint(1, 5))
    ]
    days = [day for theme in rng.sample(THEMES, rng.randint(1, 2)) for day in theme]
    ids: list[tuple[str, str]] = []
    facts: list[Fact] = []
    for _ in range(rng.randint(2, 25)):
        partner, reference, municipality, home = rng.choice(arrears)
        street = home if rng.random() < 0.88 else rng.choice(streets)
        day = rng.choice(days)
        source = source_of(partner, "incasso" if one_source or rng.random() < 0.8 else "Balie")
        blank = Fact(
            kind=rng.choices(("reported", "changed", "withdrawn"), (64, 18, 18))[0],
            id=_fresh_id(rng, source, ids),
            source=source,
            signalled_on=day,
            partner=partner,
            reference=reference,
            municipality=municipality,
            time=_time(rng, day),
            house=rng.choice(street),
        )
        facts.append(_filled(rng, blank))
    return facts


def _time(rng: random.Random, day: date) -> str:
    """Mostly on the day itself; a partner may also send a day early, or days later."""
    return f"{day + timedelta(days=rng.choice((0, 0, 0, 0, -1, 1, 40)))}T{rng.choice(CLOCKS)}"


def _fresh_id(rng: random.Random, source: str, taken: list[tuple[str, str]]) -> str:
    """An id that is new for its source; sometimes one that another source already uses."""
    foreign = [one for other, one in taken if other != source and (source, one) not in taken]
    fresh = f"{rng.choice(ID_BEGINNINGS)}{len(taken)}"
    chosen = rng.choice(foreign) if foreign and rng.random() < 0.15 else fresh
    if (source, chosen) in taken:  # "e" + "10" is "e1" + "0"
        chosen = f"{fresh}.{len(taken)}"
    taken.append((source, chosen))
    return chosen


def _filled(rng: random.Random, blank: Fact) -> Fact:
    crisis = rng.choice(CRISES) if rng.random() < 0.3 else None
    if blank.kind == "withdrawn":
        return replace(blank, reason=rng.choice(REASONS))
    if blank.kind == "changed":
        amount = rng.choice((None, *AMOUNTS))
        unnamed = amount is not None and rng.random() < 0.5  # a change must name one of the two
        return replace(blank, amount=amount, crisis=ABSENT if unnamed else crisis)
    surname, business = rng.choice(BUSINESSES) if rng.random() < 0.1 else ("Jansen", None)
    age = rng.choice(AGES) if rng.random() < 0.35 else None
    return replace(
        blank,
        amount=rng.choice(AMOUNTS),
        crisis=rng.choice((ABSENT, None)) if crisis is None else crisis,
        arisen_on=None if age is None else blank.signalled_on - timedelta(days=age),
        objected=rng.choice((None, False, False, True)) if rng.random() < 0.2 else None,
        surname=surname,
        business_name=business,
    )
