"""The acts of persons on their own data in the portal: house policy as data."""

from typing import Literal

from msgspec import Struct

from rulebook.loading import load
from schemas.texts import Language

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


class ConsentText(Struct, frozen=True, forbid_unknown_fields=True):
    """The text that the portal asks a person to agree to, word for word. `version`: of both languages."""

    purpose: str
    version: str
    en: str
    nl: str

    def said(self, language: Language) -> str:
        """The text that the page shows."""
        return self.nl if language == "nl" else self.en

    def version_in(self, language: Language) -> str:
        """The code of the very text that a person saw, as the event of the consent has it."""
        return f"{self.purpose}/{self.version}-{language}"


(SPEAKER,) = load("house", "speaker", Speaker, file="portal")
PORTAL_ACTS: tuple[PortalAct, ...] = load("house", "portal_act", PortalAct, file="portal")
CONSENT_TEXTS: tuple[ConsentText, ...] = load("house", "consent_text", ConsentText, file="portal")
_TEXTS = {entry.purpose: entry for entry in CONSENT_TEXTS}
_BY_NAME = {(entry.kind, entry.about): entry for entry in PORTAL_ACTS}


def portal_act(kind: Kind, about: str) -> PortalAct | None:
    """The entry of something that a person wants to do; None for what the portal does not take."""
    return _BY_NAME.get((kind, about))


def consent_text(purpose: str) -> ConsentText:
    """The text for a purpose. Raises KeyError for what the portal asks no consent for."""
    return _TEXTS[purpose]
