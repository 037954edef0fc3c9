"""Acts that may need two persons, and the roles whose holders may approve each: house policy as data."""

from msgspec import Struct

from rulebook.loading import load


class ApprovalEntry(Struct, frozen=True, forbid_unknown_fields=True):
    """One act, and which roles may approve it, the usual one first. `confidential`: of that ledger alone."""

    act: str
    why: str
    roles: tuple[str, ...]
    confidential: bool = False


APPROVALS: tuple[ApprovalEntry, ...] = load("house", "approval", ApprovalEntry)
_ROLES = {entry.act: entry.roles for entry in APPROVALS}


def approvers(act: str) -> tuple[str, ...]:
    """The roles whose holders may approve an act. Raises KeyError for an act that needs no second person."""
    return _ROLES[act]


def four_eyes(*, confidential: bool) -> tuple[str, ...]:
    """The acts that a ledger can have approved: an open one knows none of the confidential one."""
    return tuple(entry.act for entry in APPROVALS if confidential or not entry.confidential)
