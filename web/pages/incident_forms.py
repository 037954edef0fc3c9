"""What forms of acts on incidents share: the case, what an act would record of it, and its address."""

from collections.abc import Mapping, Sequence
from typing import Any

from application.acts.handling import act_on_case
from application.acts.on_incidents import OnIncident, act_on_incident
from application.queries.cases.found_incidents import FoundIncident, find_case
from application.queries.cases.incidents import incident
from application.source import Source
from application.words import code_word
from schemas.encoding import JsonValue
from web.acts import Act, ActData, time_of
from web.linking import act
from web.page import Preview, previewed
from web.pages.common import pairs
from web.rendering import code
from web.resources.requests import CaseParams
from web.rights import Part
from web.visit import Visit

Proposed = tuple[str, str, Mapping[str, JsonValue]]
"""An act that is proposed: the kind of incident, the name of its event, its facts."""


class OnCase(ActData, frozen=True, kw_only=True):
    """The incident of an act."""

    ref: str
    subject: str | None = None


def on_incident(visit: Visit, fields: OnCase, kind: str) -> tuple[Source, OnIncident]:
    """What an act on an incident takes."""
    source = visit.acting_source("incident")
    return source, OnIncident(fields.ref, kind, time_of(visit, fields), fields.subject)


def case_address(fields: OnCase) -> str:
    """Where one goes on after the act."""
    return act("incidents", fields.ref, subject=fields.subject)


def would(visit: Visit, fields: OnCase, proposed: Proposed, *parts: object) -> Preview:
    """What an act would record, of an incident whose state allows it. `proposed`: kind, name and facts."""
    kind, name, facts = proposed
    source, on = on_incident(visit, fields, kind)
    case = find_case(source, on.ref, kind, on.subject)
    act_on_case(case, name, facts, on.time)
    return previewed(parts, [on.ref, len(case.incident.steps), fields])


def do(visit: Visit, fields: OnCase, proposed: Proposed) -> str:
    """Record an act on an incident."""
    kind, name, facts = proposed
    source, on = on_incident(visit, fields, kind)
    act_on_incident(visit.site, source, on, name, facts)
    return case_address(fields)


def about_incident(visit: Visit, params: CaseParams) -> Sequence[tuple[object, object]]:
    """How the incident stands."""
    source = visit.source("incident")
    case: FoundIncident = find_case(source, params.ref, subject=params.subject)
    answer = incident(case, source.now, visit.language)
    name = answer.subject if isinstance(answer.subject, str) else None
    name = params.ref if answer.kind == "breach" else name
    values = (code(answer.kind, "incident_kind"), name, code_word("risk", answer.risk))
    return pairs("incident", "kind about risk", values)


def on_case(name: str, fields: type[Any], **members: Any) -> Act[Any, Any]:
    """An act on one incident."""
    return Act(
        name=f"incident-{name}",
        path=f"/incidents/{{ref}}/{name}",
        section="incidents",
        part="incidents",
        deed="incidents",
        params=CaseParams,
        fields=fields,
        back=lambda params: act("incidents", params.ref, subject=params.subject),
        about=about_incident,
        **members,
    )


def begun(
    name: str, path: str, fields: type[Any], part: Part = "incidents", **members: Any
) -> Act[Any, Any]:
    """An act that begins an incident. `part`: of a case of misuse that of persons, as it names one."""
    return Act(
        name=f"incident-{name}",
        path=path,
        section="incidents",
        part=part,
        deed="incidents",
        fields=fields,
        back=lambda _params: "/incidents",
        **members,
    )
