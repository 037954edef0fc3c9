"""Tables about the ledger itself: progress, keys, audit; and small answers as names and values."""

from collections.abc import Iterable, Iterator, Mapping

import msgspec
from msgspec import UNSET
from rich.console import RenderableType
from rich.table import Table

from application.answer import Answer, InBothLanguages
from application.language import spoken
from application.queries.upkeep.health import Arrived, AuditReport, LogPromise, Status
from application.words import headings, in_words, say
from console.show.text import Stack, pairs, worded
from documents.messages import told
from projections.following.rebuild import ViewReport

# Members that are codes, and what these are about.
_CODES = {"act": "hold-act", "categories": "category"}
# Enough of a letter's name to tell it from others; the commands take a beginning.
SHOWN_NAME = 12


def status_tables(answer: Status) -> list[RenderableType]:
    """The head, then how far its followers are."""
    views = [(row.view, row.bookmark, row.lag) for row in answer.views]
    kafka = [
        (row.topic, row.partition, row.bookmark, row.lag, row.held_back or None)
        for row in answer.kafka
    ]
    quarantined = [say("sources", "kept-out", row.source, row.topic) for row in answer.quarantined]
    values: tuple[object, ...] = (
        answer.position,
        answer.checkpoint.size,
        _letters(answer),
        answer.withheld,
        answer.halted,
        Stack(quarantined) or [],
        answer.reads_waiting,
        _promise(answer.promise),
    )
    names = headings(
        "status", "position published letters withheld halted quarantined reads promise"
    )
    return [
        pairs(say("status", "title"), zip(names, values, strict=True)),
        _arrived(answer.intake),
        worded("views", "view bookmark lag", views),
        worded("views", "topic partition bookmark lag held-back", kafka, title="kafka"),
    ]


def _promise(promise: LogPromise) -> str:
    """Whether the database has what its log promised; in full where it has not."""
    state = say("promise", promise.state)
    return f"{state}: {told(promise.why)}" if promise.why else state


# Rows that are counted like a topic, but are files or the sum of all.
_PLACES = {"file:": "files", None: "all"}


def _arrived(intake: Arrived) -> Table:
    """What became of everything that arrived: a line a topic, and their sum."""
    rows = (
        (
            say("arrived", _PLACES[row.topic]) if row.topic in _PLACES else row.topic,
            row.messages,
            row.recorded,
            row.duplicates,
            row.refused,
            row.quarantined,
        )
        for row in (*intake.topics, intake.total)
    )
    return worded("arrived", "topic messages recorded duplicates refused quarantined", rows)


def _letters(answer: Status) -> str:
    letters, messages = answer.dead_letters, answer.dead_letter_messages
    counts = (f"{number:,}" for number in (letters, messages))
    return say("status", "of-messages", *counts) if messages != letters else f"{letters:,}"


def audit_tables(answer: AuditReport) -> list[RenderableType]:
    """The verdict, then everything that was found."""
    about = [
        *([(say("audit", "server"), answer.server)] if answer.server else []),
        (say("audit", "verdict"), say("verdict", answer.verdict)),
        (say("audit", "events"), answer.size),
        (say("audit", "published"), answer.published or say("audit", "nothing-yet")),
        (say("audit", "root"), answer.root),
        *((say("audit", "unchecked"), told(message)) for message in answer.unchecked),
    ]
    findings = [(row.position, row.kind, told(row.detail)) for row in answer.findings]
    tables: list[RenderableType] = [
        pairs(say("audit", "title"), about),
        worded("audit", "position kind detail", findings, title="findings"),
    ]
    if answer.gaps:
        columns = "position topic partition from_offset to_offset reason"
        gaps = [msgspec.structs.astuple(row) for row in answer.gaps]
        tables.append(worded("audit", columns, gaps, title="gaps"))
    return [*tables, reports_table("title", answer.views)] if answer.views else tables


def reports_table(name: str, reports: Iterable[ViewReport]) -> Table:
    """Views and their digests. `name`: of the title."""
    rows = ((row.view, row.version, row.position, row.digest, row.ok) for row in reports)
    return worded("views", "view version position digest equal", rows, title=name)


def members_of(answer: Answer) -> Iterator[tuple[str, object]]:
    """Names and values of an answer, in their order; what it lacks is left out."""
    for name in answer.__struct_fields__:
        value: object = getattr(answer, name)
        if value is not UNSET:
            yield name, value


def named_values(about: str, answer: Answer | Mapping[str, object]) -> Table:
    """A small answer as names and values. `about`: name of the title."""
    members = answer.items() if isinstance(answer, Mapping) else members_of(answer)
    return pairs(say("answer", about), (_named_value(*member) for member in members))


def _named_value(name: str, value: object) -> tuple[str, object]:
    if name in _CODES and isinstance(value, str | list | tuple):
        value = in_words(_CODES[name], value)
    if isinstance(value, InBothLanguages):
        value = value.said(spoken())
    return say("member", name), value
