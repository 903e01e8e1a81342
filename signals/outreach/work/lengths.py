"""How long may be what people write? For the acts that keep it and the forms that ask for it: one answer for both."""

from __future__ import annotations

from typing import Final

NOTE_LENGTH: Final = 4000
"""The most letters of a note, also of one at a contact attempt."""
REASON_LENGTH: Final = 500
"""The most letters of the reason of a decision, which stands in the history."""
