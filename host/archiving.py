"""Archives of a ledger: writing what its log published, and checking that, without the database.

Arrow and Parquet come with the extra `scale`, Spark with `spark`; they are imported here when they are asked
for, not before.
"""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from importlib import import_module
from pathlib import Path

from application.queries.upkeep.archives import ArchivedCounts, ArchivedHistory, archived, asked
from archive.manifest import BUCKET, CheckedArchive, verify_manifest
from host.keys import log_key
from host.settings import Settings
from host.site import Site
from ledger.audit import Findings
from ledger.cycles import seldom
from ledger.errors import Misconfigured, Unproven
from ledger.tlog.proving.reading import published
from ledger.tlog.signing.checkpoints import verify_checkpoint
from ledger.tlog.store.folder import LogFolder
from projections.following.engines import Engine


def archive_published(
    settings: Settings, address: str, segment_events: int | None, wrote: Callable[[int], None]
) -> ArchivedHistory:
    """Write what is published and not archived yet.

    `segment_events`: of a new archive, None for the usual size. `wrote`: is told the last position that is
    archived. Raises Misconfigured, Unproven, Busy, ServiceAway.
    """
    _check_extra()
    seldom()
    from archive.places import place_at
    from archive.writing import PublishedHistory, archive

    folder = LogFolder(settings.log.folder)
    signed = published(folder)
    if signed is None:
        raise Unproven(f"there is no checkpoint in {folder.path}: run `ledger publish`")
    verify_checkpoint(signed.content, log_key(settings).known())
    history = PublishedHistory(folder, signed)
    done = archive(history, place_at(address), segment_events, lambda grown: wrote(grown.last))
    return archived(done.after, done.before.last, history.size)


def audit_archive(settings: Settings, address: str) -> CheckedArchive:
    """Check an archive against what this ledger's log signed. Raises Misconfigured, ServiceAway."""
    _check_extra()
    from archive.checking import check_archive
    from archive.places import place_at

    keys = log_key(settings).known()
    if not keys:
        raise Misconfigured("the log has no key yet: run `ledger init`")
    return check_archive(place_at(address), keys, Findings())


def asked_archive(
    settings: Settings, address: str, question: str, master: str | None = None
) -> ArchivedCounts:
    """The answer of an archive to a question; its bytes are not checked. Raises Misconfigured, Unproven.

    `master`: of Spark; None: DuckDB answers in this process.
    """
    _check_extra()
    office = (settings.privacy_office,)
    if master:
        _check_spark()
        if address.startswith(BUCKET):
            raise Misconfigured(
                "Spark answers over a folder that each executor sees, not over a bucket"
            )
        from archive.spark.asking import ask_spark
        from archive.spark.starting import spark

        with spark(master) as context:
            return asked(ask_spark(context, Path(address), question, office))
    from archive.asking import Archive
    from archive.places import place_at

    with closing(Archive(place_at(address), office)) as archive:
        return asked(archive.ask(question))


@contextmanager
def spark_engine(site: Site, address: str, master: str) -> Iterator[Engine]:
    """The engine that folds a rebuild from an archive on Spark. The archive must belong to this ledger's log.

    Raises Misconfigured, Unproven, ServiceAway.
    """
    _check_extra()
    _check_spark()
    from archive.places import place_at
    from archive.spark.engine import SparkEngine
    from archive.spark.starting import spark
    from archive.writing import begun_manifest

    manifest = begun_manifest(place_at(address))
    verify_manifest(manifest, site.log_key.known())
    if manifest.origin != site.settings.log.origin:  # its events may be others than this ledger's
        raise Misconfigured(f"the archive is of the log {manifest.origin}")
    session = site.session("projector")
    if not address.startswith(BUCKET):  # executors are at work in folders of their own
        address = str(Path(address).absolute())
    with spark(master) as context:
        yield SparkEngine(context, address, manifest, session, site.privacy_office)


def _check_spark() -> None:
    try:
        import_module("pyspark")
    except ModuleNotFoundError:
        raise Misconfigured(
            "this needs Spark: install the extra `spark` of processing-ledger"
        ) from None


def _check_extra() -> None:
    try:
        import_module("pyarrow")
        import_module("duckdb")
    except ModuleNotFoundError:
        raise Misconfigured(
            "archives need Arrow and DuckDB: install the extra `scale` of processing-ledger"
        ) from None
