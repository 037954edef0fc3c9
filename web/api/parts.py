"""What operations of the description share: words, parameters, headers, problems, ways to log in."""

from collections.abc import Iterable

from consumers.posts import MOST_BYTES, MOST_EVENTS
from schemas import CATEGORIES
from schemas.decode import MAX_MESSAGE
from schemas.texts import LANGUAGES
from web.api.asking import MOST, OPEN, USUAL_LIMIT, OpeningParams, camel
from web.api.described import Components, Schema, one_of
from web.api.intake import SCOPE
from web.api.routing import REQUESTS, REQUESTS_S
from web.frame import AS_OF, AT_POSITION, RECORDED_BY
from web.logins.limits import LOOKS, LOOKS_S
from web.requests import LANGUAGE

DESCRIPTION = (
    "What the ledger knows and may tell, as typed JSON, and the intake of events. Every answer that "
    "opens values of a person is noted as a read before it is given, also to HEAD and where 304 is "
    f"answered. A reader may ask {REQUESTS} times in {REQUESTS_S:.0f} seconds, and look at one person "
    f"{LOOKS} times in {LOOKS_S:.0f}. Long answers are made one at a time. Names of parameters are"
    " camelCase; the hyphens of the pages' addresses (`as-of`) are understood as well. What a role "
    "does not have answers 404. Each answer to a role that sees a part says so, in the header "
    "`Ledger-Part` and the member `sees_part`: its numbers, too, are of that part. A member may be "
    "added to an answer at any time; nothing is renamed or taken away within a version. A version "
    "that ends is announced with the headers Deprecation and Sunset for at least six months."
)
INTAKE = (
    f"A client sends events of the sources of its own system. Its token is for the scope `{SCOPE}`. "
    "The content type tells the modes of CloudEvents apart: structured, batched with at most "
    f"{MOST_EVENTS} events and {MOST_BYTES} bytes, and binary, where attributes are headers `ce-…`. "
    f"Each of the two addresses takes every mode. One event has at most {MAX_MESSAGE} bytes. The same "
    "source and id again is a duplicate and counts as recorded. Where an event is refused, the answer is "
    "an error, the other events are recorded all the same, and the refused one is kept as a dead letter, "
    "unless its source is not the client's. Sending everything again is harmless."
)
PROBLEMS = {
    400: "A parameter or the content is wrong: `errors` says which, and where.",
    401: "No login, or a token that does not count.",
    403: "The register does not grant the role now, or the token is not for this.",
    404: "Nothing at this address, or nothing that the role may know of.",
    409: "An event with the same source and id is recorded, and says something else.",
    410: "What was known then, or this event, was pruned. Or the list has changed, and the place of the "
    "cursor is gone: begin again without one.",
    413: "More bytes than are read.",
    415: "The content type is none of those that are read, or the body is compressed.",
    429: "Too many requests, looks at one person, or values opened or looked for: wait, and ask again.",
    500: "Something went wrong here.",
    503: "Too much is being done, or the database is away: wait for `Retry-After`, and do the same again.",
}


def parameters(components: Components) -> Iterable[Schema]:
    """The parameters that answers share."""
    time = {"type": "string", "examples": ["2026-11-24T10:15:00+01:00"]}
    yield _query(
        LANGUAGE,
        "Of texts for people; without it what `Accept-Language` prefers.",
        one_of(LANGUAGES),
    )
    yield _query(AS_OF, "What had happened by this time, with its offset.", time)
    yield _query(RECORDED_BY, "What was known at this time, with its offset.", time)
    yield _query(
        AT_POSITION, "Up to the event at this position.", {"type": "integer", "minimum": 0}
    )
    for name, schema, _ in components.members(OpeningParams):
        text = "Why masked values open." if name == "reason" else "The case that they open for."
        yield _query(name, f"{text} With `open`.", schema)
    categories = {"type": "array", "items": one_of(CATEGORIES)}
    yield _query(
        OPEN, "Categories of masked values to open, for this request, with a reason.", categories
    )
    limit = {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL_LIMIT}
    yield _query("limit", "Rows at once.", limit)
    yield _query(
        "cursor", "Where the list goes on, as `next` said.", {"type": "string", "maxLength": 2000}
    )
    yield {
        "name": "traceparent",
        "in": "header",
        "description": "W3C Trace Context: the trace that the answer belongs to.",
        "schema": {"type": "string"},
    }


def _query(name: str, description: str, schema: Schema) -> Schema:
    schema = {key: value for key, value in schema.items() if key != "description"}
    return {"name": camel(name), "in": "query", "description": description, "schema": schema}


IF_NONE_MATCH: Schema = {
    "name": "If-None-Match",
    "in": "header",
    "description": "The tag of an answer that the client has.",
    "schema": {"type": "string"},
}
HEADERS: Schema = {
    "API-Version": {"description": "Version of this description.", "schema": {"type": "string"}},
    "Ledger-Behind": {
        "description": "How many recorded events the answer lacks; without it none that it would have.",
        "schema": {"type": "integer", "minimum": 1},
    },
    "Ledger-Pruned": {
        "description": "Files that were closed by this position were pruned, and are missing.",
        "schema": {"type": "integer", "minimum": 1},
    },
    "Ledger-Part": {
        "description": "That the role sees a part, in words; without it the role sees all that there is.",
        "schema": {"type": "string"},
    },
    "RateLimit": {
        "description": (
            "How many requests are left (`r`), and in how many seconds (`t`) all are again. They come back "
            "steadily (draft-ietf-httpapi-ratelimit-headers-10)."
        ),
        "schema": {"type": "string"},
    },
    "RateLimit-Policy": {
        "description": "How many requests (`q`) a reader has in how many seconds (`w`).",
        "schema": {"type": "string"},
    },
    "ETag": {"description": "Changes when the answer does.", "schema": {"type": "string"}},
    "Deprecation": {
        "description": "Since when this answer is deprecated (RFC 9745).",
        "schema": {"type": "string", "pattern": "^@[0-9]+$"},
    },
    "Sunset": {
        "description": "From when this address may answer 404 (RFC 8594).",
        "schema": {"type": "string"},
    },
    "Link": {
        "description": (
            '`rel="next"`: the next piece of a list. `rel="successor-version"`: what takes the place of '
            "an answer that ends."
        ),
        "schema": {"type": "string"},
    },
    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}},
    "traceparent": {"description": "W3C Trace Context.", "schema": {"type": "string"}},
}
SECURITY: Schema = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": f"An access token, for the scope `ledger`; to send events `{SCOPE}` too.",
    },
    "certificate": {
        "type": "mutualTLS",
        "description": "A client certificate that the settings know.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "__Host-session",
        "description": "Of a browser that is logged in.",
    },
}
