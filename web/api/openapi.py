"""The description of the API (OpenAPI 3.1), made from the same structs that requests are read into."""

from collections.abc import Iterable, Sequence
from typing import Any

from application.controller import Controller
from application.queries.reports.own import OwnAct
from consumers.posts import MOST_EVENTS
from schemas import names
from schemas.codes import WORDS
from schemas.limits import LIMITS
from web.api.asking import OPEN, OpeningParams, camel
from web.api.changes import PATH as CHANGES
from web.api.changes import Change, ChangesParams
from web.api.described import Components, Schema, one_of
from web.api.described_changes import changes_of
from web.api.described_deeds import deed_of
from web.api.intake import BATCHED, MANY, SINGLE, STRUCTURED, PostedEvents, RefusedEvents
from web.api.marking import API_VERSION
from web.api.own import OwnDeed
from web.api.parts import (
    DESCRIPTION,
    HEADERS,
    IF_NONE_MATCH,
    INTAKE,
    PROBLEMS,
    SECURITY,
    parameters,
)
from web.api.problems import ApiProblem
from web.api.routing import BASE, BEHIND, PRUNED
from web.api.sending import JSON
from web.exports import PART
from web.frame import AS_OF, AT_POSITION, RECORDED_BY
from web.problems import TYPE
from web.requests import LANGUAGE
from web.resource import Resource
from web.words import words

AnyResource = Resource[Any, Any]
_PAGE = "https://docs.ledger.example/reference/api.html"
_OF_ANSWERS = (400, 401, 403, 404, 410, 429, 500, 503)
_OF_INTAKE = (400, 401, 403, 409, 413, 415, 500, 503)
_WITH_EVENTS = (400, 403, 409, 413)


def document(resources: Sequence[AnyResource], deeds: Sequence[OwnDeed[Any]]) -> Schema:
    """The whole description."""
    components = Components(
        [
            *(resource.answer for resource in resources),
            *(resource.params for resource in resources),
            *(ChangesParams, Change),
            *(OpeningParams, ApiProblem, PostedEvents, RefusedEvents),
            *(OwnAct, *(deed.body for deed in deeds)),
        ]
    )
    for resource in resources:
        if resource.place:  # the API writes the address of the next piece in the place of its key
            components.described(resource.answer, "next", _NEXT)
    paths = {resource.path: {"get": _operation(resource, components)} for resource in resources}
    for deed in deeds:
        paths.setdefault(deed.path, {})["post"] = deed_of(deed, components)
    paths[CHANGES] = {"get": changes_of(components)}
    paths[SINGLE] = {"post": _intake(components, "postEvent", "Send an event", _POST)}
    paths[MANY] = {"post": _intake(components, "postEventBatch", "Send many events", _POST_MANY)}
    return {
        "openapi": "3.1.0",
        "info": _info(),
        "servers": [{"url": BASE, "description": "This console."}],
        "security": [{"token": []}, {"certificate": []}, {"session": []}],
        "tags": [{"name": tag, "description": text} for tag, text in _tags(resources)],
        "paths": dict(sorted(paths.items())),
        "components": _components(components, resources),
    }


def _info() -> Schema:
    controller = Controller()
    return {
        "title": "Processing Ledger",
        "version": API_VERSION,
        "description": DESCRIPTION,
        "contact": {"name": controller.name, "email": controller.contact, "url": _PAGE},
        "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        "x-limits": [
            {"name": limit.name, "value": limit.value, "description": limit.text}
            for limit in LIMITS
        ],
    }


def _tags(resources: Sequence[AnyResource]) -> Iterable[tuple[str, str]]:
    for part in sorted({resource.part for resource in resources}):
        yield part, f"Answers of the part `{part}`; a role has it or not."
    yield "events", "The intake of events."


def _operation(resource: AnyResource, components: Components) -> Schema:
    said = _headers(*_said(resource))
    return {
        "operationId": _operation_id(resource.path),
        "summary": resource.summary,
        "description": resource.description,
        "tags": [resource.part],
        **({"deprecated": True} if resource.ending else {}),
        "parameters": [*_own(resource, components), *_beside(resource)],
        "responses": {
            "200": {
                "description": "The answer.",
                "headers": {**said, **_limits(), **_named(*_leading_on(resource))},
                "content": {JSON: _content(resource, components)},
            },
            "304": {
                "description": "The client has this answer.",
                "headers": said,
            },
            **_refusals(_OF_ANSWERS),
        },
    }


