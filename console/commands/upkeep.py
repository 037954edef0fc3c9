"""Commands about the ledger itself: status, audit, keys, and the views that follow it."""

from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from application.auditing import audit_site
from application.command_line import command
from application.following import build_again
from application.lookups import codes
from application.queries.upkeep.archives import audited_archive
from application.queries.upkeep.health import (
    RebuiltViews,
    audited,
    key_status,
    promise_of,
    reports,
    rotated,
    status,
)
from application.queries.upkeep.log import checkpoint_now
from application.words import say
from console.commands.approving import need_second_person
from console.commands.failing import fail_unless
from console.commands.log import read_file
from console.flags import Json, configured, option, option_of, switch
from console.output import print_answer, write_new
from console.progress import Advance, progress_bar
from console.show.upkeep import audit_tables, named_values, reports_table, status_tables
from console.spark_flags import MASTER, Master, SparkAlone, check_spark
from console.tree import runs_confidential
from host.archiving import audit_archive, spark_engine
from host.fencing import fence_of
from host.running.forgetting import forget_due
from host.running.kafka_lags import kafka_lags
from host.settings import Settings
from host.wiring import audited_site, open_site
from ledger.audit.baseline import read_baseline, written_baseline
from ledger.keys.rotation import epochs
from ledger.tlog.store.folder import LogFolder
from projections import views_of
from projections.folds.view import View
from projections.following.apart import MOST_PROCESSES


@configured("store", "kafka", "log")
def show_status(settings: Settings, as_json: Json = False) -> None:
    """Print how far recording, views and Kafka are, and what became of the messages that arrived.

    For each topic: messages = recorded + duplicates + refused + quarantined. Lag in Kafka needs
    LEDGER_KAFKA_BOOTSTRAP. Exit status 1 when the database lacks or contradicts what its log has promised.
    """
    with open_site(settings, opens_values=False) as site:
        session = site.session("reader")
        lags = kafka_lags(session.rows("bookmark_offsets"), settings.kafka)
        checkpoint = checkpoint_now(LogFolder(settings.log.folder), site.clock())
        promise = promise_of(partial(fence_of(settings).look, session))
        answer = status(session, lags, checkpoint, promise, site.clock())
    print_answer(answer, status_tables, as_json)
    fail_unless(promise.is_fine)


@configured("store")
def rebuild_views(
    settings: Settings,
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[VIEW]...",
            help="Views; without it: all.",
            autocompletion=lambda: [view.name for view in views_of(runs_confidential())],
            callback=option_of(lambda: codes(view.name for view in views_of(runs_confidential()))),
        ),
    ] = None,
    processes: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=MOST_PROCESSES,
            help="Processes that fold events; without it: one for each core, if there are enough events.",
        ),
    ] = None,
    engine: SparkAlone = None,
    archive: Annotated[
        str | None,
        option("--archive", "ARCHIVE", "The archive that Spark folds; it reads nothing else."),
    ] = None,
    master: Master = None,
    as_json: Json = False,
) -> None:
    """Build views again beside the views in use, compare them, and swap.

    With `--engine spark`, Apache Spark folds the events from an archive; that needs the extra `spark`.
    Exit status 1 when a view was not what the events say; it is from now on.
    """
    _check_engine(engine, archive, master, processes)
    views = _views(names or [], settings)
    with open_site(settings, opens_values=False) as site:
        spark = spark_engine(site, archive, master or MASTER) if archive else nullcontext()
        with spark as folds:
            comparisons = build_again(site, views, processes, folds)
    answer = RebuiltViews(reports(comparisons))
    print_answer(answer, lambda answer: reports_table("rebuilt", answer.views), as_json)
    fail_unless(all(view.ok for view in comparisons))


def _check_engine(
    engine: str | None, archive: str | None, master: str | None, processes: int | None
) -> None:
    """Raise BadParameter for options of another engine."""
    check_spark(engine, master)
    if (archive is None) is not (engine is None):
        raise typer.BadParameter("--engine spark needs --archive, and the other way round")
    if engine and processes:
        raise typer.BadParameter("--processes does not apply to --engine spark; use --master")


