"""A row of the ledger that a superuser changes behind the program's back."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from tests.web.console import Consoled


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
