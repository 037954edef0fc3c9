"""All resources."""

from typing import Any

from web.resource import Resource
from web.resources import (
    disclosures,
    events,
    finding_persons,
    findings,
    holds,
    incidents,
    operations,
    own,
    persons,
    programs,
    proof,
    register,
    requests,
    retention,
    staff,
    today,
)

RESOURCES: tuple[Resource[Any, Any], ...] = (
    *today.RESOURCES,
    *finding_persons.RESOURCES,
    *persons.RESOURCES,
    *register.RESOURCES,
    *findings.RESOURCES,
    *requests.RESOURCES,
    *incidents.RESOURCES,
    *holds.RESOURCES,
    *retention.RESOURCES,
    *events.RESOURCES,
    *disclosures.RESOURCES,
    *staff.RESOURCES,
    *operations.RESOURCES,
    *proof.RESOURCES,
    *programs.RESOURCES,
    *own.RESOURCES,
)
