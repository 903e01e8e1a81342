"""What stands in the Dutch Algorithm Register about this score? An entry by publication standard 1.0.0, in Dutch.

Pure. It is made of what is configured and registered, as the card is. What only the municipality can say is left open
and named; what is a legal judgement is proposed and named as to be confirmed. Whoever publishes reads it first.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

from signals.scoring.card import ALWAYS, NEVER_FOR
from signals.scoring.card_model import ALLOWED, NEVER_KNOWN
from signals.scoring.features import FEATURES
from signals.scoring.paper import Paper, Section, Words, day, same

if TYPE_CHECKING:
    from collections.abc import Iterator

    from signals.scoring.card import Act, CardFacts
    from signals.scoring.card_model import ModelFacts

SCHEMA: Final = "1.0.0"
OPEN: Final = Words("In te vullen door de gemeente", "To be filled in by the municipality")
_URL: Final = re.compile(r"https://[^\s/]+\.[^\s]+")
_MAIL: Final = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_MONTH: Final = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")


class Field(NamedTuple):
    """A field of the standard.

    Attributes:
        group: the heading under which it stands.
        name: as the standard calls it.
        kind: text, choice, month, url, contact or list.
        most: a text is shorter than so many characters; 0 is no limit.
        needed: without it nothing is published.
        choices: of a choice.
    """

    group: str
    name: str
    kind: str = "text"
    most: int = 0
    needed: bool = False
    choices: tuple[str, ...] = ()


_GENERAL: Final = "Algemene Informatie"
_RESPONSIBLE: Final = "Verantwoord gebruik"
_WORKING: Final = "Werking"
_METADATA: Final = "Metadata"
FIELDS: Final = (
    Field(_GENERAL, "Naam", most=100, needed=True),
    Field(_GENERAL, "Korte omschrijving", most=350, needed=True),
    Field(_GENERAL, "Organisatie", most=100, needed=True),
    Field(_GENERAL, "Thema", "list"),
    Field(_GENERAL, "Status", "choice", needed=True, choices=("In gebruik", "In ontwikkeling", "Buiten gebruik")),
    Field(_GENERAL, "Begindatum", "month"),
    Field(_GENERAL, "Einddatum", "month"),
    Field(_GENERAL, "Contactgegevens", "contact", needed=True),
    Field(_GENERAL, "Link naar publiekspagina", "url"),
    Field(
        _GENERAL,
        "Publicatiecategorie",
        "choice",
        needed=True,
        choices=("Hoog-risico AI-systemen", "Impactvolle algoritmes", "Overige algoritmes"),
    ),
    Field(_GENERAL, "Link naar bronregistratie", "url"),
    Field(_RESPONSIBLE, "Doel en impact", most=2500),
    Field(_RESPONSIBLE, "Afwegingen", most=2500),
    Field(_RESPONSIBLE, "Menselijke tussenkomst", most=2500),
    Field(_RESPONSIBLE, "Risicobeheer", most=2500),
    Field(_RESPONSIBLE, "Wettelijke basis", most=2500),
    Field(_RESPONSIBLE, "Link naar wettelijke basis", "url"),
    Field(_RESPONSIBLE, "Titel van wettelijke basis", most=100),
    Field(_RESPONSIBLE, "Verwerkingsregister", "url"),
    Field(_RESPONSIBLE, "Impacttoets(en)"),
    Field(_RESPONSIBLE, "Link naar Impacttoets", "url"),
    Field(_RESPONSIBLE, "Toelichting op impacttoetsen", most=2500),
    Field(_WORKING, "Gegevens", most=2500),
    Field(_WORKING, "Link naar Gegevensbron", "url"),
    Field(_WORKING, "Titel van Gegevensbron", most=500),
    Field(_WORKING, "Technische werking", most=5000),
    Field(_WORKING, "Leverancier", most=200),
    Field(_WORKING, "Link naar broncode", "url"),
    Field(_METADATA, "Taal", "choice", needed=True, choices=("nld",)),
    Field(_METADATA, "Schema", "choice", needed=True, choices=("0.3.0", "0.3.1", "0.4.0", SCHEMA)),
    Field(_METADATA, "Bron-ID", most=100),
    Field(_METADATA, "Zoektermen", most=2500),
)
"""All fields of the standard, in its order."""
TO_CONFIRM: Final = ("Thema", "Publicatiecategorie", "Wettelijke basis", "Link naar wettelijke basis")
"""What is proposed here, and what a municipality's own lawyers decide."""


