"""The soak at the terminal: `python -m tests.faults --rounds N --faults-per-round M --seed S`; 1 when it fails."""

from __future__ import annotations

import argparse
import os
import signal
import sys

from tests.brokers.fixtures import INSIST_KAFKA
from tests.brokers.jars import NoKafkaError
from tests.faults.soak import Plan, soak, tell


def main() -> int:
    """Run what is asked for."""
    words = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    words.add_argument("--rounds", type=int, default=int(os.environ.get("SIGNALS_SOAK_ROUNDS", "62")))
    words.add_argument("--faults-per-round", type=int, default=16)
    words.add_argument("--seed", type=int, default=1, help="of the first round; round n has this plus n")
    words.add_argument("--no-measuring", action="store_true", help="leave the flood and the measured recoveries out")
    asked = words.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was started is ended on the way out
    try:
        result = soak(Plan(asked.rounds, asked.faults_per_round, asked.seed, measured=not asked.no_measuring))
    except NoKafkaError as missing:
        tell(f"the faults are left out: there is no real Kafka: {missing}")
        return 1 if INSIST_KAFKA else 0
    return 0 if result.holds else 1


if __name__ == "__main__":
    sys.exit(main())
