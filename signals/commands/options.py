"""Which options do several commands share?"""

from __future__ import annotations

from typing import Annotated

import typer

AsJson = Annotated[bool, typer.Option("--json", help="one JSON document on stdout, everything else on stderr")]
Municipality = Annotated[str | None, typer.Option(help="only this municipality, such as 0141")]
