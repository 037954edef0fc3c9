"""The command that begins: init."""

from functools import partial

from rich.table import Table

from application.queries.upkeep.setup import InstalledLedger
from application.words import say
from console.flags import Json, configured
from console.output import print_answer
from console.show.text import pairs
from host.keys import log_key, signing_key
from host.settings import Settings
from host.wiring import install_site
from host.withheld import withheld_keys


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
        signing_key=signing_key(settings).load().verifier.text,
    )
    print_answer(answer, partial(_values_table, settings=settings), as_json)


def _values_table(answer: InstalledLedger, settings: Settings) -> Table:
    values = {
        "database": settings.data_dir if settings.embedded else say("init", "elsewhere"),
        "applied": answer.applied or say("init", "up-to-date"),
        "keys": answer.keys,
        "log_key": answer.log_key,
        "withheld_key": answer.withheld_key,
        "private": answer.withheld_private or say("init", "elsewhere-kept"),
        "signing_key": answer.signing_key,
        "keep": say("init", "apart"),
    }
    rows = ((say("init", name), value) for name, value in values.items())
    return pairs(say("init", "title", answer.ledger), rows)
