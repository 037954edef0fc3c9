"""What an order may have, gathered from the open ledger: exactly that, and without a trace there."""

import hashlib
import os
import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest
from msgspec import UNSET
from pyrage import x25519

from application.queries.desk import receipts
from application.queries.desk.data import OrderData, OrderScope, order_data
from application.queries.desk.prepared import bundle_of
from console.commands.people import recording_reads
from host.environment import settings_from
from host.keys import log_key, signing_key
from host.open_side import open_side
from host.wiring import open_site
from ledger.backup.encryption import Identities
from ledger.errors import Misconfigured, Unproven
from ledger.reading import head_position
from ledger.tlog.proving.proof_file import parse_proof
from ledger.tlog.signing.checkpoints import verify_signers
from ledger.tlog.store.folder import LogFolder
from ledger.tlog.tree.proofs import verify_inclusion
from projections.use.stretches import Stretch
from rulebook.calendar import day_of
from schemas import PERSONAL_FIELDS
from tests.fixtures.console import Cli, collected, message, recipient, registered
from tests.fixtures.postgres import Templates
from tests.integration.test_audit_writes_nothing import files, state

WHO, OTHER, GONE, MANY = (f"customer/{number}" for number in range(10023, 10027))
FIRST, SECOND = "+31207000001", "+31207000002"
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
    registered(MANY, time=day(1, 2)),
    gave(MANY, day(1, 2), name="M. Smit", assigned_numbers=[FIRST, SECOND]),
    gave(MANY, day(3, 5), calling_number=FIRST, called_number="+31300000001"),
    gave(
        MANY, day(3, 6), calling_number=SECOND, called_number="+31300000002", ip_address="192.0.2.9"
    ),
    gave(MANY, day(3, 7), called_number="+31300000003"),
    gave(MANY, day(3, 8), calling_number="+31300000004", called_number=FIRST),
)


class Two(NamedTuple):
    """An open ledger and a confidential one; the program speaks to the confidential one."""

    cli: Cli
    open_url: str
    open_folder: Path

    def trace(self) -> Any:
        """Everything of the open ledger that somebody could look at later."""
        return state(self.open_url), files(self.open_folder)

    def gather(self, wanted: OrderScope) -> OrderData:
        """What is gathered; the open ledger is the same afterwards."""
        before = self.trace()
        settings = settings_from({})
        with (
            open_site(settings) as site,
            recording_reads(site),
            open_side(site, "order-prepare") as there,
        ):
            log = LogFolder(there.settings.log.folder)
            data = order_data(there.source, wanted, head_position(there.source.session), log)
        assert self.trace() == before
        return data


def wanted(**members: Any) -> OrderScope:
    given = {"subject": WHO} if "number" not in members else {}
    usual: dict[str, Any] = {"fields": FIELDS, "stretch": MARCH, **given}
    return OrderScope(
        order_ref="O-1", provision="nl.sv.126n", recipient="police", **usual | members
    )


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
            OFFICERS="employee/7,employee/9",
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
    assert gaps(later) == {("no-period", WHO, "called_number")}
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


CALLS = ("calling_number", "called_number")
OF_FIRST = [
    ({"assigned_numbers": [FIRST], "name": "M. Smit"}, True),
    ({"called_number": "+31300000001", "calling_number": FIRST}, False),
    ({"called_number": FIRST, "calling_number": "+31300000004"}, False),
]


@pytest.mark.parametrize("spelled", [FIRST, "020 700 00 01", [FIRST, "+31209999999"]])
def test_an_order_about_a_number_gets_no_record_of_another_one(two: Two, spelled: Any) -> None:
    fields = ("name", "assigned_numbers", *CALLS)
    by_number = two.gather(wanted(fields=fields, number=("assigned_numbers", spelled)))
    named = ("assigned_numbers", spelled)
    by_person = two.gather(wanted(fields=fields, subject=MANY, numbers=(named,)))
    for data in (by_number, by_person):
        assert values(data) == OF_FIRST
        assert [(gap.reason, gap.field, gap.values) for gap in data.gaps] == [
            ("unknown-number", "called_number", 1)
        ]
        assert b"0000002" not in bundle_of(data).replace(FIRST.encode(), b"")
    whole = two.gather(wanted(fields=fields, subject=MANY))
    assert (len(whole.persons[0].records), whole.gaps) == (5, [])


