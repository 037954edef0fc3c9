"""The command that lets the user of this machine into its console: login-link."""

from datetime import datetime
from typing import Annotated

from rich.table import Table

from application.queries.upkeep.links import LoginLink
from application.words import say
from console.flags import Json, configured, option, time_of
from console.output import print_answer
from console.show.text import pairs
from host.keys import ledger_folder
from host.reader import reader_of
from host.settings import Settings
from host.wiring import utc_now
from ledger.errors import Misconfigured
from ledger.event import instant
from web.logins.links import LINK_LIFE, Link, Links, address_of
from web.principals import INSPECTOR

Ends = Annotated[
    str | None,
    option("--ends", "T", "When the account ends, with offset; an inspector's must have an end."),
]


@configured("store")
def print_login_link(settings: Settings, ends: Ends = None, as_json: Json = False) -> None:
    """Print a link that logs you in at the console of this machine: it works once, for a minute.

    Who logs in is the reader of this process (`--reader`, `--reader-role`), whom the operating system judges.
    """
    folder = ledger_folder(settings)
    reader, now = reader_of(settings.reading, folder), utc_now()
    links = Links(folder)
    origin = links.console()
    link = Link(
        reference=reader.reference,
        role=reader.role,
        judged=reader.judged,
        until=now + LINK_LIFE,
        ends=_end(ends, reader.role, now),
    )
    answer = LoginLink(
        url=address_of(origin, links.make(link)),
        reference=link.reference,
        role=link.role,
        until=instant(link.until),
        ends=instant(link.ends) if link.ends else None,
    )
    print_answer(answer, _table, as_json)


def _end(text: str | None, role: str, now: datetime) -> datetime | None:
    end = time_of("--ends", text)
    if end is None and role == INSPECTOR:
        raise Misconfigured("the account of an inspector must have an end: set --ends")
    if end is not None and end <= now:
        raise Misconfigured("--ends: this time is over; expected a time to come")
    return end


def _table(answer: LoginLink) -> Table:
    rows = {
        "url": answer.url,
        "who": say("login-link", "as", answer.reference, answer.role),
        "until": answer.until,
        **({"ends": answer.ends} if answer.ends else {}),
    }
    return pairs(
        say("login-link", "title"), ((say("login-link", name), row) for name, row in rows.items())
    )
