"""All resources."""

from typing import Any

from web.resource import Resource
from web.resources import (
    findings,
    holds,
    incidents,
    persons,
    register,
    requests,
    retention,
    today,
)

RESOURCES: tuple[Resource[Any, Any], ...] = (
    *today.RESOURCES,
    *persons.RESOURCES,
    *register.RESOURCES,
    *findings.RESOURCES,
    *requests.RESOURCES,
    *incidents.RESOURCES,
    *holds.RESOURCES,
    *retention.RESOURCES,
)
