"""What an order may have, gathered from the open ledger: exactly that, and without a trace there."""

import hashlib
import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
from pyrage import x25519

from application.queries.desk.data import OrderData, Wanted, order_data
from console.commands.people import recording_reads
from host.environment import settings_from
from host.open_side import open_side
from host.wiring import open_site
from ledger.backup.encryption import Identities
from ledger.errors import Misconfigured
from ledger.reading import head_position
from projections.use.stretches import Stretch
from schemas import PERSONAL_FIELDS
from tests.fixtures.console import Cli, collected, message, recipient, registered
from tests.fixtures.postgres import Templates
from tests.integration.test_audit_writes_nothing import files, state

WHO, OTHER, GONE = "customer/10023", "customer/10024", "customer/10025"
FIELDS = ("name", "street", "mobile_number", "assigned_numbers", "called_number")


def day(month: int, number: int, hour: int = 12) -> str:
    return f"2024-{month:02}-{number:02}T{hour:02}:00:00+00:00"


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


NUMBERS = {"mobile_number": "+31612345678", "ip_address": "192.0.2.2"}
MARCH = Stretch(moment(day(3, 1, 0)), moment(day(3, 31, 23)))


def gave(who: str, at: str, **values: Any) -> dict[str, Any]:
    categories = sorted({PERSONAL_FIELDS[field] for field in values})
    return collected(who, time=at, personal=values, categories=categories)


def called(who: str, at: str, number: str, ip: str) -> dict[str, Any]:
    return gave(who, at, called_number=number, ip_address=ip)


EVENTS = (
    registered(WHO, time=day(1, 2)),
    gave(WHO, day(1, 2), name="J. de Vries", email="j@example.nl", mobile_number="+31612345678"),
    gave(WHO, day(3, 10), name="J. Jansen", assigned_numbers=["+31201234567", "+31201234568"]),
    called(WHO, day(2, 28), "+31300000001", "192.0.2.1"),
    called(WHO, day(3, 15), "+31300000002", "192.0.2.2"),
    called(WHO, day(4, 2), "+31300000003", "192.0.2.3"),
    registered(OTHER, time=day(3, 20)),
    gave(OTHER, day(3, 20), name="A. Bakker"),
    gave(OTHER, day(3, 25), mobile_number=["+31698765432", "+31612345678"]),
    message(
        "personal-data-removed",
        WHO,
        time=day(3, 20),
        fields=["mobile_number"],
        categories=["contact"],
        requested_by="subject",
    ),
    registered(GONE, time=day(1, 2)),
    gave(GONE, day(1, 2), name="Weg", mobile_number="+31687654321"),
)


class Two(NamedTuple):
    """An open ledger and a confidential one; the program speaks to the confidential one."""

    cli: Cli
    open_url: str
    open_folder: Path

    def trace(self) -> Any:
        """Everything of the open ledger that somebody could look at later."""
        return state(self.open_url), files(self.open_folder)

    def gather(self, wanted: Wanted) -> OrderData:
        """What is gathered; the open ledger is the same afterwards."""
        before = self.trace()
        settings = settings_from({})
        with (
            open_site(settings) as site,
            recording_reads(site),
            open_side(site, "order-prepare") as there,
        ):
            data = order_data(there.source, wanted, head_position(there.source.session))
        assert self.trace() == before
        return data


def wanted(**members: Any) -> Wanted:
    given = {"subject": WHO} if "number" not in members else {}
    usual: dict[str, Any] = {"fields": FIELDS, "stretch": MARCH, **given}
    return Wanted(order_ref="O-1", provision="nl.sv.126n", recipient="police", **usual | members)


@pytest.fixture
def two(cli: Cli, embedded_templates: Templates, tmp_path: Path) -> Iterator[Two]:
    folder = tmp_path / "open"
    cli.set(DATA_DIR=str(folder), LOG_DIR=str(folder / "tlog"))
    assert cli.record(*EVENTS)["rejected"] == 0
    assert cli("erase", GONE, "--category", "identity", "--ground", "request").status == 0
    assert cli("publish", "--once").status == 0
    file = tmp_path / "open.env"
    keys = tmp_path / "keys"
    file.write_text(
        f"# The other side\nLEDGER_DATABASE_URL={cli.url}\nLEDGER_KEY_DIR={keys}\n"
        f"LEDGER_DATA_DIR={folder}\nLEDGER_LOG_DIR={folder / 'tlog'}\n"
    )
    file.chmod(0o600)
    with embedded_templates.fresh() as url:
        secret = tmp_path / "secret"
        cli.set(
            CONFIDENTIAL="1",
            DATABASE_URL=url,
            KEY_DIR=str(secret / "keys"),
            DATA_DIR=str(secret),
            LOG_DIR=str(secret / "tlog"),
            OPEN_SETTINGS_FILE=str(file),
        )
        assert cli("init").status == 0
        yield Two(cli, cli.url, folder)


