"""Proof of published numbers of orders, without an order: a tree of salted commitments, one an order. Pure.

A leaf commits to what is published of an order and no more. The public file opens the leaves of every exact
number, and one of each range: so many orders there were at least, and the root fixes all of them from then
on. The whole file opens every leaf, for an auditor who may know exact numbers: there were no more, either.
Leaves are in the order of their hashes, among others that stand for nothing: a place tells nothing.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Annotated

import msgspec
from msgspec import Meta

from application.queries.desk.counts import Counted, Figure, OrderCell, figure_of
from ledger.errors import Unproven
from ledger.tlog.tree.merkle import HASH_BYTES, hash_leaf, hash_perfect
from ledger.tlog.tree.proofs import inclusion_proof, verify_inclusion
from schemas.encoding import from_json

PUBLIC_TITLE = "processing-ledger/order-counts@v1"
WHOLE_TITLE = "processing-ledger/order-counts-whole@v1"
_LEAF = b"processing-ledger/order-count/1\n"
SALT_BYTES = 32
# The smallest tree: of a handful of orders it must not tell how many they are.
_FEWEST_LEAVES = 64
_HalfYear = Annotated[str, Meta(pattern=r"^[0-9]{4}-H[12]\Z")]
Salt = Callable[[str], bytes]
"""Makes the salt of a name: always the same one, and one that nobody can guess."""


class Leaf(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a leaf commits to. `row`: of an order; empty: it stands for none."""

    salt: bytes
    row: tuple[str, ...]

    @property
    def digest(self) -> bytes:
        """Its hash in the tree."""
        return hash_leaf(_LEAF + self.salt + msgspec.json.encode(self.row))


