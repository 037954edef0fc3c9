"""The description of what persons of the portal do: one operation for each kind of act."""

from collections.abc import Mapping
from typing import Any

from application.queries.reports.own import OwnAct
from web.api.asking import camel
from web.api.described import Components, Schema
from web.api.own import KEY, KEY_PATTERN, OwnDeed
from web.api.sending import JSON
from web.logins.limits import OWN_ACTS, OWN_ACTS_S

_STATUSES = (400, 401, 403, 404, 409, 413, 415, 429, 500, 503)
_MARKS: Mapping[str, Schema] = {
    name: {"$ref": f"#/components/headers/{name}"}
    for name in ("API-Version", "RateLimit", "RateLimit-Policy", "traceparent")
}


def deed_of(deed: OwnDeed[Any], components: Components) -> Schema:
    """The operation of one kind of act."""
    answer = components.schema(OwnAct)
    return {
        "operationId": camel(f"post-{deed.path.strip('/').replace('/', '-')}"),
        "summary": deed.summary,
        "description": f"{deed.description} A person acts {OWN_ACTS} times in {OWN_ACTS_S / 3600:.0f} hour.",
        "tags": ["own"],
        "parameters": [
            _key(),
            {"$ref": "#/components/parameters/language"},
            {"$ref": "#/components/parameters/traceparent"},
        ],
        "requestBody": {
            "required": True,
            "content": {JSON: {"schema": components.schema(deed.body), "example": deed.example}},
        },
        "responses": {
            "200": {
                "description": "The act is recorded: now, or before.",
                "headers": dict(_MARKS),
                "content": {JSON: {"schema": answer, "example": components.example(answer)}},
            },
            **{str(status): {"$ref": f"#/components/responses/{status}"} for status in _STATUSES},
        },
    }


def _key() -> Schema:
    return {
        "name": KEY,
        "in": "header",
        "required": True,
        "description": "A name of the act, new for each: the same again is recorded once.",
        "schema": {"type": "string", "pattern": KEY_PATTERN.replace(r"\Z", "$")},
    }