@contextmanager
def as_open(two: Two) -> Iterator[None]:
    """The program speaks to the open ledger."""
    names = ("CONFIDENTIAL", "DATABASE_URL", "KEY_DIR", "DATA_DIR", "LOG_DIR")
    secret = {name: os.environ[f"LEDGER_{name}"] for name in names}
    folder, keys = str(two.open_folder), str(two.cli.folder / "keys")
    two.cli.set(CONFIDENTIAL="0", DATABASE_URL=two.open_url, KEY_DIR=keys)
    two.cli.set(DATA_DIR=folder, LOG_DIR=f"{folder}/tlog")
    yield
    two.cli.set(**secret)


def values(data: OrderData, number: int = 0) -> list[tuple[Any, bool]]:
    return [(record.values, record.held_before is True) for record in data.persons[number].records]


def gaps(data: OrderData) -> set[tuple[Any, ...]]:
    return {(gap.reason, gap.subject or None, gap.field or None) for gap in data.gaps}


def test_it_gathers_what_held_in_the_period_and_says_what_is_missing(two: Two) -> None:
    data = two.gather(wanted())
    assert values(data) == [
        ({"mobile_number": "+31612345678", "name": "J. de Vries"}, True),
        ({"assigned_numbers": ["+31201234567", "+31201234568"], "name": "J. Jansen"}, False),
        ({"called_number": "+31300000002"}, False),
    ]
    assert gaps(data) == {("not-collected", WHO, "street")}
    later = two.gather(wanted(fields=("called_number",), stretch=Stretch(MARCH.until, MARCH.until)))
    assert later.persons[0].records == []
    assert gaps(later) == {("outside-period", WHO, "called_number")}
    reads = two.cli("access", WHO, "--json")
    assert "order-prepare" in reads.out.decode()


def test_a_number_finds_who_had_it_and_only_for_as_long(two: Two) -> None:
    data = two.gather(wanted(fields=("name",), number=("mobile_number", "+31 6 12345678")))
    assert [person.subject for person in data.persons] == [WHO, OTHER]
    assert values(data, 0) == [({"name": "J. de Vries"}, True), ({"name": "J. Jansen"}, False)]
    assert values(data, 1) == [({"name": "A. Bakker"}, True)]
    assigned = two.gather(wanted(fields=("name",), number=("assigned_numbers", "+31201234568")))
    assert values(assigned) == [({"name": "J. Jansen"}, False)]
    address = two.gather(wanted(fields=("name",), number=("ip_address", "192.0.2.2")))
    assert values(address) == [({"name": "J. Jansen"}, True)]
    early = two.gather(wanted(fields=("name",), number=("ip_address", "192.0.2.1")))
    assert (early.persons, gaps(early)) == ([], {("not-found", None, None)})


def test_what_was_erased_is_said(two: Two) -> None:
    data = two.gather(wanted(subject=GONE, fields=("name",)))
    assert (values(data), gaps(data)) == ([], {("erased", GONE, "name")})
    assert data.gaps[0].values == 1


def test_without_the_other_side_nothing_is_gathered(two: Two, tmp_path: Path) -> None:
    file = tmp_path / "open.env"
    file.chmod(0o644)
    with pytest.raises(Misconfigured, match="chmod 600"):
        two.gather(wanted())
    file.chmod(0o600)
    file.write_text(file.read_text() + "LEDGER_CONFIDENTIAL=1\n")
    with pytest.raises(Misconfigured, match="confidential ledger"):
        two.gather(wanted())
    two.cli.set(OPEN_SETTINGS_FILE="")
    with pytest.raises(Misconfigured, match="LEDGER_OPEN_SETTINGS_FILE"):
        two.gather(wanted())


def ordered(step: str, who: str, **members: Any) -> dict[str, Any]:
    """An act on order O-1, as the desk records it."""
    common = {"order_ref": "O-1", "activity": "orders-of-authorities", "legal_basis": "6-1-c"}
    time = members.pop("time", day(4, 10))
    provision = members.pop("provision", "nl.sv.126n")
    return message(f"order-{step}", who, time=time, provision=provision, **common | members)


