"""The proof of completeness for a person: a file that anyone checks without the ledger.

It holds no value of a person: UUIDs, positions, hashes and signatures. `docs/reference/completeness.md` has
its members, and `docs/explanation/completeness.md` what it proves and what not.
"""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from uuid import UUID

import msgspec

from ledger.completeness.epoch import epochs_origin, parse_epoch
from ledger.completeness.epochs import SignedEpoch, epoch_at
from ledger.completeness.index import Chained, Index, Link
from ledger.completeness.naming import Chain, key_of
from ledger.completeness.prefix import Node, verify
from ledger.errors import Unproven
from ledger.tlog.proving.proof_file import encode_proof, parse_proof, verify_entry
from ledger.tlog.proving.reading import prove_under, published
from ledger.tlog.signing.base64 import from_base64, to_base64
from ledger.tlog.signing.checkpoints import Checkpoint, verify_signers
from ledger.tlog.signing.keys import VerifierKey
from ledger.tlog.signing.policy import Policy
from ledger.tlog.store.folder import LogFolder
from ledger.tlog.tree.tiles import TILE_WIDTH, width_at
from schemas.encoding import from_json

_LIMIT_BYTES = 100_000_000
_MOST_NODES = 257


class ProvenChain(msgspec.Struct, frozen=True):
    """How long a chain is, what it comes to, and the nodes beside its way to the root. 0: it is absent."""

    length: int
    head: str
    path: tuple[tuple[int, str, str], ...]


class ProvenSubject(msgspec.Struct, frozen=True):
    """A data subject. `own`: the chain of `entries`, each by position and leaf hash. `named`: of others'."""

    subject: str
    own: ProvenChain
    entries: tuple[tuple[int, str], ...]
    named: ProvenChain


class CompletenessProof(msgspec.Struct, frozen=True):
    """`epoch`: the entry of the second log in base64. `proof`: that it is the last there (tlog-proof)."""

    version: int
    subjects: tuple[ProvenSubject, ...]
    epoch: str
    proof: str


class Complete(msgspec.Struct, frozen=True):
    """The proven statement. `positions`: of the person's own entries. `named`: how many others name them."""

    covers: Checkpoint
    positions: tuple[int, ...]
    named: int


class Completeness:
    """Makes proofs from files of the two logs, under the last epoch that is published."""

    def __init__(self, log: Path, epochs: Path) -> None:
        self._log = LogFolder(log)
        self._folder = LogFolder(epochs)
        self._index = Index(epochs)
        self._signed = published(self._folder)
        last = self._signed.checkpoint.size if self._signed else 0
        self.epoch: SignedEpoch | None = epoch_at(self._folder, last) if last else None

    def prove(self, positions: Mapping[UUID, Collection[int]]) -> CompletenessProof:
        """The proof for some data subjects. `positions`: by subject those of all entries of its own stream
        that the chain has, up to the epoch's size, ascending. Raises Unproven, also when a newer epoch came.
        """
        if self.epoch is None or self._signed is None:
            raise Unproven("no epoch of completeness is published yet: run `ledger publish`")
        number = self._signed.checkpoint.size
        return CompletenessProof(
            version=1,
            subjects=tuple(self._subject(*one) for one in positions.items()),
            epoch=to_base64(self.epoch.entry),
            proof=encode_proof(prove_under(self._folder, self._signed, number)).decode(),
        )

    def _subject(self, subject: UUID, positions: Collection[int]) -> ProvenSubject:
        return ProvenSubject(
            subject=str(subject),
            own=self._chain(subject, "own"),
            entries=tuple((position, to_base64(self._leaf(position))) for position in positions),
            named=self._chain(subject, "named"),
        )

    def _chain(self, subject: UUID, chain: Chain) -> ProvenChain:
        assert self.epoch
        found, path = self._index.proof(self.epoch.covers, key_of(str(subject), chain))
        length, head = found or Chained()
        nodes = tuple((bits, to_base64(label), to_base64(value)) for bits, label, value in path)
        return ProvenChain(length, to_base64(head), nodes)

    def _leaf(self, position: int) -> bytes:
        assert self.epoch
        number, place = divmod(position - 1, TILE_WIDTH)
        return self._log.tile(0, number, width_at(0, number, self.epoch.covers))[place]


def encode(proof: CompletenessProof) -> bytes:
    """The bytes of the file."""
    return msgspec.json.encode(proof)


def parse(content: bytes) -> CompletenessProof:
    """Take a file apart, without checking what it says. Raises Unproven."""
    if len(content) > _LIMIT_BYTES:
        raise Unproven("a proof of completeness is smaller")
    try:
        proof = from_json(content, CompletenessProof)
    except ValueError:
        raise Unproven("this is not a proof of completeness") from None
    if proof.version != 1:
        raise Unproven("this proof of completeness is of another version")
    return proof


def check(
    proof: CompletenessProof, keys: Collection[VerifierKey], policy: Policy | None = None
) -> Complete:
    """The statement that a proof proves under the keys of both logs and of witnesses. Raises Unproven.

    `policy`: its keys are trusted beside `keys`, and its quorum must have signed both checkpoints.
    """
    root, covers = _epoch_of(proof, keys, policy)
    if not proof.subjects:
        raise Unproven("the proof names no data subject")
    for subject in proof.subjects:
        _check_subject(subject, root, covers.size)
    positions = sorted(position for one in proof.subjects for position, _ in one.entries)
    return Complete(covers, tuple(positions), sum(one.named.length for one in proof.subjects))


def _epoch_of(
    proof: CompletenessProof, keys: Collection[VerifierKey], policy: Policy | None
) -> tuple[bytes, Checkpoint]:
    """The root of the index, and the checkpoint of the first log, of an epoch that is the last of its log."""
    place, entry = parse_proof(proof.proof.encode()), from_base64(proof.epoch)
    epochs = verify_entry(place, entry, keys, policy)
    if place.index != epochs.size - 1:
        raise Unproven("the epoch is not the last of its log")
    epoch = parse_epoch(entry)
    covers, signers = verify_signers(epoch.checkpoint, {*keys, *(policy.keys if policy else ())})
    if policy and not policy.satisfied(signers):
        raise Unproven("fewer witnesses signed the epoch's checkpoint than the policy asks for")
    if epochs.origin != epochs_origin(covers.origin):
        raise Unproven("the epoch is of another log")
    return epoch.root, covers


def _check_subject(subject: ProvenSubject, root: bytes, size: int) -> None:
    links = [Link(position, from_base64(leaf)) for position, leaf in subject.entries]
    if any(not 0 < link.position <= size for link in links):
        raise Unproven("an entry has a position that the epoch does not cover")
    if Chained().longer(links) != (subject.own.length, from_base64(subject.own.head)):
        raise Unproven("these are not all entries of the person: their chain comes to another head")
    for chain, proven in _chains(subject):
        found = Chained(proven.length, from_base64(proven.head))
        if not 0 <= found.length <= size or (not found.length and found != Chained()):
            raise Unproven("a chain has a length that no chain has")
        verify(
            root,
            key_of(subject.subject, chain),
            found.value if found.length else None,
            _nodes(proven.path),
        )


def _chains(subject: ProvenSubject) -> Sequence[tuple[Chain, ProvenChain]]:
    return ("own", subject.own), ("named", subject.named)


def _nodes(path: Sequence[tuple[int, str, str]]) -> list[Node]:
    if len(path) > _MOST_NODES:
        raise Unproven("the proof has too many nodes")
    return [Node(bits, from_base64(label), from_base64(value)) for bits, label, value in path]
