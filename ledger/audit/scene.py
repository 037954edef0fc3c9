"""The state that the checks of an audit share: a session in one snapshot, the findings, and the data read so
far.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ledger.audit.batches import NO_BATCH
from ledger.audit.catalogue import Readable
from ledger.audit.findings import ExplainedGap, Findings
from ledger.audit.log.promises import Promise
from ledger.audit.log.signed import PublishedLog
from ledger.audit.rows import BatchRow
from ledger.crypto.sealing import KeyedHash
from ledger.pruning.events import Pruning
from ledger.pruning.gaps import RecordedPruning
from ledger.storage.postgres import Session
from ledger.writing.chain import CopiedRows


@dataclass
class Scene:
    """One audit. `session`: reads one moment of the database; nothing is written to it.

    `log`: the published log, None without one. `chain`: the key under which the recorder vouched for its
    writes, None where it is not here. `last`: the last position of the table. `size`, `root`: of the tree
    over its entries. `since`: how many entries an auditor's kept checkpoint vouches for, so that they are not
    looked at; None: all entries are. `batches`: the readable batches, in order, and anything behind them;
    `before`: the batch before those; `after`: where it ends. `copied`: the hashes of the rows of each batch.
    `gaps`: the gaps that an event explains, by position. `promises`: trees that the database says were
    promised; `epochs`: those of the log of completeness. `pruned`: the position up to which entries may be
    gone, as the event `pruning` says; `prunings`: all such events. `readable`: the parts that can be read
    without running anything. Each is set by the check that reads it.
    """

    session: Session
    findings: Findings
    log: PublishedLog | None = None
    chain: KeyedHash | None = None
    last: int = 0
    size: int = 0
    root: bytes = b""
    pruned: int = 0
    pruning: Pruning | None = None
    prunings: Sequence[RecordedPruning] = ()
    since: int | None = None
    after: int | None = None
    before: BatchRow = NO_BATCH
    batches: Sequence[BatchRow] = ()
    copied: Sequence[CopiedRows] = ()
    gaps: dict[int, ExplainedGap] = field(default_factory=dict)
    promises: Sequence[Promise] = ()
    epochs: Sequence[Promise] = ()
    readable: Readable = field(default_factory=Readable)


Check = tuple[str, Callable[[Scene], None]]
"""What is looked at, in words, and what looks. It notes findings, and never raises on what it meets."""
