"""Splitting one ledger of a federation by replay of its log, as far as logs and views go.

Moving the rows of the database and the keys is described in the design; nothing does it.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench.ledgers.answers import Answers, answers
from bench.ledgers.checking import Fault, events_in
from bench.ledgers.log_of_logs import close, entries_of, request_of
from bench.ledgers.merging import LedgerViews, joined
from bench.ledgers.resharding import check_split, folded, shared_out
from bench.ledgers.site import Federation
from bench.tools.filling import OFFICE
from ledger.tlog.proving.reading import published
from ledger.tlog.publishing.state import State, grown
from ledger.tlog.signing.checkpoints import Checkpoint, sign_checkpoint
from ledger.tlog.signing.keys import Signer, SigningKey
from ledger.tlog.store.folder import LogFolder
from ledger.tlog.witnessing.cosigning import Answer, Request, encode_request


class Split(NamedTuple):
    """What came of it: the logs of both heirs, faults beside the parent, what all ledgers answer now."""

    heirs: Sequence[LogFolder]
    faults: Sequence[Fault]
    answers: Answers


def write_log(folder: LogFolder, entries: Sequence[bytes], key: Signer) -> LogFolder:
    """A new log with some entries, published."""
    growth = grown(State(), entries)
    folder.put(growth.tiles, growth.bundles)
    edge = growth.state.edge
    folder.publish(sign_checkpoint(Checkpoint(key.verifier.name, edge.size, edge.root()), key))
    return folder


def split(made: Federation, number: int, folder: Path) -> Split:
    """Close a ledger and let two go on; everything is published by now."""
    parent = made.members[number]
    homes = made.homes.split(number)
    views = [member.views() for member in made.members]
    names, shared = made.everyone[number], views[number].shared

    def heir_of(stream: UUID) -> int | None:
        if stream in shared:
            return None
        # Whose reference is forgotten has no home any more, and never gets an event again.
        return homes.of(names[stream]) - number if stream in names else 0

    entries = list(entries_of(parent.log.folder))
    keys = [
        SigningKey(f"{parent.log.origin}/{heir}", Ed25519PrivateKey.generate()) for heir in (0, 1)
    ]
    heirs = [
        write_log(LogFolder(folder / f"heir{heir}"), mine, keys[heir])
        for heir, mine in enumerate(shared_out(entries, heir_of))
    ]
    made.keys |= {key.verifier.name: (key.verifier,) for key in keys}
    _hand_over(made, parent.log.folder, parent.key, heirs)
    grown_views = [
        *views[:number],
        *(_viewed(heir, shared) for heir in heirs),
        *views[number + 1 :],
    ]
    known = [*made.everyone[:number], names, names, *made.everyone[number + 1 :]]
    faults = check_split(entries, [list(entries_of(heir)) for heir in heirs])
    return Split(heirs, faults, answers(grown_views, known, homes))


def _hand_over(
    made: Federation, parent: LogFolder, key: Signer, heirs: Sequence[LogFolder]
) -> None:
    """The parent's last checkpoint, then the first of its heirs."""
    signed = published(parent)
    assert signed
    origins = [one.checkpoint.origin for heir in heirs if (one := published(heir))]
    last = close(signed.checkpoint, key, origins)
    requests = [encode_request(Request(signed.checkpoint.size, (), last))]
    for request in (*requests, *(request_of(heir, 0) for heir in heirs)):
        answer = made.top.offer(request)
        assert not isinstance(answer, Answer), answer.content
    made.top.publish(made.clock().date())


def _viewed(heir: LogFolder, shared: frozenset[UUID]) -> LedgerViews:
    return joined(folded(events_in(heir), OFFICE), shared)
