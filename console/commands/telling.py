"""What a confidential ledger tells the open one by command: lifted disclosures."""

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from application.acts.handing_over import Send
from console.flags import Json, configured, switch
from console.output import print_answer
from console.show.upkeep import named_values
from host.running.telling import give_lifted, to_topic
from host.settings import Settings
from host.wiring import open_site
from ledger.errors import Misconfigured
from ledger.storage.named import opened_new


@contextmanager
def to_file(path: Path) -> Iterator[Send]:
    """To a new file of mode 0600, a message a line. Raises Misconfigured when it is there, or OSError."""
    with ExitStack() as stack:
        try:
            file = stack.enter_context(opened_new(path))
        except FileExistsError:
            raise Misconfigured(
                f"{path} is there already, and stays as it is: name another file"
            ) from None

        def send(messages: Sequence[bytes]) -> None:
            file.writelines(message + b"\n" for message in messages)
            file.flush()
            os.fsync(file.fileno())

        yield send


@configured("store", "intake", "kafka")
def hand_over(
    settings: Settings,
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help="A new file for them; the topic without it."),
    ] = None,
    again: Annotated[
        bool, switch("--again", "Also those that were handed over; there they are duplicates.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Give lifted disclosures to the open ledger, signed, and record that they were.

    A running ledger does it every five minutes, to the topic of signed messages. A file is for
    `ledger ingest --signed` there.
    """
    with ExitStack() as stack:
        site = stack.enter_context(open_site(settings))
        send = stack.enter_context(to_file(file) if file else to_topic(settings))
        answer = give_lifted(site, send, again=again)
    print_answer(answer, partial(named_values, "handed-over"), as_json)
