"""Commands of the transparency log: publish, checkpoint, prove, verify, and its keys."""

from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from application.queries.upkeep.log import (
    LogKeys,
    NewLogKey,
    age_s,
    proof_answer,
    published_answer,
    signed_answer,
    verified_answer,
)
from console.flags import Json, configured, option, spoken_to, switch
from console.output import (
    emit,
    emit_bytes,
    is_standard_output,
    print_answer,
    write_file_as,
    write_private,
)
from console.show.upkeep import named_values
from console.streams import STANDARD_INPUT, opened
from host.epochs import epochs_of
from host.keys import completeness_key, log_key
from host.running.watching import Watch, begun, refused, watching
from host.settings import Settings
from host.signals import stopping
from host.wiring import open_site, utc_now
from ledger.errors import LedgerError, Misconfigured, Unproven
from ledger.metrics import Figures
from ledger.storage.postgres import Session
from ledger.tlog.proving.left import entry_left, row_entry
from ledger.tlog.proving.proof_file import encode_proof, parse_proof, proven_event
from ledger.tlog.proving.reading import prove, published
from ledger.tlog.publishing.metrics import PublisherMetrics, checkpoint_figures
from ledger.tlog.publishing.observer import PublisherObserver
from ledger.tlog.signing.keys import LogKey, VerifierKey, parse_verifier_key
from ledger.tlog.signing.policy import Policy, parse_policy
from ledger.tlog.store.folder import LogFolder

Keys = Annotated[
    list[str] | None, option("--key", "VKEY", "Verification key of the log; may be repeated.")
]
PolicyFile = Annotated[
    Path | None, option("--policy", "FILE", "Logs and witnesses to trust, and their quorum.")
]
Completeness = Annotated[
    bool, switch("--completeness", "Of the second log, which signs that nothing was left out.")
]
# Longer than any proof, entry or certificate.
_LIMIT_BYTES = 2_500_000
_PUBLISHED = partial(named_values, "published")


@configured("store", "log", "serving")
def publish(
    settings: Settings,
    once: Annotated[bool, switch("--once", "Stop when all recorded events are published.")] = False,
    as_json: Json = False,
) -> None:
    """Put recorded events into the Merkle log and sign checkpoints of it, until SIGTERM."""
    if not once:
        _follow(settings)
        return
    with open_site(settings, opens_values=False) as site, closing(site.publisher()) as publisher:
        answer = published_answer(publisher.publish_once())
        print_answer(answer, _PUBLISHED, as_json)
        # What is published is told, also where the epoch over it cannot be taken.
        epochs_of(site).take()


def _follow(settings: Settings) -> None:
    folder = LogFolder(settings.log.folder)

    def read(_: Session) -> Figures:
        signed = published(folder)
        return checkpoint_figures(signed, age_s(folder, utc_now()) if signed else 0.0)

    with (
        watching(settings, "publish", reading=False) as watch,
        begun(watch, lambda: open_site(settings, opens_values=False)) as site,
    ):
        metrics = PublisherMetrics.on(watch.registry)
        observer = metrics.counting(_observer(watch))
        watch.ready["log"] = partial(refused, partial(_check_log_kept, folder))
        watch.ready["keys"] = partial(refused, site.log_key.load)
        with (
            watch.sampling(site, read, metrics.show),
            stopping() as stop,
            closing(site.publisher(observer)) as publisher,
        ):
            publisher.follow(stop, epochs_of(site, observer).take_due)


def _check_log_kept(folder: LogFolder) -> None:
    """Every log begins with the checkpoint of an empty tree. Raises Misconfigured when none is there."""
    if folder.history.last() is None:
        raise Misconfigured(
            f"{folder.path} holds no checkpoint: put the log's folder back, or set LEDGER_LOG_DIR to"
            " where it is"
        )


def _observer(watch: Watch) -> PublisherObserver:
    """Logs what an operator should see of a publisher."""

    def log_published(size: int, entries: int) -> None:
        text = f"a checkpoint of {size} entries is published"
        watch.says.debug("published", text, size=size, entries=entries)

    def log_failed(error: LedgerError) -> None:
        watch.says.warning("publication", str(error), fault=type(error).__name__)

    return PublisherObserver(looked=watch.pulse.beat, published=log_published, failed=log_failed)


@configured("store", "log")
def show_checkpoint(settings: Settings, as_json: Json = False) -> None:
    """Print the latest signed checkpoint, byte for byte; with --json also what it says."""
    folder = LogFolder(settings.log.folder)
    signed = published(folder)
    if signed is None:
        raise Unproven(f"there is no checkpoint in {folder.path}: run `ledger publish`")
    if as_json:
        emit(signed_answer(signed, age_s(folder, utc_now())))
    else:
        emit_bytes(signed.content)


