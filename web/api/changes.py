"""`GET /api/v1/changes`: what is recorded, as it is recorded, as server-sent events. No value, and no fact.

Each says which event of which type there is. What it says is asked for at its own address, by the rights of
the reader who asks there. So a subscriber learns no more than the entries of the log tell, which its role has
anyway. A stream ends with the login, after an hour, when the console stops, or when its client does not read.
The client connects again with the place that it has.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import AbstractContextManager, aclosing, contextmanager, suppress
from datetime import timedelta
from threading import Event as Flag
from typing import Annotated, Literal, TypeVar

from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from application.source import Source
from ledger.errors import Busy, LedgerError, Misconfigured
from ledger.event import RecordedEvent, instant
from ledger.library.reader import LedgerReader
from ledger.reading import head_position
from ledger.recording.reads import READS
from schemas import ALL_TYPES, EVENT_TYPES
from schemas.encoding import to_line
from web.answering import RequestRunner
from web.api.asking import check_query
from web.api.paging import Pages
from web.context import RequestContext
from web.principals import DATA_SUBJECT, Principal
from web.problems import NotForRole
from web.proof.seals import reads_whole_log
from web.requests import UNKNOWN_VALUE
from web.resource import Params, converted

T = TypeVar("T")
PATH = "/changes"
TYPE = "text/event-stream"
MOST_STREAMS, MOST_OF_ONE = 50, 4
"""Streams at once, and of one reader."""
BLOCK = 200
"""Events that are read at once."""
LOOK_S, BEAT_S, SEND_S = 0.5, 15.0, 30.0
"""How often a stream looks, how often it says something, and how long its client may take to read that."""
LASTS = timedelta(hours=1)
_LAST = "last-event-id"


class ChangesParams(Params, frozen=True):
    """Which changes. `types`: short names of types, with commas between; without it all of them.

    `cursor`: after which change, as `id` of an event said; the header `Last-Event-ID` counts before it.
    `begin`: without either, at what comes from now on, or at the oldest event that there is.
    """

    types: Annotated[str, Meta(max_length=4000)] | None = None
    cursor: Annotated[str, Meta(max_length=2000)] | None = None
    begin: Literal["now", "oldest"] = "now"


class Change(Struct, frozen=True, omit_defaults=True):
    """That an event was recorded. `data_subject`: whom or what it is about, by its pseudonym."""

    position: int
    type: str
    source: str
    id: str
    occurred_at: str
    recorded_at: str
    data_subject: str
    activity: str | None = None


class Looked(Struct, frozen=True):
    """What one look found. `position`: how far it looked; `cursor`: that place, for the client alone."""

    changes: Sequence[tuple[str, Change]]
    position: int
    cursor: str


class Changes:
    """The streams of one console. `ending`: is set when it stops."""

    def __init__(self, runner: RequestRunner) -> None:
        self._desk = runner
        self.open: Counter[str] = Counter()
        self.ending = Flag()

    async def answer(self, request: Request, principal: Principal) -> Response:
        """A stream. Raises NotFound for a role that may not have the log's entries, Misconfigured, Busy."""
        if principal.role == DATA_SUBJECT:
            raise NotForRole
        check_query(request, *ChangesParams.__struct_encode_fields__)
        asked = converted(dict(request.query_params), ChangesParams)
        types = _types(asked, self._desk.pool.settings.confidential)
        stream = _Stream(self._desk, request, principal, types)
        position = await stream.begin(asked)
        if request.method == "HEAD":
            return Response(media_type=TYPE)
        if self.open.total() >= MOST_STREAMS or self.open[principal.reference] >= MOST_OF_ONE:
            raise Busy("too many streams of changes are open: close one, or ask again in a moment")
        return Sent(self._lasting, stream.pieces(position, self.ending), principal.reference)

    @contextmanager
    def _lasting(self, who: str) -> Iterator[None]:
        """Count a stream while it lasts."""
        self.open[who] += 1
        try:
            yield
        finally:
            self.open[who] -= 1
            if not self.open[who]:
                del self.open[who]


