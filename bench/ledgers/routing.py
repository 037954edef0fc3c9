"""Which ledger an event belongs to. Pure.

A person has one home: customers and visitors are hashed over 256 buckets, and a ledger has a range of them. A
bucket is a partition of the topic. A contact person is where the customer is. Everything else (registers,
staff) goes to every ledger, since events about persons are judged by it.
"""

from bisect import bisect_right
from collections.abc import Iterable
from hashlib import sha256
from typing import NamedTuple

import orjson

BUCKETS = 256
APART = frozenset({"customer", "visitor"})
"""Kinds of subject that have a home. All others go to every ledger."""


def is_shared(reference: str) -> bool:
    """Whether events about a subject go to every ledger."""
    return reference.partition("/")[0] not in APART


def bucket_of(reference: str) -> int:
    """The bucket of a person: of `customer/1/contact/2` that of `customer/1`."""
    root = "/".join(reference.split("/")[:2])
    return sha256(root.encode()).digest()[0]


class Homes(NamedTuple):
    """The ledgers by the first bucket of each, ascending from 0."""

    starts: tuple[int, ...]

    def of(self, reference: str) -> int:
        """The number of the ledger, from 0, that a person belongs to."""
        return bisect_right(self.starts, bucket_of(reference)) - 1

    def split(self, ledger: int) -> "Homes":
        """With one more ledger: the second half of a ledger's buckets is the next one's."""
        bounds = [*self.starts, BUCKETS]
        first, end = bounds[ledger : ledger + 2]
        if end - first < 2:
            raise ValueError("a ledger of one bucket cannot be split")
        middle = (first + end) // 2
        return Homes((*self.starts[: ledger + 1], middle, *self.starts[ledger + 1 :]))

    def shares(self, messages: Iterable[bytes]) -> list[list[bytes]]:
        """The messages of each ledger, in the order given."""
        shares: list[list[bytes]] = [[] for _ in self.starts]
        for message in messages:
            reference = orjson.loads(message)["subject"]
            places = range(len(shares)) if is_shared(reference) else (self.of(reference),)
            for place in places:
                shares[place].append(message)
        return shares


def even(ledgers: int) -> Homes:
    """So many ledgers with as many buckets each, as nearly as can be."""
    if not 1 <= ledgers <= BUCKETS:
        raise ValueError(f"expected 1 to {BUCKETS} ledgers")
    return Homes(tuple(number * BUCKETS // ledgers for number in range(ledgers)))
