"""How long nothing is recorded after `kill -9` of a consumer: `python -m bench.killed [ROUNDS]`, 2 or more.

On a real broker with a topic of one partition and a steady producer: the consumer is started again at
once, as a supervisor does; or another consumer of the group stands by and takes over. By seconds of the
session, after which the broker misses a member.
"""

import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from threading import Event, Thread

from bench.tools.arguments import explain, given
from bench.tools.filling import sample
from bench.tools.place import Place
from bench.tools.results import quote, save
from consumers.kafka import KafkaUpstream
from consumers.kafka_options import KafkaOptions
from host.environment import settings_from
from host.wiring import open_site
from ledger.reading import head_position
from ledger.storage.postgres import Session
from tests.fixtures.inbound import MOMENT_S, Process, until
from tests.fixtures.kafka import admin_client, own_broker
from tests.fixtures.postgres import short_folder

ROUNDS = 2
SESSIONS_S = (30, 10, 6)
EVENTS = 100_000
APART_S = 0.02
SETTLE_S = 1.0
READS = "is read from its bookmark on"
METHOD = (
    "kill -9 of the consumer that reads the one partition of a topic on a real broker, while an event comes"
    " every 20 ms: seconds until the next event is recorded. again: it is started again at once; standby: a"
    " second consumer of the group is there. Median and most of the rounds"
)


@contextmanager
def fed(bootstrap: str, topic: str) -> Iterator[None]:
    """Events go to the topic, one after the other, until the block ends."""
    ended = Event()
    upstream = KafkaUpstream(KafkaOptions((bootstrap,), "bench", (topic,)))

    def feed() -> None:
        for text in sample(EVENTS):
            if ended.wait(APART_S):
                return
            upstream.publish(topic, "one", text)

    thread = Thread(target=feed)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        upstream.close()


def grown(session: Session, consumers: Sequence[Process], more: int = 1) -> float:
    """Seconds until so many events more are recorded."""
    began, before = time.monotonic(), head_position(session)

    def watch() -> None:
        for one in consumers:
            one.watch()

    until(lambda: head_position(session) >= before + more, watch)
    return time.monotonic() - began


def rounds(session: Session, members: list[Process], count: int) -> Iterator[tuple[str, float]]:
    """Seconds without recording after each kill."""
    first, second = members
    first.start()
    grown(session, [first], 50)
    for _ in range(count):
        killed_at = time.monotonic()
        first.kill()
        first.start()
        time.sleep(MOMENT_S)  # what it had sent to the database is recorded
        grown(session, [first])
        yield "again", time.monotonic() - killed_at
        time.sleep(SETTLE_S)
    second.start()
    # The group has taken it in once either reads after that.
    until(lambda: second.said_since_start("assigned"), second.watch)
    for _ in range(count):
        grown(session, [first, second], 50)
        reader, other = (first, second) if first.said_since_start(READS) else (second, first)
        if other.said_since_start(READS):
            reader, other = other, reader
        killed_at = time.monotonic()
        reader.kill()
        time.sleep(MOMENT_S)
        grown(session, [other])
        yield "standby", time.monotonic() - killed_at
        reader.start()
        until(partial(reader.said_since_start, "assigned"), reader.watch)


def measured(session_s: int, count: int) -> Mapping[str, float]:
    """Median and most of both cases."""
    with ExitStack() as stack:
        kafka = Path(
            stack.enter_context(tempfile.TemporaryDirectory(dir="/tmp", prefix="pl-kafka-"))
        )
        bootstrap = stack.enter_context(own_broker(kafka))
        with admin_client(bootstrap) as admin:
            admin.create_topics({"bench": {"num_partitions": 1}}, wait_for_metadata=True)
        folder = stack.enter_context(short_folder())
        folder.chmod(0o755)  # the server's own user passes through
        place = Place(folder / "data")
        place.run("init")
        own = {"BOOTSTRAP": bootstrap, "TOPICS": "bench", "SESSION_S": str(session_s)}
        texts = {f"LEDGER_KAFKA_{name}": text for name, text in own.items()}
        settings = {**place.environment, **texts}
        site = stack.enter_context(open_site(settings_from({"LEDGER_DATA_DIR": str(place.data)})))
        members = [Process("consume", settings, folder / f"{number}.log") for number in (1, 2)]
        for member in members:
            stack.callback(_end, member)
        stack.enter_context(fed(bootstrap, "bench"))
        found = list(rounds(site.session("reader"), members, count))
    figures = dict[str, float]()
    for name in ("again", "standby"):
        seconds = [took for case, took in found if case == name]
        figures |= {name: statistics.median(seconds), f"{name}, most": max(seconds)}
    return {name: round(seconds, 1) for name, seconds in figures.items()}


def _end(member: Process) -> None:
    if member.running:
        member.kill()


def main(count: int = ROUNDS) -> None:
    """Measure, print, and write `docs/performance/killed.json` and the table."""
    figures = dict[str, Mapping[str, float]]()
    for session_s in SESSIONS_S:
        figures[str(session_s)] = measured(session_s, count)
        print("killed:", session_s, figures[str(session_s)], flush=True)
    save("killed", METHOD, {"rounds": count, "sessions": figures})
    head = ["session, s", "started again, s", "most", "another stands by, s", "most"]
    quote("killed", [head, *([name, *map(str, row.values())] for name, row in figures.items())])


if __name__ == "__main__":
    explain(__doc__, rounds=ROUNDS)
    main(given(ROUNDS))
