"""A proof in one file that a person was, or was not, in the feed of a date. Pure; needs no database.

It holds the event of the feed as the log has it, the proof of that, the public key of the feed, the proof
that the person's token is theirs under that key, and the token's path. It names no person: the checker says
whom it is about. A path holds at most one token of another person, and does not tell whose.
"""

from collections.abc import Collection

import msgspec

from ledger.errors import Unproven
from ledger.event import RecordedEvent, decode_event
from ledger.feeds.trie import TOKEN_BYTES, Path, commitment, root_in, verify_path
from ledger.feeds.vrf import verify as verify_token
from ledger.tlog.proving.proof_file import parse_proof, verify_entry
from ledger.tlog.signing.keys import VerifierKey
from ledger.tlog.signing.policy import Policy
from ledger.tlog.tree.bundles import read_entry
from ledger.tlog.tree.merkle import HASH_BYTES
from schemas import names
from schemas.encoding import from_json

TITLE = "processing-ledger/feed-proof@v1"
FEED_EVENT = names.BULK_FEED_DELIVERED


class FeedProof(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file. `entry`, `proof`: of the event. `public`: key of the feed; `token_proof`: of the token.

    `size`, `root`: of the tree over the members, which the event commits to together with the key.
    """

    title: str
    entry: bytes
    proof: bytes
    public: bytes
    size: int
    root: bytes
    token_proof: bytes
    path: Path


class Proven(msgspec.Struct, frozen=True):
    """The result of a proof. `included`: whether the person was in the feed.

    `members`: how many members it had.
    """

    included: bool
    event: RecordedEvent
    members: int
    origin: str
    log_size: int


def encode_feed_proof(proof: FeedProof) -> bytes:
    """The bytes of the file: one JSON document, bytes in base64."""
    return msgspec.json.encode(proof) + b"\n"


def parse_feed_proof(content: bytes) -> FeedProof:
    """Take a file apart, without checking its content. Raises Unproven."""
    try:
        proof = from_json(content, FeedProof)
    except msgspec.DecodeError:
        raise Unproven("this is not a proof about a feed") from None
    if proof.title != TITLE or proof.size < 0:
        raise Unproven("this is not a proof about a feed")
    return proof


def verify(
    proof: FeedProof,
    reference: str,
    keys: Collection[VerifierKey],
    policy: Policy | None = None,
) -> Proven:
    """Verify a proof about a reference. Raises Unproven when it proves nothing."""
    checkpoint = verify_entry(parse_proof(proof.proof), proof.entry, keys, policy)
    event = feed_of(proof.entry)
    # An honest log holds each entry at the position that it states.
    if event.position != parse_proof(proof.proof).index + 1:
        raise Unproven("the entry says that it belongs to another position")
    merkle_root = str(event.facts["merkle_root"])
    if len(proof.root) != HASH_BYTES or proof.size.bit_length() > 63:
        raise Unproven("this is not a proof about a feed")
    if root_in(merkle_root) != commitment(proof.public, proof.size, proof.root):
        raise Unproven("the event commits to another key or another set of members")
    token = verify_token(proof.public, reference.encode(), proof.token_proof)[:TOKEN_BYTES]
    return Proven(
        included=verify_path(proof.root, token, proof.path),
        event=event,
        members=proof.size,
        origin=checkpoint.origin,
        log_size=checkpoint.size,
    )


def feed_of(content: bytes) -> RecordedEvent:
    """The event of an entry, which is a feed. Raises Unproven for any other event."""
    entry = read_entry(content)
    event = decode_event(
        entry.stream, entry.version, entry.type, entry.state, entry.position, entry.recorded_at
    )
    if event.name != FEED_EVENT:
        raise Unproven("the entry is no event of a feed about many persons")
    return event