def received(who: str, **members: Any) -> dict[str, Any]:
    facts = {
        "authority": "om-rotterdam",
        "requested_fields": ["name", "mobile_number", "called_number", "iban"],
        "oral": False,
        "issued_by": "examining-judge",
        "period_from": "2024-03-01",
        "period_to": "2024-03-31",
    }
    return ordered("received", who, **facts | members)


def prepare(
    two: Two, *options: str, file: str = "bundle.age", ref: str = "O-1"
) -> tuple[Any, OrderData | None]:
    """What `ledger order prepare` says, and what the authority reads; the open ledger has no trace."""
    identity = two.cli.folder / "authority.key"
    if not identity.exists():
        identity.write_text(str(x25519.Identity.generate()))
        identity.chmod(0o600)
    key = str(x25519.Identity.from_str(identity.read_text()).to_public())
    before, target = two.trace(), two.cli.folder / file
    given = ("--age", key, "--output", str(target), "--json", *options)
    ran = two.cli("order", "prepare", ref, *given)
    assert two.trace() == before
    if ran.status:
        return ran, None
    assert target.stat().st_mode & 0o777 == 0o600
    blocks: list[bytes] = []
    Identities(identity).decrypt([target.read_bytes()], blocks.append)
    content = b"".join(blocks)
    assert ran.json["content_sha256"] == hashlib.sha256(content).hexdigest()
    assert ran.json["bundle_sha256"] == hashlib.sha256(target.read_bytes()).hexdigest()
    if "html" in options:
        return content.decode(), None
    return ran, msgspec.json.decode(content, type=OrderData)


