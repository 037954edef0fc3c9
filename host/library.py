"""A ledger as an application of the `eventsourcing` library, for a program that needs no commands."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from host.settings import read_settings
from host.wiring import open_site
from ledger.embedded import default_data_dir
from ledger.library.reader import LedgerReader


@contextmanager
def open_reader(**variables: str) -> Iterator[LedgerReader]:
    """The ledger of the settings, as the reader. Needs no key: values stay sealed.

    `variables`: `LEDGER_…`, over those of the environment. Raises what `open_site` raises.
    """
    texts = {**os.environ, **variables}
    folder = texts.get("LEDGER_DATA_DIR", "").strip()
    settings = read_settings(texts, Path(folder) if folder else default_data_dir(os.geteuid()))
    with open_site(settings, opens_values=False) as site:
        yield LedgerReader(site.session("reader"))
