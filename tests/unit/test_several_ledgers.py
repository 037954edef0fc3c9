"""Several ledgers as one: where events go, what a log of logs takes, what is found between ledgers."""

from collections.abc import Sequence
from datetime import date
from http import HTTPStatus
from pathlib import Path
from uuid import UUID

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench.ledgers.checking import check_history, check_homes, check_log, check_registers
from bench.ledgers.log_of_logs import LogOfLogs, chained, close, request_of, verify_chained
from bench.ledgers.resharding import check_split, shared_out
from bench.ledgers.routing import BUCKETS, bucket_of, even
from bench.ledgers.splitting import write_log
from ledger.errors import Unproven
from ledger.tlog.proving.reading import published
from ledger.tlog.signing.checkpoints import Checkpoint
from ledger.tlog.signing.keys import SigningKey
from ledger.tlog.signing.policy import Policy, TrustedKey
from ledger.tlog.store.folder import LogFolder
from ledger.tlog.tree.bundles import read_entry
from ledger.tlog.witnessing.cosigning import Answer, Request, encode_request
from tests.fixtures.ledger import registered
from tests.fixtures.published import entries
from tests.unit.projections.making import event

TODAY = date(2026, 11, 28)
A, B = "ledger.example.nl/a", "ledger.example.nl/b"


def key(origin: str) -> SigningKey:
    return SigningKey(origin, Ed25519PrivateKey.from_private_bytes(origin[-1].encode() * 32))


KEYS = {origin: (key(origin).verifier,) for origin in (A, B)}
TOP = key("ledger.example.nl/top")


@pytest.fixture
def top(tmp_path: Path) -> LogOfLogs:
    return LogOfLogs(LogFolder(tmp_path / "top"), TOP, KEYS)


def log(path: Path, content: Sequence[bytes], origin: str = A) -> LogFolder:
    return write_log(LogFolder(path), content, key(origin))


def answer(top: LogOfLogs, folder: LogFolder) -> Checkpoint | Answer:
    last = top.last.get(origin_of(folder))
    return top.offer(request_of(folder, last.size if last else 0))


def origin_of(folder: LogFolder) -> str:
    signed = published(folder)
    assert signed
    return signed.checkpoint.origin


def kinds(faults: Sequence[object]) -> set[str]:
    return {fault.kind for fault in faults}  # type: ignore[attr-defined]


# Where events go


def test_a_contact_person_is_where_the_customer_is() -> None:
    for number in range(200):
        assert bucket_of(f"customer/{number}/contact/2") == bucket_of(f"customer/{number}")


def test_every_bucket_has_one_ledger_also_after_a_split() -> None:
    homes = even(3)
    assert len({bucket_of(f"customer/{n}") for n in range(5000)}) == BUCKETS
    later = homes.split(1)
    for number in range(500):
        before, after = homes.of(f"customer/{number}"), later.of(f"customer/{number}")
        assert after in ({0: {0}, 1: {1, 2}, 2: {3}}[before])


def test_a_ledger_of_one_bucket_cannot_be_split() -> None:
    with pytest.raises(ValueError, match="one bucket"):
        even(BUCKETS).split(7)
    with pytest.raises(ValueError, match="expected 1 to"):
        even(0)


def test_persons_go_to_one_ledger_and_registers_and_staff_to_all() -> None:
    subjects = ["customer/1", "visitor/2", "customer/1/contact/1", "employee/3", "recipient/acme"]
    shares = even(4).shares(orjson.dumps(registered(subject)) for subject in subjects)
    told = [[orjson.loads(one)["subject"] for one in share] for share in shares]
    assert [sum(subject in share for share in told) for subject in subjects] == [1, 1, 1, 4, 4]


# The log of logs


def test_a_checkpoint_gets_in_once_and_its_extension_after_it(
    top: LogOfLogs, tmp_path: Path
) -> None:
    for count in (3, 3, 300, 700):
        assert isinstance(answer(top, log(tmp_path / str(count), entries(count))), Checkpoint)
    assert top.publish(TODAY).size == 3
    assert check_log(top.folder, KEYS) == []


