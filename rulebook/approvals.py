"""Acts that may need two persons, and the roles whose holders may approve each: house policy as data."""

from collections.abc import Mapping

from msgspec import Struct

from rulebook.loading import load


class ApprovalEntry(Struct, frozen=True, forbid_unknown_fields=True):
    """One act, and which roles may approve it, the usual one first. `confidential`: of that ledger alone.

    `always`: there it needs two persons, whatever the settings say; `urgent`: or one, in an emergency.
    `types`: names of the events that tell of it. `desk`: the roles there, where they are others.
    """

    act: str
    why: str
    roles: tuple[str, ...]
    confidential: bool = False
    always: bool = False
    urgent: bool = False
    types: tuple[str, ...] = ()
    desk: tuple[str, ...] = ()


APPROVALS: tuple[ApprovalEntry, ...] = load("house", "approval", ApprovalEntry)
_ENTRIES = {entry.act: entry for entry in APPROVALS}


def approvers(act: str, *, confidential: bool = False) -> tuple[str, ...]:
    """The roles whose holders may approve an act. Raises KeyError for an act that needs no second person."""
    entry = _ENTRIES[act]
    return (confidential and entry.desk) or entry.roles


ALWAYS: frozenset[str] = frozenset(entry.act for entry in APPROVALS if entry.always)
"""The acts that need two persons in a confidential ledger, whatever the settings say."""
URGENT: frozenset[str] = frozenset(entry.act for entry in APPROVALS if entry.urgent)
"""Those of them that one person may do in an emergency."""
DESK: tuple[str, ...] = tuple(
    dict.fromkeys(role for entry in APPROVALS if entry.confidential for role in entry.roles)
)
"""The roles of that ledger's desk, the usual one first."""
ACT_OF: Mapping[str, str] = {
    name: entry.act for entry in APPROVALS if entry.always for name in entry.types
}
"""The same by the short name of the event that tells of one."""


def four_eyes(*, confidential: bool) -> tuple[str, ...]:
    """The acts that a ledger can have approved: an open one knows none of the confidential one."""
    return tuple(entry.act for entry in APPROVALS if confidential or not entry.confidential)
