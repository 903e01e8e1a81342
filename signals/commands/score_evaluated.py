"""How is the evaluation of a model shown: as one document, or as tables that a person reads?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from signals.commands import show
from signals.commands.score_figures import columns, estimate_cells, figure_rows, in_one_cell, written
from signals.contract.codes import CONTACT_KINDS, PARTS_OF_DAY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from signals.outreach.learning.evaluating import Findings
    from signals.outreach.learning.reach_learning import ReachFindings
    from signals.outreach.learning.registry import RegisteredModel
    from signals.scoring.plots import Language

_SECTORS: Final = {
    "housing": ("huur", "rent"),
    "energy": ("energie", "energy"),
    "water": ("water", "water"),
    "health": ("zorgverzekering", "health insurance"),
    "other": ("overig", "other"),
}
_ORDERS: Final = {
    "model": ("model", "model"),
    "blend": ("mengvorm", "blend"),
    "framework": ("afwegingskader", "decision framework"),
    "amount": ("hoogste bedrag", "highest amount"),
    "arrival": ("oudste eerst", "oldest first"),
}
_PARTS: Final = {
    "grows": ("achterstand groeit", "arrears grows"),
    "spreads": ("andere sector erbij", "spreads to another sector"),
    "crisis": ("wordt een crisis", "becomes a crisis"),
}
_NAMES: Final = {
    **_SECTORS,
    **{code: (dutch.lower(), code) for code, dutch in {**CONTACT_KINDS, **PARTS_OF_DAY}.items()},
    "neighbourhood": ("buurt", "neighbourhood"),
    "age_band": ("leeftijd", "age"),
    "household_size": ("grootte huishouden", "household size"),
    "origin": ("herkomst naam", "name origin"),
    "unknown": ("onbekend", "unknown"),
}
_VERDICTS: Final = {
    "fair": ("gelijk", "fair"),
    "off": ("OVER DE GRENS", "OFF"),
    "unsure": ("onzeker", "unsure"),
    "too-few": ("te weinig", "too few"),
}
_SLICES: Final = {
    "by_sector": ("Per sector", "By sector"),
    "by_month": ("Per maand", "By month"),
    "by_channel": ("Per manier van contact", "By channel"),
    "by_part": ("Per dagdeel", "By part of the day"),
}
_HOW: Final = {
    "later": (
        "op latere zaken, waar het niet van leerde",
        "on later cases, from which it did not learn",
    ),
    "trials": (
        "met proeven in de tijd, van modellen van dezelfde soort",
        "by trials in order of time, of models of the same kind",
    ),
}


def document_of(chosen: RegisteredModel, found: Findings | ReachFindings) -> dict[str, Any]:
    """All that was found, as JSON."""
    model = {
        "model": chosen.id,
        "municipality": chosen.municipality,
        "target": chosen.target,
        "kind": chosen.kind,
        "digest": chosen.digest,
    }
    fairness = {"fairness": msgspec.to_builtins(found.fairness)}
    return {**model, **msgspec.to_builtins(found.evaluation), **fairness}


def show_document(document: Mapping[str, Any], language: Language) -> None:
    """The document for a person."""
    at = 0 if language == "nl" else 1
    head = (
        "Model {model}, gemeente {municipality}: beoordeeld {how}, van {since} tot en met {until}",
        "Model {model}, municipality {municipality}: judged {how}, from {since} to {until}",
    )
    named = {name: document[name] for name in ("model", "municipality", "since", "until")}
    show.line(head[at].format(how=_HOW[document["how"]][at], **named))
    show.line()
    _show_figures(document, language)
    _show_calibration(document, at)
    if "lift" in document:
        _show_lift(document, at)
    for name, titles in _SLICES.items():
        if name in document:
            _show_slices(document[name], titles[at], at)
    if "parts" in document:
        _show_parts(document["parts"], at)
    _show_fairness(document["fairness"], at)
    if document["target"] == "escalation":
        for one in document["fairness"]["groups"]:
            if one["verdict"] == "off":
                show.line(one["nl" if at == 0 else "en"])


def _show_parts(parts: Mapping[str, Any], at: int) -> None:
    rows = [
        (_PARTS[part][at], written(one["share"], percent=True), in_one_cell(one["auc"])) for part, one in parts.items()
    ]
    _table(at, ("Delen van de uitkomst", "Parts of the outcome")[at], ("", ("deel", "share")[at], "AUC"), rows)
    show.line()


def _table(
    at: int, title: str, heads: Sequence[str], rows: Sequence[Sequence[object]], right: Sequence[str] = ()
) -> None:
    """A table; in Dutch with a comma in its figures."""
    cells = [[cell.replace(".", ",") if isinstance(cell, str) and not at else cell for cell in row] for row in rows]
    show.table(title, heads, cells, right=right)


def _show_figures(document: Mapping[str, Any], language: Language) -> None:
    rows = figure_rows(document["measures"], language)
    at = 0 if language == "nl" else 1
    rows += [(f"AUC, {_ORDERS[name][at]}", *estimate_cells(one)) for name, one in document.get("orders", {}).items()]
    if document.get("oracle") is not None:
        oracle = (
            "AUC, wie ook de verborgen waarheid kent",
            "AUC, of who knows the hidden truth as well",
        )
        rows.append((oracle[at], *estimate_cells(document["oracle"])))
    title = (
        "{n} voorbeelden, waarvan {positives} met de uitkomst",
        "{n} examples, of which {positives} with the outcome",
    )
    _table(at, title[at].format(**document["measures"]), columns(language), rows)
    show.line()


def _show_calibration(document: Mapping[str, Any], at: int) -> None:
    rows = [
        (
            f"{written(one['start'], percent=True)}–{written(one['end'], percent=True)}",
            one["n"],
            written(one["predicted"], percent=True),
            *estimate_cells(one["observed"], percent=True),
        )
        for one in document["calibration"]
    ]
    heads = (
        ("kans", "zaken", "verwacht", "gebeurd", "van", "tot"),
        ("chance", "cases", "expected", "happened", "from", "to"),
    )
    title = ("Komen de kansen uit?", "Do the chances come true?")
    _table(at, title[at], heads[at], rows, right=heads[at][1:])
    show.line()


def _show_lift(document: Mapping[str, Any], at: int) -> None:
    lift = document["lift"]
    rows = [
        (
            _ORDERS[one["order"]][at],
            one["chosen"],
            one["escalated"],
            in_one_cell(one["precision"]),
            in_one_cell(one["lift"]),
            in_one_cell(one["ratio"]),
        )
        for one in lift["orders"]
    ]
    title = (
        "De eerste acht per dag, met {pairs} koppel(s)",
        "The first eight a day, with {pairs} pair(s)",
    )
    heads = (
        ("volgorde", "bezocht", "werd erger", "deel", "keer toeval", "model is zoveel keer"),
        ("order", "visited", "got worse", "share", "times chance", "model is so many times"),
    )
    _table(at, title[at].format(pairs=lift["pairs"]), heads[at], rows, right=heads[at][1:3])
    show.line()


def _show_slices(slices: Mapping[str, Any], title: str, at: int) -> None:
    rows = [
        (
            _name(name, at),
            one["n"],
            *(in_one_cell(one[figure]) for figure in ("base_rate", "auc", "ece")),
        )
        for name, one in slices.items()
    ]
    heads = (("", "zaken", "uitkomst", "AUC", "ECE"), ("", "cases", "outcome", "AUC", "ECE"))
    _table(at, title, heads[at], rows, right=(heads[at][1],))
    show.line()


def _name(code: str, at: int) -> str:
    return _NAMES[code][at] if code in _NAMES else code


def _show_fairness(report: Mapping[str, Any], at: int) -> None:
    title = ("Gelijke behandeling, grens {margin}", "Equal treatment, margin {margin}")
    rows = [
        (
            _name(one["kind"], at),
            _name(one["value"], at),
            one["measures"]["n"],
            in_one_cell(one["gap"]),
            _VERDICTS[one["verdict"]][at],
        )
        for one in report["groups"]
    ]
    heads = (
        ("soort", "groep", "zaken", "verwacht min gebeurd", "oordeel"),
        ("kind", "group", "cases", "expected minus happened", "verdict"),
    )
    margin = f"{100 * report['margin']:g}%"
    _table(at, title[at].format(margin=margin), heads[at], rows, right=(heads[at][2],))
