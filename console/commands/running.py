"""Commands that go on until they are told to stop: consume, project, upkeep, run."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Annotated

import typer

from application.following import bring_up_to_date, follower, rebuild_outdated
from console.flags import configured, switch
from consumers.kafka import KafkaAnswers, KafkaSource
from consumers.loop import Consumer, Job, consume
from consumers.metrics import IntakeMetrics
from consumers.observer import ConsumerObserver as IntakeObserver
from consumers.source import Answers, OffsetRange, Partition
from consumers.store import resume
from host.kafka_options import options_of
from host.logs import RUN, run_id
from host.notes import note
from host.running.clocks import keeping_up
from host.running.intake_log import intake_observer
from host.running.listening import Address
from host.running.reaching import reach
from host.running.serving import reserved_port
from host.running.supervision import ChildProcess, supervise
from host.running.watching import PORTS, Process, Watch, begun, port_of, supervised, watching
from host.settings import KafkaSettings, Settings
from host.signals import stopping
from host.site import Site
from host.wiring import open_site
from ledger.clocks import Clocks
from ledger.embedded import behind
from ledger.errors import Retry
from ledger.metrics import Figures
from ledger.storage.postgres import Session
from projections.figures import progress, unbuilt
from projections.following.observer import FollowerObserver
from projections.following.runner import Follower
from projections.metrics import WorkMetrics

PARTS: tuple[Process, ...] = ("consume", "project", "publish")
# How soon a process that only waits notices that it is told to stop.
LOOK_S = 0.2


@configured("store", "intake", "kafka", "serving")
def consume_command(
    settings: Settings,
    resumed: Annotated[bool, switch("--resume", "First end a halt of the topics.")] = False,
    from_log_start: Annotated[
        bool, switch("--from-log-start", "Accept that a new partition has lost its oldest records.")
    ] = False,
) -> None:
    """Record what arrives from Kafka, until SIGTERM, which lets it finish the batch at hand.

    Exit status 1 when a topic is halted, or when the records in Kafka do not fit the ledger.
    """
    kafka = settings.need_kafka()
    with (
        watching(settings, "consume", reading=False) as watch,
        begun(watch, lambda: open_site(settings)) as site,
        watch.sampling(site),
        stopping() as stop,
        ExitStack() as stack,
    ):
        metrics = IntakeMetrics.on(watch.registry, kafka.topics)
        assigned = _Assigned(watch)
        observer = metrics.counting(assigned.observer())
        clients = reach(
            lambda: stack.enter_context(_clients(kafka)),
            stop,
            beat=watch.pulse.beat,
            away=assigned.waiting(observer),
        )
        if clients is None:
            return
        source, answers = clients
        watch.ready["broker"] = source.unconnected
        if resumed:
            resume(site.open_recorder, kafka.topics)
        consumer = consume(
            Job(kafka.topics, site.intake, site.batch_limits, from_log_start),
            source,
            site.open_recorder,
            Clocks(site.clock),
            answers=answers,
            observer=observer,
        )
        assigned.check_with(consumer)
        consumer.run(stop)


class _Assigned:
    """Whether a consumer knows its partitions, and has placed all of them."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._has_partitions = False
        self._held_back: dict[Partition, int] = {}
        watch.waiting["transactions"] = self._waiting_for_transactions

    def observer(self) -> IntakeObserver:
        logging = intake_observer(self._watch.says)

        def reassigned(partitions: frozenset[Partition]) -> None:
            self._has_partitions = True
            self._held_back = {}
            logging.reassigned(partitions)

        def extents(partition: Partition, extent: OffsetRange, now: float) -> None:
            self._held_back = {**self._held_back, partition: extent.held_back}
            logging.extents(partition, extent, now)

        return replace(
            logging, reassigned=reassigned, extents=extents, polled=self._watch.pulse.beat
        )

    def _waiting_for_transactions(self) -> str | None:
        """Which records no consumer may read before a producer ends its transaction."""
        open_ones = sorted((place, count) for place, count in self._held_back.items() if count)
        return (
            ", ".join(f"{count} records of {place} are not committed" for place, count in open_ones)
            or None
        )

    def waiting(self, observer: IntakeObserver) -> Callable[[Retry, float], None]:
        """A function that takes each fault before there is a consumer: the fault is why it is not ready."""

        def away(fault: Retry, delay_s: float) -> None:
            why = str(fault)
            self._watch.ready["assignment"] = lambda: why
            observer.away(fault, delay_s)

        return away

    def check_with(self, consumer: Consumer) -> None:
        """The process is ready when this consumer is."""

        def check() -> str | None:
            placed = self._has_partitions and consumer.settled
            return None if placed else "the partitions of this member are not placed yet"

        self._watch.ready["assignment"] = check


@contextmanager
def _clients(kafka: KafkaSettings) -> Iterator[tuple[KafkaSource, Answers | None]]:
    """Both ways to Kafka, or none of them."""
    with sourcing(kafka) as source, answering(kafka) as answers:
        yield source, answers


@contextmanager
def sourcing(kafka: KafkaSettings) -> Iterator[KafkaSource]:
    """A member of the consumer group, which leaves it at the end."""
    source = KafkaSource(options_of(kafka))
    try:
        yield source
    finally:
        source.close()


