"""Commands for backups: backup, restore."""

from functools import partial
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from application.queries.upkeep.copies import (
    PartitionBookmark,
    RestoredBackup,
    backup_of,
    lost_part,
)
from console.commands.failing import fail_unless
from console.flags import Json, configured, option, switch
from console.output import print_answer
from console.show.copies import copy_table
from documents.messages import told
from host.notes import note
from host.restoring import Restored, Trust, check_site, restore_site
from host.settings import Settings
from host.wiring import open_site
from ledger.backup import BackupOptions, back_up, check_apart
from ledger.tlog.signing.keys import parse_verifier_key

Events = Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder of the events' copy.")]
Keys = Annotated[
    Path, option("--keys", "FOLDER", "Folder of the keys' copy: another place, kept one epoch.")
]

NeverPublished = Annotated[
    bool,
    switch(
        "--never-published",
        "The log's key has signed nothing since the backup either: there is no log to go on with.",
    ),
]

Recipients = Annotated[
    list[str] | None,
    option(
        "--recipient",
        "KEY",
        "Encrypt to this public key too, age1…; may be repeated. A restore needs the private key.",
    ),
]
Identity = Annotated[
    Path | None,
    option("--identity", "FILE", "Private key that opens an encrypted backup, of age-keygen."),
]
Signers = Annotated[
    list[str] | None,
    typer.Option(
        "--key",
        metavar="VKEY",
        help="Trust a backup that this verification key signed, and no other; may be repeated. "
        "[the keys that the log had, beside LEDGER_LOG_KEY_FILE]",
    ),
]
CheckOnly = Annotated[
    bool, switch("--check", "Only check signatures, sums and names; it touches no database.")
]


@configured("store", "log", "backup")
def backup(
    settings: Settings,
    folder: Events,
    keys: Keys,
    recipient: Recipients = None,
    as_json: Json = False,
) -> None:
    """Copy the events and, apart, the wrapped keys of one moment, while recording goes on.

    Each copy goes into a new folder, signed by the log's key. Neither holds an epoch key or the erasure
    journal.
    """
    # A thief of one copy must not get the other, nor the keys that open both.
    check_apart((folder, keys), settings.key_dir)
    with open_site(settings) as site:
        recipients = tuple(dict.fromkeys((*settings.backup_recipients, *(recipient or ()))))
        taking = BackupOptions(site.log_key.load(), site.clock(), recipients)
        events, _ = back_up(site.database, site.ledger, site.provider, (folder, keys), taking)
    tables_of = partial(copy_table, "backup", folders=(folder, keys), recipients=events.recipients)
    print_answer(backup_of(events), tables_of, as_json)


@configured("store", "log")
def restore(
    settings: Settings,
    folder: Events,
    keys: Keys,
    signers: Signers = None,
    identity: Identity = None,
    never_published: NeverPublished = False,
    check_only: CheckOnly = False,
    as_json: Json = False,
) -> None:
    """Load a backup into a database or data directory without a ledger, and erase again what was erased.

    It trusts a backup when a key of the log signed it and every file is as it was. It needs the key folder
    with its epoch keys and its erasure journal, and the folder of the transparency log: from there come the
    events that were published after the backup. If the backup knows that the log has signed and the folder
    holds no log, it refuses: the log's key would sign a second past. It derives the views again and audits
    everything; exit status 1 when there is a finding. Kafka delivers the rest.
    """
    trust = Trust(tuple(parse_verifier_key(key) for key in signers or ()), identity)
    if check_only:
        copy = backup_of(check_site(settings, (folder, keys), trust))
        print_answer(copy, partial(copy_table, "whole"), as_json)
        return
    restored = restore_site(settings, (folder, keys), trust, never_published=never_published)
    if restored.warning:
        note(f"ledger: --never-published: {told(restored.warning)}")
    print_answer(_answer(restored), partial(copy_table, "restored"), as_json)
    fail_unless(not restored.findings)


def _answer(restored: Restored) -> RestoredBackup:
    return RestoredBackup(
        **msgspec.structs.asdict(backup_of(restored.copy)),
        reimported=restored.reimported,
        erasures_reapplied=restored.erasures,
        findings=restored.findings,
        kafka=[PartitionBookmark(*place) for place in restored.bookmarks],
        lost=[lost_part(person) for person in restored.lost],
    )
