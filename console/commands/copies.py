"""Commands for backups: backup, restore."""

from pathlib import Path
from typing import Annotated, Any

import typer

from console.commands.failing import fail_unless
from console.flags import Json, configured
from console.output import emit, note, people
from console.restoring import Restored, restore_site
from console.settings import Settings
from console.show.text import pairs
from console.wiring import open_site
from ledger.backup import Copy, back_up, check_apart
from ledger.event import instant

__all__ = ["add_commands"]

Events = Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder of the events' copy.")]
Keys = Annotated[
    Path,
    typer.Option(
        "--keys", metavar="FOLDER", help="Folder of the keys' copy: another place, kept one epoch."
    ),
]

NeverPublished = Annotated[
    bool,
    typer.Option(
        "--never-published",
        help="The log's key has signed nothing since the backup either: there is no log to go on with.",
    ),
]


def add_commands(app: typer.Typer) -> None:
    """Add the commands of this module to the program."""
    panel = "Upkeep"
    app.command("backup", rich_help_panel=panel)(backup)
    app.command("restore", rich_help_panel=panel)(restore)


@configured("store", "log")
def backup(settings: Settings, folder: Events, keys: Keys, as_json: Json = False) -> None:
    """Copy the events and, apart, the wrapped keys, as they are at one moment; recording goes on.

    Each goes into a new folder. Neither holds an epoch key or the erasure journal.
    """
    check_apart((folder, keys), settings.key_dir)
    with open_site(settings) as site:
        events, _ = back_up(
            site.database,
            site.ledger,
            site.provider,
            (folder, keys),
            site.clock(),
        )
    answer = _told(events)
    if as_json:
        emit(answer)
        return
    rows = [
        *answer.items(),
        ("events", folder),
        ("keys", keys),
        ("keep", "the keys' copy apart, and no longer than one key epoch"),
    ]
    people().print(pairs("Backup", rows))


def _told(copy: Copy) -> dict[str, Any]:
    return {
        "ledger": copy.ledger,
        "taken_at": instant(copy.taken_at),
        "position": copy.position,
        "epochs": sorted(int(epoch) for epoch in copy.epochs),
    }


@configured("store", "log")
def restore(
    settings: Settings,
    folder: Events,
    keys: Keys,
    never_published: NeverPublished = False,
    as_json: Json = False,
) -> None:
    """Load a backup into a database or data directory without a ledger, and erase again what was erased.

    Needs the key folder with its epoch keys and its erasure journal, and the folder of the transparency
    log, from which events come back that were published after the backup. Where the backup knows that the log
    has signed and the folder holds none, it is refused: the log's key would sign a second past. The views are
    derived again and everything is audited; exit status 1 when there is a finding. Kafka delivers the rest.
    """
    restored = restore_site(settings, (folder, keys), never_published=never_published)
    answer = _answer(restored)
    if restored.warning:
        note(f"ledger: {restored.warning}")
    if as_json:
        emit(answer)
    else:
        people().print(pairs("Restored", list(answer.items())))
    fail_unless(not restored.findings)


def _answer(restored: Restored) -> dict[str, Any]:
    return {
        **_told(restored.copy),
        "reimported": restored.reimported,
        "erasures_reapplied": restored.erasures,
        "findings": restored.findings,
        "kafka": [
            {"topic": topic, "partition": partition, "bookmark": offset}
            for topic, partition, offset in restored.bookmarks
        ],
    }
