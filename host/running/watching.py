"""The visible side of a running command: its log, its metrics, its health. Composition only."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from typing import Literal, TypeVar

import consumers.metrics
import consumers.post_metrics
import host.running.push_metrics
import ledger.metrics
import ledger.tlog.publishing.metrics
import projections.metrics
from application.queries.upkeep.health import LogPromise, promise_of
from host.logs import Log, begin_logs
from host.running.health import ALIVE_S, Check, Pulse, missing
from host.running.reaching import once_there_is_room
from host.running.sampling import PROBE_S, PROBE_STALE_S, Sampler
from host.running.serving import Pages, serve
from host.running.watchdog import watched
from host.settings import Settings
from host.signals import SUPERVISOR
from host.site import Site
from host.wiring import check_keys_held
from ledger.errors import Halt, LedgerError, Retry
from ledger.figures import JournalFigures, ledger_figures
from ledger.metrics import Figures, LedgerMetrics, Series, new_registry, render
from ledger.storage.postgres import Session
from ledger.tlog.publishing.fence import Fence
from projections.figures import counted
from projections.metrics import ViewMetrics

T = TypeVar("T")
Process = Literal["run", "consume", "project", "publish", "upkeep", "serve", "push"]
PORTS: dict[Process, int] = {
    "run": 9463,
    "consume": 9464,
    "project": 9465,
    "publish": 9466,
    "upkeep": 9467,
    "serve": 9468,
    "push": 9469,
}
# Both ledgers may run on one machine.
CONFIDENTIAL_PORTS = 10

# Those that write to the ledger itself. The publisher compares with its own files.
WRITING: tuple[Process, ...] = ("consume", "run", "serve", "upkeep")

# For the documentation: who serves which metrics.
MADE: tuple[tuple[str, tuple[Series, ...]], ...] = (
    ("every process", ledger.metrics.OWN),
    (", ".join(WRITING), ledger.metrics.FENCE),
    ("run, upkeep; project by itself", ledger.metrics.READ),
    ("run, upkeep; project by itself", projections.metrics.COUNTED),
    ("consume", consumers.metrics.SERIES),
    ("project", (*projections.metrics.WORK, *projections.metrics.PROGRESS)),
    ("publish", ledger.tlog.publishing.metrics.SERIES),
    ("serve", consumers.post_metrics.SERIES),
    ("push", host.running.push_metrics.SERIES),
)

Read = Callable[[Session], Figures]
Show = Callable[[Figures | None], None]


def port_of(settings: Settings, process: Process) -> int:
    """The port that a process serves on when it is told none, 0 for any."""
    if settings.serving.port is not None:
        return settings.serving.port
    return PORTS[process] + CONFIDENTIAL_PORTS * settings.confidential


def supervised() -> bool:
    """Whether this process is a part of `ledger run`."""
    return SUPERVISOR in os.environ


def _nothing(_: Session) -> Figures:
    return {}


def _shown_nowhere(_: Figures | None) -> None:
    """No metrics: there are no figures to show."""


class Watch:
    """One process as it is seen from outside. `reading`: whether it speaks for the ledger as a whole."""

    def __init__(self, process: Process, settings: Settings, *, reading: bool) -> None:
        self.says = Log(process)
        self.pulse = Pulse(ALIVE_S + settings.database_patience_s)
        self.registry = new_registry()
        self.live: dict[str, Check] = {"main-loop": self.pulse.check}
        self.ready: dict[str, Check] = {"main-loop": self.pulse.started}
        self.waiting: dict[str, Check] = {}
        self._own = LedgerMetrics.on(self.registry, reading=reading, writing=process in WRITING)
        self._views = ViewMetrics.on(self.registry) if reading else None
        self._samplers: list[Sampler] = []
        self._journal_unread = False

    def metrics(self, accept: str) -> tuple[str, bytes]:
        """Content type and text of all metrics."""
        for sampler in self._samplers:
            sampler.check()  # figures that are too old are taken away
        return render(self.registry, accept)

    @contextmanager
    def sampling(
        self, site: Site, read: Read | None = None, show: Show = _shown_nowhere
    ) -> Iterator[None]:
        """Ask the database all the time, and read figures now and then.

        `read`, `show`: what this process shows by itself; None where it shows nothing.
        """

        def show_all(figures: Figures | None) -> None:
            self._own.show(figures)
            if self._views:
                self._views.show(figures)
            show(figures)

        def connect() -> Session:
            return site.database.connect(site.ledger, "reader")

        up = self._own.show_up
        probe = Sampler(connect, _nothing, up, every_s=PROBE_S, stale_s=PROBE_STALE_S)
        self.ready["database"] = probe.check
        self._samplers.append(probe)
        if self._own.fence:
            self.ready["keys"] = partial(refused, partial(check_keys_held, site.settings))
        if self._own.fence and site.fence:
            fence = _Fenced(site.fence)
            self.ready["promise"] = fence.check
            self._samplers.append(Sampler(connect, fence.read, self._own.show_fence))
        if read or self._views:
            self._samplers.append(Sampler(connect, self._reading(site, read), show_all))
        for sampler in self._samplers:
            sampler.start()
        try:
            yield
        finally:
            for sampler in self._samplers:
                sampler.stop()

    def _reading(self, site: Site, read: Read | None) -> Read:
        """Reads what this process shows by itself, and of the ledger as a whole where it speaks for that."""
        journal = JournalFigures(site.journal)

        def read_all(session: Session) -> Figures:
            figures = dict(read(session)) if read else {}
            if self._views:
                figures |= ledger_figures(session, site.ledger, site.clock())
                figures |= self._journal_of(journal, session)
                figures |= counted(session, site.clock())
            return figures

        return read_all

    def _journal_of(self, journal: JournalFigures, session: Session) -> Figures:
        """The journal's content; empty if it cannot be read: that is no fault of the database."""
        try:
            return journal.read(session)
        except (Halt, OSError) as error:
            if not self._journal_unread:
                self._journal_unread = True
                message = "the erasure journal cannot be read, so its figures are missing"
                self.says.error("journal", message, fault=type(error).__name__)
            return {}


