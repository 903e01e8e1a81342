"""What must anyone know who meets this score? The model card, from what is configured and registered at this moment.

Pure: `outreach.learning.papers` reads what it needs. Of the decision framework there is a card too: it orders the work
until a person activates a model, and where a municipality keeps to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from signals.scoring import card_points
from signals.scoring.card_model import NEVER_KNOWN, of_model
from signals.scoring.features import FEATURES
from signals.scoring.paper import Paper, PaperTable, Section, Words, day, figure, same

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from signals.scoring.card_model import ModelFacts
    from signals.scoring.choice import Choice
    from signals.scoring.drift import DriftReport
    from signals.scoring.framework import Framework

ALWAYS: Final = (
    Words(
        "De score bepaalt alleen in welke volgorde medewerkers huishoudens benaderen. Zij bepaalt nooit of iemand een "
        "aanbod krijgt: elk signaal krijgt een vervolg.",
        "The score only decides in which order staff approach households. It never decides whether someone gets an "
        "offer: every signal is followed up.",
    ),
    Words(
        "Een dreiging van huisuitzetting, afsluiting of het einde van de zorgverzekering gaat altijd vóór de score.",
        "A threat of eviction, disconnection or the end of health insurance always goes before the score.",
    ),
    Words(
        "Een medewerker geeft elke brief en elk huisbezoek vrij, en mag van de volgorde afwijken.",
        "A member of staff releases every letter and every visit, and may depart from the order.",
    ),
)
NEVER_FOR: Final = (
    Words("beslissen of iemand hulp krijgt, of hoeveel", "deciding whether somebody gets help, or how much"),
    Words(
        "handhaven, opsporen van fraude, innen of het beoordelen van kredietwaardigheid",
        "enforcement, detecting fraud, collecting debts or judging creditworthiness",
    ),
    Words(
        "delen met partners of anderen: de score verlaat de gemeente niet",
        "sharing with partners or others: the score does not leave the municipality",
    ),
    Words(
        "een andere gemeente: een model kent alleen de geschiedenis van deze",
        "another municipality: a model knows the history of this one alone",
    ),
    Words(
        "een oordeel over een persoon: het is een verwachting over zaken die op elkaar lijken",
        "a judgement of a person: it is an expectation of cases that are alike",
    ),
)
_ACTS: Final = {
    ("active", "activate"): Words("in gebruik genomen", "activated"),
    ("active", "rollback"): Words("teruggedraaid", "rolled back"),
    ("active", "end"): Words("terug naar het afwegingskader", "back to the decision framework"),
    ("shadow", "shadow"): Words("op proef gezet", "put on trial"),
    ("shadow", "end"): Words("proef beëindigd", "trial ended"),
}


@dataclass(frozen=True, slots=True)
class Act:
    """A person's act on which model orders the work."""

    on: date
    by: str
    role: str
    how: str
    model: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class CardFacts:
    """All that the card tells.

    Attributes:
        municipality: its name.
        today: the day of the card.
        policy: the number of the version in force, and its first day.
        choice: what the policy chose.
        framework: its points.
        model: the one that the card is of; None: of the framework.
        active: the number of the model that is active.
        shadow: of the one on trial.
        acts: oldest first.
        enough: examples, of either outcome, and days that training asks for.
        contact: where one can ask; empty where the municipality did not say.
        agreement: how many open cases the model on trial scored, and by how many points it differs on average.
        drift: how far today's cases moved from those that the active model learned from; None where nobody looked.
    """

    municipality: str
    today: date
    policy: tuple[int, date]
    choice: Choice
    framework: Framework
    model: ModelFacts | None
    active: int | None
    shadow: int | None
    acts: tuple[Act, ...]
    enough: tuple[int, int, int]
    contact: str
    agreement: tuple[int, float] | None = None
    drift: DriftReport | None = None

    @property
    def orders_cases(self) -> bool:
        """Whether what this is about is made to order cases; a model of who is reached advises only."""
        return self.model is None or self.model.target == "escalation"

    @property
    def orders(self) -> str:
        """What orders the work: framework, model or blend."""
        return "framework" if self.active is None else self.choice.by