def test_a_number_that_the_person_never_had_gets_nothing_of_it(two: Two) -> None:
    number = ("mobile_number", "+31300000001")
    data = two.gather(wanted(fields=("name", *CALLS), subject=MANY, numbers=(number,)))
    assert values(data) == [({"name": "M. Smit"}, True)]
    assert ("not-found", MANY, None) in gaps(data)
    address = ("ip_address", "192.0.2.9")
    data = two.gather(wanted(fields=CALLS, subject=MANY, numbers=(address,)))
    assert [told["calling_number"] for told, _ in values(data)] == [SECOND]


def test_each_record_names_its_entry_and_proves_it_where_it_is_published(two: Two) -> None:
    with as_open(two):
        late = gave(MANY, day(3, 9), calling_number=FIRST, called_number="+31300000005")
        assert two.cli.record(late)["recorded"] == 1
        keys = log_key(settings_from({})).known()
    data = two.gather(wanted(fields=CALLS, number=("assigned_numbers", FIRST)))
    *proven, unproven = data.persons[0].records
    other = bytes.fromhex(unproven.leaf)
    assert (len(proven), unproven.proof, data.published < unproven.position) == (2, UNSET, True)
    for record in proven:
        assert isinstance(record.proof, str)
        proof = parse_proof(record.proof.encode())
        signed, _ = verify_signers(proof.checkpoint, keys)
        assert (proof.index, signed.size) == (record.position - 1, data.published)
        leaf = bytes.fromhex(record.leaf)
        verify_inclusion(leaf, proof.index, signed.size, proof.hashes, signed.root)
        with pytest.raises(Unproven):
            verify_inclusion(other, proof.index, signed.size, proof.hashes, signed.root)
    with as_open(two):
        history = {line["position"]: line for line in two.cli("history", MANY, "--json").lines}
    for record in data.persons[0].records:
        told = history[record.position]
        assert (record.id, record.source) == (told["id"], told["source"])


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


def executed(two: Two, who: str) -> dict[str, Any]:
    """The facts of the latest execution."""
    return _latest(two, who, "order-executed")


def disclosed(two: Two, who: str) -> dict[str, Any]:
    """The facts of the latest disclosure."""
    return _latest(two, who, "personal-data-disclosed")


