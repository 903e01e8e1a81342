"""What the tests need beyond Python packages: `python -m tests.setup`, part of `make test`.

Kafka's jars by Maven, and kcat (a Kafka client that is not ours) by apt-get when we are root. Each is best effort:
what is missing is said here, and the tests say at their end what was not proven.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from tests.brokers.jars import NoKafkaError, fetched_jars

APT_SECONDS = 120


def main() -> None:
    """Set up, saying what was done."""
    for line in (_kafka(), _kcat()):
        sys.stdout.write(f"tests.setup: {line}\n")


def _kafka() -> str:
    try:
        return f"Apache Kafka is in {fetched_jars()}"
    except NoKafkaError as missing:
        return f"no real Kafka: {missing}; the embedded broker stands in"


def _kcat() -> str:
    if shutil.which("kcat"):
        return "kcat is there"
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return "kcat is missing and cannot be installed from here; the test with a foreign client is skipped"
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        for words in (["update"], ["install", "-y", "--no-install-recommends", "kcat"]):
            subprocess.run(
                ["apt-get", "-q", *words], check=True, capture_output=True, timeout=APT_SECONDS, env=environment
            )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        return f"kcat could not be installed ({type(error).__name__}); the test with a foreign client is skipped"
    return "kcat was installed"


if __name__ == "__main__":
    main()
