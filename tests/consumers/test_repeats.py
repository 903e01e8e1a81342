"""A log that stays readable while the broker is away."""

from __future__ import annotations

import logging

import pytest

from signals.consumers.repeats import SILENCE_SECONDS, SeldomRepeated


def record(words: str, *values: object, level: int = logging.ERROR) -> logging.LogRecord:
    return logging.LogRecord("aiokafka", level, "file", 1, words, values, None)


def test_the_same_words_are_written_once_in_a_while_and_counted() -> None:
    now = 0.0
    seldom = SeldomRepeated(lambda: now)
    assert seldom.filter(record("Unable connect to node %s", 1))
    assert not seldom.filter(record("Unable connect to node %s", 2))
    assert not seldom.filter(record("Unable connect to node %s", 1))
    now = SILENCE_SECONDS
    again = record("Unable connect to node %s", 3)
    assert seldom.filter(again)
    assert again.getMessage() == "Unable connect to node 3 (2 times more in the last 30 s)"


@pytest.mark.parametrize(
    ("level", "written"), [(logging.DEBUG, 3), (logging.INFO, 3), (logging.WARNING, 1), (logging.CRITICAL, 1)]
)
def test_only_warnings_and_worse_are_held_back(level: int, written: int) -> None:
    seldom = SeldomRepeated(lambda: 0.0)
    assert [seldom.filter(record("reading from now on: %s", n, level=level)) for n in range(3)].count(True) == written


def test_other_words_are_written() -> None:
    seldom = SeldomRepeated(lambda: 0.0)
    assert seldom.filter(record("one"))
    assert seldom.filter(record("another"))
