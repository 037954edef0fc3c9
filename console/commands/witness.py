"""`ledger witness`: the second party's signature under checkpoints, on a machine of its own.

Needs no ledger, no database and no settings but its own.
"""

import time
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Annotated

import typer

from application.words import say
from console.flags import option, spoken_to
from host.keys import witness_key
from host.notes import note
from host.running.listening import HttpRequest, Page, listen
from host.signals import stopping
from ledger.errors import Halt, Misconfigured, Retry, Unproven
from ledger.storage.access import Unsafe
from ledger.storage.contents import WITNESS, check
from ledger.storage.named import read_named
from ledger.tlog.signing.keys import ED25519, parse_verifier_key
from ledger.tlog.witnessing.cosigning import LIMIT_BYTES
from ledger.tlog.witnessing.witness import Witness

PAUSE_S = 0.2
_MOST_BYTES = 1 << 16
_ADD = "/add-checkpoint"


@spoken_to
def witness(
    _: typer.Context,
    folder: Annotated[
        Path, option("--folder", "FOLDER", "Folder of its key and of what it signed last.")
    ],
    name: Annotated[
        str, typer.Option("--name", help="Name of the witness, such as witness.example.nl/dpo.")
    ],
    logs: Annotated[
        list[str], option("--log", "VKEY", "Verification key of a log; may be repeated.")
    ],
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="Port to listen on; 0: any.", min=0)] = 9470,
    passphrase_file: Annotated[
        Path | None, option("--passphrase-file", "FILE", "File whose first line encrypts the key.")
    ] = None,
) -> None:
    """Sign checkpoints of logs that extend what it signed before, until SIGTERM.

    It serves POST /add-checkpoint (C2SP tlog-witness). Keep the folder: a witness that forgot what it
    signed needs a new key and name.
    """
    keys = [parse_verifier_key(text) for text in logs]
    if any(key.algorithm != ED25519 for key in keys):
        raise Misconfigured("--log: expected the verification key of a log, of type 01")
    check(folder, WITNESS)
    own = witness_key(folder, name, _passphrase(passphrase_file)).create()
    signer = Witness(folder, own, keys, time.time)
    with (
        stopping() as stop,
        listen(host, port, pages_of(signer), "--port", limit_bytes=LIMIT_BYTES) as at,
    ):
        note(say("note", "witness", own.verifier.text, at.url))
        while not stop():
            time.sleep(PAUSE_S)


def _passphrase(file: Path | None) -> str | None:
    if file is None:
        return None
    try:
        return read_named(file, _MOST_BYTES, "secret").decode().split("\n", 1)[0]
    except Unsafe as error:
        raise Misconfigured(f"--passphrase-file: {error.strerror}") from None
    except (OSError, UnicodeDecodeError):
        raise Misconfigured("--passphrase-file: cannot be read") from None


def pages_of(signer: Witness) -> Callable[[HttpRequest], Page]:
    """What a witness answers over HTTP: requests, and its last checkpoint of a log to anybody."""

    def answer(request: HttpRequest) -> Page:
        try:
            if request.path == _ADD and request.method == "POST":
                answer = signer.add_checkpoint(request.body)
                return Page(answer.status, answer.type, answer.content.encode())
            name, _, rest = request.path.removeprefix("/").partition("/")
            checkpoint = signer.checkpoint(name) if rest == "checkpoint" else None
            if checkpoint is None:
                return Page(HTTPStatus.NOT_FOUND, "text/plain", b"POST /add-checkpoint\n")
            return Page(HTTPStatus.OK, "text/plain; charset=utf-8", checkpoint)
        except (Halt, Retry, Unproven) as fault:
            note(f"witness: {fault}")
            return Page(HTTPStatus.INTERNAL_SERVER_ERROR, "text/plain", b"try again later\n")

    return answer
