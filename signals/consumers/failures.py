"""What may be said of an error that nobody foresaw? Its kind and its place; its text may quote personal data.

Beside the walk, for whoever must go on, or end, after any error at all.
"""

from __future__ import annotations

import traceback

from signals.errors import SignalsError


def told(error: BaseException) -> str:
    """What it is, and below that where it happened; what it says only of our own errors."""
    what = str(error) if isinstance(error, SignalsError) else type(error).__name__
    return what + "\n" + "".join(traceback.format_tb(error.__traceback__))
