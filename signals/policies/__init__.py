"""The shipped policies: one TOML file per municipality, every line documented."""

from __future__ import annotations

import json
import re
from importlib import resources


def shipped() -> dict[str, str]:
    """The text of every shipped policy, by file name."""
    files = sorted(resources.files(__name__).iterdir(), key=lambda file: file.name)
    return {file.name: file.read_text(encoding="utf-8") for file in files if file.name.endswith(".toml")}


def almelo_policy_text(code: str, name: str) -> str:
    """The policy that ships for Almelo, as the text of a policy of the municipality with this code and name.

    Another one's letters do not say what Almelo's say of Almelo (the last table, `[letter]`).
    """
    text = shipped()["almelo.toml"]
    if code != "0141":
        text = text.partition("[letter]")[0]
    # The first line of each key: teams and referral targets further down have names too.
    for key, value in (("municipality", code), ("name", name)):
        line = f"{key} = {json.dumps(value, ensure_ascii=False)}"  # JSON's quotes and escapes are those of TOML too
        text = re.sub(rf'(?m)^{key} = "[^"]*"', line.replace("\\", r"\\"), text, count=1)
    return text
