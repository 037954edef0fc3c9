"""A backup and what a restore left, on a terminal."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.table import Table

from application.words import say
from console.show.text import Stack, pairs

_ABOUT = "copy"


def copy_table(
    name: str,
    answer: dict[str, Any],
    folders: tuple[Path, Path] | None = None,
    recipients: Sequence[str] = (),
) -> Table:
    """What is known of a backup, in words. `name`: of the title; `folders`: where its two copies were put."""
    rows = [(_word(member), _value(member, value)) for member, value in answer.items()]
    return pairs(_word(name), [*rows, *_taken(folders, recipients)])


def _taken(
    folders: tuple[Path, Path] | None, recipients: Sequence[str]
) -> Iterator[tuple[str, Any]]:
    if folders:
        yield _word("events"), folders[0]
        yield _word("wrapped"), folders[1]
        yield from ((_word("recipient"), key) for key in recipients)
        yield _word("keep"), _word("apart")


def _value(name: str, value: Any) -> Any:
    if name != "kafka":
        return value
    places = [(one["topic"], one["partition"], one["bookmark"]) for one in value]
    return Stack(say(_ABOUT, "bookmark", *place) for place in places)


def _word(name: str) -> str:
    return say(_ABOUT, name)
