"""What an auditor of several ledgers looks for, beside the audit of each: faults between them.

Two of the checks need nothing but the logs' public files, the third their entries, and the fourth the keys of
references, which only the ledger itself has.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise
from uuid import UUID

import msgspec

from bench.ledgers.log_of_logs import Keys, entries_of, is_closed, verified
from bench.ledgers.routing import Homes, is_shared
from ledger.errors import Unproven
from ledger.event import RecordedEvent, decode_event
from ledger.tlog.proving.reading import published
from ledger.tlog.signing.checkpoints import Checkpoint, parse_checkpoint
from ledger.tlog.signing.notes import parse_note
from ledger.tlog.store.folder import LogFolder
from ledger.tlog.tree.bundles import read_entry
from ledger.tlog.tree.merkle import hash_leaf, root_of
from ledger.tlog.tree.proofs import consistency_proof, verify_consistency
from ledger.tlog.tree.tiles import nodes_of


class Fault(msgspec.Struct, frozen=True, order=True):
    """Something between ledgers that must not be. `where`: a ledger, or its log's origin."""

    kind: str
    where: str
    detail: str


def check_log(top: LogFolder, keys: Keys) -> list[Fault]:
    """The log of logs by itself: signed entries, none that goes back, differs, or follows the end."""
    faults: list[Fault] = []
    by_origin: dict[str, list[Checkpoint]] = {}
    entries = list(entries_of(top))
    signed = published(top)
    tree = root_of(map(hash_leaf, entries))
    if signed is None or tree != (signed.checkpoint.size, signed.checkpoint.root):
        faults.append(Fault("other-tree", "log of logs", "its entries are not what was signed"))
    for number, content in enumerate(entries):
        try:
            one = verified(content, keys)
            by_origin.setdefault(one.origin, []).append(one)
        except Unproven as error:
            faults.append(Fault("not-a-checkpoint", "log of logs", f"entry {number}: {error}"))
    for origin, checkpoints in by_origin.items():
        pairs = pairwise(checkpoints)
        faults += [Fault(kind, origin, detail) for a, b in pairs for kind, detail in _wrong(a, b)]
    return faults


def _wrong(old: Checkpoint, new: Checkpoint) -> Iterable[tuple[str, str]]:
    if new.size < old.size:
        yield "goes-back", f"from {old.size} entries to {new.size}"
    if new.size == old.size and new.root != old.root:
        yield "two-histories", f"two trees of {new.size} entries"
    if is_closed(old):
        yield "after-its-end", f"a checkpoint of {new.size} entries after the closing one"


def check_history(top: LogFolder, ledger: LogFolder, keys: Keys) -> list[Fault]:
    """A ledger's files beside what the log of logs has of it: each tree begins with the one before.

    So an auditor who was shown other files than the log of logs was finds it.
    """
    signed = published(ledger)
    if signed is None:
        return []
    shown = verified(signed.content, keys)
    return [
        Fault(kind, shown.origin, f"{shown.size} entries beside {old.size}: {detail}")
        for old in _of_origin(top, shown.origin)
        for kind, detail in _contradicts(ledger, old, shown)
    ]


def _contradicts(
    ledger: LogFolder, old: Checkpoint, shown: Checkpoint
) -> Iterable[tuple[str, str]]:
    if old.size > shown.size:
        yield "shows-less", "it has signed more than it shows"
        return
    try:
        proof = consistency_proof(old.size, shown.size, nodes_of(shown.size, ledger.tile))
        verify_consistency(old.size, shown.size, old.root, shown.root, proof)
    except Unproven as error:
        yield "two-histories", str(error)


def _of_origin(top: LogFolder, origin: str) -> Iterable[Checkpoint]:
    for content in entries_of(top):
        one = parse_checkpoint(parse_note(content).text)
        if one.origin == origin:
            yield one


def events_in(ledger: LogFolder) -> Iterable[RecordedEvent]:
    """Every published event of a ledger, from its bundles."""
    for content in entries_of(ledger):
        one = read_entry(content)
        yield decode_event(
            one.stream, one.version, one.type, one.state, one.position, one.recorded_at
        )


Staff = Mapping[str, Collection[UUID]]
"""The streams of the employees of each ledger, which only the ledger itself can tell."""


def check_registers(
    ledgers: Mapping[str, Iterable[RecordedEvent]], staff: Staff | None = None
) -> list[Fault]:
    """Whether every ledger has the events about registers and staff that the others have.

    Events about registers say in clear what they are about, and must have the same facts. `staff`: None
    where an auditor has no keys; then employees are not looked at. What a ledger says of itself is its own.
    """
    told: dict[tuple[str, str], dict[str, str]] = {}
    for name, events in ledgers.items():
        employees = (staff or {}).get(name, ())
        for event in events:
            if (event.subject is not None or event.stream in employees) and not event.ours:
                told.setdefault((event.source, event.id), {})[name] = _meaning(event)
    faults = []
    for (source, id), by_ledger in told.items():
        right, _ = Counter(by_ledger.values()).most_common(1)[0]
        for name in ledgers:
            if name not in by_ledger:
                faults.append(Fault("register-lacks", name, f"{source} {id}"))
            elif by_ledger[name] != right:
                faults.append(Fault("register-differs", name, f"{source} {id}"))
    return sorted(faults)


def _meaning(event: RecordedEvent) -> str:
    # Facts about an employee may name persons, whose ids are those of each ledger.
    facts = sorted(event.facts.items()) if event.subject else ()
    return repr((event.type, event.subject, event.time, event.activity, event.categories, facts))


def check_homes(homes: Homes, references: Sequence[Iterable[str]]) -> list[Fault]:
    """Whether each person is in the ledger where they belong. `references`: of the persons of each ledger.

    So a person in two ledgers is found by the one that should not have them, without asking the other.
    """
    return [
        Fault("not-at-home", str(number), f"belongs to ledger {homes.of(reference)}")
        for number, known in enumerate(references)
        for reference in known
        if not is_shared(reference) and homes.of(reference) != number
    ]
