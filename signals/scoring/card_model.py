"""What does a card say of a model: what it expects, learned from and looks at, how good it is, and for whom?

Pure, a part of `card`. What was found of a model is told as the registry keeps it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from signals.scoring import card_points
from signals.scoring.features import FEATURES
from signals.scoring.paper import PaperTable, Section, Words, day, figure, percent, same
from signals.scoring.scorecard import Scorecard

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from signals.scoring.model import Model

NEVER_KNOWN: Final = Words(
    "De score kent geen naam, adres, postcode of buurt, geen nationaliteit, geboorteland, herkomst of taal, geen "
    "geslacht, leeftijd, gezondheid of samenstelling van het huishouden, geen uitkering, strafrechtelijke gegevens of "
    "fraudescores.",
    "The score knows no name, address, postcode or neighbourhood, no nationality, country of birth, origin or "
    "language, no gender, age, health or household composition, no benefits, criminal data or fraud scores.",
)
_TARGETS: Final = {
    "escalation": Words(
        "Binnen 90 dagen wordt het erger: een achterstand stijgt, er komt een achterstand van een andere soort bij, of "
        "er gaat een huisuitzetting, afsluiting of het einde van de zorgverzekering dreigen.",
        "Within 90 days it gets worse: arrears rise, arrears of another kind join them, or eviction, disconnection or "
        "the end of health insurance comes to threaten.",
    ),
    "reached": Words(
        "Een poging tot contact lukt, per manier en dagdeel. Dit is advies en ordent niets.",
        "An attempt at contact succeeds, by channel and part of day. This is advice and orders nothing.",
    ),
}
_KINDS: Final = {
    "scorecard": Words(
        "een puntenkaart: per kenmerk een vast aantal punten, die worden opgeteld",
        "a scorecard: for each feature a fixed number of points, which are added up",
    ),
    "boosting": Words(
        "opgetelde beslisbomen, waarvan per zaak in punten wordt gezegd wat elk kenmerk bijdraagt",
        "decision trees that are added up, of which each case tells in points what each feature contributes",
    ),
}
_DIRECTIONS: Final = {
    1: Words("meer geeft nooit een lagere score", "more never gives a lower score"),
    -1: Words("meer geeft nooit een hogere score", "more never gives a higher score"),
    0: Words("vrij", "free"),
}
_CASES: Final = {"escalation": Words("Zaken", "Cases"), "reached": Words("Pogingen", "Attempts")}
_CAME: Final = {"escalation": Words("Werd erger", "Got worse"), "reached": Words("Lukte", "Succeeded")}
_SHARE: Final = {
    "escalation": Words("Aandeel dat erger werd", "Share that got worse"),
    "reached": Words("Aandeel dat lukte", "Share that succeeded"),
}
_FIGURES: Final = {
    "auc": Words(
        "Ordening (AUC): 0,5 is loten, 1 is foutloos", "Ordering (AUC): 0.5 is drawing lots, 1 is without fault"
    ),
    "average_precision": Words("Gemiddelde precisie", "Average precision"),
    "brier": Words("Brierscore: lager is beter", "Brier score: lower is better"),
    "ece": Words("Gemiddelde afwijking van de kansen (ECE)", "Expected calibration error (ECE)"),
}
_VERDICTS: Final = {
    "fair": Words("in orde", "fair"),
    "off": Words("wijkt af: mag niet in gebruik", "off: must not be used"),
    "unsure": Words("kan toeval zijn", "may be chance"),
    "too-few": Words("te weinig voor een oordeel", "too few for a verdict"),
}
_GROUPS: Final = {
    "origin": Words("herkomst van de naam", "name origin"),
    "name_origin": Words("herkomst van de naam", "name origin"),
    "neighbourhood": Words("buurt", "neighbourhood"),
    "age_band": Words("leeftijd", "age"),
    "household_size": Words("grootte van het huishouden", "household size"),
}
_VALUES_NL: Final = {
    "unknown": "onbekend",
    "other": "anders",
    "dutch": "Nederlands",
    "moroccan": "Marokkaans",
    "polish": "Pools",
    "surinamese": "Surinaams",
    "turkish": "Turks",
}
"""Values of groups that are words; others are numbers."""


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """A registered model with what was found of it; `evaluation` and `fairness` as the registry keeps them."""

    number: int
    kind: str
    target: str
    window: tuple[date, date]
    examples: int
    positives: int
    seed: int
    digest: str
    trained_by: str
    trained_on: date
    parameters: Model
    trials: Mapping[str, Any]
    evaluation: Reviewed | None = None
    fairness: Reviewed | None = None


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What somebody found of a model, and when."""

    report: Mapping[str, Any]
    by: str
    on: date


