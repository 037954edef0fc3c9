"""Kinds of recipient: what each may receive, and whether a provision of law is needed for it."""

from collections.abc import Collection
from datetime import date
from typing import Annotated, NamedTuple

from msgspec import Meta, Struct

from rulebook.loading import Sourced, load
from rulebook.provisions import Provision, provision
from rulebook.purposes import PURPOSES
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
    `feed_provision`, `feed_purpose`: under and for which a file of everybody with a service goes to it: who
    had a service that day may be taken to have been in it. Of any other feed its list alone says that.
    """

    kind: str
    title: str
    title_nl: str
    categories: tuple[str, ...]
    tests: Annotated[tuple[RecipientKindTest, ...], Meta(min_length=1)]
    needs_provision: bool = False
    public: bool = False
    feed_provision: str = ""
    feed_purpose: str = ""
    investigates: bool = False


_VERSIONS = versions(load("house", "recipient_kind", RecipientKindRule), lambda entry: entry.kind)
RECIPIENT_KINDS: dict[str, RecipientKindRule] = {kind: same[-1] for kind, same in _VERSIONS.items()}


def recipient_kind(kind: str, day: date | None = None) -> RecipientKindRule:
    """The entry of a kind as it holds on a day, None: now. Raises KeyError."""
    return version_on(_VERSIONS[kind], day)


class FeedNature(NamedTuple):
    """A feed by the rulebook: its purpose, empty where it is unknown; may it be inferred who was in it?"""

    purpose: str
    inferred: bool


def feed_nature(kind: str, spelled: str | None) -> FeedNature:
    """The nature of a feed, by the kind of its recipient and the provision that it names; both may be
    unknown.
    """
    stated, rule = provision(spelled) if spelled else None, RECIPIENT_KINDS.get(kind)
    if rule and rule.feed_provision and _is_usual(rule, spelled, stated):
        return FeedNature(rule.feed_purpose, True)
    purposes = {entry.purpose for entry in PURPOSES if stated and entry.provision == stated.id}
    return FeedNature(purposes.pop() if len(purposes) == 1 else "", False)


def _is_usual(rule: RecipientKindRule, spelled: str | None, stated: Provision | None) -> bool:
    """Whether a feed rests on what the kind's feed rests on, or says nothing else."""
    if stated is None:
        return not spelled
    return stated.id == rule.feed_provision or rule.kind in stated.feeds


def kind_under(spelled: str | None) -> str:
    """The one kind of recipient to which data goes under a provision; empty where it is not one."""
    stated = provision(spelled) if spelled else None
    return stated.authorities[0] if stated and len(stated.authorities) == 1 else ""


def beyond(kind: str, fields: Collection[str], day: date | None = None) -> tuple[str, ...]:
    """The fields that a kind of recipient may not receive on a day, None: now; sorted."""
    allowed = recipient_kind(kind, day).categories
    categories = LISTED_CATEGORIES if "any" in allowed else allowed
    return tuple(sorted(f for f in fields if PERSONAL_FIELDS[f] not in categories))