def _content(resource: AnyResource, components: Components) -> Schema:
    """What the answer is, with an example; a list that is made as a whole comes in pieces.

    Whoever sees a part is told so; only a person of the portal sees all that is their own.
    """
    schema = components.schema(resource.answer)
    example = components.example(schema)
    beside = [
        *(["SeenInPart"] if resource.part != "own" else []),
        *(["NextPiece"] if resource.is_whole else []),
    ]
    if resource.is_whole:
        example = {**example, "next": None}
    if beside:
        schema = {"allOf": [schema, *({"$ref": f"#/components/schemas/{name}"} for name in beside)]}
    return {"schema": schema, "example": example}


def _said(resource: AnyResource) -> Iterable[str]:
    """Headers that say something of the answer."""
    yield from ("ETag", BEHIND)
    if resource.timed and not resource.is_personal:
        yield PRUNED


def _leading_on(resource: AnyResource) -> Iterable[str]:
    """Headers that lead to the rest of a list, or to what takes the place of an answer that ends."""
    if resource.is_whole or resource.place or resource.ending:
        yield "Link"
    if resource.ending:
        yield from ("Deprecation", "Sunset")


def _operation_id(path: str) -> str:
    """Of `/persons/{kind}/{id}/state` it is `getPersonsStateByKindAndId`."""
    parts = path.strip("/").split("/")
    given = [part.strip("{}") for part in parts if part.startswith("{")]
    words = [part for part in parts if not part.startswith("{")]
    by = f"-by-{'-and-'.join(given)}" if given else ""
    return camel(f"get-{'-'.join(words)}{by}")


def _own(resource: AnyResource, components: Components) -> Iterable[Schema]:
    for name, schema, required in components.members(resource.params):
        if name == resource.place:  # which the cursor says
            continue
        in_path = f"{{{name}}}" in resource.path
        described = {key: value for key, value in schema.items() if key != "description"}
        yield {
            "name": name if in_path else camel(name),
            "in": "path" if in_path else "query",
            "required": in_path or required,
            "schema": described,
            **({"description": schema["description"]} if "description" in schema else {}),
        }


def _beside(resource: AnyResource) -> Iterable[Schema]:
    names = [LANGUAGE]
    names += (AS_OF, RECORDED_BY, AT_POSITION) if resource.timed else ()
    names += (OPEN, "reason", "case-ref") if resource.is_personal else ()
    names += ("limit",) if resource.is_whole else ()
    names += ("cursor",) if resource.is_whole or resource.place else ()
    yield from ({"$ref": f"#/components/parameters/{camel(name)}"} for name in names)
    yield {"$ref": "#/components/parameters/ifNoneMatch"}
    yield {"$ref": "#/components/parameters/traceparent"}


def _headers(*names: str) -> Schema:
    return _named("API-Version", "Ledger-Part", "traceparent", *names)


def _limits() -> Schema:
    return _named("RateLimit", "RateLimit-Policy")


def _named(*names: str) -> Schema:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _refusals(statuses: Iterable[int]) -> Schema:
    return {str(status): {"$ref": f"#/components/responses/{status}"} for status in statuses}


