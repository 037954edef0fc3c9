"""Commands about certificates of erasure: write one, verify one."""

from pathlib import Path
from typing import Annotated

import typer
from msgspec.structs import replace

from application.language import spoken
from application.queries.keeping.certified import certified
from console.commands.log import (
    Keys,
    PolicyFile,
    published_entry,
    read_file,
    trusted_by,
)
from console.flags import Json, code_option, configured, option, spoken_to, time_of
from console.output import emit, is_standard_output, print_answer, write_private
from console.show.retention import certificate_table
from documents.certificate_letter import EnclosedCertificate, certificate_document
from documents.report_page import report_page
from documents.report_pdf import report_pdf
from host.keys import log_key
from host.settings import Settings
from host.wiring import utc_now
from ledger.tlog.proving.certificate import (
    ProvenEntry,
    encode_certificate,
    parse_certificate,
    verify,
)
from ledger.tlog.proving.proof_file import encode_proof
from ledger.tlog.proving.reading import prove
from ledger.tlog.store.folder import LogFolder

FORMATS = ("json", "html", "pdf")


@configured("store", "log", "register")
def write_certificate(
    settings: Settings,
    position: Annotated[
        int,
        typer.Argument(metavar="POSITION", min=2, help="Of the erasure, as `ledger erase` says."),
    ],
    output: Annotated[
        Path | None, option("--output", "FILE", "Write there [POSITION.erasure.F].")
    ] = None,
    form: Annotated[str, code_option("--format", "F", FORMATS)] = "json",
    at: Annotated[
        str | None, option("--at", "T", "Time of a letter, with offset. Default: now.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Write the proof that the ledger decided an erasure and carried it out: one file for `certificate
    verify`.

    It needs the log's files alone, once they hold the erasure; after `ledger prune` also the database. As
    `html` or `pdf` it is a letter to the person with that file inside, in Dutch unless --language says
    otherwise. `-` is standard output.
    """
    made_at = time_of("--at", at) or utc_now()
    folder = LogFolder(settings.log.folder)
    decided, erased = (_proven(settings, folder, one) for one in (position - 1, position))
    content = encode_certificate(decided, erased)
    keys = log_key(settings).known()
    # Checked before it is written: a certificate that fails is of no use to its reader.
    answer = certified(verify(parse_certificate(content), keys))
    target = output or Path(f"{position}.erasure.{form}")
    if form == "json":
        write_private(target, content)
    else:
        name = f"{position}.erasure.json"
        enclosed = EnclosedCertificate(name, content, tuple(key.text for key in keys))
        letter = certificate_document(answer, enclosed, settings.controller, made_at, spoken("nl"))
        page = report_page(letter) if form == "html" else report_pdf(letter, made_at)
        write_private(target, page)
    if as_json and not is_standard_output(target):
        emit(replace(answer, certificate=str(target)))


def _proven(settings: Settings, folder: LogFolder, position: int) -> ProvenEntry:
    entry = published_entry(settings, folder, position)
    return ProvenEntry(entry, encode_proof(prove(folder, position)))


@spoken_to
def verify_certificate(
    _: typer.Context,
    keys: Keys = None,
    policy: PolicyFile = None,
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help="The certificate; without it: standard input."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Check a certificate of erasure, and print what it proves.

    It needs the file and the log's key, or a policy: no database, no network, no settings. Exit status 1
    when it proves nothing.
    """
    trusted = trusted_by(keys, policy)
    answer = certified(verify(parse_certificate(read_file(file)), *trusted))
    print_answer(answer, certificate_table, as_json)
