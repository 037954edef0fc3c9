"""`ledger feed`: which feeds there are, whose lists are kept, and proofs about one person and one feed."""

from functools import partial
from typing import Literal

from msgspec import UNSET, UnsetType

from application.answer import Answer
from application.queries.disclosures.feeds import feeds_by
from application.queries.subjects import note_read, streams_of
from application.source import Source
from ledger.errors import Unproven
from ledger.event import instant
from ledger.feeds.lists import KeptList
from ledger.feeds.members import token_of
from ledger.feeds.proof import TITLE, FeedProof, Proven
from ledger.feeds.trie import path_of, root_in, root_of
from ledger.feeds.vrf import Prover
from ledger.reading import LAST
from ledger.tlog.proving.left import entry_left, row_entry
from ledger.tlog.proving.proof_file import encode_proof
from ledger.tlog.proving.reading import prove
from ledger.tlog.store.folder import LogFolder
from projections.views.disclosures import Disclosure
from rulebook.calendar import day_of

_SHOWN = 5


class NoFeed(Unproven):
    """The name of a feed fits no feed, or more than one."""


class KeptMembers(Answer, frozen=True):
    """The list of a feed, as far as it may be told."""

    members: int
    keep_until: str


class FeedRow(Answer, frozen=True):
    """A feed about many persons. `list`: the list of its persons, None where none is kept."""

    position: int
    id: str
    occurred_at: str
    recipient: str
    recipient_kind: str
    purpose: str
    legal_basis: str | None
    provision: str | None
    period_from: str | None
    period_to: str | None
    record_count: int | None
    merkle_root: str
    list: KeptMembers | None


class Feeds(Answer, frozen=True):
    """Every feed by time."""

    feeds: list[FeedRow]
    count: int


class DeliveredFeed(Answer, frozen=True):
    """A feed that was delivered, or would be. `unknown`: members that never named anybody here.

    `merkle_root`: what its event commits to; `position`: of the event, where it was not there already.
    """

    recorded: bool
    recipient: str
    delivered_at: str
    records: int
    members: int
    unknown: int
    valid_for: str
    keep_until: str
    recipient_kind: str
    legal_basis: str | None
    provision: str | None
    purpose: str | None
    merkle_root: str | UnsetType = UNSET
    position: int | UnsetType = UNSET


class FeedRoot(Answer, frozen=True):
    """What the event of a feed must commit to."""

    merkle_root: str
    records: int
    members: int


class KeptFeedList(Answer, frozen=True):
    """The list of a recorded feed that is kept. `unknown`: members that never named anybody here."""

    position: int
    members: int
    unknown: int
    keep_until: str


class ProvenMembership(Answer, frozen=True):
    """What a proof proves: that the subject was, or was not, among the `members` of a feed.

    `origin` and `size` are of the log that holds the event of the feed.
    """

    verified: Literal[True]
    subject: str
    included: bool
    recipient: str
    delivered_at: str
    day: str
    recorded_at: str
    position: int
    members: int
    origin: str
    size: int


class WrittenFeedProof(ProvenMembership, frozen=True):
    """What the proof in a file proves."""

    proof: str


def all_feeds(source: Source) -> list[FeedRow]:
    """Every feed by time, and what is kept of its list."""
    feeds = feeds_by(source, LAST)
    roots = {row.position: root_in(row.facts["merkle_root"]) for row in feeds}
    lists = source.opener.feed_lists.of(root for root in roots.values() if root)
    return [_feed(row, lists.get(roots[row.position] or b"")) for row in feeds]


def _feed(row: Disclosure, kept: KeptList | None) -> FeedRow:
    return FeedRow(
        position=row.position,
        id=row.id,
        occurred_at=instant(row.occurred_at),
        recipient=row.recipient,
        recipient_kind=row.recipient_kind,
        purpose=row.purpose,
        legal_basis=row.legal_basis,
        provision=row.provision,
        period_from=row.facts.get("period_from"),
        period_to=row.facts.get("period_to"),
        record_count=row.record_count,
        merkle_root=row.facts["merkle_root"],
        list=KeptMembers(kept.members, instant(kept.keep_until)) if kept else None,
    )


def feed_named(source: Source, name: str, recipient: str | None = None) -> Disclosure:
    """The feed with a position, an id, or of a day in Amsterdam. Raises NoFeed with what there is."""
    feeds = [
        row
        for row in feeds_by(source, LAST)
        if name in {str(row.position), row.id, day_of(row.occurred_at).isoformat()}
        and recipient in {None, row.recipient}
    ]
    if not feeds:
        raise NoFeed("no such feed was delivered: see `ledger feed list`")
    if len(feeds) > 1:
        several = ", ".join(str(row.position) for row in feeds[:_SHOWN])
        raise NoFeed(f"several feeds match; name one by its position: {several}")
    return feeds[0]


def proof_of(source: Source, folder: LogFolder, feed: Disclosure, reference: str) -> FeedProof:
    """The proof whether a person is in the list of a feed. Raises Unproven without a list or a log of it.

    The read is noted for the person, or, where the ledger does not know the person, as one about many.
    """
    root = root_in(feed.facts["merkle_root"])
    lists = source.opener.feed_lists
    kept = lists.of([root] if root else []).get(root or b"")
    if kept is None:
        raise Unproven("no list of this feed is kept: whether somebody was in it cannot be proven")
    entry = entry_left(folder, feed.position, partial(row_entry, source.session))
    proof = encode_proof(prove(folder, feed.position))
    note_read(source, reference if streams_of(source, reference) else None)
    tokens, prover = lists.tokens(kept), Prover(kept.secret)
    return FeedProof(
        title=TITLE,
        entry=entry,
        proof=proof,
        public=prover.public,
        size=kept.members,
        root=root_of(tokens),
        token_proof=prover.prove(reference.encode()),
        path=path_of(tokens, token_of(prover, reference)),
    )


def proven_answer(proven: Proven, reference: str) -> ProvenMembership:
    """What a proof proves."""
    event = proven.event
    return ProvenMembership(
        verified=True,
        subject=reference,
        included=proven.included,
        recipient=(event.subject or "").removeprefix("recipient/"),
        delivered_at=instant(event.time),
        day=day_of(event.time).isoformat(),
        recorded_at=instant(event.recorded_at),
        position=event.position,
        members=proven.members,
        origin=proven.origin,
        size=proven.log_size,
    )
