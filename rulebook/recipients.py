"""Kinds of recipient: what each may receive, and whether a provision of law is needed for it."""

from collections.abc import Collection
from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from rulebook.loading import load
from schemas.personal import LISTED_CATEGORIES, PERSONAL_FIELDS

__all__ = ["RECIPIENT_KINDS", "RecipientKindRule", "beyond", "recipient_kind"]


class RecipientKindTest(Struct, frozen=True, forbid_unknown_fields=True):
    """Fields, and those of them that the kind may not receive."""

    fields: tuple[str, ...]
    beyond: tuple[str, ...]


class RecipientKindRule(Struct, frozen=True, forbid_unknown_fields=True):
    """One kind. `categories`: what it may receive; `any`: whatever the provision allows.

    `needs_provision`: it is an authority that acts under a power. `public`: it belongs in an account of
    what authorities received.
    """

    kind: str
    title: str
    title_nl: str
    categories: tuple[str, ...]
    citation: str
    confidence: Literal["sourced", "unconfirmed"]
    valid_from: date
    tests: Annotated[tuple[RecipientKindTest, ...], Meta(min_length=1)]
    needs_provision: bool = False
    public: bool = False


RECIPIENT_KINDS: dict[str, RecipientKindRule] = {
    entry.kind: entry for entry in load("house", "recipient_kind", RecipientKindRule)
}


def recipient_kind(kind: str) -> RecipientKindRule:
    """The entry of a kind. Raises KeyError."""
    return RECIPIENT_KINDS[kind]


def beyond(kind: str, fields: Collection[str]) -> tuple[str, ...]:
    """Those of the fields that a kind of recipient may not receive, sorted."""
    allowed = RECIPIENT_KINDS[kind].categories
    categories = LISTED_CATEGORIES if "any" in allowed else allowed
    return tuple(sorted(f for f in fields if PERSONAL_FIELDS[f] not in categories))
