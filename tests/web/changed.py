"""A row of the ledger that a superuser changes behind the program's back."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from ledger.storage.frames import framed, unframed
from tests.web.console import Consoled


def state_at(console: Consoled, position: int) -> bytes:
    """The state of an event as it was recorded."""
    with console.site() as site:
        row = site.session("reader").row(
            "events_after", position=position - 1, upto=position, count=1
        )
    assert row
    return unframed(row[3])


@contextmanager
def altered(console: Consoled, position: int, change: Callable[[bytes], bytes]) -> Iterator[None]:
    """Like `changed`, with another state."""
    frame = framed(change(state_at(console, position)))
    with changed(console, position, "UPDATE {} SET state = %s WHERE notification_id = %s", frame):
        yield


@contextmanager
def changed(console: Consoled, position: int, change: str, *values: object) -> Iterator[None]:
    """A superuser changes the row of an event, against all triggers, and puts it back at the end."""
    settings = console.pool.settings
    assert settings.database_url
    table = sql.Identifier(settings.ledger.events, "events")
    with psycopg.connect(settings.database_url, autocommit=True) as superuser:
        always = "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgenabled = 'A'"
        triggers = [name for (name,) in superuser.execute(always, [table.as_string()])]
        assert triggers
        superuser.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(table))
        kept = sql.SQL("SELECT * FROM {} WHERE notification_id = %s").format(table)
        row = superuser.execute(kept, [position]).fetchone()
        assert row
        superuser.execute(sql.SQL(change).format(table), [*values, position])
        try:
            yield
        finally:
            superuser.execute(
                sql.SQL("DELETE FROM {} WHERE notification_id = %s").format(table), [position]
            )
            places = sql.SQL(", ").join(sql.Placeholder() * len(row))
            superuser.execute(sql.SQL("INSERT INTO {} VALUES ({})").format(table, places), row)
            for name in triggers:
                enable = sql.SQL("ALTER TABLE {} ENABLE ALWAYS TRIGGER {}")
                superuser.execute(enable.format(table, sql.Identifier(name)))
