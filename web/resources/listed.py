"""All resources."""

from typing import Any

from web.resource import Resource
from web.resources import disclosures, events, persons, proof, today

RESOURCES: tuple[Resource[Any, Any], ...] = (
    *today.RESOURCES,
    *persons.RESOURCES,
    *events.RESOURCES,
    *disclosures.RESOURCES,
    *proof.RESOURCES,
)