def _latest(two: Two, who: str, name: str) -> dict[str, Any]:
    lines = two.cli("history", who, "--json").lines
    found: list[dict[str, Any]] = [line["facts"] for line in lines if name in line["type"]]
    return found[-1]


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
    for officer, status in (("employee/7", 1), ("employee/9", 0)):
        two.cli.set(READER=officer)
        ran = two.cli(*shlex.split(said["command"])[1:], "--json")
        assert ran.status == status, ran.err
    two.cli.set(READER="")
    facts, told = executed(two, WHO), disclosed(two, WHO)
    places = sorted({record.position for person in data.persons for record in person.records})
    lines = "".join(f"{place}\n" for place in places)
    file = two.cli.folder / "bundle.age"
    for event in (facts, told):
        assert event["bundle_sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
        assert event["entries"] == len(places)
        assert event["entries_sha256"] == hashlib.sha256(lines.encode()).hexdigest()
        assert (event["period_from"], event["period_to"]) == ("2024-03-01", "2024-03-31")
        assert sorted(event["fields"]) == said["fields"]
    assert (facts["position"], facts["withheld"]) == (data.position, [])
    assert facts["content_sha256"] == said["content_sha256"]
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


def decided(two: Two, who: str, fields: Sequence[str], **members: Any) -> None:
    """Order O-1 was received, and may be executed as it stands."""
    same = {name: members[name] for name in ("provision", "order_ref") if name in members}
    two.cli.record(
        received(who, requested_fields=list(fields), **members),
        ordered("validated", who, allowed_fields=list(fields), **same),
    )


def given(two: Two, *options: str, ref: str = "O-1") -> Any:
    """What the second officer is told who executes an order, or the first one who may not."""
    for officer in ("employee/7", "employee/9"):
        two.cli.set(READER=officer)
        ran = two.cli("order", "execute", ref, *options, "--json")
        if "needs two persons" not in ran.err:
            break
    two.cli.set(READER="")
    return ran


def refused(ran: Any, *words: str) -> None:
    assert (ran.status, ran.out) == (1, b"")
    for word in words:
        assert word in ran.err, ran.err


def test_only_what_was_prepared_for_an_order_is_executed(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, other = str(two.cli.folder / "bundle.age"), str(two.cli.folder / "other.age")
    decided(two, WHO, ["name", "called_number", "street"])
    decided(two, OTHER, ["name"], order_ref="O-2")
    for ref, name in (("O-1", "bundle.age"), ("O-2", "other.age")):
        assert prepare(two, ref=ref, file=name)[0].status == 0
    for options, says in {
        (): "--bundle: order O-1 is given data: name the file that `ledger order prepare O-1` made",
        ("--bundle", other): "--bundle: this bundle was prepared for another order than O-1",
        ("--bundle", file, "--to", "fiod"): "--to: om-rotterdam gave order O-1",
        ("--bundle", file, "--field", "street"): "--field: the bundle has no value of street",
        ("--bundle", file, "--field", "iban"): "--field: order O-1 does not allow iban",
        ("--bundle", file, "--field", "name"): "the bundle gives called_number as well",
        ("--bundle", file, "--position", "1"): "--position: the bundle reflects position",
        ("--bundle", file, "--at", "2025-01-01T00:00:00Z", "--subject", OTHER): "another person",
    }.items():
        refused(given(two, *options), says)
    receipt, bundle = Path(f"{file}.receipt"), Path(file)
    kept, sealed = receipt.read_bytes(), bundle.read_bytes()
    assert receipt.stat().st_mode & 0o777 == 0o600
    for forged in (
        kept.replace(b'"name"', b'"iban"'),
        kept[:10] + kept[11:],
        b"\n" + kept.partition(b"\n")[2],
        b"",
        # Of another order, beside this one's file.
        Path(f"{other}.receipt").read_bytes(),
    ):
        receipt.write_bytes(forged)
        refused(given(two, "--bundle", file), "--bundle: ")
    with monkeypatch.context() as small:
        small.setattr(receipts, "MOST_BYTES", len(kept) - 1)
        receipt.write_bytes(kept)
        refused(given(two, "--bundle", file), "no receipt bundle.age.receipt beside it")
    receipt.unlink()
    refused(given(two, "--bundle", file), "no receipt bundle.age.receipt beside it")
    receipt.write_bytes(kept)
    bundle.write_bytes(sealed + b"x")
    refused(given(two, "--bundle", file), "this file is not the bundle")
    bundle.write_bytes(sealed)
    assert given(two, "--bundle", file, "--to", "om-rotterdam").status == 0
    facts = executed(two, WHO)
    assert sorted(facts["fields"]) == ["called_number", "name"]
    assert facts["withheld"] == [{"reason": "not-collected", "field": "street"}]
    assert disclosed(two, WHO)["recipient"] == "om-rotterdam"


def test_a_decision_after_the_bundle_undoes_it(two: Two) -> None:
    decided(two, WHO, ["name", "called_number"])
    assert prepare(two)[0].status == 0
    two.cli.record(ordered("narrowed", WHO, allowed_fields=["name"], time=day(4, 11)))
    file = str(two.cli.folder / "bundle.age")
    refused(given(two, "--bundle", file), "order O-1 was decided anew after this bundle")


def test_a_period_that_goes_on_is_given_as_far_as_it_has_passed(two: Two) -> None:
    now = datetime.now(UTC)
    ahead = (now + timedelta(days=20)).date().isoformat()
    times = {"time": (now - timedelta(days=1)).isoformat()}
    fields = ["name", "called_number"]
    two.cli.record(
        received(WHO, requested_fields=fields, period_to=ahead, **times),
        ordered("validated", WHO, allowed_fields=fields, period_to=ahead, **times),
    )
    _, data = prepare(two)
    assert data is not None
    assert "not-yet" in {gap.reason for gap in data.gaps}
    file = str(two.cli.folder / "bundle.age")
    early = (now - timedelta(hours=1)).isoformat()
    refused(given(two, "--bundle", file, "--at", early), "--at: the bundle of order O-1 has data")
    assert given(two, "--bundle", file).status == 0
    for facts in (executed(two, WHO), disclosed(two, WHO)):
        assert facts["period_to"] == day_of(datetime.fromisoformat(data.until)).isoformat() < ahead
    refused(given(two, "--bundle", file), "this bundle was given for order O-1 already")
    assert prepare(two, file="more.age")[0].status == 0
    assert given(two, "--bundle", str(two.cli.folder / "more.age")).status == 0


def test_a_field_is_withheld_with_its_ground(two: Two) -> None:
    decided(two, WHO, ["name", "called_number"])
    for wrong in ("called_number", "shoe=x", "called_number=no reason"):
        ran, _ = prepare(two, "--withhold", wrong)
        assert (ran.status, "--withhold" in ran.err) == (2, True)
    ran, _ = prepare(two, "--withhold", "iban=privileged")
    refused(ran, "--withhold: order O-1 does not allow iban")
    ran, data = prepare(two, "--withhold", "called_number=privileged")
    assert data is not None
    assert ran.json["fields"] == ["name"]
    assert given(two, "--bundle", str(two.cli.folder / "bundle.age")).status == 0
    withheld = [{"reason": "withheld", "field": "called_number", "ground": "privileged"}]
    assert executed(two, WHO)["withheld"] == withheld


def test_an_order_about_a_person_is_confined_to_the_numbers_that_it_names(two: Two) -> None:
    values = two.cli.folder / "values.json"
    values.write_text(f'{{"assigned_numbers": "{FIRST}"}}')
    asked = ("--provision", "nl.sv.126n", "--authority", "om", "--issued-by", "examining-judge")
    period = ("--period-from", "2024-03-01", "--period-to", "2024-03-31", "--case", "PV-2024-77")
    fields = ("--field", "calling_number", "--field", "called_number", "--field", "name")
    named = ("--ref", "O-5", "--values", str(values), *asked, *period, *fields)
    assert two.cli("order", "receive", MANY, *named).status == 0
    assert two.cli("order", "authenticate", "O-5", "--method", "call-back").status == 0
    assert two.cli("order", "validate", "O-5").status == 0
    ran, data = prepare(two, ref="O-5")
    assert data is not None
    assert (data.case_ref, data.recipient) == ("PV-2024-77", "om")
    told = [record.values.get("calling_number") for record in data.persons[0].records]
    assert told == [None, FIRST, "+31300000004"]
    assert [gap["reason"] for gap in ran.json["gaps"]] == ["unknown-number"]
    page, _ = prepare(two, "--format", "html", ref="O-5", file="page.age")
    assert "does not say of which number it is" in page
    assert "PV-2024-77" in page
    assert "c2sp.org/tlog-proof@v1" in page
    assert SECOND not in page


def test_a_disclosure_that_is_no_secret_stands_in_the_open_ledger_alone(two: Two) -> None:
    tax = {"provision": "nl.awr.53", "issued_by": "inspector", "authority": "belastingdienst"}
    decided(two, WHO, ["name"], **tax)
    prepare(two)
    bundle, line = str(two.cli.folder / "bundle.age"), two.cli.folder / "told.ndjson"
    refused(given(two, "--bundle", bundle), "--disclosure: what order O-1 gives is no secret")
    ran = given(two, "--bundle", bundle, "--disclosure", str(line))
    assert ran.status == 0, ran.err
    assert f"`ledger ingest --signed {line}`" in ran.err
    told = executed(two, WHO)
    lines = two.cli("history", WHO, "--json").lines
    assert not [each for each in lines if "personal-data-disclosed" in each["type"]]
    key = signing_key(settings_from({})).create().verifier.text
    with as_open(two):
        two.cli.set(SIGNED_KEYS=key)
        for outcome in ("recorded", "duplicates"):
            taken = two.cli("ingest", "--signed", str(line), "--json").json
            assert taken[outcome] == 1, taken
        [row] = two.cli("disclosures", "--subject", WHO, "--json").json["disclosures"]
        two.cli.set(SIGNED_KEYS="")
    assert (row["recipient"], row["provision"]) == ("belastingdienst", "nl.awr.53")
    assert row["id"] == told["disclosure_id"]


def test_a_secrecy_that_was_imposed_keeps_the_disclosure_here(two: Two) -> None:
    decided(two, WHO, ["name"], provision="nl.awr.53", issued_by="inspector", authority="fiod")
    about = ("O-1", "--by", "court", "--evidence", "E-1", "--review-on", "2199-01-01")
    assert two.cli("secrecy", "impose", *about).status == 0
    prepare(two)
    bundle, line = str(two.cli.folder / "bundle.age"), str(two.cli.folder / "told.ndjson")
    told = given(two, "--bundle", bundle, "--disclosure", line)
    refused(told, "--disclosure: the open ledger is told nothing of order O-1")
    assert given(two, "--bundle", bundle).status == 0
    assert disclosed(two, WHO)["notice"] == "barred"


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
