"""Some small ledgers at work: each with a database, keys and a log of its own, all on one embedded server.

They have one name, so sealed values and the streams of registers are the same wherever they are; their logs
have an origin each. Several machines are not simulated: here only databases, keys and logs are apart.
"""

import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from uuid import UUID

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from psycopg import sql

from bench.ledgers.checking import events_in
from bench.ledgers.log_of_logs import LogOfLogs, request_of
from bench.ledgers.merging import LedgerViews, joined
from bench.ledgers.routing import Homes
from bench.tools.filling import OFFICE, record
from ledger.audit import Audit
from ledger.embedded import Server, start
from ledger.http import Reply
from ledger.names import LedgerName
from ledger.tlog.signing.checkpoints import Checkpoint
from ledger.tlog.signing.keys import COSIGNATURE, SigningKey, VerifierKey
from ledger.tlog.signing.policy import Policy, parse_policy
from ledger.tlog.store.folder import LogFolder
from ledger.tlog.witnessing.cosigning import Answer
from ledger.tlog.witnessing.witness import Witness
from ledger.tlog.witnessing.witnesses import Send, Witnesses
from projections import VIEWS
from projections.following.runner import Follower
from projections.reading.views import each
from schemas.references import PERSONS
from tests.fixtures.ledger import Clock, House
from tests.fixtures.tlog import Log

TOP_ORIGIN = "ledger.example.nl/all"
STAFF = "employee"


class WallClock(Clock):
    """The time as it is."""

    def __call__(self) -> datetime:
        return datetime.now(UTC)


class Member:
    """One of the ledgers."""

    def __init__(self, number: int, house: House) -> None:
        self.house = house
        self.log = Log(house, house.keys / "tlog", f"ledger.example.nl/main/{number}")
        self.key = self.log.key_file.create()

    def record(self, messages: Sequence[bytes]) -> None:
        """Record by the path of the product."""
        record(self.house.open(), messages)
        self.rest()

    def follow(self) -> None:
        """Bring every view up to date."""
        follower = Follower(self.house.database, self.house.ledger, OFFICE)
        follower.follow_once()
        follower.close()
        self.rest()

    def publish(self) -> None:
        """Publish what is recorded."""
        self.log.publish()
        self.rest()

    def audit(self) -> Audit:
        """The audit of database and log."""
        return self.log.audit()

    def rest(self) -> None:
        """Let go of connections: a small server has no room for those of many ledgers."""
        self.house.close()

    def references(self) -> dict[UUID, str]:
        """Every person that the ledger knows and has not erased, also those whom an event only names."""
        people = self.house.opener().people(sorted(PERSONS))
        self.rest()
        return {subject: reference for reference, subject in people}

    def at_home(self) -> list[str]:
        """The references of the persons of whom the ledger has events."""
        known = self.references()
        return sorted({known[e.stream] for e in events_in(self.log.folder) if e.stream in known})

    def views(self) -> LedgerViews:
        """Everything that the views hold."""
        reader = self.house.reader
        rows = {view.name: dict(each(reader, view)) for view in VIEWS}
        self.rest()
        registers = {event.stream for event in events_in(self.log.folder) if event.subject}
        return joined(rows, frozenset(registers | self.staff()))

    def staff(self) -> set[UUID]:
        """The streams of employees."""
        known = self.references().items()
        return {stream for stream, reference in known if reference.startswith(f"{STAFF}/")}


class Federation:
    """Some ledgers, the log of their logs, and a witness of that."""

    def __init__(self, homes: Homes, members: Sequence[Member], folder: Path) -> None:
        self.homes = homes
        self.members = members
        self.clock = WallClock()
        top = SigningKey(TOP_ORIGIN, Ed25519PrivateKey.generate())
        watching = SigningKey("witness.example.nl/w1", Ed25519PrivateKey.generate(), COSIGNATURE)
        witness = Witness(
            folder / "witness", watching, [top.verifier], lambda: self.clock().timestamp()
        )
        self.policy = _policy(top.verifier, watching.verifier)
        self.keys: dict[str, Collection[VerifierKey]] = {
            one.log.origin: (one.key.verifier,) for one in members
        }
        self.top_key = top
        self.top = LogOfLogs(
            LogFolder(folder / "top"), top, self.keys, Witnesses(self.policy, _asking(witness))
        )

    def record(self, messages: Sequence[bytes]) -> None:
        """Each message to the ledgers that it belongs to."""
        for member, share in zip(self.members, self.homes.shares(messages), strict=True):
            member.record(share)

    def follow(self) -> None:
        """Bring every view of every ledger up to date."""
        for member in self.members:
            member.follow()

    def publish(self) -> Checkpoint:
        """Publish every ledger's log, put the checkpoints into the log of logs, and publish that."""
        for member in self.members:
            member.publish()
            answer = self.offer(member)
            assert not isinstance(answer, Answer), answer.content
        return self.top.publish(self.clock().date())

    def offer(self, member: Member) -> Checkpoint | Answer:
        """Offer a ledger's checkpoint to the log of logs."""
        last = self.top.last.get(member.log.origin)
        return self.top.offer(request_of(member.log.folder, last.size if last else 0))

    @cached_property
    def everyone(self) -> list[dict[UUID, str]]:
        """The references of each ledger."""
        return [member.references() for member in self.members]

    def close(self) -> None:
        """Close every connection."""
        for member in self.members:
            member.rest()


@contextmanager
def federation(homes: Homes) -> Iterator[Federation]:
    """New ledgers on a new embedded server, in a folder that goes in the end."""
    with (
        tempfile.TemporaryDirectory(dir="/tmp", prefix="pl-") as name,
        start(Path(name)) as server,
    ):
        folder = Path(name) / "ledgers"
        members = [
            Member(number, _installed(server, number, folder / f"keys{number}"))
            for number in range(len(homes.starts))
        ]
        made = Federation(homes, members, folder)
        try:
            yield made
        finally:
            made.close()


def _installed(server: Server, number: int, keys: Path) -> House:
    """A ledger in a database of its own."""
    database = f"ledger_{number}"
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
    house = House(server.url(database), keys, LedgerName(), WallClock())
    house.install()
    house.close()
    return house


def _policy(log: VerifierKey, witness: VerifierKey) -> Policy:
    """One witness must have signed."""
    text = f"log {log.text}\nwitness w1 {witness.text} http://witness.invalid\nquorum w1\n"
    return parse_policy(text)


def _asking(witness: Witness) -> Send:
    def send(_url: str, body: bytes, _within_s: float) -> Reply:
        answer = witness.add_checkpoint(body)
        return Reply(answer.status, answer.type, answer.content.encode())

    return send
