"""`signals score …`: the learned score, from a municipality's own history to the papers about it (docs/scoring.md).

All its commands stand here by name; what each does stands in the `score_…` module that it comes from.
"""

from __future__ import annotations

import typer

from signals.commands import score_activate, score_card, score_evaluate, score_train, score_what_if

group = typer.Typer(no_args_is_help=True, help="The learned score: train, evaluate, activate, explain.")
group.command("train")(score_train.train)
group.command("evaluate")(score_evaluate.evaluate)
group.command("activate")(score_activate.activate)
group.command("rollback")(score_activate.rollback)
group.command("rescore")(score_activate.rescore)
group.command("list")(score_activate.list_models)
group.command("what-if")(score_what_if.what_if)
group.command("card")(score_card.card)
