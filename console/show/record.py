"""What `ledger record` is about to record, or did: the event without values of persons, and what happens."""

from collections.abc import Mapping
from functools import partial

import orjson
from rich.console import RenderableType

from application.acts.recording import DraftShown
from application.language import spoken
from application.words import headings, say
from console.show.text import Stack, pairs, table
from schemas.encoding import JsonValue
from schemas.members import Member


def record_tables(answer: DraftShown, members: Mapping[str, Member]) -> list[RenderableType]:
    """The event, its members with their meaning, and what happens."""
    word = partial(say, "record")
    names = headings("record", "says subject time source next")
    values = (
        answer.says,
        answer.subject,
        answer.time,
        answer.source,
        Stack(answer.notes),
    )
    title = word("title", answer.name)
    rows = (
        (name, _cell(value), members[name].means(spoken())) for name, value in answer.data.items()
    )
    sealed = ((f"personal.{name}", word("sealed"), "") for name in answer.personal)
    columns = headings("record", "member value means")
    return [
        pairs(title, zip(names, values, strict=True)),
        table("", columns, [*rows, *sealed]),
    ]


def _cell(value: JsonValue) -> object:
    """A list of plain values as cells do it; what has parts as JSON."""
    plain = isinstance(value, list) and not any(isinstance(item, dict | list) for item in value)
    if isinstance(value, dict) or (isinstance(value, list) and not plain):
        return orjson.dumps(value).decode()
    return value
