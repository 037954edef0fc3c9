"""Signed notes: a text and the signatures under it. Pure (C2SP signed-note).

Strict: whatever is not exactly a note is refused, and so is a note with a wrong signature of a known key,
however many right ones it has. Signatures of unknown keys are carried along.
"""

from collections.abc import Collection

import msgspec

from ledger.errors import Misconfigured, Unproven
from ledger.tlog.signing.base64 import from_base64, to_base64
from ledger.tlog.signing.keys import KEY_ID_BYTES, VerifierKey, is_key_name

# More than any log of ours needs, and the limits of the Go library.
LIMIT_BYTES = 1_000_000
LIMIT_SIGNATURES = 100
_DASH = "— "


class Signature(msgspec.Struct, frozen=True):
    """One signature line. `content`: without the key id."""

    name: str
    key_id: bytes
    content: bytes

    @property
    def line(self) -> str:
        """The line, with its newline."""
        return f"{_DASH}{self.name} {to_base64(self.key_id + self.content)}\n"

    def by(self, key: VerifierKey) -> bool:
        """Whether it claims to be this key's."""
        return (self.name, self.key_id) == (key.name, key.key_id)


class Note(msgspec.Struct, frozen=True):
    """A text, which ends with a newline, and at least one signature."""

    text: str
    signatures: tuple[Signature, ...]


def encode_note(note: Note) -> bytes:
    """The bytes of a note."""
    return "".join([note.text, "\n", *(signature.line for signature in note.signatures)]).encode()


def parse_note(content: bytes) -> Note:
    """Take a note apart, without checking a signature. Raises Unproven."""
    if len(content) > LIMIT_BYTES:
        raise Unproven(f"a note has at most {LIMIT_BYTES} bytes")
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise Unproven("a note is UTF-8") from None
    if any(c < " " and c != "\n" for c in text):
        raise Unproven("a note has no control characters but newlines")
    body, blank, lines = text.rpartition("\n\n")
    if not blank or not body:
        raise Unproven("a note has a text, a blank line and signatures")
    return Note(body + "\n", parse_signatures(lines))


def parse_signatures(lines: str) -> tuple[Signature, ...]:
    """Signature lines, at least one, each with its newline. Raises Unproven."""
    if not lines.endswith("\n"):
        raise Unproven("a note ends with a newline")
    signatures = tuple(_parse_line(line) for line in lines[:-1].split("\n"))
    if len(signatures) > LIMIT_SIGNATURES:
        raise Unproven(f"a note has at most {LIMIT_SIGNATURES} signatures")
    return signatures


def _parse_line(line: str) -> Signature:
    name, _, text = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not is_key_name(name):
        raise Unproven("a signature line has a dash, a name and a signature")
    content = from_base64(text)
    if len(content) <= KEY_ID_BYTES:
        raise Unproven("a signature is too short")
    return Signature(name, content[:KEY_ID_BYTES], content[KEY_ID_BYTES:])


def verify_note(note: Note, keys: Collection[VerifierKey]) -> list[tuple[VerifierKey, Signature]]:
    """The signatures of known keys, all right and at least one; else Unproven.

    Raises Misconfigured when two of the keys cannot be told apart.
    """
    names = {(key.name, key.key_id): key for key in keys}
    if len(names) != len(set(keys)):
        raise Misconfigured("two different keys have the same name and key id")
    signers = []
    for signature in note.signatures:
        key = names.get((signature.name, signature.key_id))
        if key:
            key.verify(note.text, signature.content)
            signers.append((key, signature))
    if not signers:
        raise Unproven("no signature is of a key that was given")
    return signers
