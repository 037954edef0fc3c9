"""A person's choices beside consent: objections to marketing, cookies, permissions of the app, listings.

Pure. A permission of a device is no consent and no legal basis, and an objection ends no consent: they are
kept apart, each as the latest act (rows of the view `consent_status`).
"""

from collections.abc import Iterable
from typing import TypeAlias

import msgspec

from ledger.event import RecordedEvent
from projections.folds.view import Order, order_of
from rulebook.purposes import CHANNELS, CHANNELS_OF
from schemas import names

OBJECTION = names.MARKETING_OBJECTION_RECORDED
COOKIES = names.COOKIE_PREFERENCE_RECORDED
CALLER_ID = names.CALLER_ID_BLOCKING_CHANGED
DIRECTORY = names.DIRECTORY_LISTING_CHANGED
_PERMISSIONS = {
    names.APP_PERMISSION_GRANTED: 0,
    names.APP_PERMISSION_DENIED: 1,
    names.APP_PERMISSION_REVOKED: 1,
}
CHOICES = frozenset({OBJECTION, COOKIES, CALLER_ID, DIRECTORY, *_PERMISSIONS})


ChoiceValue: TypeAlias = str | bool | list[str | int] | None
"""What a member of a choice says: a code or a text, yes or no, a list of codes."""


class Choice(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="choice"):
    """The act that decides a choice. `name`: of its event's type."""

    order: Order
    name: str
    facts: dict[str, ChoiceValue]


def subkey_of(event: RecordedEvent) -> str:
    """The row of a choice; no purpose has a name with a slash."""
    if event.name == OBJECTION:
        return f"objection/{event.facts['channel']}"
    if event.name in _PERMISSIONS:
        return f"permission/{event.facts['permission']}"
    return f"choice/{event.name}"


def choose(event: RecordedEvent) -> Choice:
    """A choice as its event says it; at equal time what is withheld beats what is granted."""
    return Choice(order_of(event, _rank(event)), event.name, event.facts)


def _rank(event: RecordedEvent) -> int:
    if event.name == COOKIES:
        return int(not event.facts["analytical"] or event.facts["gpc"])
    if event.name == CALLER_ID:
        return int(event.facts["blocked"])
    if event.name == DIRECTORY:
        return int(not event.facts["listed"])
    return _PERMISSIONS.get(event.name, 1)


def objections_to(purpose: str, after: Order, choices: Iterable[Choice]) -> list[str]:
    """The channels of later objections that together leave none of those that a consent is about.

    Sorted; empty while one channel is left, and for a purpose that is no marketing. So an objection to one
    channel leaves a consent to several as it is.
    """
    consent_channels = CHANNELS_OF.get(purpose, frozenset())
    later = [str(c.facts["channel"]) for c in choices if c.name == OBJECTION and c.order > after]
    if not consent_channels or any(not _objected(channel, later) for channel in consent_channels):
        return []
    return sorted(
        objected
        for objected in later
        if any(_is_about(objected, channel) for channel in consent_channels)
    )


def _objected(channel: str, later: Iterable[str]) -> bool:
    return any(_is_about(objected, channel) for objected in later)


def objects(
    channel: str, objections: Iterable[tuple[str, Order]], consents: Iterable[tuple[str, Order]]
) -> bool:
    """Whether an objection to a channel stands.

    `objections`: channels with their acts. `consents`: purposes of consents that stand, with their deciding
    acts: a consent that came after the objection takes it back for the channels that it is about.
    """
    latest = max(
        (order for objected, order in objections if _is_about(objected, channel)), default=None
    )
    if latest is None:
        return False
    return not any(channel in CHANNELS_OF.get(name, ()) and act > latest for name, act in consents)


def _is_about(objected: str, channel: str) -> bool:
    """Whether an objection covers a channel. An objection to something else, such as `all`, covers every
    channel.
    """
    return objected == channel or objected not in CHANNELS
