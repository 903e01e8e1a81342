"""What the tests need beyond Python packages: `python -m tests.setup`, part of `make test`.

Kafka's jars by Maven; kcat (a Kafka client that is not ours) and Chromium (the pages in a real browser) by apt-get when
we are root. Each is best effort: what is missing is said here, and the tests say at their end what was not proven.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from tests.brokers.jars import NoKafkaError, fetched_jars

APT_SECONDS = 300
WITHOUT = {
    "kcat": "the test with a foreign client is skipped",
    "chromium": "the tests in a real browser are skipped",
}


def main() -> None:
    """Set up, saying what was done."""
    for line in (_kafka(), *(_package(name) for name in WITHOUT)):
        sys.stdout.write(f"tests.setup: {line}\n")


def _kafka() -> str:
    try:
        return f"Apache Kafka is in {fetched_jars()}"
    except NoKafkaError as missing:
        return f"no real Kafka: {missing}; the embedded broker stands in"


def _package(name: str) -> str:
    """Install a Debian package whose command has its name."""
    if shutil.which(name):
        return f"{name} is there"
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return f"{name} is missing and cannot be installed from here; {WITHOUT[name]}"
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        for words in (["update"], ["install", "-y", "--no-install-recommends", name]):
            subprocess.run(
                ["apt-get", "-q", *words], check=True, capture_output=True, timeout=APT_SECONDS, env=environment
            )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        return f"{name} could not be installed ({type(error).__name__}); {WITHOUT[name]}"
    return f"{name} was installed"


if __name__ == "__main__":
    main()
