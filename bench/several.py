"""Several ledgers as one: `python -m bench.several [EVENTS]`, 20,000 unless told otherwise.

The same events go to 1, 4 and 16 small ledgers, each with a database, keys and a log of its own on one
embedded server. They record, follow, publish and audit; a log of logs takes their checkpoints, and a person's
event is proven up to its checkpoint. What they answer together is compared with what one ledger answers. Then
faults are committed, and one ledger is split.
"""

import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path
from statistics import fmean
from typing import Any

from bench.ledgers.answers import Answers, answers
from bench.ledgers.checking import (
    Fault,
    check_history,
    check_homes,
    check_log,
    check_registers,
    events_in,
)
from bench.ledgers.faults import FAULTS
from bench.ledgers.log_of_logs import chained, verify_chained
from bench.ledgers.routing import even
from bench.ledgers.site import Federation, federation
from bench.ledgers.splitting import split
from bench.tools.arguments import explain, given
from bench.tools.filling import sample
from bench.tools.processor import Figures, rates, server_of
from bench.tools.results import save
from ledger.tlog.proving.proof_file import encode_proof
from ledger.tlog.proving.reading import entry_at

EVENTS = 20_000
SIZES = (1, 4, 16)
PROOFS = 200
METHOD = (
    "The same events of the sample in 1, 4 and 16 ledgers, each with a database, keys and a log of its own,"
    " on one embedded server with fsync; one process works on one ledger after the other. record, follow,"
    " publish, audit: events of the whole a second of processor time, of the process and the whole server;"
    " what is about registers and staff is recorded in each ledger and counted once. largest_share: events"
    " of the largest ledger beside the mean. proof_*: of an event up to the checkpoint of checkpoints, mean"
    f" of {PROOFS}; prove_ms, verify_ms: processor time. log_bytes: tiles and bundles for each entry."
)


def grow(made: Federation, messages: Sequence[bytes]) -> Figures:
    """Record, follow, publish and audit; events a second of processor time."""
    server = server_of(made.members[0].house.url)
    count, figures = len(messages), dict[str, float]()
    half = count // 2
    for name, work in (
        ("record", partial(made.record, messages[:half])),
        ("publish", made.publish),
        ("record", partial(made.record, messages[half:])),
        # Before the views: their server still works on them for a while.
        ("publish", made.publish),
        ("follow", made.follow),
        ("audit", partial(audited, made)),
    ):
        share = count if name in {"follow", "audit"} else half
        figures[name] = rates(name, work, server, share)[f"{name}_core"]
    return figures


def audited(made: Federation) -> None:
    """Each ledger by itself, and what lies between them; finds nothing."""
    for member in made.members:
        audit = member.audit()
        assert audit.ok, audit.findings
    assert not faults_of(made)


def faults_of(made: Federation) -> list[Fault]:
    """What is wrong between the ledgers."""
    logs = {one.log.origin: one.log.folder for one in made.members}
    return [
        *check_log(made.top.folder, made.keys),
        *(f for log in logs.values() for f in check_history(made.top.folder, log, made.keys)),
        *check_registers(
            {origin: events_in(log) for origin, log in logs.items()},
            {one.log.origin: one.staff() for one in made.members},
        ),
        *check_homes(made.homes, [one.at_home() for one in made.members]),
    ]


def proved(made: Federation) -> Figures:
    """What a proof costs, from a leaf of a ledger to the checkpoint of checkpoints."""
    sizes, making, verifying = [], [], []
    for number in range(PROOFS):
        member = made.members[number % len(made.members)]
        folder, key = member.log.folder, (member.key.verifier,)
        last = made.top.last[member.log.origin].size
        position = 1 + number * (last - 1) // PROOFS
        entry = entry_at(folder, position)
        began = time.process_time()
        proof = chained(folder, position, made.top.folder)
        between = time.process_time()
        verify_chained(proof, entry, key, made.policy)
        verifying.append(time.process_time() - between)
        making.append(between - began)
        sizes.append(len(encode_proof(proof.event)) + len(encode_proof(proof.checkpoint)))
    return {
        "proof_bytes": fmean(sizes),
        "prove_ms": fmean(making) * 1e3,
        "verify_ms": fmean(verifying) * 1e3,
    }


def shape(made: Federation, messages: int) -> Figures:
    """How the events lie: over ledgers, and on disk."""
    counts = [made.top.last[one.log.origin].size for one in made.members]
    files = [p for one in made.members for p in (one.log.path / "tile").rglob("*") if p.is_file()]
    return {
        "ledgers": len(counts),
        "events": messages,
        "entries": sum(counts),
        "largest_share": max(counts) / fmean(counts),
        "log_bytes": sum(path.stat().st_size for path in files) / sum(counts),
    }


def answered(made: Federation) -> Answers:
    """What the ledgers answer together."""
    return answers([one.views() for one in made.members], made.everyone, made.homes)


def found(made: Federation, folder: Path) -> Iterator[tuple[str, list[Fault]]]:
    """Each fault, committed, and what is found then. The ledgers are of no use afterwards."""
    for number, (what, (commit, kind)) in enumerate(FAULTS.items()):
        place = folder / f"fault{number}"
        place.mkdir()
        faults = commit(made, place)
        assert kind in {fault.kind for fault in faults}, (what, faults)
        yield what, faults


def simulate(events: int, sizes: Iterable[int]) -> Iterator[dict[str, Any]]:
    """The figures of each number of ledgers; each must answer what one answers."""
    messages, alone = list(sample(events)), None
    for ledgers in sizes:
        with (
            federation(even(ledgers)) as made,
            tempfile.TemporaryDirectory(dir="/tmp", prefix="pl-") as name,
        ):
            figures = grow(made, messages) | shape(made, events) | proved(made)
            together = answered(made)
            alone = alone or together
            assert together == alone, "the ledgers answer something else than one ledger"
            point: dict[str, Any] = {name: round(value, 3) for name, value in figures.items()}
            if ledgers > 1:
                point["found"] = [what for what, _ in found(made, Path(name))]
            yield point


def split_once(events: int, ledgers: int = 2) -> bool:
    """Split one ledger by replay; whether all answer the same afterwards, and nothing was lost."""
    with (
        federation(even(ledgers)) as made,
        tempfile.TemporaryDirectory(dir="/tmp", prefix="pl-") as name,
    ):
        messages = list(sample(events))
        made.record(messages)
        made.follow()
        made.publish()
        before = answered(made)
        done = split(made, 0, Path(name))
        faults = [*done.faults, *check_log(made.top.folder, made.keys)]
        assert not faults, faults
        return done.answers == before


def main(events: int = EVENTS) -> None:
    """Simulate, print, and keep the figures."""
    points = []
    for point in simulate(events, SIZES):
        print("several:", "  ".join(f"{name} {value}" for name, value in point.items()))
        points.append(point)
    assert all(one["events"] == other["events"] for one, other in pairwise(points))
    assert split_once(events // 4), "after the split the ledgers answer something else"
    print("several: the ledgers answer what one answers, also after one was split")
    save("several", METHOD, {"points": points})


if __name__ == "__main__":
    explain(__doc__, events=EVENTS)
    main(given(EVENTS))