def test_a_log_of_logs_goes_on_after_a_restart(top: LogOfLogs, tmp_path: Path) -> None:
    answer(top, log(tmp_path / "one", entries(3)))
    top.publish(TODAY)
    again = LogOfLogs(top.folder, TOP, KEYS)
    assert again.last == top.last
    answer(again, log(tmp_path / "two", entries(9)))
    assert again.publish(TODAY).size == 2
    assert check_log(top.folder, KEYS) == []


@pytest.mark.parametrize(
    ("content", "status", "kind"),
    [
        (entries(299), HTTPStatus.BAD_REQUEST, "shows-less"),
        ([*entries(299), b"other"], HTTPStatus.UNPROCESSABLE_ENTITY, "two-histories"),
        ([b"other", *entries(400)], HTTPStatus.UNPROCESSABLE_ENTITY, "two-histories"),
    ],
    ids=["goes back", "another tree of this size", "another past"],
)
def test_no_second_history_gets_in(
    top: LogOfLogs, tmp_path: Path, content: list[bytes], status: HTTPStatus, kind: str
) -> None:
    answer(top, log(tmp_path / "one", entries(300)))
    top.publish(TODAY)
    other = log(tmp_path / "other", content)
    refused = top.offer(request_of(other, 300))
    if status == HTTPStatus.BAD_REQUEST:
        signed = other.checkpoint()
        assert signed
        refused = top.offer(encode_request(Request(300, (), signed)))
    assert isinstance(refused, Answer)
    assert refused.status == status
    # Who was shown these files finds it beside the log of logs.
    assert kinds(check_history(top.folder, other, KEYS)) == {kind}


def test_a_stranger_gets_nothing_in(top: LogOfLogs, tmp_path: Path) -> None:
    stranger = log(tmp_path / "stranger", entries(3), "ledger.example.nl/c")
    refused = answer(top, stranger)
    assert isinstance(refused, Answer)
    assert refused.status == HTTPStatus.NOT_FOUND


def test_what_a_dishonest_holder_lets_in_is_found(top: LogOfLogs, tmp_path: Path) -> None:
    contents = {"5": entries(5), "3": entries(3), "5b": [*entries(4), b"other"]}
    signed = [
        log(tmp_path / name, content).checkpoint() or b"" for name, content in contents.items()
    ]
    end = close(Checkpoint(A, 3, b"0" * 32), key(A), [B])
    top.append([signed[0], signed[2], signed[1], end, signed[0]])
    top.publish(TODAY)
    assert kinds(check_log(top.folder, KEYS)) == {"two-histories", "goes-back", "after-its-end"}


def test_files_that_are_not_what_was_signed_are_found(top: LogOfLogs, tmp_path: Path) -> None:
    answer(top, log(tmp_path / "a", entries(5)))
    answer(top, log(tmp_path / "b", entries(9), B))
    top.publish(TODAY)
    bundle = next((tmp_path / "top" / "tile" / "entries").rglob("2"))
    bundle.write_bytes(bundle.read_bytes().replace(b"\n5\n", b"\n6\n"))
    assert kinds(check_log(top.folder, KEYS)) == {"other-tree", "not-a-checkpoint"}


def test_nothing_follows_a_closing_checkpoint(top: LogOfLogs, tmp_path: Path) -> None:
    one = log(tmp_path / "one", entries(3))
    last = answer(top, one)
    assert isinstance(last, Checkpoint)
    closing = close(last, key(A), [B])
    assert isinstance(top.offer(encode_request(Request(3, (), closing))), Checkpoint)
    refused = answer(top, log(tmp_path / "two", entries(4)))
    assert isinstance(refused, Answer)
    assert refused.status == HTTPStatus.FORBIDDEN


# Proofs


