"""All resources."""

from typing import Any

from web.resource import Resource
from web.resources import operations, persons, staff, today

RESOURCES: tuple[Resource[Any, Any], ...] = (
    *today.RESOURCES,
    *persons.RESOURCES,
    *staff.RESOURCES,
    *operations.RESOURCES,
)
