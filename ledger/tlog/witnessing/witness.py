"""A witness: signs checkpoints that extend the last one that it signed, and never anything else.

A checkpoint is on disk before the witness answers: one file a log, replaced atomically under a lock that
other processes and threads respect. A witness that lost its folder must get a new key.
"""

import hashlib
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path

from ledger.errors import Busy, Halt, Unproven
from ledger.storage.access import PUBLIC, SECRET
from ledger.storage.files import Folder
from ledger.tlog.signing.checkpoints import (
    Checkpoint,
    checkpoint_text,
    cosign_checkpoint,
    parse_checkpoint,
)
from ledger.tlog.signing.keys import Signer, VerifierKey
from ledger.tlog.signing.notes import Note, encode_note, parse_note, verify_note
from ledger.tlog.store.faults import alone, mapped_faults, read_file
from ledger.tlog.witnessing.cosigning import Answer, judge

CHECKPOINT = "checkpoint"
_LOCK = "witness.lock"


class Witness:
    """One witness with its key, the logs that it watches and its folder. For several threads."""

    def __init__(
        self,
        folder: Path,
        key: Signer,
        logs: Collection[VerifierKey],
        seconds: Callable[[], float],
    ) -> None:
        self._path = folder
        self._folder = Folder(folder, PUBLIC, named=True)
        self._closed = Folder(folder, SECRET, named=True)
        self._key = key
        self._logs = _by_origin(logs)
        self._seconds = seconds
        self._alone = threading.Lock()

    def add_checkpoint(self, body: bytes) -> Answer:
        """Answer one request of a log. The signed checkpoint is durable on return. Raises Retry or Halt."""
        with self._locked():
            last = {
                origin: checkpoint for origin in self._logs if (checkpoint := self._last(origin))
            }
            judged = judge(body, self._logs, last)
            if isinstance(judged, Answer):
                return judged
            request, checkpoint = judged
            note = parse_note(request.checkpoint)
            text = checkpoint_text(checkpoint)
            signature = cosign_checkpoint(text, self._key, int(self._seconds()))
            # Signatures of others on the note are not kept: this witness has not checked them.
            logs = [s for k, s in verify_note(note, self._logs[checkpoint.origin])]
            # Kept before it is answered: after a crash no other tree of this size may be signed.
            self._keep(checkpoint.origin, Note(text, (*logs, signature)))
            return Answer(HTTPStatus.OK, signature.line)

    def checkpoint(self, name: str) -> bytes | None:
        """The checkpoint signed last of a log, by the SHA-256 of its origin in hex; None without one.

        It is handed out to anybody: so it is a checkpoint that this witness signed, or Halt.
        """
        origin = next((one for one in self._logs if _name(one) == name), None)
        note = self._last_note(origin) if origin else None
        return encode_note(note) if note else None

    def _last(self, origin: str) -> Checkpoint | None:
        note = self._last_note(origin)
        return parse_checkpoint(note.text) if note else None

    def _last_note(self, origin: str) -> Note | None:
        """The last checkpoint that it signed for a log. Raises Halt for anything else in its place."""
        try:
            content = read_file(self._folder, f"{_name(origin)}/{CHECKPOINT}")
            if content is None:
                return None
            note = parse_note(content)
            verify_note(note, [self._key.verifier])
            parse_checkpoint(note.text)
        except Unproven as error:
            raise Halt(
                f"the record of what this witness signed is damaged in {self._path}: {error}"
            ) from None
        return note

    def _keep(self, origin: str, note: Note) -> None:
        with mapped_faults():
            self._folder.write({f"{_name(origin)}/{CHECKPOINT}": encode_note(note)})

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with self._alone:
            with mapped_faults():
                self._folder.make()
            with alone(self._closed.locked(_LOCK), Busy()):
                yield


def _name(origin: str) -> str:
    return hashlib.sha256(origin.encode()).hexdigest()


def _by_origin(keys: Collection[VerifierKey]) -> Mapping[str, list[VerifierKey]]:
    logs: dict[str, list[VerifierKey]] = {}
    for key in keys:
        logs.setdefault(key.name, []).append(key)
    return logs
