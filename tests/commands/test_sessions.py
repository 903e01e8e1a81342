"""`signals sessions end`: a person is signed out everywhere, and the auditors read who did that."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from signals.store import sessions
from signals.store.database import engine_for, transaction
from signals.store.sessions import Limits, SignedIn
from tests.walk.terminal import typed

if TYPE_CHECKING:
    from signals.store.database import Cursor

pytestmark = pytest.mark.database

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
LIMITS = Limits(timedelta(minutes=30), timedelta(hours=10), 5)


def sign_in(cursor: Cursor, user: str, browser: bytes) -> None:
    who = SignedIn(user, user.title(), ("specialist",), ("0141",), ())
    sessions.begin(cursor, browser * 32, who, NOW, LIMITS)


def signed_in(cursor: Cursor) -> list[str]:
    cursor.execute("SELECT user_id FROM sessions ORDER BY user_id")
    return [user for (user,) in cursor]


@pytest.mark.parametrize(
    ("words", "says", "left"),
    [
        (("sanne",), "sanne: 2 sessions ended", ["tom"]),
        (("nobody",), "nobody: 0 sessions ended", ["sanne", "sanne", "tom"]),
        (("tom",), "tom: 1 session ended", ["sanne", "sanne"]),
        (("--all",), "everybody: 3 sessions ended", []),
    ],
)
def test_the_sessions_of_one_or_of_everybody_end(
    database: str, words: tuple[str, ...], says: str, left: list[str]
) -> None:
    engine = engine_for(database)
    with transaction(engine) as cursor:
        for browser, user in ((b"a", "sanne"), (b"b", "sanne"), (b"c", "tom")):
            sign_in(cursor, user, browser)
    said = typed("sessions", "end", *words, settings={"SIGNALS_DATABASE_URL": database})
    assert (said.code, said.out.strip()) == (0, says)
    with transaction(engine) as cursor:
        assert signed_in(cursor) == left
        cursor.execute("SELECT action, subject, detail ->> 'of' FROM audit")
        assert cursor.fetchall() == [("end-sessions", "session", says.partition(":")[0])]
    engine.dispose()
