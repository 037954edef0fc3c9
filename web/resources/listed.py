"""All resources."""

from typing import Any

from web.resource import Resource
from web.resources import disclosures, events, finding_persons, persons, proof, today

RESOURCES: tuple[Resource[Any, Any], ...] = (
    *today.RESOURCES,
    *finding_persons.RESOURCES,
    *persons.RESOURCES,
    *events.RESOURCES,
    *disclosures.RESOURCES,
    *proof.RESOURCES,
)
