"""Published numbers of orders: a small one is a range, no total tells it, and each can be proven."""

import hashlib
import random
from itertools import product

import msgspec
import pytest

from application.queries.desk.commitments import (
    PublicProof,
    Tree,
    WholeProof,
    parse_counts,
    public_proof,
    tree_of,
    verify_public,
    verify_whole,
    whole_proof,
)
from application.queries.desk.counts import Counted, Figure, order_counts, shown_figure
from ledger.errors import Unproven

HALF = "2026-H1"
CELLS = {
    Counted(HALF, "nl.sv.126na", "NL", "production", "executed"): 12,
    Counted(HALF, "nl.sv.126na", "NL", "production", "refused"): 1,
    Counted(HALF, "nl.sv.126n", "NL", "production", "executed-in-part"): 4,
    Counted(HALF, "eu.2023-1543", "DE", "preservation", "executed"): 5,
}


def salt(name: str) -> bytes:
    return hashlib.sha256(b"of this test " + name.encode()).digest()


def orders(cells: dict[Counted, int] = CELLS) -> list[Counted]:
    return [cell for cell, count in cells.items() for _ in range(count)]


def tree(cells: dict[Counted, int] = CELLS) -> Tree:
    return tree_of(((f"O-{n}", cell) for n, cell in enumerate(orders(cells))), salt)


def test_a_number_below_five_is_a_range() -> None:
    answer = order_counts(orders(), "2026-H2")
    shown = {(c.provision, c.outcome): shown_figure(c.count) for c in answer.cells}
    assert shown == {
        ("nl.sv.126na", "executed"): 12,
        ("nl.sv.126na", "refused"): "1-4",
        ("nl.sv.126n", "executed-in-part"): "1-4",
        ("eu.2023-1543", "executed"): 5,
    }
    (half,) = answer.half_years
    assert half.total == Figure(12 + 1 + 1 + 5, 12 + 4 + 4 + 5)
    assert half.by_country == {"DE": Figure(5, 5), "NL": Figure(14, 20)}


def test_nothing_that_is_published_changes_with_a_small_number() -> None:
    """Whatever the two small cells hold, page, sizes and ranges are the same: nothing narrows them."""
    small = [cell for cell, count in CELLS.items() if count < 5]
    pages, shapes = set(), set()
    for first, second in product(range(1, 5), repeat=2):
        cells = CELLS | {small[0]: first, small[1]: second}
        pages.add(msgspec.json.encode(order_counts(orders(cells), "2026-H2")))
        proof = public_proof(tree(cells), HALF)
        shapes.add((proof.size, tuple(len(cell.openings) for cell in proof.cells)))
    assert len(pages) == 1
    assert len(shapes) == 1


def test_the_size_of_the_tree_follows_from_what_is_published() -> None:
    base = {Counted(HALF, "p", "NL", "production", "executed"): 62}
    sizes = {
        public_proof(tree(base | {Counted(HALF, "q", "NL", "k", "open"): few}), HALF).size
        for few in range(1, 5)
    }
    assert sizes == {128}


def test_both_files_prove_the_numbers() -> None:
    made = tree()
    public = msgspec.json.decode(msgspec.json.encode(public_proof(made, HALF)), type=PublicProof)
    verify_public(public, order_counts(orders(), "2026-H2").cells)
    whole = msgspec.json.decode(msgspec.json.encode(whole_proof(made, HALF, 99)), type=WholeProof)
    assert verify_whole(whole) == {tuple(cell): count for cell, count in CELLS.items()}
    assert whole.root == public.root
    assert made.root == tree().root


def test_no_file_names_an_order() -> None:
    text = msgspec.json.encode(whole_proof(tree(), HALF, 99)).decode()
    assert "O-1" not in text


def test_a_changed_file_proves_nothing() -> None:
    proof = public_proof(tree(), HALF)
    first, *others = proof.cells
    chance = random.Random(1)

    def refused(changed: PublicProof) -> None:
        with pytest.raises(Unproven):
            verify_public(changed)

    replace = msgspec.structs.replace
    more = replace(first, least=first.least + 1, most=first.most + 1)
    refused(replace(proof, cells=[more, *others]))
    twice = replace(more, openings=[*first.openings, first.openings[0]])
    refused(replace(proof, cells=[twice, *others]))
    refused(replace(proof, cells=[replace(first, row=(*first.row[:4], "refused")), *others]))
    refused(replace(proof, root=chance.randbytes(32)))
    refused(replace(proof, half_year="2025-H2"))
    unlike = replace(others[0], most=9) if others[0].least == 1 else replace(first, least=4)
    refused(replace(proof, cells=[first, unlike, *others[1:]]))
    # A number of five or more as ranges: each shows one order, and all of them show five.
    ranges = [replace(first, least=1, most=4, openings=[one]) for one in first.openings]
    refused(replace(proof, cells=[*ranges, *others]))
    for size in (0, 63, 65):
        refused(replace(proof, cells=[], size=size))
    refused(replace(proof, cells=[], root=b"short"))
    with pytest.raises(Unproven):
        verify_public(proof, order_counts(orders()[1:], "2026-H2").cells[:1])
    whole = whole_proof(tree(), HALF, 99)
    with pytest.raises(Unproven):
        verify_whole(replace(whole, leaves=[*whole.leaves[1:], whole.leaves[1]]))


def test_a_file_is_about_a_half_year() -> None:
    for half in ("2026", "2026-H3", "\x1b[31m2026-H1", "2026-H1\n"):
        for proof in (public_proof(tree_of([], salt), half), whole_proof(tree(), half, 9)):
            with pytest.raises(Unproven, match="not a proof"):
                parse_counts(msgspec.json.encode(proof))


def test_no_orders_have_a_tree_as_well() -> None:
    proof = public_proof(tree_of([], salt), HALF)
    verify_public(proof, [])
    assert parse_counts(msgspec.json.encode(proof)) == proof
    assert (proof.cells, proof.size) == ([], 64)
