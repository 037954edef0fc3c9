"""Acts that wait for a second person: where that person finds what they would approve.

The record of an approval names an act by a keyed digest, and tells nothing of it. What the act is stands in
the memory of this process: after a restart the approval still counts, and the second person fills in the
same act.
"""

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock

from ledger.recording.approvals import ApprovalStatus
from web.context import RequestContext

_MOST = 1_000


class WaitingActs:
    """Addresses of the forms of acts, filled in, by the digests of their approvals."""

    def __init__(self) -> None:
        self._addresses: OrderedDict[str, str] = OrderedDict()
        self._lock = Lock()

    def keep(self, digest: str, address: str) -> None:
        """Remember where an act is that waits."""
        with self._lock:
            self._addresses[digest] = address
            while len(self._addresses) > _MOST:
                self._addresses.popitem(last=False)

    def address_of(self, digest: str) -> str | None:
        """Where an act is that waits; None where it was asked for elsewhere, or before a restart."""
        with self._lock:
            return self._addresses.get(digest)


WAITING = WaitingActs()
"""Those of this process, whose ledger is one."""


def waits(
    context: RequestContext, act: str, parameters: Sequence[object], about: str | None, address: str
) -> bool:
    """Approve an act; whether it waits for a second person. `address`: of its form, filled in.

    Raises what `Site.approval_of` raises.
    """
    if context.site.approval_of(act, parameters, about) is ApprovalStatus.SECOND:
        return False
    WAITING.keep(context.site.digest_of_act(act, parameters, about), address)
    return True
