"""A process that runs the embedded services in the folder it is given, says where they are, and waits."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

import msgspec

from signals.embedded import children, embedded_services

if __name__ == "__main__":
    if os.environ.get("WITHOUT_DEATH_SIGNAL"):
        vars(children)["_prefix"] = lambda _, user_id: children.as_user(user_id)
    with embedded_services(Path(sys.argv[1])) as services:
        sys.stdout.write(json.dumps(msgspec.to_builtins(services)) + "\n")
        sys.stdout.flush()
        time.sleep(600)
