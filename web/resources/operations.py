"""Whether everything flows: intake, sources, refused messages, views, the log, keys, Kafka."""

from datetime import datetime
from functools import partial
from typing import Annotated

from msgspec import Meta

from application.answer import Answer
from application.queries.intake.dead_letters import (
    DeadLetter,
    DeadLetters,
    letter_row,
    types_named,
    with_withheld,
)
from application.queries.intake.letter_names import check_names
from application.queries.intake.sources import Sources, sources
from application.queries.registers.codes import MOST_READ, Codes
from application.queries.registers.codes import codes as codes_now
from application.queries.upkeep.health import (
    KeyStatus,
    PartitionLag,
    Status,
    key_status,
    promise_of,
    status,
)
from application.queries.upkeep.log import checkpoint_now
from host.fencing import fence_of
from host.running.kafka_lags import kafka_lags
from ledger.errors import Misconfigured
from ledger.event import instant
from ledger.keys.rotation import epochs
from ledger.letters.dead import Letter
from ledger.letters.lists import FIRST, LetterFilter, count_letters, letters_page
from ledger.reading import halted_topics
from ledger.recording.quarantine import sources_of
from ledger.tlog.store.folder import LogFolder
from schemas.formats import instant_of
from web.context import RequestContext
from web.problems import NotFound
from web.requests import time_asked
from web.resource import NoParams, Params, resource

SHOWN = 100
Limit = Annotated[int, Meta(ge=1, le=1000)]
Count = Annotated[int, Meta(ge=0)]
Cursor = Annotated[str, Meta(pattern=r"^[0-9TZ:.-]{20,27}_[0-9a-f]{64}$")]
"""Where a page of refused messages begins: after the one with this time of arrival and name."""
Shown = Annotated[str, Meta(min_length=1, max_length=500)]


class LettersParams(Params, frozen=True, kw_only=True):
    """Which refused messages, oldest first. `after`: only those after this one. Times: of arrival, inclusive.

    `tried`, `stayed`: how many were just tried again, and refused again; they change nothing of the answer.
    """

    code: Shown | None = None
    source: Shown | None = None
    topic: Shown | None = None
    type: Shown | None = None
    seen_from: Shown | None = None
    seen_to: Shown | None = None
    mended: bool = False
    after: Cursor | None = None
    limit: Limit = SHOWN
    tried: Count | None = None
    stayed: Count | None = None

    @property
    def kind(self) -> LetterFilter:
        """The letters that are asked for, of all pages. Raises Misconfigured for a malformed time."""
        return LetterFilter(
            self.code,
            self.source,
            self.topic,
            types_named(self.type),
            time_asked(self.seen_from, "seen-from"),
            time_asked(self.seen_to, "seen-to"),
            None if self.mended else False,
        )


class LetterParams(Params, frozen=True, kw_only=True):
    """Which refused message, by its name."""

    letter: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z", description="The name of the letter.")]


class LetterPage(DeadLetters, frozen=True, kw_only=True):
    """A page of refused messages without their content. `next`: behind which the next page begins."""

    next: str | None


class CodesParams(Params, frozen=True, kw_only=True):
    """Which events are looked through: those before a position, and at most so many."""

    before: Annotated[int, Meta(ge=1)] | None = None
    limit: Annotated[int, Meta(ge=1, le=MOST_READ)] = MOST_READ


class KafkaLags(Answer, frozen=True):
    """How far each partition is read, asked of Kafka. `asked`: whether the settings name brokers."""

    asked: bool
    partitions: list[PartitionLag]


@resource("/operations", "operations", name="status", rows="views")
def operations(context: RequestContext, params: NoParams) -> Status:
    """How far recording, views and the log are, and what became of the messages that arrived."""
    session = context.site.session("reader")
    checkpoint = checkpoint_now(LogFolder(context.settings.log.folder), context.now)
    lags = kafka_lags(session.rows("bookmark_offsets"), None)
    promise = promise_of(partial(fence_of(context.settings).look, session))
    return status(session, lags, checkpoint, promise, context.now)


@resource("/operations/kafka", "operations", name="status", rows="partitions")
def kafka(context: RequestContext, params: NoParams) -> KafkaLags:
    """How far the ledger is behind each partition that it reads. Kafka is asked, which may take seconds."""
    bookmarks = context.site.session("reader").rows("bookmark_offsets")
    brokers = context.settings.kafka
    return KafkaLags(brokers is not None, sorted(kafka_lags(bookmarks, brokers)))


@resource("/operations/sources", "operations", name="sources", rows="sources")
def intake_sources(context: RequestContext, params: NoParams) -> Sources:
    """What came of each source on each topic, and which sources are quarantined."""
    session = context.site.session("reader")
    return Sources(sources(sources_of(session), halted_topics(session)))


@resource("/operations/keys", "operations", name="keys")
def keys(context: RequestContext, params: NoParams) -> KeyStatus:
    """The current key epoch, and when it ends."""
    found = epochs(context.site.session("reader"), context.site.provider)
    return key_status(found, context.now)


@resource("/dead-letters", "operations", name="dead-letters", rows="dead_letters")
def dead_letters(context: RequestContext, params: LettersParams) -> LetterPage:
    """Messages that were refused: why, and what their sender must do. No content of a message is shown."""
    session, kind = context.site.session("reader"), params.kind
    (total, _), (matching, _) = count_letters(session, LetterFilter()), count_letters(session, kind)
    if not matching:
        check_names(session, kind)
    found = letters_page(session, kind, _begin(params.after), params.limit + 1)
    listed, more = found[: params.limit], len(found) > params.limit
    rows = [letter_row(letter) for letter in listed]
    return LetterPage(
        dead_letters=rows if more else [*with_withheld(rows, session, kind)],
        matching=matching,
        total=total,
        next=_cursor(listed[-1]) if more else None,
    )


@resource("/dead-letters/{letter}", "operations", name="dead-letters")
def dead_letter(context: RequestContext, params: LetterParams) -> DeadLetter:
    """One refused message without its content, and the event that mended it."""
    kind = LetterFilter(letter=params.letter)
    for letter in letters_page(context.site.session("reader"), kind, FIRST, 1):
        return letter_row(letter)
    raise NotFound


def _cursor(letter: Letter) -> str:
    return f"{instant(letter.first_seen)}_{letter.letter}"


def _begin(cursor: str | None) -> tuple[datetime, bytes] | tuple[None, None]:
    """The time of arrival and the name that a cursor says. Raises Misconfigured."""
    if cursor is None:
        return FIRST
    time, _, name = cursor.partition("_")
    seen = instant_of(time)
    if seen is None:
        raise Misconfigured("no page of this list ends there", field="after")
    return seen, bytes.fromhex(name)


@resource("/codes", "operations", name="codes", rows="undeclared")
def codes(context: RequestContext, params: CodesParams) -> Codes:
    """Codes of the newest events that are not declared ordinary, and who declared the others."""
    return codes_now(context.source("codes"), context.site.intake, params.before, params.limit)


RESOURCES = (operations, kafka, intake_sources, keys, dead_letters, dead_letter, codes)
