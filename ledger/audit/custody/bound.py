"""Whether a data subject still has the reference that it was made of. Every entry of the log names it.

A data subject is a hash of its reference under the person's own key (`sealing.subject_of`). When key and
reference do not come to it, the row is another person's, unless a restore explains it: a person who was not
in the copy lost the first key, and a person who is seen again gets a new key.
"""

from collections.abc import Container, Set
from uuid import UUID

from ledger.audit.custody.told import StreamNeeds
from ledger.audit.findings import CappedFindings
from ledger.crypto.sealing import subject_of
from ledger.names import LedgerName


def is_bound(
    subject: UUID, reference: str | None, secret: bytes | None, ledger: LedgerName
) -> bool:
    """Whether a data subject was made of this reference with this key."""
    if reference is None or secret is None:
        return False
    return subject_of(secret, str(ledger), reference) == subject


class Unbound:
    """Data subjects that were made of another reference, and where the log first tells of them."""

    def __init__(self, subjects: Set[UUID]) -> None:
        self._subjects = subjects
        self._first_named: dict[UUID, int] = {}
        self._excused: set[UUID] = set()

    def see(self, stream_needs: StreamNeeds, came_back: Container[int]) -> None:
        """Note the data subjects of one stream: its own, and those that its events name."""
        if not self._subjects:
            return
        for subject in stream_needs.referred.keys() & self._subjects:
            self._take(subject, stream_needs.referred[subject], came_back)
        if stream_needs.stream in self._subjects:
            self._take(stream_needs.stream, stream_needs.first, came_back)
            if stream_needs.reapplied:
                self._excused.add(stream_needs.stream)

    def _take(self, subject: UUID, position: int, came_back: Container[int]) -> None:
        self._first_named[subject] = min(position, self._first_named.get(subject, position))
        if position in came_back:
            self._excused.add(subject)

    def end(self, notes: CappedFindings) -> None:
        """Note each of them that no restore explains."""
        for subject in sorted(self._first_named.keys() - self._excused):
            detail = f"of data subject {subject}: it was made of another reference than it has"
            notes.note(self._first_named[subject], "index-subject", detail)