class Entry(msgspec.Struct, frozen=True):
    """An entry.

    Attributes:
        values: by the name of the field; None where the municipality is to say it, or where there is nothing to say.
        to_fill_in: the fields that the municipality is to fill in.
        to_confirm: those that are proposed, and for the municipality to decide.
    """

    values: dict[str, str | None]
    to_fill_in: tuple[str, ...]
    to_confirm: tuple[str, ...]


def entry(facts: CardFacts, code: str) -> Entry:
    """The entry of what the card is of; `code` is that of the municipality."""
    values: dict[str, str | None] = {field.name: None for field in FIELDS}
    values |= dict(_general(facts)) | dict(_responsible(facts)) | dict(_working(facts))
    values |= {
        "Taal": "nld",
        "Schema": SCHEMA,
        "Bron-ID": f"vroegsignalering-score-{code}" + (f"-model-{facts.model.number}" if facts.model else ""),
        "Zoektermen": "vroegsignalering, schulden, betalingsachterstanden, schuldhulpverlening, Wgs, volgorde, score",
    }
    nothing = {"Toelichting op impacttoetsen"}
    nothing |= {"Begindatum"} if values["Status"] != "In gebruik" else set()
    nothing |= {"Einddatum"} if values["Status"] != "Buiten gebruik" else set()
    to_fill_in = tuple(name for name, value in values.items() if value is None and name not in nothing)
    return Entry(values, to_fill_in, TO_CONFIRM)


def faults(found: Entry) -> list[str]:
    """Where an entry breaks the limits of the standard; what is left open breaks none."""
    return [
        f"{field.name}: {fault}"
        for field in FIELDS
        if (value := found.values[field.name]) is not None and (fault := _fault(field, value))
    ]


def _fault(field: Field, value: str) -> str:
    if field.most and len(value) >= field.most:
        return f"{len(value)} characters; must be fewer than {field.most}"
    if field.choices and value not in field.choices:
        return f"must be one of {', '.join(field.choices)}"
    patterns = {"url": (_URL,), "contact": (_URL, _MAIL), "month": (_MONTH,)}.get(field.kind, ())
    return f"is no {field.kind}" if patterns and not any(one.fullmatch(value) for one in patterns) else ""


def paper(found: Entry, facts: CardFacts) -> Paper:
    """The entry to read, by the headings of the standard."""
    by_group: dict[str, list[str]] = {}
    for field in FIELDS:
        value = found.values[field.name]
        told = value if value is not None else OPEN.nl if field.name in found.to_fill_in else "–"
        by_group.setdefault(field.group, []).append(f"{field.name}: {told}")
    sections = [
        Section(f"register-{place}", same(group), points=tuple(same(line) for line in lines))
        for place, (group, lines) in enumerate(by_group.items(), start=1)
    ]
    check = Section(
        "register-nakijken",
        Words("Eerst nakijken", "To check first"),
        points=(
            Words(
                f"In te vullen door de gemeente: {', '.join(found.to_fill_in)}.",
                f"To be filled in by the municipality: {', '.join(found.to_fill_in)}.",
            ),
            Words(
                f"Voorstel, door de gemeente te bevestigen: {', '.join(found.to_confirm)}.",
                f"Proposed, for the municipality to confirm: {', '.join(found.to_confirm)}.",
            ),
        ),
    )
    title = Words(
        f"Algoritmeregister: score vroegsignalering, gemeente {facts.municipality}",
        f"Algorithm Register: score of early warning, municipality of {facts.municipality}",
    )
    return Paper(title, (check, *sections))


