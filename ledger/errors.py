"""The few errors of this project, in the families that say what to do about them.

*reject*: the input is bad, and will be bad again. *retry*: a service is away, or another process was
faster; the same call may work later. *halt*: an invariant is broken; a person must look before
anything goes on. *misconfigured*: the command was called wrongly. *unproven*: a proof, a signature or a
file of the log does not show what it should. No text ever quotes a personal value.
"""

from collections.abc import Sequence
from typing import NamedTuple


class Remedy(NamedTuple):
    """A way to end an error, by a name, with the values that it needs."""

    name: str
    values: tuple[object, ...] = ()


class LedgerError(Exception):
    """Something went wrong; the docstring of each subclass is its default message.

    `field`: what of the caller's input it is about. `remedy`: what to do, where an act of this program ends
    it. An edge words both: a command names its flag, a page its input.
    """

    def __init__(
        self, message: str | None = None, *, field: str = "", remedy: Remedy | None = None
    ) -> None:
        super().__init__(message or (type(self).__doc__ or "").strip())
        self.field = field
        self.remedy = remedy


class Reject(LedgerError):
    """The input is bad and stays bad: keep it as a dead letter."""


class TooLarge(Reject):
    """The entry is over the limit of 65,535 bytes."""


class UnknownSubject(Reject):
    """The ledger holds nothing about this subject."""


class Pruned(Reject):
    """What was known then is pruned."""

    def __init__(self, through: int) -> None:
        """`through`: the last position that was pruned."""
        super().__init__(
            f"what was known then is pruned: the ledger answers as of position {through} and later ones"
        )
        self.through = through


class EventPruned(Reject):
    """This event was pruned."""

    def __init__(self, position: int) -> None:
        """`position`: of the event."""
        super().__init__(
            f"event {position} was pruned, with the file of a person who was erased: its proof holds, and"
            " only an archive can have the entry"
        )
        self.position = position


class OnHold(Reject):
    """A legal hold keeps data that was to be erased."""

    def __init__(self, held: Sequence[tuple[str, str]]) -> None:
        """`held`: reference of a hold and category."""
        by_ref: dict[str, list[str]] = {}
        for ref, category in held:
            by_ref.setdefault(ref, []).append(category)
        listed = "; ".join(f"{ref} ({', '.join(categories)})" for ref, categories in by_ref.items())
        which = "the hold" if len(by_ref) == 1 else "the holds"
        super().__init__(f"nothing was erased: under legal hold {listed}; release {which} first")
        self.held = tuple(held)


class Retry(LedgerError):
    """A passing fault: wait and do the same again."""


class ServiceAway(Retry):
    """A service that is needed cannot be reached."""


class NoSpace(ServiceAway):
    """No disk space is left: nothing was lost, make room."""


class Busy(ServiceAway):
    """Somebody holds a lock in the database for longer than this waits; run it again."""


class Refused(ServiceAway):
    """A service is there and does not let this login in.

    Who starts with it is misconfigured, and ends; who ran already waits, since a password may be changed
    on one side before the other.
    """


class Fenced(Retry):
    """Another owner has moved the bookmark: read it again and go on from there."""


class Overtaken(Retry):
    """Another process changed what this was decided on, such as an erasure: decide it again."""


class Halt(LedgerError):
    """An invariant is broken: stop, and look before going on."""


class KeyLost(Halt):
    """A key is missing although no erasure destroyed it."""


class Full(Halt):
    """There is no room for what would be kept: somebody must make some, and nothing is lost before."""


class UnknownFormat(Halt):
    """Something is sealed in a format that this program does not know here."""

    def __init__(self, number: int) -> None:
        """`number`: that the thing itself names."""
        super().__init__(
            f"this is sealed in format {number}, which this program does not know here:"
            " a later version wrote it, or it was changed"
        )
        self.number = number


class RolledBack(Halt):
    """The database is older than a published checkpoint: run `ledger restore`."""


class IncompleteErasure(Halt):
    """An erasure did not reach everything: run `ledger erase` again; it is not a success."""


class Unproven(LedgerError):
    """What was to be proven is not so."""


class NotPublished(Unproven):
    """The log has no such file, or has it no more."""


class Misconfigured(LedgerError):
    """The command or its configuration is wrong."""


class NotGranted(Misconfigured):
    """The register does not grant this role now."""


class NotInstalled(Misconfigured):
    """There is no ledger here yet: run `ledger init`."""


class OlderDatabase(NotInstalled):
    """The database is of an older program: stop what works on it, then run `ledger init`."""


class NewerDatabase(Misconfigured):
    """The database is of a newer program: run that one. This one records nothing in it."""