def of_model(model: ModelFacts, margin: int) -> Iterator[Section]:
    """All that a card says of a model; `margin` is how far it may be off for a group, in percentage points."""
    yield Section("voorspelling", Words("Wat het verwacht", "What it expects"), (_TARGETS[model.target],))
    yield _learned(model)
    if model.target == "escalation":
        yield _features(model)
    if isinstance(model.parameters, Scorecard):
        yield _points(model.parameters)
    yield _quality(model)
    yield _fairness(model, margin)


def _learned(model: ModelFacts) -> Section:
    first, last = model.window
    share = 100 * model.positives // max(model.examples, 1)
    examples = Words(
        f"Het leerde van {model.examples} zaken van {day(first).nl} tot en met {day(last).nl}, uit de signalen "
        f"die partners aan deze gemeente stuurden. Daarvan werden er {model.positives} erger ({share}%). Wie is "
        "bereikt en wat medewerkers deden, telde niet mee.",
        f"It learned from {model.examples} cases from {day(first).en} to {day(last).en}, from the signals that "
        f"partners sent to this municipality. Of those {model.positives} got worse ({share}%). Who was reached and "
        "what staff did played no part.",
    )
    attempts = Words(
        f"Het leerde van {model.examples} contactpogingen van {day(first).nl} tot en met {day(last).nl}, zoals "
        f"medewerkers van deze gemeente die bewaarden. Daarvan lukten er {model.positives} ({share}%).",
        f"It learned from {model.examples} contact attempts from {day(first).en} to {day(last).en}, as staff of this "
        f"municipality recorded them. Of those {model.positives} succeeded ({share}%).",
    )
    told = (
        examples if model.target == "escalation" else attempts,
        Words(
            f"Soort: {_KINDS[model.kind].nl}. Getraind door {model.trained_by} op {day(model.trained_on).nl}, met "
            f"startgetal {model.seed}.",
            f"Kind: {_KINDS[model.kind].en}. Trained by {model.trained_by} on {day(model.trained_on).en}, with seed "
            f"{model.seed}.",
        ),
        Words(
            f"Kenmerk van de parameters (SHA-256): {model.digest}",
            f"Digest of the parameters (SHA-256): {model.digest}",
        ),
    )
    return Section("geleerd", Words("Waarvan het leerde", "What it learned from"), told)


def _features(model: ModelFacts) -> Section:
    rows = tuple(
        (
            Words(one.nl, one.en),
            Words(ALLOWED.get(one.allowed, one.allowed), one.allowed),
            same(one.source),
            _DIRECTIONS[one.direction],
        )
        for one in FEATURES
    )
    table = PaperTable(
        Words("Kenmerken", "Features"),
        (
            Words("Kenmerk", "Feature"),
            Words("Toegestaan gegeven", "Allowed fact"),
            Words("Uit", "From"),
            Words("Richting", "Direction"),
        ),
        rows,
    )
    return Section(
        "kenmerken",
        Words("Waar het naar kijkt", "What it looks at"),
        (NEVER_KNOWN,),
        tables=(table, card_points.usual_amounts(model.parameters.usual)),
    )


