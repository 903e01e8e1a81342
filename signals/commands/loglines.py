"""How do the processes of the service write their log? To stderr, a line at a time, for the supervisor."""

from __future__ import annotations

import logging
import sys
import time


class InUtc(logging.Formatter):
    """Lines that begin with the moment in UTC, as 2026-11-02T08:15:00.123Z: the same on every machine and all year."""

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"


def log_to_stderr() -> None:
    """Log lines for the supervisor: one line each, nothing personal in them."""
    lines = logging.StreamHandler(sys.stderr)
    lines.setFormatter(InUtc("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(handlers=[lines], level=logging.INFO)
    # httpx would write down each address that it asks: of a routing server that is where residents live.
    for chatty in ("kafka", "aiokafka", "faust", "mode", "uvicorn.access", "httpx", "httpcore"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    # It warns of every tenth of a second that a client waits: nobody can act on that.
    logging.getLogger("kafka.net.selector").setLevel(logging.ERROR)
