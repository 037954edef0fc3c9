"""A ledger as an application of the `eventsourcing` library, for a program that needs no commands."""

from collections.abc import Iterator
from contextlib import contextmanager

from host.environment import settings_from
from host.wiring import open_site
from ledger.library.reader import LedgerReader


@contextmanager
def open_reader(**variables: str) -> Iterator[LedgerReader]:
    """The ledger of the settings, as the reader. Needs no key: values stay sealed.

    `variables`: `LEDGER_…`, over those of the environment. Raises what `open_site` raises.
    """
    with open_site(settings_from(variables), opens_values=False) as site:
        yield LedgerReader(site.session("reader"))