ALLOWED: Final = {
    "number of partners": "aantal partners",
    "partner type": "soort partner",
    "amount relative to the sector's usual bill": "bedrag ten opzichte van wat gewoon is in de sector",
    "days in arrears": "dagen achterstand",
    "rise since the last signal": "stijging sinds het vorige signaal",
    "signals in the past 6 months": "signalen in de afgelopen 6 maanden",
    "crisis or end-of-delivery flag": "dreiging of einde van de levering",
    "an explicit wish of the resident": "een uitdrukkelijke wens van de inwoner",
}
"""The allowed facts of domain.md section 10, in Dutch."""


def _points(model: Scorecard) -> Section:
    told = [
        Words(
            "Elke zaak begint bij de punten van een gebruikelijke zaak. Daarbij of daaraf komen de punten hieronder. "
            "De score gaat van 0 tot 100.",
            "Every case begins with the points of a usual case. The points below are added or taken off. The score "
            "goes from 0 to 100.",
        )
    ]
    if silent := card_points.silent(model):
        told.append(
            Words(
                f"Zonder invloed in dit model: {', '.join(one.nl for one in silent)}.",
                f"Without influence in this model: {', '.join(one.en for one in silent)}.",
            )
        )
    table = card_points.of_scorecard(model)
    return Section(
        "punten", Words("Hoeveel punten wat geeft", "How many points what gives"), tuple(told), tables=(table,)
    )


def _quality(model: ModelFacts) -> Section:
    heading = Words("Hoe goed het is", "How good it is")
    tables = [
        _figures(
            model, model.trials, Words("Bij proeven in de tijd, bij het trainen", "In trials in time, at training")
        )
    ]
    told = [
        Words(
            "Bij een proef in de tijd geeft een model kansen van wat later kwam dan waarvan het leerde. Tussen "
            "haakjes staat waar de waarde met 95% zekerheid ligt.",
            "In a trial in time a model gives chances of what came later than that it learned from. In brackets "
            "stands where the value lies with 95% certainty.",
        )
    ]
    if model.evaluation is not None:
        told.append(_reviewed(Words("Beoordeeld", "Evaluated"), model.evaluation))
        report = model.evaluation.report
        tables.append(
            _figures(
                model, report.get("measures", report), Words("Bij de laatste beoordeling", "At the last evaluation")
            )
        )
        tables.append(_calibration(model.target, report.get("calibration", ())))
        tables.append(_orders(report.get("lift", {})))
    else:
        told.append(
            Words("Na het trainen is het nog niet beoordeeld.", "It was not evaluated yet since it was trained.")
        )
    return Section("kwaliteit", heading, tuple(told), tables=tuple(one for one in tables if one.rows))


def _reviewed(what: Words, review: Reviewed) -> Words:
    on = day(review.on)
    return Words(f"{what.nl} door {review.by} op {on.nl}.", f"{what.en} by {review.by} on {on.en}.")


def _figures(model: ModelFacts, measures: Mapping[str, Any], caption: Words) -> PaperTable:
    known = {"base_rate": _SHARE[model.target], **_FIGURES}
    rows = tuple((words, estimate(measures[name])) for name, words in known.items() if measures.get(name) is not None)
    return PaperTable(caption, (Words("Maat", "Measure"), Words("Waarde", "Value")), rows, numbers=(1,))


def _came_true(observed: Mapping[str, float]) -> str:
    return f"{percent(observed['value'])} ({percent(observed['low'])}–{percent(observed['high'])})"


def _calibration(target: str, bins: Any) -> PaperTable:  # noqa: ANN401 - as the registry keeps it
    rows = tuple(
        (
            Words(
                f"{percent(one['start'])} tot {percent(one['end'])}",
                f"{percent(one['start'])} to {percent(one['end'])}",
            ),
            same(one["n"]),
            same(percent(one["predicted"])),
            same(_came_true(one["observed"])),
        )
        for one in bins
    )
    return PaperTable(
        Words("Komen de kansen uit?", "Do the chances come true?"),
        (
            Words("Verwachte kans", "Expected chance"),
            _CASES[target],
            Words("Gemiddeld verwacht", "Expected on average"),
            _CAME[target],
        ),
        rows,
        numbers=(1, 2, 3),
    )