def card(facts: CardFacts) -> Paper:
    """The card of a model, or of the framework."""
    if facts.model is None:
        title = Words(
            f"Scorekaart van het afwegingskader, gemeente {facts.municipality}",
            f"Score card of the decision framework, municipality of {facts.municipality}",
        )
        parts = [_purpose(facts), _in_use(facts), *_of_framework(facts)]
    else:
        number = facts.model.number
        title = Words(
            f"Modelkaart van model {number}, gemeente {facts.municipality}",
            f"Model card of model {number}, municipality of {facts.municipality}",
        )
        parts = [_purpose(facts), _in_use(facts), *of_model(facts.model, facts.choice.fairness_margin)]
        if facts.orders == "blend" and facts.model.number == facts.active:
            parts.append(_other_part(facts))
        parts.append(_watched(facts.drift))
    return Paper(title, (*parts, _never_for(), _decisions(facts), _contact(facts)))


def _purpose(facts: CardFacts) -> Section:
    why = Words(
        f"Gemeente {facts.municipality} helpt inwoners vroeg bij betalingsachterstanden. Medewerkers kunnen per dag "
        "maar een paar huishoudens bezoeken; de score zet bovenaan waar haast het meest helpt.",
        f"The municipality of {facts.municipality} helps residents early with payment arrears. Staff can visit only a "
        "few households a day; the score puts on top where haste helps most.",
    )
    return Section("doel", Words("Waarvoor het is", "What it is for"), (why, *ALWAYS))


def _in_use(facts: CardFacts) -> Section:
    number, since = facts.policy
    by = {
        "framework": Words("bepaalt het afwegingskader", "the decision framework"),
        "model": Words(f"bepaalt model {facts.active}", f"model {facts.active}"),
        "blend": Words(
            f"bepalen model {facts.active} (voor {facts.choice.model_percent}%) en het afwegingskader (voor "
            f"{100 - facts.choice.model_percent}%) samen",
            f"for {facts.choice.model_percent}% model {facts.active} and for {100 - facts.choice.model_percent}% the "
            "decision framework",
        ),
    }[facts.orders]
    told = [
        Words(f"Nu {by.nl} de volgorde.", f"The order is now decided by {by.en}."),
        Words(
            f"Het beleid (nummer {number}, vanaf {day(since).nl}) kiest: {_CHOSEN[facts.choice.by].nl}.",
            f"The policy (number {number}, from {day(since).en}) chooses: {_CHOSEN[facts.choice.by].en}.",
        ),
        Words(
            "Een zaak houdt de score van het beleid dat gold toen haar periode begon.",
            "A case keeps the score of the policy that was in force when its period began.",
        ),
        _cold_start(facts),
    ]
    if facts.shadow is not None:
        told.append(_trial(facts))
    return Section("gebruik", Words("Wat nu de volgorde bepaalt", "What decides the order now"), tuple(told))


_CHOSEN: Final = {
    "framework": Words("het afwegingskader", "the decision framework"),
    "model": Words("het model", "the model"),
    "blend": Words("een mengsel van beide", "a blend of both"),
}


def _cold_start(facts: CardFacts) -> Words:
    examples, each, days = facts.enough
    return Words(
        f"Een model wordt pas getraind met minstens {examples} zaken waarvan bekend is hoe het verder ging, waarvan "
        f"minstens {each} erger werden en {each} niet, over minstens {days} dagen. Tot dan, en tot iemand een model in "
        "gebruik neemt, bepaalt het afwegingskader de volgorde.",
        f"A model is trained only with at least {examples} cases of which it is known how they went on, of which at "
        f"least {each} got worse and {each} did not, over at least {days} days. Until then, and until a person "
        "activates a model, the decision framework decides the order.",
    )


def _trial(facts: CardFacts) -> Words:
    told = Words(
        f"Model {facts.shadow} loopt op proef mee: het scoort, maar bepaalt niets.",
        f"Model {facts.shadow} is on trial: it scores, and decides nothing.",
    )
    if facts.agreement is None:
        return told
    cases, points = facts.agreement
    return Words(
        f"{told.nl} Bij {cases} open zaken wijkt het gemiddeld {figure(points, 1).nl} punten af.",
        f"{told.en} At {cases} open cases it differs by {figure(points, 1).en} points on average.",
    )


_HIGHEST_STEP: Final = Words(
    "Van stappen telt alleen de hoogste: een achterstand bij 3 partners geeft alleen de punten van die stap. Van "
    "dreigingen telt alleen wat de meeste punten geeft.",
    "Of steps only the highest counts: arrears with 3 partners give the points of that step alone. Of threats only "
    "that which gives most points counts.",
)


