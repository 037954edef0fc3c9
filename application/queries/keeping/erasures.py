"""Erasures as they are asked for, as they are due, and as they were carried out."""

from collections.abc import Collection
from uuid import UUID

from msgspec import Struct

from ledger.erasure.eraser import Erasure
from projections.keeping.erasing import PlannedErasure
from rulebook import Cause


class Due(Struct, frozen=True):
    """Something that a day makes due for a person."""

    stream: UUID
    step: PlannedErasure


class CarriedOut(Struct, frozen=True):
    """A step, and what it did; None where it is only shown."""

    stream: UUID
    step: PlannedErasure
    erasure: Erasure | None


class ErasureScope(Struct, frozen=True):
    """What asks for an erasure. `categories`: None for everything of the person."""

    cause: Cause
    request_ref: str | None = None
    categories: Collection[str] | None = None