class LeafOpening(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A leaf of the public file that is opened, and the way to the root."""

    index: int
    salt: bytes
    path: list[bytes]


class OpenedCell(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A published number: its row, and the leaves that show it."""

    row: tuple[str, ...]
    least: int
    most: int
    openings: list[LeafOpening]


class PublicProof(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file that is published beside the numbers. `size`: of the tree, with what stands for nothing."""

    title: str
    half_year: _HalfYear
    size: int
    root: bytes
    cells: list[OpenedCell]


class WholeProof(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file for an auditor: every leaf, in the order of the tree.

    `position`: of the last event of the confidential ledger that it takes into account.
    """

    title: str
    half_year: _HalfYear
    position: int
    root: bytes
    leaves: list[Leaf]


class Tree(msgspec.Struct, frozen=True):
    """The commitments to the orders of one half-year."""

    leaves: tuple[Leaf, ...]
    digests: tuple[bytes, ...]

    @property
    def root(self) -> bytes:
        """What all numbers are proven against."""
        return hash_perfect(self.digests)


def tree_of(orders: Iterable[tuple[str, Counted]], salt: Salt) -> Tree:
    """The tree over orders, each by its reference, which only makes the salt."""
    leaves = [Leaf(salt(f"order {reference}"), tuple(row)) for reference, row in orders]
    # By what is published, not by how many there are: the size would narrow a range.
    most = sum(figure_of(count).most for count in Counter(leaf.row for leaf in leaves).values())
    size = max(_FEWEST_LEAVES, 1 << (most - 1).bit_length() if most else 0)
    leaves += [Leaf(salt(f"nothing {number}"), ()) for number in range(size - len(leaves))]
    ordered = sorted(leaves, key=lambda leaf: leaf.digest)
    return Tree(tuple(ordered), tuple(leaf.digest for leaf in ordered))


def public_proof(tree: Tree, half_year: str) -> PublicProof:
    """What shows the published numbers to everybody."""
    places: dict[tuple[str, ...], list[int]] = {}
    for index, leaf in enumerate(tree.leaves):
        if leaf.row:
            places.setdefault(leaf.row, []).append(index)
    return PublicProof(
        title=PUBLIC_TITLE,
        half_year=half_year,
        size=len(tree.leaves),
        root=tree.root,
        cells=[_opened(tree, row, places[row]) for row in sorted(places)],
    )


def whole_proof(tree: Tree, half_year: str, position: int) -> WholeProof:
    """What shows the exact numbers, to who may know them."""
    return WholeProof(WHOLE_TITLE, half_year, position, tree.root, list(tree.leaves))


def _opened(tree: Tree, row: tuple[str, ...], places: Sequence[int]) -> OpenedCell:
    figure, size = figure_of(len(places)), len(tree.leaves)

    def node(level: int, index: int) -> bytes:
        return hash_perfect(tree.digests[index << level : (index + 1) << level])

    openings = [
        LeafOpening(index, tree.leaves[index].salt, inclusion_proof(index, size, node))
        for index in places[: figure.least]
    ]
    return OpenedCell(row, figure.least, figure.most, openings)


def parse_counts(content: bytes) -> PublicProof | WholeProof:
    """Take a file apart, without checking what it says. Raises Unproven."""
    with suppress(msgspec.DecodeError):
        public = from_json(content, PublicProof)
        if public.title == PUBLIC_TITLE:
            return public
    with suppress(msgspec.DecodeError):
        whole = from_json(content, WholeProof)
        if whole.title == WHOLE_TITLE:
            return whole
    raise Unproven("this is not a proof of numbers of orders")


def verify_public(proof: PublicProof, cells: Iterable[OrderCell] | None = None) -> None:
    """Raise Unproven unless the file shows its numbers. `cells`: of the page, which must be the same."""
    if not _is_size(proof.size) or len(proof.root) != HASH_BYTES:
        raise Unproven("no such tree is made")
    _check_counted_once(proof)
    proven = {(*cell.row, cell.least, cell.most) for cell in proof.cells}
    if cells is not None and _figures(cells, proof.half_year) != proven:
        raise Unproven("the numbers of the page are not those of the file")


def _check_counted_once(proof: PublicProof) -> None:
    # Two ranges of one row would show more orders than either of them says.
    if len({cell.row for cell in proof.cells}) != len(proof.cells):
        raise Unproven("a number stands there twice")
    places = [place for cell in proof.cells for place in _places(proof, cell)]
    if len(set(places)) != len(places):
        raise Unproven("an order is counted twice")


def _places(proof: PublicProof, cell: OpenedCell) -> Iterator[int]:
    """The leaves that show the number of a cell. Raises Unproven unless they do."""
    if not cell.row or cell.row[0] != proof.half_year or len(cell.openings) != cell.least:
        raise Unproven("the file opens another number of orders than it states")
    if Figure(cell.least, cell.most) != figure_of(cell.least):
        raise Unproven("a number is neither exact nor a range of few")
    for opening in cell.openings:
        leaf = Leaf(opening.salt, cell.row)
        verify_inclusion(leaf.digest, opening.index, proof.size, opening.path, proof.root)
        yield opening.index


def _is_size(leaves: int) -> bool:
    return leaves >= _FEWEST_LEAVES and not leaves & (leaves - 1)


def _figures(cells: Iterable[OrderCell], half_year: str) -> set[tuple[object, ...]]:
    return {
        (c.half_year, c.provision, c.country, c.kind, c.outcome, c.count.least, c.count.most)
        for c in cells
        if c.half_year == half_year
    }


def verify_whole(proof: WholeProof) -> Counter[tuple[str, ...]]:
    """The exact number of orders of each row. Raises Unproven unless the leaves give the root."""
    digests = [leaf.digest for leaf in proof.leaves]
    size = len(digests)
    if not _is_size(size) or hash_perfect(digests) != proof.root:
        raise Unproven("the leaves do not give the root")
    if len(set(digests)) != size:
        raise Unproven("an order is counted twice")
    rows = [leaf.row for leaf in proof.leaves if leaf.row]
    if any(row[0] != proof.half_year for row in rows):
        raise Unproven("the file counts an order of another half-year")
    return Counter(rows)