def _of_framework(facts: CardFacts) -> Iterator[Section]:
    yield Section(
        "punten",
        Words("Hoe de punten tot stand komen", "How the points come about"),
        (
            Words(
                "De gemeente stelde zelf vast wat hoeveel punten geeft. De punten worden opgeteld, tot hoogstens 100. "
                "Er is niets uit gegevens geleerd.",
                "The municipality itself laid down what gives how many points. The points are added up, to 100 at "
                "most. Nothing was learned from data.",
            ),
            _HIGHEST_STEP,
            NEVER_KNOWN,
        ),
        tables=(card_points.of_framework(facts.framework), card_points.bills(facts.framework)),
    )


def _other_part(facts: CardFacts) -> Section:
    """What a blend is of beside the model."""
    share = 100 - facts.choice.model_percent
    return Section(
        "kader",
        Words("Wat het afwegingskader geeft", "What the decision framework gives"),
        (
            Words(
                f"Het afwegingskader telt voor {share}% mee. De gemeente stelde zelf vast wat hoeveel punten geeft.",
                f"The decision framework counts for {share}%. The municipality itself laid down what gives how many "
                "points.",
            ),
            _HIGHEST_STEP,
        ),
        tables=(card_points.of_framework(facts.framework), card_points.bills(facts.framework)),
    )


def _watched(drift: DriftReport | None) -> Section:
    heading = Words("Of het nog past", "Whether it still fits")
    how = Words(
        "Steeds wordt vergeleken of de zaken van nu nog lijken op die waarvan het model leerde, en of de kansen "
        "uitkomen. Beheerders krijgen een waarschuwing als dat niet zo is; dan kan iemand een nieuw model trainen.",
        "It is compared all the time whether today's cases still look like those the model learned from, and whether "
        "the chances come true. Operators are warned when not so; then somebody can train a new model.",
    )
    if drift is None:
        return Section("toezicht", heading, (how,))
    meanings = {one.name: Words(one.nl, one.en) for one in FEATURES}
    rows = tuple(
        (
            meanings.get(one.name, Words("de score", "the score")),
            figure(one.psi, 2) if one.psi is not None else same("–"),
            _LEVELS[one.level],
        )
        for one in (drift.score, *drift.columns)
    )
    table = PaperTable(
        Words(f"Verschuiving bij {drift.cases} zaken van nu", f"Shift at {drift.cases} cases of today"),
        (Words("Van", "Of"), Words("Verschuiving (PSI)", "Shift (PSI)"), Words("Oordeel", "Verdict")),
        rows,
        numbers=(1,),
    )
    return Section("toezicht", heading, (how,), tables=(table,))


_LEVELS: Final = {
    "quiet": Words("rustig", "quiet"),
    "watch": Words("in de gaten houden", "to be watched"),
    "moved": Words("verschoven", "moved"),
    "too-few": Words("te weinig zaken", "too few cases"),
}


def _never_for() -> Section:
    heading = Words("Waarvoor het niet gebruikt mag worden", "What it must not be used for")
    return Section("niet", heading, points=NEVER_FOR)


def _decisions(facts: CardFacts) -> Section:
    heading = Words("Wie besliste", "Who decided")
    if not facts.acts:
        none = Words("Er is hier nog nooit een model in gebruik genomen.", "No model was ever activated here.")
        return Section("beslissingen", heading, (none,))
    rows = tuple(
        (
            day(one.on),
            same(one.by),
            _ACTS.get((one.role, one.how), same(one.how)),
            same(one.model or "–"),
            same(one.reason),
        )
        for one in reversed(facts.acts)
    )
    columns = (
        Words("Dag", "Day"),
        Words("Wie", "Who"),
        Words("Wat", "What"),
        Words("Model", "Model"),
        Words("Waarom", "Why"),
    )
    return Section(
        "beslissingen",
        heading,
        tables=(
            PaperTable(
                Words("Beslissingen van mensen, de nieuwste eerst", "Decisions of people, newest first"), columns, rows
            ),
        ),
    )


def _contact(facts: CardFacts) -> Section:
    told = (
        Words(f"Vragen over deze score: {facts.contact}.", f"Questions about this score: {facts.contact}.")
        if facts.contact
        else Words("De gemeente vult in waar men vragen kan stellen.", "The municipality fills in where one can ask.")
    )
    made = Words(f"Gemaakt op {day(facts.today).nl}.", f"Made on {day(facts.today).en}.")
    return Section("contact", Words("Vragen", "Questions"), (told, made))