@contextmanager
def answering(kafka: KafkaSettings) -> Iterator[Answers | None]:
    """Where answers to upstream go; None when they go nowhere."""
    if kafka.answers is None:
        yield None
        return
    answers = KafkaAnswers(options_of(kafka), kafka.answers)
    try:
        yield answers
    finally:
        answers.close()


@configured("store", "serving")
def project(
    settings: Settings,
    once: Annotated[bool, switch("--once", "Stop when every view is up to date.")] = False,
) -> None:
    """Keep all views up to date with the ledger, until SIGTERM."""
    if once:
        with open_site(settings, opens_values=False) as site:
            rebuild_outdated(site, lambda text: note(f"project: {text}"))
            bring_up_to_date(site)
        return
    with (
        watching(settings, "project", reading=not supervised()) as watch,
        begun(watch, lambda: open_site(settings, opens_values=False)) as site,
    ):
        metrics = WorkMetrics.on(watch.registry)
        views = _Views(watch)
        with watch.sampling(site, views.read, metrics.show):
            rebuild_outdated(site, lambda text: watch.says.info("rebuild", text))
            observer = metrics.counting(views.observer())
            with stopping() as stop, follower(site, observer) as views_follower:
                views.check_with(views_follower)
                views_follower.follow(stop)


class _Views:
    """Whether all views are built, and none is halted."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._unbuilt: list[str] | None = None
        watch.ready["views"] = self._check

    def read(self, session: Session) -> Figures:
        """How far the views are."""
        self._unbuilt = unbuilt(session)
        return progress(session)

    def observer(self) -> FollowerObserver:
        watch = self._watch

        def folded(view: str, first: int, last: int, seconds: float) -> None:
            watch.says.debug(
                "folded",
                f"view {view} has positions {first} to {last}",
                view=view,
                first_position=first,
                last_position=last,
                seconds=round(seconds, 3),
            )

        return FollowerObserver(looked=watch.pulse.beat, folded=folded)

    def check_with(self, follower: Follower) -> None:
        """The process is ready when no view of this follower is halted."""

        def check() -> str | None:
            halted = sorted(follower.halted)
            return f"halted: {', '.join(halted)}" if halted else None

        self._watch.ready["halted-views"] = check

    def _check(self) -> str | None:
        if self._unbuilt is None:
            return "it is not known yet which are built"
        return f"not built yet: {', '.join(self._unbuilt)}" if self._unbuilt else None


@configured("store", "serving")
def upkeep_command(settings: Settings) -> None:
    """Keep keys and dead letters within their periods, until SIGTERM. Not needed beside `run`."""
    with (
        watching(settings, "upkeep", reading=True) as watch,
        begun(watch, lambda: open_site(settings)) as site,
        watch.sampling(site),
        stopping() as stop,
        keeping_up(settings, watch) as look_at_upkeep,
    ):
        while not stop():
            watch.pulse.beat()
            look_at_upkeep()
            time.sleep(LOOK_S)


@configured("store", "intake", "kafka", "register", "log", "serving", "web", "push")
def run(settings: Settings) -> None:
    """Consume, project, publish and keep keys and dead letters within their periods, on one machine.

    With LEDGER_WEB it serves the web console, too, and with LEDGER_PUSH_SYSLOG or LEDGER_PUSH_OCSF_URL it
    pushes to a SIEM. It starts a crashed part again, and ends with exit status
    1 when a part halts. SIGTERM stops all parts.
    """
    settings.need_kafka()
    with (
        watching(settings, "run", reading=True) as watch,
        begun(watch, lambda: open_site(settings)) as site,
        watch.sampling(site),
        stopping() as stop,
    ):
        _warn_of_release(site, watch)
        names: list[Process] = [*PARTS]
        names += ["serve"] if settings.web.beside else []
        names += ["push"] if settings.push.is_set else []
        parts = [_part(settings, name) for name in names]
        watch.ready |= {part.name: part.check for part in parts}
        watch.waiting |= {part.name: part.waiting for part in parts}
        with keeping_up(settings, watch) as look_at_upkeep:

            def look() -> None:
                watch.pulse.beat()
                look_at_upkeep()
                # Start the embedded PostgreSQL again; a disk that is full, and the like, is waited out.
                try:
                    if site.server is not None and site.server.revive():
                        watch.says.error(
                            "postgresql-ended", "the embedded PostgreSQL ended; it is started again"
                        )
                except Retry as fault:
                    watch.says.warning("away", str(fault), fault=type(fault).__name__)

            status = supervise(parts, stop, look)
    raise typer.Exit(status)


def _warn_of_release(site: Site, watch: Watch) -> None:
    """Say that the embedded PostgreSQL is behind; another server has its own administrators."""
    if site.server is not None and (advice := behind(site.session("reader").release[1])):
        watch.says.warning("postgresql-behind", advice)


def _part(settings: Settings, name: Process) -> ChildProcess:
    """A part of `run`, which serves its own page: as far from the port of `run` as its default port is."""
    base = port_of(settings, "run")
    host = settings.serving.host
    port = base + PORTS[name] - PORTS["run"] if base else reserved_port(host)
    own = {"LEDGER_METRICS_PORT": str(port), RUN: run_id()}
    return ChildProcess(name, {**settings.texts, **own}, Address(host, port))
