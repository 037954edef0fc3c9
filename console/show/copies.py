"""A backup and what a restore left, on a terminal."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.table import Table

from application.queries.upkeep.copies import Backup, LostPart, RestoredBackup
from application.words import say
from console.show.text import Stack, pairs

_ABOUT = "copy"


def copy_table(
    name: str,
    answer: Backup,
    folders: tuple[Path, Path] | None = None,
    recipients: Sequence[str] = (),
) -> Table:
    """What is known of a backup, in words. `name`: of the title; `folders`: where its two copies were put."""
    rows = [*_facts(answer), *_whereabouts(folders, recipients)]
    return pairs(_word(name), [(_word(member), value) for member, value in rows])


def _facts(answer: Backup) -> Iterator[tuple[str, object]]:
    yield "ledger", answer.ledger
    yield "taken_at", answer.taken_at
    yield "position", answer.position
    yield "epochs", answer.epochs
    if isinstance(answer, RestoredBackup):
        yield "reimported", answer.reimported
        yield "erasures_reapplied", answer.erasures_reapplied
        yield "findings", answer.findings
        places = ((row.topic, row.partition, row.bookmark) for row in answer.kafka)
        if answer.lost:
            yield "lost", Stack(_lost(person) for person in answer.lost)
        yield "kafka", Stack(say(_ABOUT, "bookmark", *place) for place in places)


def _lost(person: LostPart) -> str:
    """Of whom what is lost, and by which messages their senders can tell who that is."""
    categories = sorted({category for event in person.events for category in event.categories})
    names = ", ".join(f"{event.source} {event.id}" for event in person.events)
    key = "lost-values" if person.findable else "lost-person"
    return say(_ABOUT, key, person.data_subject, ", ".join(categories) or "-", names)


def _whereabouts(
    folders: tuple[Path, Path] | None, recipients: Sequence[str]
) -> Iterator[tuple[str, object]]:
    if folders:
        yield "events", folders[0]
        yield "wrapped", folders[1]
        yield from (("recipient", key) for key in recipients)
        yield "keep", _word("apart")


def _word(name: str) -> str:
    return say(_ABOUT, name)
