"""Feeds about many persons, delivered with their list: it is kept first, then the event that commits to it.

A crash in between leaves a list that no event names: no answer shows it, and it is deleted on its date.
"""

import os
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from msgspec import Struct

from application.acts.acting import Act, ActOutcome, act
from application.site import Site
from ledger.errors import Misconfigured, Unproven
from ledger.feeds.members import Members, members_of
from ledger.feeds.trie import root_in
from ledger.feeds.vrf import KEY_BYTES
from ledger.tlog.signing.base64 import to_base64
from projections.dossier.fact import IN_LAW
from projections.views.disclosures import FEED, Disclosure
from rulebook import feed_nature, period, recipient_kind
from schemas.encoding import JsonValue


class FeedGround(NamedTuple):
    """What a feed rests on and is for, and the days that its data is about; None: not said."""

    legal_basis: str | None = None
    provision: str | None = None
    purpose: str | None = None
    period_from: str | None = None
    period_to: str | None = None


class Delivery(Struct, frozen=True):
    """A feed that was delivered. `references`: a record each; `recipient`: its bare id, of a kind."""

    recipient: str
    recipient_kind: str
    valid_for: str
    references: Sequence[str]
    time: datetime
    ground: FeedGround


class KeptFeed(NamedTuple):
    """What was kept of a feed, until when, and what was recorded of it; None: it was there already."""

    members: Members
    until: datetime
    acted: ActOutcome | None = None


def keep_until(time: datetime) -> datetime:
    """Until when the list of a feed is kept."""
    return time + period("feed-list")


def grounded(kind: str, ground: FeedGround) -> FeedGround:
    """What a feed to a kind of recipient rests on, with what the rulebook knows of it.

    Raises Misconfigured where it says neither, and the rulebook knows of no such feed.
    """
    rule, nature = recipient_kind(kind), feed_nature(kind, ground.provision)
    usual = ("6-1-c", rule.feed_provision) if nature.inferred else (None, None)
    basis, article = ground.legal_basis or usual[0], ground.provision or usual[1]
    if not basis:
        raise Misconfigured("a feed to this recipient rests on no known duty: give its legal basis")
    needs_provision = rule.needs_provision or basis in IN_LAW
    if needs_provision and not article:
        raise Misconfigured("this legal basis, or this recipient, needs a provision: give it")
    purpose = ground.purpose or nature.purpose
    if not purpose:
        raise Misconfigured("the purpose of this feed is not known: give it")
    return ground._replace(legal_basis=basis, provision=article, purpose=purpose)


def deliver(site: Site, feed: Delivery) -> KeptFeed:
    """Keep the list of a feed under a new key, and record that the feed was delivered.

    Raises ActRefused when the contract refuses the event, Retry or Halt.
    """
    _check_in_time(site, feed.time)
    secret = os.urandom(KEY_BYTES)
    members, until = members_of(secret, feed.references), keep_until(feed.time)
    site.feed_lists("recorder").keep(secret, members, until)
    # The list comes first: without it no one could prove what the event commits to.
    facts: dict[str, JsonValue] = {
        "record_count": len(feed.references),
        "merkle_root": to_base64(members.root),
        "valid_for": feed.valid_for,
        "list_kept": True,
        "recipient_kind": feed.recipient_kind,
    }
    facts |= {name: said for name, said in feed.ground._asdict().items() if said}
    feed_act = Act(name=FEED, subject=f"recipient/{feed.recipient}", facts=facts, time=feed.time)
    return KeptFeed(members, until, act(site, [feed_act]))


def keep(site: Site, feed: Disclosure, secret: bytes, references: Iterable[str]) -> KeptFeed:
    """Keep the list of a feed that is recorded. Raises Unproven when it does not give the event's root."""
    _check_in_time(site, feed.occurred_at)
    members, until = members_of(secret, references), keep_until(feed.occurred_at)
    if members.root != root_in(feed.facts["merkle_root"]):
        raise Unproven(
            "list and key do not give the root that the event commits to; nothing is kept"
        )
    site.feed_lists("recorder").keep(secret, members, until)
    return KeptFeed(members, until)


def _check_in_time(site: Site, time: datetime) -> None:
    if keep_until(time) <= site.clock():
        raise Misconfigured("this feed is too old: its list would be past its period")
