"""Kinds of recipient: what each may receive, and whether a provision of law is needed for it."""

from collections.abc import Collection
from datetime import date
from typing import Annotated

from msgspec import Meta, Struct

from rulebook.loading import Sourced, load
from rulebook.validity import version_on, versions
from schemas.personal import LISTED_CATEGORIES, PERSONAL_FIELDS


class RecipientKindTest(Struct, frozen=True, forbid_unknown_fields=True):
    """Fields, and those of them that the kind may not receive."""

    fields: tuple[str, ...]
    beyond: tuple[str, ...]


class RecipientKindRule(Sourced, frozen=True, forbid_unknown_fields=True):
    """One kind. `categories`: what it may receive; `any`: whatever the provision allows.

    `needs_provision`: it is an authority that acts under a power. `public`: it belongs in an account of
    what authorities received. `investigates`: that it receives data hints at an investigation.
    """

    kind: str
    title: str
    title_nl: str
    categories: tuple[str, ...]
    tests: Annotated[tuple[RecipientKindTest, ...], Meta(min_length=1)]
    needs_provision: bool = False
    public: bool = False
    investigates: bool = False


_VERSIONS = versions(load("house", "recipient_kind", RecipientKindRule), lambda entry: entry.kind)
RECIPIENT_KINDS: dict[str, RecipientKindRule] = {kind: same[-1] for kind, same in _VERSIONS.items()}


def recipient_kind(kind: str, day: date | None = None) -> RecipientKindRule:
    """The entry of a kind as it holds on a day, None: now. Raises KeyError."""
    return version_on(_VERSIONS[kind], day)


def beyond(kind: str, fields: Collection[str], day: date | None = None) -> tuple[str, ...]:
    """Those of the fields that a kind of recipient may not receive on a day, None: now; sorted."""
    allowed = recipient_kind(kind, day).categories
    categories = LISTED_CATEGORIES if "any" in allowed else allowed
    return tuple(sorted(f for f in fields if PERSONAL_FIELDS[f] not in categories))