@configured("store", "log")
def write_proof(
    settings: Settings,
    position: Annotated[int, typer.Argument(metavar="POSITION", min=1)],
    output: Annotated[
        Path | None, option("--output", "FILE", "Write there [POSITION.tlog-proof].")
    ] = None,
    entry: Annotated[
        Path | None, option("--entry", "FILE", "File to which the entry itself is written, too.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Write the proof that the log holds the event of a position: one file for `ledger verify`.

    It needs the log's files alone, and the database for an entry whose bundle was pruned. `-` is standard
    output.
    """
    folder = LogFolder(settings.log.folder)
    target = output or Path(f"{position}.tlog-proof")
    proof = prove(folder, position)
    if entry:
        write_private(entry, published_entry(settings, folder, position))
    write_file_as(target, encode_proof(proof), 0o644)
    if is_standard_output(target) or is_standard_output(entry):
        return
    answer = proof_answer(proof, str(target), str(entry) if entry else None)
    print_answer(answer, partial(named_values, "proof"), as_json)


def published_entry(settings: Settings, folder: LogFolder, position: int) -> bytes:
    """The entry that the log holds at a position; the ledger is opened only where its bundle was pruned.

    Raises EventPruned or Unproven.
    """

    def row(position: int) -> bytes | None:
        with open_site(settings, opens_values=False) as site:
            return row_entry(site.session("reader"), position)

    return entry_left(folder, position, row)


@spoken_to
def verify_proof(
    _: typer.Context,
    entry: Annotated[Path, option("--entry", "ENTRY", "File with the entry to look for.")],
    keys: Keys = None,
    policy: PolicyFile = None,
    proof: Annotated[
        Path | None,
        typer.Argument(metavar="[PROOF]", help="The proof; without it: standard input."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Check the proof that an entry is at its position in the log of this key.

    It needs the two files and the key, or a policy: no database, no network, no settings. Exit status 1
    when the proof does not hold.
    """
    trusted = trusted_by(keys, policy)
    content = read_file(entry)
    checkpoint = proven_event(parse_proof(read_file(proof)), content, *trusted)[1]
    answer = verified_answer(checkpoint, content)
    print_answer(answer, partial(named_values, "verified"), as_json)


def trusted_by(
    keys: list[str] | None, policy: Path | None
) -> tuple[list[VerifierKey], Policy | None]:
    """The keys and the policy of a verification. Raises Misconfigured where there are none."""
    if not keys and not policy:
        raise Misconfigured("expected --key, or --policy")
    verifiers = [parse_verifier_key(key) for key in keys or ()]
    return verifiers, _policy_of(policy) if policy else None


def _policy_of(path: Path) -> Policy:
    try:
        text = read_file(path).decode()
    except (OSError, ValueError):
        raise Misconfigured("expected a policy file that can be read") from None
    return parse_policy(text)


def read_file(path: Path | None) -> bytes:
    """A file of a proof; standard input without one."""
    with opened(str(path or STANDARD_INPUT)) as file:
        return file.read(_LIMIT_BYTES)


@configured("store", "log")
def show_log_keys(
    settings: Settings, completeness: Completeness = False, as_json: Json = False
) -> None:
    """Print the verification keys of the log, oldest first: give them to each verifier."""
    log = _key(settings, completeness)
    keys = [key.text for key in log.known()]
    if not keys and completeness:
        raise Misconfigured("the log of completeness has no key yet: run `ledger publish --once`")
    if not keys:
        raise Misconfigured("the log has no key yet: run `ledger init`")
    if as_json:
        emit(LogKeys(log.origin, keys))
    else:
        emit_bytes("".join(f"{key}\n" for key in keys).encode())


@configured("store", "log")
def rotate_log_key(
    settings: Settings, completeness: Completeness = False, as_json: Json = False
) -> None:
    """Make a new key, sign with it from now on, and print it. What older keys signed stays verifiable.

    Start a running publisher again. Hand the new key to everybody who holds the old key.
    """
    log = _key(settings, completeness)
    key = log.rotate().verifier.text
    if as_json:
        emit(NewLogKey(log.origin, key))
    else:
        emit_bytes(f"{key}\n".encode())


def _key(settings: Settings, completeness: bool) -> LogKey:
    return completeness_key(settings) if completeness else log_key(settings)


@configured("store", "log")
def rebuild_log(settings: Settings, as_json: Json = False) -> None:
    """Write the log's folder again from the database when it is lost, and sign the tree that it last signed.

    Refused if the folder holds a log, or if the database holds other entries than the log signed. Not for a
    database that came from a backup: it may lack what the log signed since.
    """
    with open_site(settings, opens_values=False) as site, closing(site.publisher()) as publisher:
        answer = published_answer(publisher.rebuild())
    print_answer(answer, _PUBLISHED, as_json)
