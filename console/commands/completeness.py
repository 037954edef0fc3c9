"""Commands about completeness: a proof for a person, its verification, and every root computed again."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from application.queries.reports.completeness import (
    RecomputedEpochs,
    completeness_proof,
    verified,
    written,
)
from application.queries.subjects import check_person
from console.commands.log import Keys, PolicyFile, read_file, trusted_by
from console.commands.people import Subject, reading
from console.flags import Json, configured, option, spoken_to
from console.output import is_standard_output, print_answer, write_private
from console.show.upkeep import named_values
from host.keys import log_key
from host.settings import Settings
from ledger.completeness.auditing import checked_epochs, differing
from ledger.completeness.proof import Completeness, check, encode, parse
from ledger.errors import Unproven
from ledger.tlog.proving.reading import published
from ledger.tlog.store.folder import LogFolder
from projections.folds.timetravel import Moment


@configured("store", "log")
def write_completeness(
    settings: Settings,
    subject: Subject,
    output: Annotated[
        Path | None, option("--output", "FILE", "Write there [completeness.json].")
    ] = None,
    as_json: Json = False,
) -> None:
    """Write the proof that all entries about a person are known: one file for `ledger report verify`.

    It goes with an access report. It covers what `ledger publish` covered in its last epoch, an hour ago at
    most. `-` is standard output.
    """
    check_person(subject)
    target = output or Path("completeness.json")
    completeness = Completeness(settings.log.folder, settings.log.epochs_folder)
    with reading(settings, "report", Moment(), subject) as (_, source):
        proof = completeness_proof(source, completeness, subject)
        write_private(target, encode(proof))
    if completeness.epoch and not is_standard_output(target):
        answer = written(proof, completeness.epoch.covers, subject, str(target))
        print_answer(answer, partial(named_values, "completeness"), as_json)


@spoken_to
def verify_completeness(
    _: typer.Context,
    keys: Keys = None,
    policy: PolicyFile = None,
    report: Annotated[
        Path | None, option("--report", "FILE", "Access report in JSON that must tell every entry.")
    ] = None,
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help="The proof; without it: standard input."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Check a proof that all entries about a person are known, and that an access report tells each.

    It needs the files and the keys of both logs, or a policy: no database, no network, no settings. Exit
    status 1 when it proves nothing, or when the report leaves an entry out.
    """
    complete = check(parse(read_file(file)), *trusted_by(keys, policy))
    answer = verified(complete, read_file(report) if report else None)
    print_answer(answer, partial(named_values, "completeness"), as_json)


@configured("store", "log")
def recompute_epochs(settings: Settings, as_json: Json = False) -> None:
    """Compute the root of every epoch of completeness again from the log's entries, and compare.

    It needs the files of both logs and their public keys. Exit status 1 when an epoch differs.
    """
    log = settings.log
    epochs, policy = LogFolder(log.epochs_folder), log.policy
    signed = published(epochs)
    size = signed.checkpoint.size if signed else 0
    keys = (*log_key(settings).known(), *(policy.keys if policy else ()))
    found = checked_epochs(epochs, size, keys)
    if wrong := next(differing(LogFolder(log.folder), found, lambda: None), None):
        raise Unproven(f"the epoch of {wrong.covers} entries has another root than they come to")
    answer = RecomputedEpochs(log.origin, size)
    print_answer(answer, partial(named_values, "completeness"), as_json)
