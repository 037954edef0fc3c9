"""Events that a client posts over HTTP, as messages: structured, binary and batched mode of CloudEvents.

Pure. Each event becomes a message, with an event or with a rejection, as from Kafka and from files. Only a
post that cannot be cut into events raises.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, Literal
from urllib.parse import unquote_to_bytes

import msgspec

from consumers.pipeline import body_of, kept
from consumers.source import Record, record_of
from ledger.errors import Misconfigured
from ledger.writing.message import FileOrigin, Message, place_of
from schemas import (
    AdmissionRules,
    Code,
    Event,
    Headers,
    Rejection,
    admit_each,
    parse,
    parse_binary,
    through,
)
from schemas.encoding import from_json

MOST_EVENTS = 1000
"""In one batch: what one transaction records in well under a second."""
MOST_BYTES = 4 * 1024 * 1024
"""The limit of one post."""
_PREFIX = "ce-"


class Post(msgspec.Struct, frozen=True, gc=False):
    """One event of a post, as it arrived. `headers`: in binary mode, as a Kafka record has them."""

    body: bytes
    headers: Headers | None = None

    @property
    def size(self) -> int:
        """Bytes, about."""
        return len(self.body) + sum(
            len(name) + len(text or b"") for name, text in self.headers or ()
        )


def one(body: bytes) -> list[Post]:
    """The event of a post in structured mode."""
    return [Post(body)]


def one_binary(content_type: str, headers: Iterable[tuple[str, str]], body: bytes) -> list[Post]:
    """The event of a post in binary mode: attributes are headers `ce-…`, whose values are percent-encoded.

    CloudEvents HTTP binding 1.0.2, 3.1; kept as the Kafka binding has it, so that one reader reads both.
    """
    attributes = [
        (f"ce_{name.removeprefix(_PREFIX)}", unquote_to_bytes(text.encode("latin-1")))
        for name, text in headers
        if name.startswith(_PREFIX)
    ]
    return [Post(body, [("content-type", content_type.encode()), *attributes])]


def many(body: bytes) -> list[Post]:
    """The events of a post in batched mode: a JSON array, whose elements are each read as they stand.

    Raises Misconfigured where the array is missing or too long.
    """
    try:
        elements = from_json(body, list[msgspec.Raw])
    except msgspec.DecodeError:
        raise Misconfigured("expected a JSON array of events") from None
    if len(elements) > MOST_EVENTS:
        raise Misconfigured(f"expected at most {MOST_EVENTS} events")
    return [Post(bytes(element)) for element in elements]


def messages_of_posts(
    label: str, posts: Sequence[Post], intake: AdmissionRules, now: datetime
) -> list[Message]:
    """Events of one client as messages, numbered from 1."""
    parsed = [parsed_post(post, intake) for post in posts]
    outcomes = admit_each(parsed, through(intake, place_of(FileOrigin(label, 0))), now)
    return [
        _message(post, outcome, FileOrigin(label, number))
        for number, (post, outcome) in enumerate(zip(posts, outcomes, strict=True), 1)
    ]


def parsed_post(post: Post, intake: AdmissionRules) -> Any:
    """The JSON value of one event, or its rejection."""
    if post.headers is None:
        return parse(post.body, intake)
    return parse_binary(post.headers, post.body, intake)


def foreign(parsed: Any, sources: Collection[str]) -> bool:
    """Whether a parsed event names a source that its sender is not."""
    if isinstance(parsed, Rejection):
        return parsed.source is not None and parsed.source not in sources
    source = parsed.get("source") if isinstance(parsed, dict) else None
    return isinstance(source, str) and source not in sources


def _message(post: Post, outcome: Event | Rejection, origin: FileOrigin) -> Message:
    mode: Literal["structured", "binary"] = "structured" if post.headers is None else "binary"
    body = post.body if post.headers is None else body_of(_record(post))
    return kept(body, post.size, outcome, origin, mode)


def _record(post: Post) -> Record:
    return record_of(0, post.body, post.headers or ())


FOREIGN = Rejection(Code.SOURCE_NOT_ALLOWED, "/source")
"""The answer to a client that names a source of another system: nothing of the event is kept."""
