"""The open ledger as the confidential one reads it: without a trace there.

It has a file with the open ledger's settings, for a login that only reads. Nothing is completed, made or
written on that side; the note of a read is one of the confidential ledger.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from application.acts.acting import check_officer
from application.acts.preserving import OpenLedger
from application.source import Source
from host.setting_list import PREFIX
from host.settings import Settings, read_settings
from host.site import Site
from host.wiring import audited_site, check_keys_held, utc_now
from ledger.embedded import default_data_dir, visit
from ledger.erasure.pending import compare
from ledger.errors import Misconfigured, Retry
from ledger.keys.opening import Opener
from ledger.storage.access import Unsafe
from ledger.storage.named import read_named
from ledger.tlog.store.folder import LogFolder

_MOST_BYTES = 1 << 16


class OpenSide(NamedTuple):
    """The open ledger to read. `settings`: its own, such as where its log is."""

    source: Source
    settings: Settings

    @property
    def ledger(self) -> OpenLedger:
        """As an act that copies from it takes it."""
        return OpenLedger(self.source, LogFolder(self.settings.log.folder))


@contextmanager
def open_side(
    site: Site, query: str, clock: Callable[[], datetime] = utc_now
) -> Iterator[OpenSide]:
    """The open ledger that belongs to a confidential one. `query`: the command, for the record of reads.

    Raises NotGranted for a reader without a role of the desk, Misconfigured, NotInstalled, Retry or Halt.
    """
    check_officer(site)
    settings = open_settings(site.settings)
    check_keys_held(settings)
    # A server that is started for a look, and stopped after it, says so in its log.
    with audited_site(settings, clock, use=visit) as there:
        session = there.session("reader")
        # After a restore values could open that were erased; completing that is the open ledger's own work.
        if there.journal.is_kept and compare(session, there.journal).pending:
            raise Retry("the other ledger lacks erasures of its journal: it completes them first")
        opener = Opener(session, there.provider, there.ledger)
        source = Source(
            session, opener, there.ledger, there.privacy_office, clock(), site.reads(query)
        )
        yield OpenSide(source, settings)


def open_settings(settings: Settings) -> Settings:
    """The settings of the open ledger, from the file that the confidential one names.

    Raises Misconfigured.
    """
    file = settings.open_settings
    if file is None:
        raise Misconfigured(
            "this needs the other ledger: set LEDGER_OPEN_SETTINGS_FILE to a file with its settings"
        )
    # The settings in a file, `NAME=text` a line. It may hold a password, so it is closed to others.
    try:
        lines = read_named(file, _MOST_BYTES, "private").decode().splitlines()
    except Unsafe as error:
        raise Misconfigured(f"LEDGER_OPEN_SETTINGS_FILE: {error.strerror}") from None
    except (OSError, ValueError):
        raise Misconfigured("LEDGER_OPEN_SETTINGS_FILE: expected a file that can be read") from None
    named = (line.partition("=") for line in map(str.strip, lines) if not line.startswith("#"))
    texts = {
        name.strip(): text.strip().strip('"') for name, _, text in named if name.startswith(PREFIX)
    }
    home = texts.get("LEDGER_DATA_DIR", "").strip()
    there = read_settings(texts, Path(home) if home else default_data_dir(os.geteuid()))
    if there.confidential:
        raise Misconfigured(
            "the settings of LEDGER_OPEN_SETTINGS_FILE are of a confidential ledger"
        )
    return there
