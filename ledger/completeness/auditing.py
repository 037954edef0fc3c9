"""The root of every epoch, computed again from the entries: needs files of logs, and public keys alone."""

from bisect import insort
from collections.abc import Iterator, Sequence

from ledger.completeness.epochs import SignedEpoch, epoch_at
from ledger.completeness.index import Beat, Chained, Link, links_of, part_of
from ledger.completeness.prefix import KEY_BITS, Node, root, subtree
from ledger.errors import Unproven
from ledger.tlog.signing.checkpoints import verify_checkpoint
from ledger.tlog.signing.keys import VerifierKey
from ledger.tlog.store.folder import LogFolder
from ledger.tlog.tree.tiles import TILE_WIDTH

_ENTRIES_AT_ONCE = 256 * TILE_WIDTH


def checked_epochs(
    folder: LogFolder, size: int, keys: Sequence[VerifierKey]
) -> Iterator[SignedEpoch]:
    """The first epochs of a second log, each of which covers more than the one before.

    `keys`: of the first log and its witnesses. Raises Unproven for an epoch whose checkpoint they did not
    sign.
    """
    before = 0
    for number in range(1, size + 1):
        epoch = epoch_at(folder, number)
        try:
            covers = verify_checkpoint(epoch.epoch.checkpoint, keys).size
        except Unproven as error:
            raise Unproven(f"the checkpoint of epoch {number}: {error}") from None
        if covers <= before:
            raise Unproven(f"epoch {number} covers no more entries than the one before it")
        before = covers
        yield epoch


class Recomputed:
    """The index in memory, which grows with the entries. Some 400 bytes for each key."""

    def __init__(self, log: LogFolder, beat: Beat) -> None:
        self._log = log
        self._beat = beat
        self._size = 0
        self._chains: dict[bytes, Chained] = {}
        self._keys: dict[int, list[bytes]] = {}
        self._parts: dict[int, Node] = {}

    def root(self, size: int) -> bytes:
        """The root at a size, not below the one before. Raises Unproven, or Halt where entries are pruned."""
        changed: set[int] = set()
        while self._size < size:
            end = min(size, self._size - self._size % TILE_WIDTH + _ENTRIES_AT_ONCE)
            for key, links in links_of(self._log, self._size, end, self._beat).items():
                self._lengthen(key, links)
                changed.add(part_of(key))
            self._size = end
        for part in changed:
            leaves = [Node(KEY_BITS, key, self._chains[key].value) for key in self._keys[part]]
            self._parts[part] = subtree(leaves)
        return root(self._parts[part] for part in sorted(self._parts))

    def _lengthen(self, key: bytes, links: Sequence[Link]) -> None:
        chain = self._chains.get(key)
        if chain is None:
            insort(self._keys.setdefault(part_of(key), []), key)
        self._chains[key] = (chain or Chained()).longer(links)


def differing(log: LogFolder, epochs: Iterator[SignedEpoch], beat: Beat) -> Iterator[SignedEpoch]:
    """The epochs whose root is not that of the entries which they cover."""
    index = Recomputed(log, beat)
    for signed in epochs:
        if index.root(signed.covers) != signed.epoch.root:
            yield signed
