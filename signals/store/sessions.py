"""Who is signed in, in which browser, since when and until when?

What the browser holds is known here only by its SHA-256: whoever reads this table can sign in as nobody. All moments
are given by the caller; the limits are those of the settings at the time of asking, so a stricter one counts at once.

Nothing here waits for the row of a session, which a slow page of the same person may hold: what cannot be removed at
once is written down as ended, in a row of its own, and counts no more from there on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from signals.store.database import Cursor

TOUCH: Final = timedelta(minutes=1)  # the idle clock is written at most so often: reading a page stays reading
_LASTS: Final = "NOT EXISTS (SELECT FROM ended_sessions AS ended WHERE ended.token_hash = sessions.token_hash)"
_BEYOND: Final = f"""token_hash IN (SELECT token_hash FROM sessions WHERE user_id = %s AND token_hash <> %s AND {_LASTS}
    ORDER BY began_at DESC, token_hash OFFSET %s)"""  # noqa: S608 - our own text


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Whose session it is, with what the provider said of them at sign-in."""

    user_id: str
    user_name: str
    roles: tuple[str, ...]
    municipalities: tuple[str, ...]
    teams: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lasting:
    """A session that lasts: the hash of its token, when it began and was last used (within a minute), in what."""

    token_hash: bytes
    began_at: datetime
    seen_at: datetime
    browser: str | None


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a session lasts without a request, how long at all, and how many one person has."""

    idle: timedelta
    absolute: timedelta
    most: int


def begin(
    cursor: Cursor, token_hash: bytes, who: SignedIn, now: datetime, limits: Limits, browser: str | None = None
) -> None:
    """Store a new session; those that ran out leave, and the oldest of this person beyond `limits.most`.

    Who it is stays known as a colleague, also when the session ended.
    """
    _remove(cursor, f"seen_at <= %s OR began_at <= %s OR NOT {_LASTS}", (now - limits.idle, now - limits.absolute))
    cursor.execute(
        """DELETE FROM ended_sessions AS ended
        WHERE NOT EXISTS (SELECT FROM sessions WHERE sessions.token_hash = ended.token_hash)"""
    )
    cursor.execute(
        """INSERT INTO sessions
            (token_hash, user_id, user_name, roles, municipalities, teams, began_at, seen_at, browser)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)""",
        (
            token_hash,
            who.user_id,
            who.user_name,
            sorted(who.roles),
            sorted(who.municipalities),
            sorted(who.teams),
            now,
            now,
            browser,
        ),
    )
    _end(cursor, _BEYOND, (who.user_id, token_hash, limits.most - 1))
    remember(cursor, who, now)


def remember(cursor: Cursor, who: SignedIn, now: datetime) -> None:
    """Know this person as a colleague, to whom work can be handed over."""
    cursor.execute(
        """INSERT INTO colleagues (user_id, name, roles, municipalities, teams, seen_at) VALUES (%s, %s, %s, %s, %s, %s)
        ON CONFLICT (user_id) DO UPDATE SET name = excluded.name, roles = excluded.roles,
            municipalities = excluded.municipalities, teams = excluded.teams, seen_at = excluded.seen_at""",
        (who.user_id, who.user_name, sorted(who.roles), sorted(who.municipalities), sorted(who.teams), now),
    )


def find(cursor: Cursor, token_hash: bytes, now: datetime, limits: Limits) -> SignedIn | None:
    """Whose session it is, if it still lasts; that it was used is noted at most once a minute."""
    cursor.execute(
        f"""SELECT user_id, user_name, roles, municipalities, teams, seen_at FROM sessions
        WHERE token_hash = %s AND seen_at > %s AND began_at > %s AND {_LASTS}""".encode(),  # noqa: S608 - our own texts
        (token_hash, now - limits.idle, now - limits.absolute),
    )
    row = cursor.fetchone()
    if row is None:
        return None
    *_, seen_at = row
    if now - seen_at >= TOUCH:
        # Another tab that notes it now holds the row until its page is made: that is as good, and nobody waits for it.
        cursor.execute(
            """UPDATE sessions SET seen_at = %s WHERE token_hash = (
                SELECT token_hash FROM sessions WHERE token_hash = %s AND seen_at < %s FOR UPDATE SKIP LOCKED)""",
            (now, token_hash, now),
        )
    return SignedIn(row[0], row[1], tuple(row[2]), tuple(row[3]), tuple(row[4]))


def end(cursor: Cursor, token_hash: bytes) -> None:
    """End the session, if it is there; also while another request holds its row."""
    _end(cursor, "token_hash = %s", (token_hash,))


def _end(cursor: Cursor, which: str, values: Sequence[object]) -> int:
    """End those sessions of which this holds, waiting for none; how many lasted until now."""
    removed = _remove(cursor, f"{which} AND {_LASTS}", values)
    cursor.execute(
        f"""INSERT INTO ended_sessions (token_hash) SELECT token_hash FROM sessions WHERE {which}
        ON CONFLICT DO NOTHING""".encode(),  # noqa: S608 - our own texts
        values,
    )
    return removed + cursor.rowcount


def _remove(cursor: Cursor, which: str, values: Sequence[object]) -> int:
    """Remove those of which this holds and that nobody holds now; how many."""
    cursor.execute(
        f"""DELETE FROM sessions WHERE token_hash IN (
            SELECT token_hash FROM sessions WHERE {which} FOR UPDATE SKIP LOCKED)""".encode(),  # noqa: S608 - our own texts
        values,
    )
    return cursor.rowcount


def of_user(cursor: Cursor, user_id: str, now: datetime, limits: Limits) -> list[Lasting]:
    """The sessions of this person that still last, the newest first."""
    cursor.execute(
        f"""SELECT token_hash, began_at, seen_at, browser FROM sessions
            WHERE user_id = %s AND seen_at > %s AND began_at > %s AND {_LASTS}
            ORDER BY began_at DESC, token_hash""".encode(),  # noqa: S608 - our own texts
        (user_id, now - limits.idle, now - limits.absolute),
    )
    return [Lasting(*row) for row in cursor]


def end_of(cursor: Cursor, user_id: str, token_hashes: Collection[bytes]) -> int:
    """End these sessions, as far as they are this person's; how many there were."""
    return _end(cursor, "user_id = %s AND token_hash = ANY(%s)", (user_id, list(token_hashes)))


def end_all(cursor: Cursor, user_id: str | None) -> int:
    """End every session of this person, or of everybody; how many there were."""
    return _end(cursor, "(%s::text IS NULL OR user_id = %s)", (user_id, user_id))
