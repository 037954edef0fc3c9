"""Commands about codes: which are declared ordinary, which are not, and to declare them."""

from typing import Annotated

import typer

from application.acts.declaring import declare_codes
from application.queries.registers.codes import codes
from console.commands.people import reading
from console.flags import Json, configured, option
from console.output import print_answer
from console.show.codes import codes_tables, declared_table
from host.settings import Settings
from host.wiring import open_site


@configured("store")
def list_codes(settings: Settings, as_json: Json = False) -> None:
    """Print which recorded codes are not declared ordinary, and who declared the others.

    It looks through the newest 100,000 events that say why or in which role.
    """
    with reading(settings, "codes") as (site, source):
        answer = codes(source, site.intake)
        print_answer(answer, codes_tables, as_json)


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
        print_answer(declare_codes(site, code, reason), declared_table, as_json)