def _general(facts: CardFacts) -> Iterator[tuple[str, str | None]]:
    yield "Naam", "Huishoudens met betalingsachterstanden ordenen (vroegsignalering)"
    yield (
        "Korte omschrijving",
        (
            "Dit algoritme zet huishoudens met betalingsachterstanden op volgorde. Medewerkers van de gemeente zien "
            "zo wie zij het eerst een brief sturen of bezoeken. Iedereen krijgt een aanbod voor hulp, ook wie "
            "onderaan staat."
        ),
    )
    yield "Organisatie", f"Gemeente {facts.municipality}"
    yield "Thema", "Sociale zekerheid"
    yield "Status", _status(facts)
    yield "Begindatum", _month(_first(facts)) if _status(facts) != "In ontwikkeling" else None
    yield "Einddatum", _month(_last(facts)) if _status(facts) == "Buiten gebruik" else None
    yield "Contactgegevens", facts.contact if _is_contact(facts.contact) else None
    yield "Publicatiecategorie", "Impactvolle algoritmes"


def _is_contact(text: str) -> bool:
    return bool(_URL.fullmatch(text) or _MAIL.fullmatch(text))


def _own(facts: CardFacts) -> list[Act]:
    """What people did with this model, as the one that orders."""
    number = facts.model.number if facts.model else None
    return [one for one in facts.acts if one.role == "active" and one.model == number and number is not None]


def _status(facts: CardFacts) -> str:
    if facts.model is None or (facts.active == facts.model.number and facts.orders != "framework"):
        return "In gebruik"
    return "Buiten gebruik" if _own(facts) else "In ontwikkeling"


def _first(facts: CardFacts) -> Act | None:
    return next(iter(_own(facts)), None)


def _last(facts: CardFacts) -> Act | None:
    """What ended its use: the first act after its last one."""
    own = _own(facts)
    later = facts.acts[facts.acts.index(own[-1]) + 1 :] if own else ()
    return next((one for one in later if one.role == "active"), None)


def _month(act: Act | None) -> str | None:
    return None if act is None else f"{act.on:%Y-%m}"


def _responsible(facts: CardFacts) -> Iterator[tuple[str, str | None]]:
    first = (
        "waar volgens de gemeente de nood het hoogst is"
        if facts.model is None
        else "waar de achterstand waarschijnlijk snel erger wordt"
    )
    yield (
        "Doel en impact",
        (
            "Partners zoals verhuurders, energiebedrijven, het waterbedrijf en zorgverzekeraars melden achterstanden "
            "bij de gemeente. Medewerkers kunnen per dag maar een paar huishoudens bezoeken. Het algoritme helpt "
            f"kiezen wie het eerst aan de beurt is: {first}. Een inwoner "
            f"merkt dat de gemeente eerder of later contact zoekt. {' '.join(one.nl for one in ALWAYS)}"
        ),
    )
    yield (
        "Afwegingen",
        (
            "Zonder score werkt de gemeente op volgorde van binnenkomst of van bedrag. Dan kan hulp te laat komen, "
            "want een klein bedrag kan al een grote nood zijn. Er zijn ook nadelen: de score past niet op elke zaak, "
            "en wie lager staat, wacht langer. Daarom heeft elke zaak een uiterste dag voor het eerste contact. De "
            "score is uit te leggen: bij elke zaak staat in gewone taal hoeveel punten elk kenmerk geeft, en die "
            "tellen precies op. Een ingewikkelder model is overwogen, en mag alleen als het "
            f"ook zo is uit te leggen. {NEVER_KNOWN.nl} Niet toegestaan is: "
            f"{'; '.join(one.nl for one in NEVER_FOR)}."
        ),
    )
    yield (
        "Menselijke tussenkomst",
        (
            "Een medewerker beslist over elke brief, elk huisbezoek en elke afloop, en ziet bij de score alle "
            "redenen en wat de score zou veranderen. De medewerker mag van de volgorde afwijken en de route "
            "veranderen. Alleen een mens neemt een model in gebruik; dat kan met één handeling worden teruggedraaid. "
            "Wie dat deed en waarom, wordt bewaard."
        ),
    )
    yield (
        "Risicobeheer",
        (
            f"{_risks(facts)} Fouten van een partner: een partner die een tijd zwijgt of ineens veel stuurt, verandert "
            "de score van anderen niet. Uitlegbaarheid: bij elke score staan alle redenen met hun punten."
        ),
    )
    yield (
        "Wettelijke basis",
        (
            "Wet gemeentelijke schuldhulpverlening (Wgs), artikel 3, eerste lid, onder b: de gemeente biedt uit "
            "zichzelf hulp aan als partners een betalingsachterstand melden. Zo kan hulp beginnen voordat schulden "
            "groot worden."
        ),
    )
    yield "Link naar wettelijke basis", "https://wetten.overheid.nl/BWBR0031331"
    yield "Titel van wettelijke basis", "Wet gemeentelijke schuldhulpverlening"


