"""By which name does somebody know one's own browser again? "Firefox (Windows)", of what the browser says of itself.

Pure. Only the maker and the system are kept, no version and no type of telephone: enough to tell the computer at work
from one's telephone, too little to follow anybody. What says nothing that is known here has no name.
"""

from __future__ import annotations

from typing import Final

# In this order: what comes later calls itself by the names of what came before it, so that sites let it in.
_MAKERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS: Final = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)


def browser_name(user_agent: str) -> str | None:
    """The name for what sent this header, such as "Firefox (Windows)"; None when it says nothing that is known."""
    maker = next((name for mark, name in _MAKERS if mark in user_agent), None)
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), None)
    return f"{maker} ({system})" if maker and system else None
