"""The command that lets the user of this machine into its console: login-link."""

from rich.text import Text

from application.queries.upkeep.links import LoginLink
from application.times import localized
from application.words import say
from console.flags import Json, configured
from console.output import print_answer
from documents.text import shown
from host.keys import ledger_folder
from host.reader import reader_of
from host.settings import Settings
from host.wiring import utc_now
from ledger.event import instant
from web.logins.links import LINK_LIFE, Link, Links, address_of


@configured("store")
def print_login_link(settings: Settings, as_json: Json = False) -> None:
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
    )
    answer = LoginLink(
        url=address_of(origin, links.make(link)),
        reference=link.reference,
        role=link.role,
        until=instant(link.until),
    )
    print_answer(answer, _lines, as_json)


def _lines(answer: LoginLink) -> Text:
    """The link on a line of its own, whole at every width: people copy it."""
    title = say("login-link", "title", answer.reference, answer.role, localized(answer.until))
    return Text(f"{title}\n{shown(answer.url)}", overflow="ignore", no_wrap=True)
