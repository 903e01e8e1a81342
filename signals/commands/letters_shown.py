"""How do letters and their runs read on the terminal, and as a document? For `letters`."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from signals.commands import show

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from signals.outreach.letters.choosing import Going, LeftOut, Preview
    from signals.outreach.letters.mail import Posted
    from signals.outreach.letters.runs import TakenOut
    from signals.outreach.letters.writing import Written

NAMED: Final = 20
"""So many cases that are left out for one reason are named on the terminal."""


def preview_document(shown: Preview) -> dict[str, Any]:
    """What a run would hold."""
    letters = [
        {
            "case_id": str(one.case),
            "kind": one.letter.kind,
            "language": one.letter.language,
            "postcode": one.place.postcode,
            **_visit(one),
        }
        for one in shown.going
    ]
    return {
        "municipality": shown.wish.municipality,
        "letters": letters,
        "left_out": [{"case_id": str(one.case), "code": one.code} for one in shown.left_out],
        "kinds": dict(sorted(shown.kinds.items())),
        "waiting": shown.waiting,
    }


def _visit(one: Going) -> dict[str, str]:
    """When the visit is that a letter announces; of no other letter."""
    visit = one.letter.visit
    return {"visit_on": visit.day.isoformat(), "part": visit.part} if visit else {}


def show_preview(shown: Preview) -> None:
    """The same in words."""
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(shown.kinds.items()))
    show.line(f"gemeente {shown.wish.municipality}: {len(shown.going)} letters" + (f" ({kinds})" if kinds else ""))
    visits = Counter((visit.day, visit.part) for one in shown.going if (visit := one.letter.visit))
    for (day, part), count in sorted(visits.items()):
        show.line(f"announced for {day}, {part}: {count}")
    if shown.left_out:
        _show_left_out(shown.left_out)
    if shown.waiting:
        show.note(
            f"{shown.waiting} more wait to be let go: name their cases; --waiting takes all but those that somebody "
            f"should look at first"
        )


def _show_left_out(left_out: Sequence[LeftOut]) -> None:
    """Case by case; of a code that many share how many there are, so that the few beside it are seen."""
    counts = Counter(one.code for one in left_out)
    few = [(one.case, one.code) for one in left_out if counts[one.code] <= NAMED]
    if few:
        show.table("Left out", ("case", "code"), few, right=("case",))
    for code, count in sorted(counts.items()):
        if count > NAMED:
            show.line(f"left out as {code}: {count} cases; --json names them")


def show_written(written: Written, out: Path) -> None:
    """What lies in the folder, and what is next."""
    manifest = written.manifest
    sheets = sum(line.sheets for line in manifest.letters)
    show.line(f"letter run {manifest.run}: {len(manifest.letters)} letters on {sheets} sheets in {out}")
    show_taken_out(written.taken_out)
    show.note(f"next, once they are in the post: `signals letters posted {manifest.run}`")
    show.note("these files hold names and addresses: remove them when they are printed")


def show_taken_out(gone: Sequence[TakenOut]) -> None:
    """What does not go out any more."""
    for one in gone:
        show.line(f"letter {one.letter}, case {one.case}: taken out ({one.code}); if it is printed, take it away")


def posted_document(done: Posted) -> dict[str, Any]:
    """What went out."""
    return {
        "run": str(done.run.id),
        "municipality": done.run.municipality,
        "posted_on": None if done.run.posted_on is None else done.run.posted_on.isoformat(),
        "letters": [str(number) for number in done.letters],
        "left_out": codes(done.taken_out),
    }


def codes(gone: Sequence[TakenOut]) -> list[dict[str, str]]:
    """The cases whose letters were taken out, and why."""
    return [{"case_id": str(one.case), "code": one.code} for one in gone]
