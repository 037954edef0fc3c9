"""Forms of pages: read whole, bounded, and left for who reads the request after."""

from urllib.parse import parse_qsl

import msgspec
from starlette.requests import HTTPConnection
from starlette.types import Message, Receive

# A reason, a list of choices, a note: no form of a page is longer.
MOST_BYTES = 256 * 1024
MOST_FIELDS = 1000
FORM_TYPE = "application/x-www-form-urlencoded"


class TooLong(Exception):
    """A body has more bytes than a form may have."""


class Body(msgspec.Struct):
    """A body that was read, and can be read once more."""

    content: bytes
    given: bool = False

    async def receive(self) -> Message:
        """As the server gave it; then the client is gone."""
        if self.given:
            return {"type": "http.disconnect"}
        self.given = True
        return {"type": "http.request", "body": self.content, "more_body": False}


async def read_body(receive: Receive, most: int = MOST_BYTES) -> Body:
    """A whole body. Raises TooLong."""
    parts, length = [], 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            break
        part = message.get("body", b"")
        length += len(part)
        if length > most:
            raise TooLong
        parts.append(part)
        if not message.get("more_body", False):
            break
    return Body(b"".join(parts))


def is_form(connection: HTTPConnection) -> bool:
    """Whether a request brings fields of a form."""
    kind = connection.headers.get("content-type", "")
    return kind.partition(";")[0].strip().lower() == FORM_TYPE


def fields_of(content: bytes) -> dict[str, str]:
    """The fields of a form, of each name the first. Bytes that are no UTF-8 become U+FFFD."""
    try:
        pairs = parse_qsl(
            content.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS
        )
    except ValueError:
        return {}
    fields: dict[str, str] = {}
    for name, value in pairs:
        fields.setdefault(name, value)
    return fields
