"""Serving the log's folder: the files that the signed tree covers, and nothing else that may lie there.

A file is read, taken apart, and shown to belong to the tree of the published checkpoint, which a key of the
log has signed. So a different file in its place, whatever it is and however it came there, is not handed out.
"""

from collections.abc import Collection
from functools import cache

from ledger.errors import NotPublished, Unproven
from ledger.tlog.signing.checkpoints import Checkpoint, verify_checkpoint
from ledger.tlog.signing.keys import VerifierKey
from ledger.tlog.store.folder import CHECKPOINT, MINIMUM_INDEX, LogFolder
from ledger.tlog.tree.bundles import encode_bundle
from ledger.tlog.tree.merkle import hash_leaf
from ledger.tlog.tree.tiles import TILE_WIDTH, FilePlace, encode_tile, place_of, root_with


def served(folder: LogFolder, path: str, keys: Collection[VerifierKey]) -> bytes | None:
    """The content for others of a path below the log's folder; None where the log has nothing there.

    `keys`: one of them must have signed. Raises Unproven for a file that differs from the signed tree,
    ServiceAway.
    """
    try:
        content = folder.checkpoint()
        if content is None:
            return None
        signed = verify_checkpoint(content, keys)
        if path == CHECKPOINT:
            return content
        if path == MINIMUM_INDEX:
            index = folder.minimum_index()
            return b"%d\n" % index if 0 < index <= signed.size else None
        place = place_of(path)
        return _file(folder, place, signed) if place and place.is_in(signed.size) else None
    except NotPublished:
        return None


def _file(folder: LogFolder, place: FilePlace, signed: Checkpoint) -> bytes:
    """A tile or a bundle. Raises Unproven when it is not that of the signed tree."""
    level, number, width = place
    entries = None
    if level is None:
        if number * TILE_WIDTH < folder.minimum_index():
            raise NotPublished(f"{place.path} of the log was pruned")
        entries = folder.bundle(number, width)
        hashes = [hash_leaf(entry) for entry in entries]
    else:
        hashes = folder.tile(level, number, width)
    if root_with(signed.size, place, hashes, cache(folder.tile)) != signed.root:
        raise Unproven(f"{place.path} of the log is not what was signed")
    return encode_tile(hashes) if entries is None else encode_bundle(entries)
