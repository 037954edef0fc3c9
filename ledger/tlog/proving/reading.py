"""Proofs from the files of the log: no database is asked, and nothing is signed here."""

import msgspec

from ledger.errors import Unproven
from ledger.tlog.proving.proof_file import Proof
from ledger.tlog.signing.checkpoints import Checkpoint, parse_checkpoint
from ledger.tlog.signing.notes import parse_note
from ledger.tlog.store.folder import LogFolder
from ledger.tlog.tree.merkle import hash_leaf
from ledger.tlog.tree.proofs import inclusion_proof, verify_inclusion
from ledger.tlog.tree.tiles import TILE_WIDTH, nodes_of, width_at


class PublishedCheckpoint(msgspec.Struct, frozen=True):
    """The published checkpoint: its bytes, and their content. Nothing here has checked who signed."""

    content: bytes
    checkpoint: Checkpoint


def published(folder: LogFolder) -> PublishedCheckpoint | None:
    """The checkpoint that is published; None when nothing is yet. Raises Unproven when it is damaged."""
    content = folder.checkpoint()
    if content is None:
        return None
    return PublishedCheckpoint(content, parse_checkpoint(parse_note(content).text))


def published_by(folder: LogFolder, position: int) -> PublishedCheckpoint | None:
    """The largest checkpoint ever signed that covers nothing after a position; None without one."""
    for content in folder.history.backwards():
        signed = PublishedCheckpoint(content, parse_checkpoint(parse_note(content).text))
        if signed.checkpoint.size <= position:
            return signed
    return None


def prove(folder: LogFolder, position: int) -> Proof:
    """The proof that the published log holds the entry of a position. Raises Unproven."""
    return prove_under(folder, _promise(folder, position), position)


def prove_under(folder: LogFolder, signed: PublishedCheckpoint, position: int) -> Proof:
    """The proof under a checkpoint that was read before and covers the position. Raises Unproven."""
    index, size, root = position - 1, signed.checkpoint.size, signed.checkpoint.root
    hashes = inclusion_proof(index, size, nodes_of(size, folder.tile))
    number, place = divmod(index, TILE_WIDTH)
    leaf = folder.tile(0, number, width_at(0, number, size))[place]
    try:
        verify_inclusion(leaf, index, size, hashes, root)
    except Unproven:
        raise Unproven(f"the tiles in {folder.path} do not make up its checkpoint") from None
    return Proof(index, tuple(hashes), signed.content)


def entry_at(folder: LogFolder, position: int) -> bytes:
    """The published entry of a position, from its bundle. Raises Unproven, also for a changed bundle."""
    size = _promise(folder, position).checkpoint.size
    number, place = divmod(position - 1, TILE_WIDTH)
    width = width_at(0, number, size)
    entry = folder.bundle(number, width)[place]
    if hash_leaf(entry) != folder.tile(0, number, width)[place]:
        raise Unproven(f"the entry bundle holds another entry at position {position}")
    return entry


def kept_entry(folder: LogFolder, position: int) -> bytes | None:
    """The entry of a position as the bundle has it, for one who checks it; None where it has none.

    Raises Unproven for a damaged checkpoint or bundle.
    """
    signed = published(folder)
    if signed is None or not 0 < position <= signed.checkpoint.size:
        return None
    number, place = divmod(position - 1, TILE_WIDTH)
    return folder.bundle(number, width_at(0, number, signed.checkpoint.size))[place]


def _promise(folder: LogFolder, position: int) -> PublishedCheckpoint:
    signed = published(folder)
    if signed is None:
        raise Unproven(f"there is no checkpoint in {folder.path}: run `ledger publish`")
    if position > signed.checkpoint.size:
        raise Unproven(
            f"position {position} is not published: the checkpoint ends at {signed.checkpoint.size}"
        )
    return signed
