"""`ledger feed`: which feeds there are, whose lists are kept, and proofs about one person and one feed."""

from typing import Any

from application.queries.feeds import feeds_by
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
from ledger.tlog.proving.proof_file import encode_proof
from ledger.tlog.proving.reading import entry_at, prove
from ledger.tlog.store.folder import LogFolder
from projections.views.disclosures import Disclosure
from rulebook.calendar import day_of

_SHOWN = 5


class NoFeed(Unproven):
    """No feed, or more than one, is what somebody named."""


def all_feeds(source: Source) -> list[dict[str, Any]]:
    """Every feed by time, and what is kept of its list."""
    feeds = feeds_by(source, LAST)
    roots = {row.position: root_in(row.facts["merkle_root"]) for row in feeds}
    kept = source.opener.feed_lists.of(root for root in roots.values() if root)
    return [_feed(row, kept.get(roots[row.position] or b"")) for row in feeds]


def _feed(row: Disclosure, kept: KeptList | None) -> dict[str, Any]:
    return {
        "position": row.position,
        "id": row.id,
        "occurred_at": instant(row.occurred_at),
        "recipient": row.recipient,
        "record_count": row.record_count,
        "merkle_root": row.facts["merkle_root"],
        "list": {"members": kept.members, "keep_until": instant(kept.keep_until)} if kept else None,
    }


def feed_named(source: Source, name: str, recipient: str | None = None) -> Disclosure:
    """The feed with a position, an id, or of a day in Amsterdam. Raises NoFeed with what there is."""
    found = [
        row
        for row in feeds_by(source, LAST)
        if name in {str(row.position), row.id, day_of(row.occurred_at).isoformat()}
        and recipient in {None, row.recipient}
    ]
    if not found:
        raise NoFeed("no such feed was delivered: see `ledger feed list`")
    if len(found) > 1:
        several = ", ".join(str(row.position) for row in found[:_SHOWN])
        raise NoFeed(f"more than one feed is meant; name one by its position: {several}")
    return found[0]


def proof_of(source: Source, folder: LogFolder, feed: Disclosure, reference: str) -> FeedProof:
    """The proof whether somebody is in the list of a feed. Raises Unproven without a list or a log of it.

    The read is noted: of the person, or, where the ledger does not know them, as of nobody in particular.
    """
    root = root_in(feed.facts["merkle_root"])
    lists = source.opener.feed_lists
    kept = lists.of([root] if root else []).get(root or b"")
    if kept is None:
        raise Unproven("no list of this feed is kept: whether somebody was in it cannot be proven")
    entry, proof = entry_at(folder, feed.position), encode_proof(prove(folder, feed.position))
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


def proven_answer(proven: Proven, reference: str) -> dict[str, Any]:
    """What a proof proves."""
    event = proven.event
    return {
        "verified": True,
        "subject": reference,
        "included": proven.included,
        "recipient": (event.subject or "").removeprefix("recipient/"),
        "delivered_at": instant(event.time),
        "day": day_of(event.time).isoformat(),
        "recorded_at": instant(event.recorded_at),
        "position": event.position,
        "members": proven.members,
        "origin": proven.origin,
        "size": proven.log_size,
    }