def test_an_event_is_proven_up_to_the_checkpoint_of_checkpoints(
    top: LogOfLogs, tmp_path: Path
) -> None:
    content = entries(300)
    one = log(tmp_path / "one", content)
    answer(top, log(tmp_path / "b", entries(9), B))
    top.publish(TODAY)
    with pytest.raises(Unproven, match="not in the log of logs yet"):
        chained(one, 7, top.folder)
    answer(top, one)
    signed = top.publish(TODAY)
    policy = Policy(logs=(TrustedKey(TOP.verifier),))
    for position in (1, 256, 300):
        proof = chained(one, position, top.folder)
        assert verify_chained(proof, content[position - 1], KEYS[A], policy) == signed
        with pytest.raises(Unproven):
            verify_chained(proof, content[position - 2], KEYS[A], policy)
        with pytest.raises(Unproven):
            verify_chained(proof, content[position - 1], KEYS[B], policy)


# What lies between ledgers


def test_an_event_about_a_register_that_one_ledger_lacks_or_has_otherwise_is_found() -> None:
    told, other = (
        event("recipient-registered", id="r1", subject="recipient/acme", country=country)
        for country in ("NL", "DE")
    )
    own = event(
        "intake-gap-recorded", id="g1", subject="system/x", source="urn:processing-ledger:x"
    )
    person = event("account-deactivated", id="p1")
    assert check_registers({"a": [told, person], "b": [told, own], "c": [told]}) == []
    faults = check_registers({"a": [told], "b": [told], "c": [person], "d": [other]})
    assert [(one.kind, one.where) for one in faults] == [
        ("register-differs", "d"),
        ("register-lacks", "c"),
    ]


def test_an_event_about_an_employee_that_one_ledger_lacks_is_found_with_keys_alone() -> None:
    """An employee has an id of their own in each ledger; facts may name such ids."""
    streams = {name: UUID(int=number) for number, name in enumerate("abc", 1)}
    granted = {
        name: event("role-granted", id="g1", stream=stream, role="helpdesk")
        for name, stream in streams.items()
    }
    ledgers = {"a": [granted["a"]], "b": [granted["b"]], "c": []}
    staff = {name: [stream] for name, stream in streams.items()}
    assert check_registers(ledgers) == []
    (fault,) = check_registers(ledgers, staff)
    assert (fault.kind, fault.where) == ("register-lacks", "c")


def test_a_person_in_two_ledgers_is_found_by_the_one_that_should_not_have_them() -> None:
    homes = even(2)
    person = "customer/1/contact/2"
    right = homes.of(person)
    lists = [[person, "employee/1"], [person, "employee/1"]]
    (fault,) = check_homes(homes, lists)
    assert (fault.kind, fault.where) == ("not-at-home", str(1 - right))


# A ledger that is split


def test_heirs_have_all_of_their_parent_with_other_positions_alone() -> None:
    parent = entries(300)
    streams = sorted({read_entry(one).stream for one in parent})
    shared, first = streams[0], set(streams[1::2])
    heirs = shared_out(parent, lambda s: None if s == shared else int(s in first))
    assert check_split(parent, heirs) == []
    for mine in heirs:
        read = [read_entry(one) for one in mine]
        assert [one.position for one in read] == list(range(1, len(mine) + 1))
        assert [one.recorded_at for one in read] == sorted(one.recorded_at for one in read)
    assert {read_entry(one).state for one in parent} == {
        read_entry(one).state for mine in heirs for one in mine
    }


@pytest.mark.parametrize(
    "spoil",
    [
        lambda heirs: [heirs[0][:-1], heirs[1]],
        lambda heirs: [heirs[0], heirs[1][1:]],
        lambda heirs: [[*heirs[0][:3], heirs[0][4], heirs[0][3], *heirs[0][5:]], heirs[1]],
        lambda heirs: [heirs[0], [heirs[1][0] + b" ", *heirs[1][1:]]],
        lambda heirs: [heirs[0], []],
    ],
    ids=["last lost", "first lost", "order", "bytes", "all lost"],
)
def test_whatever_an_heir_lacks_or_changed_is_found(spoil: object) -> None:
    parent = entries(60)
    streams = sorted({read_entry(one).stream for one in parent})
    heirs = shared_out(parent, lambda stream: streams.index(stream) % 2)
    assert callable(spoil)
    assert kinds(check_split(parent, spoil(heirs))) == {"split"}
