"""Commands that bring messages in from files, and those about what was refused."""

from base64 import b64encode
from collections.abc import Sequence
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from application.acts.acting import check_officer
from application.acts.retrying import NOT_HERE, whole_name
from application.queries.intake.dead_letters import HandedOver, OpenedLetter, letter_row
from application.queries.intake.messages import ingested
from application.words import say
from console.commands.failing import fail_unless
from console.commands.people import recording_reads
from console.flags import AsOffice, Json, Signed, configured, switch
from console.output import emit, emit_bytes, print_answer
from console.progress import progress_bar
from console.show.intake import ingested_tables
from console.show.upkeep import named_values
from console.streams import STANDARD_INPUT, Stream, opened, place_label, size_of
from consumers.files import IngestResult, Progress, ingest, together
from consumers.register import accepted_now
from consumers.retry import is_hidden
from consumers.withheld import (
    forget_received,
    hand_over,
    read_handed,
    take_over,
    write_receipts,
)
from host.keys import handed_keys, signing_key
from host.notes import tell
from host.settings import Settings
from host.site import Site
from host.wiring import open_site
from ledger.clocks import Clocks
from ledger.errors import Misconfigured, Reject
from ledger.letters.dead import Letter, open_letter
from ledger.letters.withheld import count_withheld
from schemas import CATEGORIES


@configured("store", "intake")
def ingest_command(
    settings: Settings,
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE...", help="NDJSON, one event a line; - is standard input."),
    ],
    office: AsOffice = False,
    withheld: Annotated[
        bool,
        switch(
            "--withheld",
            "The files come from `ledger dead-letters hand-over`, sealed to a key of this ledger.",
        ),
    ] = False,
    signed: Signed = False,
    as_json: Json = False,
) -> None:
    """Record every line of files: each line becomes an event, a dead letter or a counted duplicate.

    Exit status 1 when a line was rejected. After a crash, ingest the file again.
    """
    labels = [place_label(path, settings, office=office, signed=signed) for path in files]
    with ExitStack() as stack:
        contents = [stack.enter_context(opened(path)) for path in files]
        streams = list(zip(labels, contents, strict=True))
        site = stack.enter_context(open_site(settings, install_missing=True))
        check_officer(site)
        result = ingest_withheld(site, files, streams) if withheld else ingest_files(site, streams)
    tables_of = partial(ingested_tables, withheld=result.withheld)
    print_answer(ingested(result), tables_of, as_json)
    fail_unless(result.rejected == 0)


def ingest_withheld(site: Site, paths: Sequence[str], streams: Sequence[Stream]) -> IngestResult:
    """Record what was handed over here, and write beside each file the receipts of its messages.

    A file counts as a whole or not at all. Where one is refused, those before it are recorded.
    """
    if not site.settings.confidential:
        raise Misconfigured(
            "withheld messages are for the holder of their key, which is not this ledger"
        )
    keys, pair, most = handed_keys(site.settings), site.withheld_pair, site.batch_limits.messages
    results = []
    with closing(site.open_recorder()) as recorder:
        accepted = accepted_now(site.intake, recorder.session)
        for path, (label, stream) in zip(paths, streams, strict=True):
            handed = [(label, read_handed(stream, pair, keys))]
            taken = take_over(recorder, handed, accepted, site.clock(), most)
            # Receipts come last: on a receipt, the open ledger forgets the message.
            if path != STANDARD_INPUT:
                write_receipts(Path(path), taken.receipts)
            results.append(taken.result)
    return together(results)


def ingest_files(site: Site, streams: Sequence[Stream]) -> IngestResult:
    """Record the lines of open files, with a progress bar on a terminal."""
    with progress_bar(say("progress", "recording"), size_of(streams), in_bytes=True) as advance:

        def show(progress: Progress) -> None:
            words = f"{progress.recorded:,} recorded, {progress.rejected:,} rejected"
            advance(progress.size_bytes, words)

        return ingest(
            site.open_recorder,
            streams,
            site.intake,
            Clocks(site.clock),
            show,
            limits=site.batch_limits,
        )


@configured("store")
def show_letter(
    settings: Settings,
    letter: Annotated[
        str, typer.Argument(metavar="LETTER", help="Its name, or the beginning of it.")
    ],
    as_json: Json = False,
) -> None:
    """Print a refused message, opened, byte for byte. It may hold personal data.

    With --json the letter, and its bytes in base64.
    """
    with open_site(settings) as site:
        session, reads = site.session("recorder"), site.reads("dead-letters")
        whole = whole_name(session, letter)
        with recording_reads(site):
            reads.note_many(CATEGORIES)
            opened_letter, body = open_letter(session, site.keyring(), whole)
            if is_hidden(opened_letter, body, accepted_now(site.intake, session), site.clock()):
                raise Reject(f"{NOT_HERE}; `ledger dead-letters retry` moves it")
            _print_letter(opened_letter, body, as_json)


def _print_letter(letter: Letter, body: bytes, as_json: bool) -> None:
    if as_json:
        members = msgspec.structs.asdict(letter_row(letter))
        emit(OpenedLetter(**members, body=b64encode(body).decode()))
        return
    if letter.mode != "structured":
        tell("mode", letter.mode)
    emit_bytes(body)


@configured("store")
def hand_over_withheld(
    settings: Settings,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="File to write; only you may read it.")
    ],
    remove: Annotated[bool, switch("--remove", "Forget the messages that have a receipt.")] = False,
    as_json: Json = False,
) -> None:
    """Write the messages that are not for this ledger, sealed for the holder of their key.

    The last line of the file is a signature over all of it. A message stays here until you give the same
    command with --remove, and FILE.receipt has the receipt that the holder of the key gave for it. Messages
    that are more than a file may hold go into further files, such as FILE-2.
    """
    with open_site(settings) as site:
        answer = _forgotten(site, file) if remove else _handed_over(site, file)
        waiting = count_withheld(site.session("recorder"))
    if remove and waiting:
        tell("without-receipt", waiting)
    print_answer(answer, partial(named_values, "withheld"), as_json)


def _forgotten(site: Site, file: Path) -> HandedOver:
    return HandedOver(removed=forget_received(site.session("recorder"), site.keyring(), file))


def _handed_over(site: Site, file: Path) -> HandedOver:
    key = site.withheld_key
    if key is None:
        raise Misconfigured(
            "there is no key to which messages are sealed: nothing is withheld here"
        )
    signer = signing_key(site.settings).load()
    count, files = hand_over(site.session("recorder"), file, site.settings.log.origin, key, signer)
    return HandedOver(handed_over=count, files=[str(each) for each in files])
