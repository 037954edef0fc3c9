"""Codes of an event that the contract leaves open, beside those that a register or the rulebook knows.

An unknown code is recorded as it is: the office may be the first to use it. But the office probably meant a
known code that is a slip or two away, so it is named before the event is recorded.
"""

from collections.abc import Collection, Iterator

import rulebook
from application.acts.filling import Data
from application.source import Source
from application.words import phrase
from projections.reading.house import roles_by_id
from projections.reading.views import recipients_by_id, register_entries
from schemas.likeness import is_like
from schemas.texts import Language

# A legal duty or public task rests on an article of law, so its events must name one.
_PROVIDED = frozenset({"6-1-c", "6-1-e"})
# Two slips in a short code make another word of it.
_LONG = 8


def notes_on_codes(source: Source, data: Data, language: Language) -> Iterator[str]:
    """A sentence for each code that no register knows, and for each that looks like a known one."""
    for member, known in _registered(source, data):
        code = str(data.get(member, ""))
        if code not in known:
            meant = _meant(code, known, language)
            yield phrase("record-note", member, language, meant)
    for member, known in _open(source, data):
        meant = _meant(str(data[member]), known, language)
        if data[member] not in known and meant:
            yield phrase("record-note", "open", language, member, meant)


def _registered(source: Source, data: Data) -> Iterator[tuple[str, Collection[str]]]:
    """Members whose code a register should know, each with the codes that it knows."""
    if "recipient" in data:
        yield "recipient", recipients_by_id(source.session)
    if "activity" in data:
        entries = register_entries(source.session)
        yield "activity", {entry.activity for entry in entries if entry.declared}
    if data.get("legal_basis") in _PROVIDED:
        stated = str(data.get("provision", ""))
        ids = {entry.id for entry in rulebook.PROVISIONS}
        yield "provision", ids | {stated} if rulebook.provision(stated) else ids


def _open(source: Source, data: Data) -> Iterator[tuple[str, Collection[str]]]:
    """Members whose code may be a new one, each with the codes that are known."""
    if "purpose" in data:
        purposes = rulebook.PURPOSES
        yield "purpose", {code for entry in purposes for code in (entry.purpose, *entry.aliases)}
    if "role" in data:
        yield "role", roles_by_id(source.session)


def _meant(code: str, known: Collection[str], language: Language) -> str:
    """The known codes that look most like a code, as the end of a sentence; empty when none does."""
    for slips in (1, 2) if len(code) >= _LONG else (1,):
        near = sorted(entry for entry in known if code and is_like(code, entry, slips))
        if near:
            return phrase("record", "near", language, ", ".join(near))
    return ""