_ORDERS: Final = {
    "model": Words("het model", "the model"),
    "blend": Words("model en afwegingskader samen", "model and decision framework together"),
    "framework": Words("het afwegingskader", "the decision framework"),
    "amount": Words("het hoogste bedrag eerst", "the highest amount first"),
    "arrival": Words("volgorde van binnenkomst", "order of arrival"),
}


def _orders(lift: Mapping[str, Any]) -> PaperTable:
    """What the first eight households a day of a pair would have been, in each order."""
    rows = tuple(
        (
            _ORDERS.get(one["order"], same(one["order"])),
            same(one["chosen"]),
            same(percent(one["precision"]["value"])) if one["precision"] else same("–"),
            estimate(one["lift"]) if one["lift"] else same("–"),
        )
        for one in lift.get("orders", ())
    )
    return PaperTable(
        Words(
            "De eerste acht per paar per dag, volgens elke volgorde", "The first eight of a pair a day, by each order"
        ),
        (
            Words("Volgorde", "Order"),
            Words("Gekozen zaken", "Cases chosen"),
            Words("Werd erger", "Got worse"),
            Words("Keer zoveel als van alle zaken", "Times as many as of all cases"),
        ),
        rows,
        numbers=(1, 2, 3),
    )


def _fairness(model: ModelFacts, margin: int) -> Section:
    heading = Words("Of het groepen gelijk behandelt", "Whether it treats groups alike")
    rule = Words(
        f"Het model kent deze groepen niet. Wijkt wat het van een groep verwacht meer dan {margin} procentpunt af van "
        "wat er gebeurde, en kan dat geen toeval zijn, dan kan het niet in gebruik worden genomen. Wat het bij alle "
        "anderen net zo afwijkt, telt daarbij niet mee.",
        f"The model does not know these groups. Where what it expects of a group differs by more than {margin} "
        "percentage points from what happened, and that cannot be chance, it cannot be activated. What it is off by "
        "for everybody else as well does not count there.",
    )
    if model.fairness is None:
        none = Words("Hiernaar is bij dit model nog niet gekeken.", "Nobody looked at this for this model yet.")
        return Section("groepen", heading, (rule, none))
    rows = tuple(_group(one) for one in model.fairness.report.get("groups", ()))
    table = PaperTable(
        Words("Verwacht en gebeurd, per groep", "Expected and happened, by group"),
        (
            Words("Groep", "Group"),
            Words("Zaken", "Cases"),
            Words("Verwacht", "Expected"),
            Words("Gebeurd", "Happened"),
            Words("AUC", "AUC"),
            Words("Oordeel", "Verdict"),
        ),
        rows,
        numbers=(1, 2, 3, 4),
    )
    return Section(
        "groepen", heading, (rule, _reviewed(Words("Bekeken", "Looked at"), model.fairness)), tables=(table,)
    )


def _group(one: Mapping[str, Any]) -> tuple[Words, ...]:
    kind, value = _GROUPS.get(one["kind"], same(one["kind"])), str(one["value"])
    measures = one["measures"]
    return (
        Words(f"{kind.nl}: {_VALUES_NL.get(value, value)}", f"{kind.en}: {value}"),
        same(measures["n"]),
        same(percent(one["predicted"])),
        same(percent(one["predicted"] - one["gap"]["value"])),
        figure(measures["auc"]["value"]) if measures.get("auc") else same("–"),
        _VERDICTS[one["verdict"]],
    )


def estimate(found: Any) -> Words:  # noqa: ANN401 - as the registry keeps it
    """A figure, with its interval where it has one."""
    if not isinstance(found, dict):
        return figure(float(found))
    value, low, high = (figure(found[name]) for name in ("value", "low", "high"))
    return Words(f"{value.nl} ({low.nl}–{high.nl})", f"{value.en} ({low.en}–{high.en})")
