"""The lists of feeds in an audit: each against what its event commits to, and none is gone before its time.

Tokens of one list at a time are in memory, about 60 bytes for each member.
"""

from itertools import pairwise

from ledger.audit.custody.custody import Checked, Custody, ProviderKeys
from ledger.audit.findings import CappedFindings
from ledger.crypto.places import feed_key_place
from ledger.crypto.provider import Wrapped
from ledger.errors import Halt
from ledger.feeds.lists import TABLE, tokens_in
from ledger.feeds.members import page_bits, page_of
from ledger.feeds.trie import TOKEN_BYTES, commitment, root_in, root_of
from ledger.feeds.vrf import public_key
from ledger.storage.postgres import Session
from ledger.stored import decode_row

_SHOWN = 12


def check_feeds(
    session: Session, custody: Custody, provider_keys: ProviderKeys, notes: CappedFindings
) -> None:
    """Every list that is kept, and those that events say are kept."""
    roots = set()
    for root, position, keep_until, members, mac, epoch, wrapped in session.rows(
        "audit_feed_lists"
    ):
        roots.add(bytes(root))
        what = f"the list {bytes(root).hex()[:_SHOWN]}"
        provider_keys.check(TABLE, [Checked((root, position, keep_until, members), mac, what)])
        secret = _secret(bytes(root), epoch, bytes(wrapped), provider_keys)
        if secret is not None and not _is_whole(session, bytes(root), members, secret):
            notes.note(None, "feed-list-changed", f"{what} is not what its event commits to")
    (orphans,) = session.row("audit_feed_pages") or (0,)
    if orphans:
        notes.note(None, "feed-list-changed", f"{orphans} pages belong to no list")
    _check_missing(session, custody, roots, notes)


def _secret(root: bytes, epoch: int, wrapped: bytes, provider_keys: ProviderKeys) -> bytes | None:
    (key,) = provider_keys.unwrap(
        [Wrapped(epoch, feed_key_place(provider_keys.ledger, root, epoch), wrapped)]
    )
    if isinstance(key, bytes):
        return key
    detail = f"the key of the list {root.hex()[:_SHOWN]} does not open under epoch {epoch}"
    provider_keys.note(key, "feed-list-changed", detail)
    return None


def _is_whole(session: Session, root: bytes, members: int, secret: bytes) -> bool:
    """Whether tokens and key of a list make up the root by which it is known."""
    tokens: list[bytes] = []
    bits = page_bits(members)
    for page, content in session.rows("feed_pages", root=root):
        page_tokens = list(tokens_in(content))
        if any(len(token) != TOKEN_BYTES or page_of(token, bits) != page for token in page_tokens):
            return False
        tokens += page_tokens
    ordered = all(a < b for a, b in pairwise(tokens))
    if not ordered or len(tokens) != members:
        return False
    return commitment(public_key(secret), members, root_of(tokens)) == root


def _check_missing(
    session: Session, custody: Custody, roots: set[bytes], notes: CappedFindings
) -> None:
    """A list that an event says is kept is there until its date."""
    for row in session.rows("audit_feed_events"):
        try:
            event = decode_row(*row)
        except Halt:
            continue  # a state that cannot be read is a finding of the events
        root = root_in(str(event.facts.get("merkle_root")))
        ends = event.time + custody.feed_list
        if event.facts.get("list_kept") is True and root not in roots and custody.now < ends:
            detail = "the list that was kept with the feed is gone"
            notes.note(event.position, "feed-list-missing", detail)
