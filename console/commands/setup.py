"""Commands that begin: init, sample."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from application.queries.setup import InstalledLedger
from application.words import say
from console.flags import Json, configured, spoken_to, time_of
from console.output import emit, people, standard_output
from console.show.text import pairs
from host.settings import Settings
from host.wiring import install_site, log_key, utc_now, withheld_keys
from ledger.errors import Misconfigured
from sample import generating as sample


def add_commands(app: typer.Typer) -> None:
    """Add the commands of this module to the program."""
    panel = "Beginning"
    app.command("init", rich_help_panel=panel)(init)
    app.command("sample", rich_help_panel=panel)(write_sample)


@configured("store", "log")
def init(settings: Settings, as_json: Json = False) -> None:
    """Create the ledger's namespaces, roles and keys, or upgrade them. Harmless when done before."""
    applied = install_site(settings)
    public, private = withheld_keys(settings)
    answer = InstalledLedger(
        ledger=str(settings.ledger),
        applied=list(applied),
        embedded=settings.embedded,
        keys=str(settings.key_dir / str(settings.ledger)),
        log_key=log_key(settings).load().verifier.text,
        withheld_key=public,
        withheld_private=private,
    )
    if as_json:
        emit(answer)
    else:
        people().print(_shown(answer, settings))


def _shown(answer: InstalledLedger, settings: Settings) -> Table:
    values = {
        "database": settings.data_dir if settings.embedded else say("init", "elsewhere"),
        "applied": answer.applied or say("init", "up-to-date"),
        "keys": answer.keys,
        "log_key": answer.log_key,
        "withheld_key": answer.withheld_key,
        "private": answer.withheld_private or say("init", "confidential"),
        "keep": say("init", "apart"),
    }
    rows = ((say("init", name), value) for name, value in values.items())
    return pairs(say("init", "title", answer.ledger), rows)


@spoken_to
def write_sample(
    _: typer.Context,
    events: Annotated[
        int, typer.Option("--events", min=1, help="How many events.")
    ] = sample.DEFAULT_EVENTS,
    customers: Annotated[
        int, typer.Option("--customers", min=1, help="About how many customers.")
    ] = sample.DEFAULT_CUSTOMERS,
    seed: Annotated[
        int, typer.Option("--seed", help="The same seed gives the same sample.")
    ] = sample.DEFAULT_SEED,
    until: Annotated[
        str | None,
        typer.Option(
            "--until", metavar="T", help="End of the three years it covers; now without it."
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", metavar="FILE", help="Write there, not on screen.")
    ] = None,
    planted: Annotated[
        Path | None,
        typer.Option(
            "--planted", metavar="FILE", help="Write there, one a line, which rules they break."
        ),
    ] = None,
) -> None:
    """Write made-up but believable events, one a line: three years in the life of a provider.

    Some break a rule on purpose; `ledger findings` lists these and no others on the day on which the three
    years end. There are none with fewer than 24 customers, or without room for them.
    """
    end: datetime = time_of("--until", until) or utc_now()
    broken: list[sample.Planted] = []
    try:
        made = sample.generate(
            seed=seed, customers=customers, events=events, until=end, planted=broken
        )
    except ValueError as error:
        raise Misconfigured(str(error)) from None
    if output is None:
        sample.write(made, standard_output())
    else:
        with output.open("wb") as stream:
            sample.write(made, stream)
    if planted is not None:
        with planted.open("wb") as stream:
            sample.write((one.line() for one in broken), stream)
