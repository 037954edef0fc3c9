"""Commands about codes: which are declared ordinary, which are not, and to declare them."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.table import Table

from application.acts import declaring
from application.acts.acting import check_officer
from application.listings.codes import DECLARED, UNDECLARED
from application.queries.registers.codes import Codes, HandedCodes, codes
from application.words import counted, say
from console.commands.people import reading
from console.flags import Json, configured, option
from console.output import print_answer, write_new
from console.show.declared import table_of
from console.show.text import pairs, worded
from console.show.upkeep import named_values
from consumers.register import secret_now
from host.keys import signing_key
from host.secret_codes import secret_file
from host.settings import Settings
from host.wiring import open_site


@configured("store")
def list_codes(
    settings: Settings,
    before: Annotated[
        int | None, option("--before", "N", "Only events before position N.", min=1)
    ] = None,
    as_json: Json = False,
) -> None:
    """Print which recorded codes are not declared ordinary, and who declared the others.

    It looks through the newest 10,000 events, and says how to see those of older ones.
    """
    with reading(settings, "codes") as (site, source):
        answer = codes(source, site.intake, before)
        print_answer(answer, _tables, as_json)


@configured("store")
def declare(
    settings: Settings,
    code: Annotated[list[str], typer.Argument(metavar="CODE", help="Codes, such as zwaluw-desk.")],
    reason: Annotated[
        str | None, option("--reason", "CODE", "Why they are ordinary, as a code.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Declare codes of your own ordinary, so that every act may say them.

    This counts from the next message on. Send again the messages that were withheld before. To take it back,
    annul the event.
    """
    with open_site(settings) as site:
        print_answer(declaring.declare_codes(site, code, reason), _declared, as_json)


@configured("store")
def declare_secret(
    settings: Settings,
    code: Annotated[list[str], typer.Argument(metavar="CODE", help="Codes of investigations.")],
    reason: Annotated[str | None, option("--reason", "CODE", "Why, as a code.")] = None,
    as_json: Json = False,
) -> None:
    """Declare codes secret, so that an open ledger withholds each message that says one of them.

    It counts there once it has the file of `ledger codes hand-over`. To take it back, annul the event.
    """
    with open_site(settings) as site:
        print_answer(declaring.declare_secret(site, code, reason), _declared, as_json)


@configured("store")
def hand_over(
    settings: Settings,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file; only you may read it.")],
    as_json: Json = False,
) -> None:
    """Write the hashes of all codes that are declared secret, signed, for an open ledger.

    LEDGER_SECRET_CODES_FILE there names the file. Give this command each time that codes were declared secret
    or annulled, and put the file in place of the last one.
    """
    with open_site(settings) as site:
        check_officer(site)
        codes = secret_now(site.intake, site.session("reader"))
        content = secret_file(codes, signing_key(settings).load())
    write_new(file, content)
    print_answer(HandedCodes(len(codes)), partial(named_values, "handed-over"), as_json)


def _tables(answer: Codes) -> list[RenderableType]:
    """Undeclared codes first; of the declared ones those of this ledger, not those of the rulebook."""
    known = len(answer.declared) - len(answer.here)
    secret = [(code,) for code in answer.secret]
    return [
        table_of(UNDECLARED, answer.undeclared),
        say("codes", "read", counted("event", answer.read), known),
        *([say("codes", "older", answer.next)] if answer.next else []),
        table_of(DECLARED, answer.here),
        *([worded("codes", "code", secret, title="secret")] if secret else []),
    ]


def _declared(answer: declaring.DeclaredCodes) -> Table:
    """What was declared just now."""
    rows = [(say("codes", "code"), answer.codes), (say("member", "position"), answer.position)]
    return pairs(say("codes", "done"), rows)
