"""The command that pushes who did what to a SIEM."""

from functools import partial
from typing import Annotated

import typer

from console.flags import configured, switch
from documents.ocsf import test_record
from host.notes import note
from host.open_side import open_settings
from host.running.push_metrics import PushMetrics
from host.running.pushing import Delivery, PushObserver, check_apart, deliveries, push
from host.running.receivers import ReceiverAway, receivers
from host.running.watching import Watch, begun, watching
from host.settings import Settings
from host.signals import stopping
from host.statuses import AWAY, FINE
from host.wiring import open_site, utc_now


@configured("store", "push", "serving")
def push_command(
    settings: Settings,
    test: Annotated[
        bool, switch("--test", "Send each receiver one record that tells of nothing, and stop.")
    ] = False,
    oldest: Annotated[
        bool, switch("--from-oldest", "Begin a receiver that was sent nothing at the oldest event.")
    ] = False,
) -> None:
    """Push reads, acts and configuration to a SIEM, until SIGTERM. Exit status 3 for a test that fails."""
    if test:
        raise typer.Exit(_tested(settings))
    with (
        watching(settings, "push", reading=False) as watch,
        begun(watch, lambda: open_site(settings, opens_values=False)) as site,
    ):
        if settings.open_settings is not None:
            check_apart(settings.push, open_settings(settings).push)
        observer = PushMetrics.on(watch.registry).counting(PushObserver(away=partial(_away, watch)))
        all_of = deliveries(settings.push, observer)
        for delivery in all_of:
            watch.ready[f"receiver-{delivery.receiver.name}"] = partial(_fault_of, delivery)
        with watch.sampling(site), stopping() as stop:
            push(site, all_of, stop, watch.pulse.beat, oldest=oldest)


def _tested(settings: Settings) -> int:
    status = FINE
    record = test_record(utc_now(), str(settings.ledger))
    for receiver in receivers(settings.push):
        try:
            receiver.send([record])
        except ReceiverAway as fault:
            note(f"push: {fault}")
            status = AWAY
        else:
            note(f"push: the receiver of {receiver.name} took a record")
    return status


def _away(watch: Watch, name: str, why: str, delay_s: float) -> None:
    watch.says.warning("push", f"{why}; again in {delay_s:.0f} s", receiver=name)


def _fault_of(delivery: Delivery) -> str | None:
    return delivery.fault
