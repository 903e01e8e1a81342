"""Where does a real Apache Kafka come from? From Maven's jars, fetched once and kept.

No repository address stands here: Maven uses its own settings.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

KAFKA_VERSION: Final = "4.3.1"
SCALA_VERSION: Final = "2.13"
FETCH_SECONDS: Final = 300
PROJECT: Final = Path(__file__).parent.parent.parent

POM: Final = f"""<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>nl.vroegsignalering</groupId>
  <artifactId>kafka-for-tests</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId>
      <artifactId>kafka_{SCALA_VERSION}</artifactId>
      <version>{KAFKA_VERSION}</version>
    </dependency>
  </dependencies>
</project>
"""


class NoKafkaError(Exception):
    """No real Kafka here; the text says why."""


def cache_folder() -> Path:
    """Where fetched things are kept: SIGNALS_CACHE, else `.cache` of the project."""
    return Path(os.environ.get("SIGNALS_CACHE") or PROJECT / ".cache")


def fetched_jars() -> Path:
    """The folder with Kafka's jars, fetched if need be.

    Raises:
        NoKafkaError: Java or Maven is missing, or Maven could not fetch them.
    """
    if shutil.which("java") is None:
        raise NoKafkaError("java is not installed")
    jars = cache_folder() / "kafka" / KAFKA_VERSION
    if not jars.is_dir():
        _fetch(jars)
    return jars


def _fetch(jars: Path) -> None:
    if shutil.which("mvn") is None:
        raise NoKafkaError("mvn (Maven) is not installed")
    half = jars.with_name(f"{KAFKA_VERSION}.{os.getpid()}")
    half.mkdir(parents=True)
    (half / "pom.xml").write_text(POM, encoding="utf-8")
    goal = ["dependency:copy-dependencies", f"-DoutputDirectory={half}"]
    try:
        subprocess.run(
            ["mvn", "-q", "-B", "-f", str(half / "pom.xml"), *goal],
            check=True,
            capture_output=True,
            timeout=FETCH_SECONDS,
        )
        half.rename(jars)
    except subprocess.TimeoutExpired:
        raise NoKafkaError(f"Maven did not fetch Kafka {KAFKA_VERSION} in {FETCH_SECONDS} s") from None
    except subprocess.CalledProcessError as error:
        said = error.stdout.decode(errors="replace").strip().splitlines()
        raise NoKafkaError(f"Maven could not fetch Kafka {KAFKA_VERSION}: {' '.join(said[:3])}") from None
    finally:
        shutil.rmtree(half, ignore_errors=True)
