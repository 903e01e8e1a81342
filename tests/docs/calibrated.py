"""What stands in the tables of figures that the benchmark of the simulation wrote into the documents?"""

from __future__ import annotations

from benchmarks.calibration import BEGIN, END, PAGES
from tests.docs.pages import table_rows


def recorded(kind: str) -> list[list[str]]:
    """The rows of a page's table, without the header."""
    return table_rows(PAGES[kind].read_text("utf-8").partition(BEGIN)[2].partition(END)[0])[1:]