def _views(names: list[str], settings: Settings) -> list[View[object]]:
    every_view = views_of(settings.confidential)
    return [view for view in every_view if view.name in names] or list(every_view)


@configured("store", "log")
def show_audit(
    settings: Settings,
    views: Annotated[bool, switch("--views", "Compare the views with the events, too.")] = False,
    archive: Annotated[
        str | None,
        option("--archive", "ARCHIVE", "Read this archive instead, without the database."),
    ] = None,
    since: Annotated[
        Path | None,
        option(
            "--since",
            "CHECKPOINT",
            "A checkpoint of an earlier audit: look only at what came later.",
        ),
    ] = None,
    baseline: Annotated[
        Path | None,
        option(
            "--baseline", "FILE", "What you accept of the server, as --write-baseline wrote it."
        ),
    ] = None,
    new_baseline: Annotated[
        Path | None,
        option("--write-baseline", "FILE", "Write what the server has beside the ledger to it."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Read the whole ledger and report everything that differs from what was recorded.

    It writes nothing but the file of --write-baseline. With --since it says under `not looked at` what it
    left out: audit the whole, too. Exit status 1 when there is a finding, or when events were published and
    the log is missing.
    """
    _refuse_together(archive, since, baseline or new_baseline, views=views)
    if archive:
        answer = audited_archive(audit_archive(settings, archive))
    else:
        kept = read_file(since) if since else None
        accepted = read_baseline(read_file(baseline)) if baseline else frozenset()
        with audited_site(settings) as site, progress_bar(say("audit", "title"), None) as advance:
            shown = _Shown(advance)
            audit = audit_site(site, views=views, progress=shown, since=kept, baseline=accepted)
        if new_baseline:
            write_new(new_baseline, written_baseline(audit.of_site))
        answer = audited(audit.ledger, audit.views, audit.unchecked)
    print_answer(answer, audit_tables, as_json)
    fail_unless(answer.ok)


def _refuse_together(
    archive: str | None, since: Path | None, baseline: Path | None, *, views: bool
) -> None:
    """An archive has no views and no server, and is read as a whole. Raises BadParameter."""
    if archive and views:
        raise typer.BadParameter("--archive reads no views: leave out --views")
    if since and views:
        raise typer.BadParameter("--since reads no views: leave out --views")
    if archive and since:
        raise typer.BadParameter("--archive reads all of an archive: leave out --since")
    if archive and baseline:
        raise typer.BadParameter("--archive reads no server: leave out the baseline")


class _Shown:
    """Progress of an audit, at a terminal: events that were read, and the part that is looked at."""

    def __init__(self, advance: Advance) -> None:
        self._advance, self._reached, self._parts = advance, 0, 0

    def began(self, what: str) -> None:
        """See `ledger.audit.Progress`."""
        self._parts += 1
        self.reached(self._reached)

    def reached(self, position: int) -> None:
        """See `ledger.audit.Progress`."""
        self._reached = position
        self._advance(position, say("audit", "part", self._parts))


@configured("store")
def show_keys(settings: Settings, as_json: Json = False) -> None:
    """Print the current key epoch, and when it ends."""
    with open_site(settings) as site:
        answer = key_status(epochs(site.session("reader"), site.provider), site.clock())
    print_answer(answer, partial(named_values, "keys"), as_json)


@configured("store")
def rotate_keys(
    settings: Settings,
    now: Annotated[bool, switch("--now", "Also when the epoch has not lasted its period.")] = False,
    as_json: Json = False,
) -> None:
    """End the key epoch: logs, replicas and backups forget what was erased in it.

    Without --now it does so only when the epoch has lasted its period, so a timer may run it every day. It
    also forgets dead letters past their retention.
    """
    with open_site(settings) as site:
        if now:  # only an epoch that has not lasted its period needs a second person
            epoch = epochs(site.session("reader"), site.provider).current
            need_second_person(site, "rotation", [epoch], command("keys", "rotate", now=True))
        rotation, letters = forget_due(site, now=now)
        answer = rotated(rotation, letters, epochs(site.session("reader"), site.provider))
    print_answer(answer, partial(named_values, "rotation"), as_json)
