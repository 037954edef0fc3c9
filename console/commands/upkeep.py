"""Commands about the ledger itself: status, audit, keys, and the views that follow it."""

from typing import Annotated

import typer

from application.auditing import audit_site
from application.following import build_again
from application.lookups import codes
from application.queries.tasks import command
from application.queries.upkeep import (
    RebuiltViews,
    audited,
    key_status,
    reports,
    rotated,
    status,
)
from console.commands.approving import need_second_person
from console.commands.failing import fail_unless
from console.commands.log import checkpoint_now
from console.flags import Json, configured, option_of
from console.output import emit, people
from console.show.upkeep import audit_tables, named_values, reports_table, status_tables
from host.running.forgetting import forget_due
from host.running.kafka_lags import kafka_lags
from host.settings import Settings
from host.wiring import audited_site, open_site
from ledger.keys.rotation import epochs
from projections import VIEWS
from projections.folds.digest import SLICES
from projections.folds.view import View

keys = typer.Typer(help="Keys and their epochs.", no_args_is_help=False)


def add_commands(app: typer.Typer) -> None:
    """Add the commands of this module to the program."""
    panel = "Upkeep"
    app.command("status", rich_help_panel=panel)(show_status)
    app.command("rebuild", rich_help_panel=panel)(rebuild_views)
    app.command("audit", rich_help_panel=panel)(show_audit)
    keys.command("status")(show_keys)
    keys.command("rotate")(rotate_keys)
    app.add_typer(keys, name="keys", rich_help_panel=panel)


@configured("store", "kafka", "log")
def show_status(settings: Settings, as_json: Json = False) -> None:
    """Print how far recording, views and Kafka are, and what became of what arrived.

    Of each topic: messages = recorded + duplicates + refused + quarantined. Lag in Kafka needs
    LEDGER_KAFKA_BOOTSTRAP.
    """
    with open_site(settings, opens_values=False) as site:
        session = site.session("reader")
        lags = kafka_lags(session.rows("bookmark_offsets"), settings.kafka)
        answer = status(session, lags, checkpoint_now(settings))
    if as_json:
        emit(answer)
    else:
        people().print(*status_tables(answer))


@configured("store")
def rebuild_views(
    settings: Settings,
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[VIEW]...",
            help="Views; without one, all.",
            autocompletion=lambda: [view.name for view in VIEWS],
            callback=option_of(lambda: codes(view.name for view in VIEWS)),
        ),
    ] = None,
    processes: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=SLICES,
            help="Processes that fold events; without it one a core, if there are enough events.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Build views again beside the ones in use, compare them, and swap.

    Exit status 1 when a view was not what the events say; it is from now on.
    """
    views = _views(names or [])
    with open_site(settings, opens_values=False) as site:
        made = build_again(site, views, processes)
    answer = RebuiltViews(reports(made))
    if as_json:
        emit(answer)
    else:
        people().print(reports_table("rebuilt", answer.views))
    fail_unless(all(view.ok for view in made))


def _views(names: list[str]) -> list[View[object]]:
    return [view for view in VIEWS if view.name in names] or list(VIEWS)


@configured("store", "log")
def show_audit(
    settings: Settings,
    views: Annotated[
        bool, typer.Option("--views", help="Compare the views with the events, too.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Read the whole ledger and report everything that is not as it was recorded.

    Writes nothing. Exit status 1 when there is a finding, or no log to compare with although something was
    published.
    """
    with audited_site(settings) as site:
        found = audit_site(site, views=views)
    answer = audited(found.ledger, found.views, found.unchecked)
    if as_json:
        emit(answer)
    else:
        people().print(*audit_tables(answer))
    fail_unless(answer.ok)


@configured("store")
def show_keys(settings: Settings, as_json: Json = False) -> None:
    """Print the current key epoch, and when it ends."""
    with open_site(settings) as site:
        answer = key_status(epochs(site.session("reader"), site.provider), site.clock())
    if as_json:
        emit(answer)
    else:
        people().print(named_values("keys", answer))


@configured("store")
def rotate_keys(
    settings: Settings,
    now: Annotated[
        bool, typer.Option("--now", help="Even when the epoch has not lasted its period.")
    ] = False,
    as_json: Json = False,
) -> None:
    """End the key epoch: logs, replicas and backups forget what was erased in it.

    Without --now only when the epoch has lasted its period, so that it may run every day. Dead
    letters past their retention are forgotten as well.
    """
    with open_site(settings) as site:
        if now:  # what is due by its period goes without anybody
            epoch = epochs(site.session("reader"), site.provider).current
            need_second_person(site, "rotation", [epoch], command("keys", "rotate", now=True))
        rotation, letters = forget_due(site, now=now)
        answer = rotated(rotation, letters, epochs(site.session("reader"), site.provider))
    if as_json:
        emit(answer)
    else:
        people().print(named_values("rotation", answer))
