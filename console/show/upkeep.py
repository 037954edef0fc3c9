"""Tables about the ledger itself: progress, keys, audit, dead letters, schemas."""

from collections.abc import Iterable
from typing import Any

from rich.console import RenderableType
from rich.table import Table

from application.queries.upkeep import INTAKE_COUNTS
from application.words import headings, in_words, say
from console.show.text import Stack, pairs, worded
from documents.messages import told


# Members that are codes, and what these are about.
_CODES = {"act": "hold-act", "categories": "category"}
# Enough of a letter's name to tell it from others; the commands take a beginning.
SHOWN_NAME = 12


def status_tables(answer: dict[str, Any]) -> list[RenderableType]:
    """The head, then how far its followers are."""
    views = [(row["view"], row["bookmark"], row["lag"]) for row in answer["views"]]
    kafka = [
        (row["topic"], row["partition"], row["bookmark"], row["lag"]) for row in answer["kafka"]
    ]
    quarantined = [
        say("sources", "kept-out", one["source"], one["topic"]) for one in answer["quarantined"]
    ]
    values: tuple[Any, ...] = (
        answer["position"],
        answer["checkpoint"]["size"],
        _letters(answer),
        answer["withheld"],
        answer["halted"],
        Stack(quarantined) or [],
        answer["reads_waiting"],
    )
    names = headings("status", "position published letters withheld halted quarantined reads")
    return [
        pairs(say("status", "title"), zip(names, values, strict=True)),
        _arrived(answer["intake"]),
        worded("views", "view bookmark lag", views),
        worded("views", "topic partition bookmark lag", kafka, title="kafka"),
    ]


# What counts as a topic, and is none.
_PLACES = {"file:": "files", None: "all"}


def _arrived(intake: dict[str, Any]) -> Table:
    """What became of everything that arrived: a line a topic, and their sum."""
    columns = ("topic", "messages", *INTAKE_COUNTS)
    rows = [[row[name] for name in columns] for row in (*intake["topics"], intake["total"])]
    for row in rows:
        row[0] = say("arrived", _PLACES[row[0]]) if row[0] in _PLACES else row[0]
    return worded("arrived", " ".join(columns), rows)


def _letters(answer: dict[str, Any]) -> str:
    letters, messages = answer["dead_letters"], answer["dead_letter_messages"]
    counts = (f"{number:,}" for number in (letters, messages))
    return say("status", "of-messages", *counts) if messages != letters else f"{letters:,}"


def audit_tables(answer: dict[str, Any]) -> list[RenderableType]:
    """The verdict, then everything that was found."""
    about = [
        (say("audit", "verdict"), say("verdict", answer["verdict"])),
        (say("audit", "events"), answer["size"]),
        (say("audit", "published"), answer["published"] or say("audit", "nothing-yet")),
        (say("audit", "root"), answer["root"]),
        *((say("audit", "unchecked"), told(what)) for what in answer["unchecked"]),
    ]
    found = [(row["position"], row["kind"], told(row["detail"])) for row in answer["findings"]]
    shown: list[RenderableType] = [
        pairs(say("audit", "title"), about),
        worded("audit", "position kind detail", found, title="findings"),
    ]
    if answer["gaps"]:
        columns = ("position", "topic", "partition", "from_offset", "to_offset", "reason")
        gaps = [tuple(row[name] for name in columns) for row in answer["gaps"]]
        shown.append(worded("audit", " ".join(columns), gaps, title="gaps"))
    return [*shown, reports_table("title", answer["views"])] if answer["views"] else shown


def reports_table(name: str, reports: Iterable[dict[str, Any]]) -> Table:
    """Views and their digests. `name`: of the title."""
    rows = (
        (row["view"], row["version"], row["position"], row["digest"], row["ok"]) for row in reports
    )
    return worded("views", "view version position digest equal", rows, title=name)


def named_values(about: str, answer: dict[str, Any]) -> Table:
    """A small answer as names and values. `about`: name of the title."""
    rows = (
        (say("member", name), in_words(_CODES[name], value) if name in _CODES else value)
        for name, value in answer.items()
    )
    return pairs(say("answer", about), rows)
