"""What a person may do about their own data in the portal: house policy as data."""

from typing import Literal

from msgspec import Struct

from rulebook.loading import load

Kind = Literal["consent", "choice", "correction"]


class Speaker(Struct, frozen=True, forbid_unknown_fields=True):
    """The source under which the portal's acts are recorded, and the label of where they came from."""

    source: str
    label: str


class PortalAct(Struct, frozen=True, forbid_unknown_fields=True):
    """One thing that a person may do, and the ground on which it is recorded.

    `about`: a purpose, a type of event, or a category. `members`: of a choice, the facts that it states.
    """

    kind: Kind
    about: str
    activity: str
    legal_basis: str
    members: tuple[str, ...] = ()


(SPEAKER,) = load("house", "speaker", Speaker, file="portal")
PORTAL_ACTS: tuple[PortalAct, ...] = load("house", "portal_act", PortalAct, file="portal")
_BY_NAME = {(entry.kind, entry.about): entry for entry in PORTAL_ACTS}


def portal_act(kind: Kind, about: str) -> PortalAct | None:
    """The entry of something that a person wants to do; None for what the portal does not take."""
    return _BY_NAME.get((kind, about))
