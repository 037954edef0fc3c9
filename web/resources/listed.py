"""All resources."""

from typing import Any

from web.resource import Resource
from web.resources import persons, proof, today

RESOURCES: tuple[Resource[Any, Any], ...] = (*today.RESOURCES, *persons.RESOURCES, *proof.RESOURCES)