def _risks(facts: CardFacts) -> str:
    if facts.model is None:
        return (
            "Ongelijke behandeling: de score kent geen kenmerken van personen en telt alleen punten die de gemeente "
            "zelf vaststelde. Elke versie daarvan blijft bewaard en is voor medewerkers te lezen."
        )
    return (
        "Ongelijke behandeling: voor ingebruikname wordt per groep (zoals leeftijd en buurt) vergeleken wat het model "
        f"verwacht en wat gebeurde. Is het verschil groter dan {facts.choice.fairness_margin} procentpunt en geen "
        "toeval, dan kan het model niet in gebruik. De score kent deze groepen niet. Verandering in de tijd: de "
        "verdeling van kenmerken en scores wordt steeds met die van de training vergeleken, met een waarschuwing als "
        "zij verschuift. Privacy: het model bevat alleen getallen, geen personen, en blijft binnen de gemeente."
    )


def _working(facts: CardFacts) -> Iterator[tuple[str, str | None]]:
    used = [one.nl for one in FEATURES] if facts.model else [*ALLOWED.values()]
    if facts.framework.reached_before and (facts.model is None or facts.orders == "blend"):
        used.append("of een eerdere poging lukte")
    meanings = "; ".join(used)
    learned = "" if facts.model is None else _learned(facts.model)
    yield (
        "Gegevens",
        (
            f"Meldingen van de partners van deze gemeente, per huishouden. Gebruikt worden: {meanings}.{learned} "
            f"{NEVER_KNOWN.nl}"
        ),
    )
    yield "Titel van Gegevensbron", "Meldingen van signaalpartners (vroegsignalering)"
    yield "Technische werking", _technical(facts)


def _learned(model: ModelFacts) -> str:
    first, last = model.window
    between = f"van {day(first).nl} tot en met {day(last).nl}"
    return f" Het model leerde van {model.examples} zaken uit deze meldingen, {between}."


def _technical(facts: CardFacts) -> str:
    blend = (
        f" De score is voor {facts.choice.model_percent}% die van het model en voor de rest die van het "
        "afwegingskader: punten die de gemeente zelf vaststelde."
        if facts.orders == "blend"
        else ""
    )
    if facts.model is None:
        return (
            "Niet zelflerend. De gemeente stelde in een afwegingskader vast hoeveel punten elk criterium geeft. "
            "Invoer: de open achterstanden van een zaak. De punten worden opgeteld tot hoogstens 100. Uitvoer: een "
            "score van 0 tot 100 met per criterium de punten. Dezelfde meldingen geven altijd dezelfde score."
        )
    kind = (
        "een logistische regressie op in klassen verdeelde kenmerken, met strafterm en vaste richting, afgerond tot "
        "een puntenkaart"
        if facts.model.kind == "scorecard"
        else "gradient boosting van beslisbomen met vaste richting, die per kenmerk zegt wat het in punten bijdraagt"
    )
    return (
        "Niet zelflerend in gebruik: het model verandert niet, tot een mens een nieuw model in gebruik neemt. Soort: "
        f"{kind}. Het doel van de training: wordt een zaak binnen 90 dagen erger (een achterstand stijgt, er komt een "
        "andere soort bij, of er gaat iets ergs dreigen)? Kenmerken bevatten alleen wat op dat moment bekend was. De "
        "kansen zijn geijkt, en het model is beproefd op zaken van later dan waarvan het leerde. Uitvoer: een score "
        "van 0 tot 100 met per kenmerk de punten, die precies optellen. Met hetzelfde model en beleid geven "
        f"dezelfde meldingen altijd dezelfde score.{blend} Kenmerk van de parameters (SHA-256): {facts.model.digest}."
    )
