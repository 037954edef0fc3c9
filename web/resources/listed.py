"""All resources."""

from typing import Any

from web.resource import Resource
from web.resources import persons, today

RESOURCES: tuple[Resource[Any, Any], ...] = (*today.RESOURCES, *persons.RESOURCES)
