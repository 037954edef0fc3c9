"""The description of the stream of changes."""

from web.api.asking import camel
from web.api.changes import MOST_OF_ONE, MOST_STREAMS, TYPE, Change, ChangesParams
from web.api.described import Components, Schema

_STATUSES = (400, 401, 403, 404, 429, 500, 503)
_MARKS = ("API-Version", "RateLimit", "RateLimit-Policy", "traceparent")
_DESCRIPTION = (
    "Server-sent events, each with a `Change` as its data, in the order of the ledger. `id` is a place to "
    "go on from: bring it back as `Last-Event-ID` or `cursor`. No value and no fact is told: ask for the "
    f"event by its position. {MOST_STREAMS} streams are open at once, {MOST_OF_ONE} of one reader. A stream "
    "ends after an hour, with the login, and when its client does not read: connect again."
)


def changes_of(components: Components) -> Schema:
    """The operation of the stream."""
    change = components.schema(Change)
    return {
        "operationId": "getChanges",
        "summary": "What is recorded, as it is recorded.",
        "description": _DESCRIPTION,
        "tags": ["events"],
        "parameters": [
            *(
                {"name": camel(name), "in": "query", "required": required, "schema": schema}
                for name, schema, required in components.members(ChangesParams)
            ),
            {
                "name": "Last-Event-ID",
                "in": "header",
                "description": "The `id` of the last event that the client has.",
                "schema": {"type": "string"},
            },
            {"$ref": "#/components/parameters/language"},
            {"$ref": "#/components/parameters/traceparent"},
        ],
        "responses": {
            "200": {
                "description": "The stream. `x-data` is the data of one event.",
                "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in _MARKS},
                "content": {
                    TYPE: {
                        "schema": {"type": "string"},
                        "x-data": change,
                        "example": 'id: …\nevent: change\ndata: {"position":1}\n\n',
                    }
                },
            },
            **{str(status): {"$ref": f"#/components/responses/{status}"} for status in _STATUSES},
        },
    }
