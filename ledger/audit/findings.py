"""The findings of an audit: positions, names and kinds, never a personal value."""

from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Protocol

import msgspec

from ledger.errors import LedgerError, Retry
from ledger.storage.postgres import Session

# There is nothing to compare the ledger with: the verdict is not "in order", and not the contrary.
NOT_COMPARABLE = "not-comparable"
# Something is not what this program could have written, so that it cannot even be read.
UNREADABLE = "unreadable"
# Something else lies in a folder of the ledger, or others may use what lies there.
FILE = "file"
_MARK_DIGITS = 32


class Finding(msgspec.Struct, frozen=True):
    """Something that is not as it was recorded. `position` is None when it concerns no event."""

    position: int | None
    kind: str
    detail: str


class ExplainedGap(msgspec.Struct, frozen=True):
    """Offsets of a Kafka partition that were not read, as the event at `position` says. No finding."""

    position: int
    topic: str
    partition: int
    from_offset: int
    to_offset: int
    reason: str


class Progress(Protocol):
    """Is told how far an audit is."""

    def began(self, what: str) -> None:
        """One more part is looked at, such as `the events`."""

    def reached(self, position: int) -> None:
        """The events are read up to a position; said now and then."""


class Silent:
    """Progress that tells nobody."""

    def began(self, what: str) -> None:
        """See `Progress`."""

    def reached(self, position: int) -> None:
        """See `Progress`."""


SILENT = Silent()


class Findings:
    """Collects findings. `progress`: is told which part is checked meanwhile.

    `baseline`: what the auditor accepts of the site; `of_site`: what the site has, accepted or not.
    """

    def __init__(self, progress: Progress = SILENT, baseline: Collection[str] = ()) -> None:
        self.progress = progress
        self.of_site: set[str] = set()
        self._baseline = baseline
        self._findings: list[Finding] = []

    def note(self, position: int | None, kind: str, detail: str) -> None:
        """Take down one finding."""
        self._findings.append(Finding(position, kind, detail))

    def note_of_site(self, kind: str, detail: str, mark: str = "") -> bool:
        """Note an object of the site outside the ledger, unless the baseline has it as it is now.

        `mark`: a hash of what is there. True: it became a finding.
        """
        line = f"{sha256(f'{kind} {detail} {mark}'.encode()).hexdigest()[:_MARK_DIGITS]} {detail}"
        self.of_site.add(line)
        if line in self._baseline:
            return False
        self.note(None, kind, detail)
        return True

    def names_one_of(self, first: int, last: int) -> bool:
        """Whether something was found about a position from `first` to `last`."""
        return any(f.position is not None and first <= f.position <= last for f in self._findings)

    @contextmanager
    def guarded(self, session: Session, what: str) -> Iterator[None]:
        """Turn a failure to read inside the block into a finding; the caller's transaction goes on.

        Raises Retry when the database went away, which says nothing about its content. `what`: the part that
        is read.
        """
        self.progress.began(what)
        try:
            with session.transaction():
                yield
        except (
            Exception
        ) as error:  # an attacker may have written anything there: it becomes a finding
            if session.broken:
                raise Retry("PostgreSQL went away during the audit: run it again") from None
            why = str(error) if isinstance(error, LedgerError) else type(error).__name__
            self.note(None, UNREADABLE, f"{what} cannot be read: {why}")

    def sorted(self) -> tuple[Finding, ...]:
        """All of them, by position; each once."""
        return tuple(sorted(set(self._findings), key=lambda f: (f.position or 0, f.kind, f.detail)))


class CappedFindings:
    """Findings, as many of a kind as a person can read, and how many more there were."""

    MOST = 1_000

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._count: Counter[str] = Counter()

    def note(self, position: int | None, kind: str, detail: str) -> None:
        """Take down one finding."""
        self._count[kind] += 1
        if self._count[kind] <= self.MOST:
            self._findings.note(position, kind, detail)

    def end(self) -> None:
        """Name the findings that were left out."""
        for kind, count in sorted(self._count.items()):
            if count > self.MOST:
                self._findings.note(None, kind, f"{count - self.MOST} more of this kind")
