"""Faults that a ledger, an operator or the holder of the log of logs may commit, each with what finds it."""

from collections.abc import Callable, Mapping
from pathlib import Path

import orjson

from bench.ledgers.checking import (
    Fault,
    check_history,
    check_homes,
    check_log,
    check_registers,
    events_in,
)
from bench.ledgers.log_of_logs import LogOfLogs, entries_of
from bench.ledgers.resharding import check_split
from bench.ledgers.site import Federation
from bench.ledgers.splitting import write_log
from ledger.tlog.signing.checkpoints import Checkpoint, parse_checkpoint
from ledger.tlog.signing.notes import parse_note
from ledger.tlog.store.folder import LogFolder
from ledger.tlog.tree.bundles import read_entry
from ledger.tlog.witnessing.cosigning import Answer, Request, encode_request
from tests.fixtures.ledger import registered

_NAMED = {"name": "Acme", "kind": "processor", "role": "processor", "country": "NL"}
Commit = Callable[[Federation, Path], list[Fault]]


def two_histories(made: Federation, folder: Path) -> list[Fault]:
    """A ledger shows an auditor another past than the log of logs, signed with its own key."""
    member = made.members[0]
    *before, last = entries_of(member.log.folder)
    forged = write_log(LogFolder(folder / "forged"), [*before, last + b" "], member.key)
    signed = forged.checkpoint()
    assert signed
    _refused(made.top.offer(encode_request(Request(len(before) + 1, (), signed))))
    return check_history(made.top.folder, forged, made.keys)


def goes_back(made: Federation, folder: Path) -> list[Fault]:
    """A ledger gives an earlier checkpoint, and the holder of the log of logs lets it in."""
    member = made.members[0]
    size = made.top.last[member.log.origin].size
    early = next(c for c in member.log.folder.history if 0 < _size(c) < size)
    _refused(made.top.offer(encode_request(Request(size, (), early))))
    dishonest = LogOfLogs(LogFolder(folder / "dishonest"), made.top_key, made.keys)
    dishonest.append([*entries_of(made.top.folder), early])
    dishonest.publish(made.clock().date())
    return check_log(dishonest.folder, made.keys)


def in_two_ledgers(made: Federation, _folder: Path) -> list[Fault]:
    """An event about a person is recorded where that person does not belong."""
    member = made.members[0]
    stranger = next(name for n in range(10**6) if made.homes.of(name := f"customer/s{n}") != 0)
    member.record([orjson.dumps(registered(stranger))])
    member.publish()
    return check_homes(made.homes, [one.at_home() for one in made.members])


def register_lacks(made: Federation, _folder: Path) -> list[Fault]:
    """An event about a recipient is recorded in all ledgers but one."""
    told = registered("recipient/acme", **_NAMED, valid_from="2026-01-01")
    told["type"] = "nl.voipzeker.ledger.recipient-registered.v1"
    for fact in ("customer_kind", "channel", "notice_version"):
        del told["data"][fact]
    for member in made.members[1:]:
        member.record([orjson.dumps(told)])
        member.publish()
    return check_registers({one.log.origin: events_in(one.log.folder) for one in made.members})


def staff_lacks(made: Federation, _folder: Path) -> list[Fault]:
    """A role is granted to an employee in all ledgers but one."""
    told = registered("employee/900")
    told["type"] = "nl.voipzeker.ledger.role-granted.v1"
    told |= {"source": "urn:voipzeker:hr", "data": {"role": "helpdesk"}}
    for member in made.members[1:]:
        member.record([orjson.dumps(told)])
        member.publish()
    return check_registers(
        {one.log.origin: events_in(one.log.folder) for one in made.members},
        {one.log.origin: one.staff() for one in made.members},
    )


def lost_in_a_split(made: Federation, _folder: Path) -> list[Fault]:
    """One of two heirs leaves an event of its parent out."""
    parent = list(entries_of(made.members[0].log.folder))
    whole = [entry for entry in parent if read_entry(entry).version != 2]
    return check_split(parent, [whole, []])


FAULTS: Mapping[str, tuple[Commit, str]] = {
    "a ledger that shows two histories": (two_histories, "two-histories"),
    "a checkpoint that goes back": (goes_back, "goes-back"),
    "a person in two ledgers": (in_two_ledgers, "not-at-home"),
    "an event about a register that one ledger lacks": (register_lacks, "register-lacks"),
    "an event about an employee that one ledger lacks": (staff_lacks, "register-lacks"),
    "an event that is lost when a ledger is split": (lost_in_a_split, "split"),
}
"""By what is wrong: what does it and looks for it, and the kind of fault that is found."""


def _refused(answer: Checkpoint | Answer) -> None:
    if not isinstance(answer, Answer):
        raise AssertionError("the log of logs took what it must refuse")


def _size(content: bytes) -> int:
    return parse_checkpoint(parse_note(content).text).size
