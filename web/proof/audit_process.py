"""An audit as a process of its own, so that the console goes on answering.

`python -m web.proof.audit_process [views]` reads a site that writes nothing. Its settings are those of the
environment. What it finds goes to standard output; when no program reads that any more, it ends.
"""

import os
import sys

from application.auditing import audit_site
from application.queries.upkeep.health import audited
from host.environment import settings_from
from host.wiring import audited_site
from ledger.errors import LedgerError
from schemas.encoding import to_line
from web.proof.audit_words import Began, Ended, Failed, Reached, Word

VIEWS = "views"


class Teller:
    """Progress of an audit, on standard output."""

    def began(self, what: str) -> None:
        """See `ledger.audit.Progress`."""
        say(Began(what))

    def reached(self, position: int) -> None:
        """See `ledger.audit.Progress`."""
        say(Reached(position))


def say(word: Word) -> None:
    """Say one word. Raises SystemExit when the console is gone: then no reader waits for the rest."""
    try:
        sys.stdout.buffer.write(to_line(word))
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # What is still in the buffer would be written, and fail, once more at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        # No error: an audit takes errors for findings, and goes on.
        raise SystemExit(1) from None


def run(*, views: bool) -> None:
    """Audit the ledger of the environment."""
    try:
        with audited_site(settings_from({})) as site:
            found = audit_site(site, views=views, progress=Teller())
        say(Ended(audited(found.ledger, found.views, found.unchecked)))
    except LedgerError as error:
        say(Failed(str(error)))


if __name__ == "__main__":
    run(views=VIEWS in sys.argv[1:])