class Sent(StreamingResponse):
    """A stream whose client must read: what is not read in time ends it, and waits in no memory."""

    def __init__(
        self,
        lasting: Callable[[str], AbstractContextManager[None]],
        pieces: AsyncGenerator[bytes, None],
        who: str,
    ) -> None:
        super().__init__(pieces, media_type=TYPE)
        self._lasting, self._pieces, self._who = lasting, pieces, who

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the pieces one after the other."""

        async def in_time(message: Message) -> None:
            await asyncio.wait_for(send(message), SEND_S)

        with self._lasting(self._who), suppress(TimeoutError):
            async with aclosing(self._pieces):
                await super().__call__(scope, receive, in_time)


class _Stream:
    """One client's stream."""

    def __init__(
        self, runner: RequestRunner, request: Request, principal: Principal, types: frozenset[str]
    ) -> None:
        self._desk, self._request, self._principal = runner, request, principal
        self._types = types

    async def begin(self, asked: ChangesParams) -> int:
        """After which position it begins; the read is noted, once for the stream."""
        cursor = self._request.headers.get(_LAST) or asked.cursor

        def begun(context: RequestContext) -> int:
            source = _source(context)
            source.reads.note_many(())
            if cursor is not None:
                return int(self._pages(context).key(cursor))
            return 0 if asked.begin == "oldest" else head_position(source.session)

        return await self._answer(begun)

    async def pieces(self, position: int, ending: Flag) -> AsyncGenerator[bytes, None]:
        """Everything that is recorded after a position, for as long as the stream lasts."""
        yield b"retry: 2000\n\n"
        clock = self._desk.pool.clock
        until = min(clock() + LASTS, self._principal.until)
        quiet_s = 0.0
        while clock() < until and not ending.is_set():
            try:
                if not (quiet_s >= BEAT_S or await self._has_more(position)):
                    await asyncio.sleep(LOOK_S)
                    quiet_s += LOOK_S
                    continue
                looked = await self._look(position)
            except LedgerError:
                return  # the role ended, or the database is away: the next request is told
            for cursor, change in looked.changes:
                yield b"id: %b\nevent: change\ndata: %b\n\n" % (
                    cursor.encode(),
                    to_line(change).strip(),
                )
            # An id alone is a place to go on from, and shows that the connection lives.
            if quiet_s >= BEAT_S or not looked.changes:
                yield b"id: %b\n\n" % looked.cursor.encode()
            position, quiet_s = looked.position, 0.0

    async def _has_more(self, position: int) -> bool:
        return await self._answer(
            lambda context: head_position(context.site.session("reader")) > position
        )

    async def _look(self, position: int) -> Looked:
        def looked(context: RequestContext) -> Looked:
            source, pages = _source(context), self._pages(context)
            events = LedgerReader(source.session).events_after(position, BLOCK)
            end = events[-1].position if events else position
            wanted = [event for event in events if not self._types or event.name in self._types]
            changes = [
                (pages.cursor(event.position), _change(event, str(source.pseudonym(event.stream))))
                for event in wanted
            ]
            return Looked(changes, end, pages.cursor(end))

        return await self._answer(looked)

    async def _answer(self, work: Callable[[RequestContext], T]) -> T:
        return await self._desk.answer(self._request, self._principal, work, moment={})

    def _pages(self, context: RequestContext) -> Pages:
        """A place counts for every choice of types: it is a place in the ledger, of this reader's role."""
        return Pages(context.ledger_key(READS), [PATH, context.principal.role])


def _source(context: RequestContext) -> Source:
    """Of a role that may have the log's entries, and holds it now. Raises NotFound, NotGranted."""
    if not reads_whole_log(context):
        raise NotForRole
    return context.source("changes")


def _types(asked: ChangesParams, confidential: bool) -> frozenset[str]:
    """The types that are asked for; none: all. Raises Misconfigured for one that there is not."""
    if asked.types is None:
        return frozenset()
    types = frozenset(asked.types.split(","))
    known = ALL_TYPES if confidential else EVENT_TYPES
    if not types <= {entry.name for entry in known.values()}:
        raise Misconfigured(UNKNOWN_VALUE, field="types")
    return types


def _change(event: RecordedEvent, pseudonym: str) -> Change:
    return Change(
        event.position,
        event.type,
        event.source,
        event.id,
        instant(event.time),
        instant(event.recorded_at),
        pseudonym,
        event.activity,
    )