def test_the_desk_prepares_exactly_what_was_decided_and_allowed(two: Two) -> None:
    two.cli.record(received(WHO))
    ran, _ = prepare(two)
    assert ran.status == 1
    assert "only what was validated or narrowed has data" in ran.err
    # More was decided than was asked for: the rulebook is asked again.
    allowed = ["name", "called_number", "email"]
    two.cli.record(ordered("narrowed", WHO, allowed_fields=allowed, refused_fields=["iban"]))
    ran, data = prepare(two)
    assert data is not None
    assert values(data) == [
        ({"name": "J. de Vries"}, True),
        ({"name": "J. Jansen"}, False),
        ({"called_number": "+31300000002"}, False),
    ]
    said = ran.json
    assert said["fields"] == ["called_number", "name"]
    assert (said["persons"], said["records"], said["gaps"]) == ([WHO], 3, [])
    assert said["position"] == data.position
    assert (said["period_from"], said["period_to"]) == (data.since, data.until)
    # Gathered again from the same position it is the same, and no file is overwritten.
    ran, _ = prepare(two)
    assert (ran.status, "is there already" in ran.err) == (2, True)
    ran, again = prepare(two, "--at-position", str(data.position), file="again.age")
    assert (again, ran.json["content_sha256"]) == (data, said["content_sha256"])
    assert len(data.salt) == 64
    page, _ = prepare(two, "--format", "html", file="page.age")
    for word in ("<h2>customer/10023</h2>", "J. Jansen", "+31300000002", data.salt, "since "):
        assert word in page
    assert "called number" in page
    assert "called_number" not in page
    # The command that it prints records the execution, with the digest of the file.
    ran = two.cli(*shlex.split(said["command"])[1:], "--json")
    assert ran.status == 0, ran.err
    file = two.cli.folder / "bundle.age"
    history = two.cli("history", WHO, "--json").lines
    facts = next(line["facts"] for line in history if "order-executed" in line["type"])
    assert facts["bundle_sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert (facts["position"], sorted(facts["fields"])) == (data.position, said["fields"])
    reads = two.cli("access", WHO, "--json").out.decode()
    assert "order-prepare" in reads


def test_an_order_by_number_finds_its_persons(two: Two) -> None:
    who = "visitor/O-1"
    two.cli.record(
        received(who, personal={"mobile_number": "+31612345678"}, categories=["contact"]),
        ordered("validated", who, allowed_fields=["name"]),
    )
    _, data = prepare(two)
    assert data is not None
    assert [person.subject for person in data.persons] == [WHO, OTHER]


def test_each_number_of_a_document_finds_its_own_persons(two: Two) -> None:
    form = two.cli.folder / "order.toml"
    # The person who had the first number is erased; that of the second one is there.
    form.write_text(
        'form = "national"\n[A]\nprovision = "nl.sv.126na"\nkind = "production"\n'
        'issued_by = "public-prosecutor"\nrecipient = "om-rotterdam"\n'
        '[[B]]\nphone = "+31687654321"\ncategory = ["user-information"]\n'
        '[[B]]\nphone = "+31201234568"\ncategory = ["user-information"]\n'
    )
    assert two.cli("order", "receive", "--ref", "O-9", "--form", str(form)).status == 0
    for who in ("visitor/O-9", "visitor/O-9-1"):
        for deed in (("authenticate", "O-9", "--method", "platform"), ("narrow", "O-9")):
            assert two.cli("order", *deed, "--subject", who).status == 0
    _, first = prepare(two, "--subject", "visitor/O-9", ref="O-9", file="first.age")
    _, second = prepare(two, "--subject", "visitor/O-9-1", ref="O-9", file="second.age")
    assert first is not None
    assert second is not None
    assert first.persons == []
    assert [person.subject for person in second.persons] == [WHO]


def test_a_number_of_a_document_is_found_among_the_others_and_what_is_not_there_is_refused(
    two: Two,
) -> None:
    who = "visitor/O-1"
    two.cli.record(
        received(who, personal={"assigned_numbers": "+31612345678"}, categories=["service"]),
        ordered("validated", who, allowed_fields=["name"]),
    )
    ran, data = prepare(two)
    assert data is not None
    assert (data.persons, ran.json["command"]) == (
        [],
        f"ledger order refuse O-1 --subject {who} --ground data-not-held",
    )
    ran, data = prepare(two, "--by", "mobile_number", file="by.age")
    assert data is not None
    assert [person.subject for person in data.persons] == [WHO, OTHER]
    assert f" --subject {who} --bundle " in ran.json["command"]


FREEZE = {"provision": "nl.sv.126ni", "issued_by": "public-prosecutor"}
NOTHING: dict[str, tuple[dict[str, Any], str]] = {
    "wrong-authority": ({"issued_by": "bailiff"}, "validated"),
    "no rule": ({"provision": "nl.unknown"}, "validated"),
    "no data": ({"kind": "preservation", **FREEZE}, "validated"),
    "order O-3 asks for no data": (FREEZE, "validated"),
    "is rejected": ({}, "rejected"),
    "has not begun": ({"period_from": "2199-01-01", "period_to": "2199-01-02"}, "validated"),
    "names no person": ({"subject": "visitor/O-6"}, "validated"),
    "say with --by": (
        {"subject": "visitor/O-7", "personal": NUMBERS, "categories": ["contact", "device"]},
        "validated",
    ),
    # Its rule has no other kind.
    "asks for no data": (FREEZE, "validated"),
    "is executed: only": ({}, "executed"),
}


def test_an_order_that_may_have_nothing_gets_nothing(two: Two) -> None:
    for number, (members, step) in enumerate(NOTHING.values()):
        ref, who = f"O-{number}", members.pop("subject", WHO)
        same = {"provision": members.get("provision", "nl.sv.126n"), "order_ref": ref}
        two.cli.record(received(who, **members | same), ordered(step, who, **same))
    for number, told in enumerate(NOTHING):
        ran, data = prepare(two, ref=f"O-{number}")
        assert (ran.status, data) == (1, None)
        assert told in ran.err


def test_who_was_in_the_file_of_a_day_is_proven_without_a_trace(two: Two) -> None:
    cli, file = two.cli, two.cli.folder / "list.txt"
    file.write_text(f"{WHO}\n")
    with as_open(two):
        cli.record(recipient("Het CIOT", "ciot", kind="ciot", role="authority"))
        ran = cli("feed", "deliver", str(file), "--recipient", "ciot", "--json")
        assert ran.status == 0, ran.err
        assert cli("publish", "--once").status == 0
        key = cli("log", "keys", "--json").json["keys"][-1]
    before = two.trace()
    for who, included in ((WHO, True), (OTHER, False), ("customer/99999", False)):
        proof = cli.folder / f"{who.rpartition('/')[2]}.json"
        named = (str(ran.json["position"]), who, "--output", str(proof), "--json")
        said = cli("order", "feed-proof", *named).json
        assert said["included"] == included
        asked = ("--subject", who, "--day", said["day"], "--key", key, "--json")
        assert cli("feed", "verify", str(proof), *asked).json["included"] == included
    assert two.trace() == before


def test_an_open_ledger_says_nothing_of_it(two: Two) -> None:
    with as_open(two):
        for words in (["--help"], ["status", "--help"], ["audit", "--help"]):
            told = two.cli(*words).out.decode() + two.cli(*words).err
            assert "OPEN_SETTINGS" not in told
            assert "open-settings" not in told
        ran = two.cli("order", "prepare", "O-1", "--age", "age1", "--output", "none")
        assert (ran.status, ran.out) == (2, b"")