def refused(need: Callable[[], object]) -> str | None:
    """Why a process can do nothing: what it needs, such as keys, was lost meanwhile. It is not made anew."""
    try:
        need()
    except LedgerError as error:
        return str(error)
    return None


class _Fenced:
    """Whether the database has what its log promised, as a process that writes sees it."""

    def __init__(self, fence: Fence) -> None:
        self._fence = fence
        self._promise: LogPromise | None = None

    def read(self, session: Session) -> Figures:
        """Look, and say it in figures."""
        self._promise = promise = promise_of(partial(self._fence.look, session))
        return {
            "ledger_fenced": {(): float(not promise.is_fine)},
            "ledger_promise_unread": {(): float(promise.state == "unread")},
        }

    def check(self) -> str | None:
        """Why the process writes nothing."""
        promise = self._promise
        return promise.why if promise and not promise.is_fine else None


@contextmanager
def begun(
    watch: Watch,
    begin: Callable[[], AbstractContextManager[T]],
    stop: Callable[[], bool] = lambda: False,
) -> Iterator[T]:
    """The start of a process, such as its site, until the block ends; it waits while the disk is full."""
    why: list[str] = []
    watch.ready["room"] = lambda: why[-1] if why else None

    def away(fault: Retry, delay_s: float) -> None:
        why.append(str(fault))
        watch.says.warning("away", f"{fault}; again in {delay_s:.1f} s", fault=type(fault).__name__)

    with ExitStack() as stack:
        made = once_there_is_room(lambda: stack.enter_context(begin()), stop, away)
        del watch.ready["room"]
        yield made


@contextmanager
def watching(settings: Settings, process: Process, *, reading: bool) -> Iterator[Watch]:
    """Log and serve as a running command. Raises Misconfigured when the port is taken."""
    begin_logs(settings.serving, process)
    watch = Watch(process, settings, reading=reading)
    host, port = settings.serving.host, port_of(settings, process)
    pages = Pages(watch.metrics, watch.live, watch.ready, watch.waiting)
    with serve(host, port, pages) as address:
        watch.says.info(
            "serving", f"metrics and health are on {address.url}", port=address.port, host=host
        )
        with watched(lambda: not missing(watch.live)):
            yield watch