_ATTRIBUTES = (
    "specversion",
    "type",
    "source",
    "id",
    "subject",
    "time",
    "datacontenttype",
    "dataschema",
)
_NEEDED = ("specversion", "type", "source", "id", "data")
_SENT: Schema = {
    "EventData": {
        "title": "EventData",
        "type": "object",
        "description": "What an event says; its type says how.",
        "additionalProperties": True,
    },
    "CloudEvent": {
        "title": "CloudEvent",
        "type": "object",
        "description": "A CloudEvent 1.0 of a type that the ledger knows.",
        "properties": {
            **{name: {"type": "string"} for name in _ATTRIBUTES},
            "data": {"$ref": "#/components/schemas/EventData"},
        },
        "required": [*_NEEDED],
        "additionalProperties": True,
    },
}
_EVENT: Schema = {"$ref": "#/components/schemas/CloudEvent"}
_EXAMPLE: Schema = {
    "specversion": "1.0",
    "type": names.type_of(names.CONSENT_WITHDRAWN),
    "source": "urn:voipzeker:crm",
    "id": "c-1",
    "subject": "customer/10023",
    "time": "2026-11-24T10:15:00+01:00",
    "datacontenttype": JSON,
    "data": {
        "purpose": "newsletter",
        "channel": "portal",
        "activity": "direct-marketing",
        "legal_basis": "6-1-a",
    },
}
_POST: Schema = {
    "required": True,
    "content": {
        STRUCTURED: {"schema": _EVENT, "example": _EXAMPLE},
    },
}
_POST_MANY: Schema = {
    "required": True,
    "content": {
        BATCHED: {
            "schema": {"type": "array", "items": _EVENT, "maxItems": MOST_EVENTS},
            "example": [_EXAMPLE],
        },
    },
}


def _intake(components: Components, operation_id: str, what: str, content: Schema) -> Schema:
    return {
        "operationId": operation_id,
        "summary": f"{what}; what is answered with 2xx is recorded.",
        "description": INTAKE,
        "tags": ["events"],
        "parameters": [
            {"$ref": "#/components/parameters/language"},
            {"$ref": "#/components/parameters/traceparent"},
        ],
        "requestBody": content,
        "responses": {
            "200": {
                "description": "Every event is recorded: now, or before.",
                "headers": _headers(),
                "content": {
                    JSON: {
                        "schema": components.schema(PostedEvents),
                        "example": components.example(components.schema(PostedEvents)),
                    }
                },
            },
            **_refusals(status for status in _OF_INTAKE if status not in _WITH_EVENTS),
            **{str(status): _refused(status, components) for status in _WITH_EVENTS},
        },
    }


def _refused(status: int, components: Components) -> Schema:
    either = [components.schema(RefusedEvents), components.schema(ApiProblem)]
    codes = ", ".join(f"`{code.value}`" for code in WORDS)
    return {
        "description": f"{PROBLEMS[status]} Codes of refused events: {codes}.",
        "headers": _headers(),
        "content": {
            TYPE: {"schema": {"type": "object", "properties": _PROBLEM_MEMBERS, "anyOf": either}}
        },
    }


_PROBLEM_MEMBERS: Schema = {
    "title": {"type": "string"},
    "status": {"type": "integer"},
    "detail": {"type": "string"},
}


_NEXT: Schema = {
    "type": ["string", "null"],
    "format": "uri-reference",
    "description": "The address of the next piece of the list; null on the last one.",
}


def _components(components: Components, resources: Sequence[AnyResource]) -> Schema:
    params = {resource.params for resource in resources}
    schemas = components.without([*params, OpeningParams, ChangesParams])
    schemas |= _SENT
    schemas["SeenInPart"] = {
        "title": "SeenInPart",
        "type": "object",
        "description": "Of an answer to a role that sees a part.",
        "properties": {PART: one_of([*words()["page"]["part"].values()])},
    }
    schemas["NextPiece"] = {
        "title": "NextPiece",
        "type": "object",
        "description": "Of a list.",
        "properties": {"next": _NEXT},
        "required": ["next"],
    }
    return {
        "schemas": schemas,
        "parameters": {parameter["name"]: parameter for parameter in parameters(components)}
        | {"ifNoneMatch": IF_NONE_MATCH},
        "headers": HEADERS,
        "responses": {str(status): _problem(status, components) for status in PROBLEMS},
        "securitySchemes": SECURITY,
    }


def _problem(status: int, components: Components) -> Schema:
    waits = (
        {"Retry-After": {"$ref": "#/components/headers/Retry-After"}}
        if status in {429, 503}
        else {}
    )
    return {
        "description": PROBLEMS[status],
        "headers": {**_headers(), **_limits(), **waits},
        "content": {TYPE: {"schema": components.schema(ApiProblem)}},
    }
