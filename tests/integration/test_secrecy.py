"""What the open ledger may not know is a count there, and comes whole into the confidential one."""

import json
import re
import stat
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from ledger.errors import Misconfigured
from ledger.letters.withheld import KeyPair, WithheldKey, public_key
from ledger.writing.message import FileOrigin, Message
from schemas.rejection import WITHHELD
from tests.fixtures.console import Cli, accessed, collected, disclosed, message, registered
from tests.unit.schemas.secret_spellings import by_kind, by_member, by_provision, by_shape

WHO = "customer/10023"
SECRET = disclosed(
    id="secret",
    provision="nl.wvsv.126n",
    legal_basis="6-1-c",
    recipient_kind="police",
    recipient="politie-zn",
    case_ref="PV-2024-7",
)
OWN = disclosed(
    id="own",
    purpose="fraud-report",
    legal_basis="6-1-f",
    recipient_kind="police",
    recipient="politie",
)
HOLD = ("hold", "place", WHO, "HOLD-1", "--category", "traffic", "--review-on", "2030-01-01")


def many() -> list[dict[str, Any]]:
    """Some of the messages that the unit test makes, over all types and members."""
    made = [*[*by_kind()][::3], *[*by_provision()][::97], *[*by_member()][::601]]
    undeclared = message(
        "legal-hold-placed", id="undeclared", hold_ref="H-7", categories=["traffic"]
    )
    undeclared["data"] |= {"ground": "operation-heron", "review_on": "2030-01-01"}
    return [*made, undeclared, SECRET, {**SECRET, "type": "order-received"}]


def broken() -> bytes:
    """Lines that are no events."""
    lines = [one if isinstance(one, bytes) else json.dumps(one).encode() for one in by_shape()]
    return b"\n".join(line for line in lines if b"\n" not in line and b"\r" not in line)


@pytest.fixture
def house(cli: Cli) -> Cli:
    cli.record(registered(), collected(id="c"), accessed(id="a"), disclosed(id="d"), OWN)
    cli.record(collected(id="bad", favourite_colour="x"))
    return cli


def shown(house: Cli, position: int) -> dict[str, bytes]:
    """What readers of the open ledger see. Its own records of their reads come after `position`."""
    then = "--at-position", str(position)
    asked = {
        "history": ("history", WHO, *then, "--json"),
        "state": ("state", WHO, *then, "--json"),
        "disclosures": ("disclosures", "--json"),
        "register": ("register", "--json"),
        "recipients": ("recipients", "--json"),
        "transparency": ("transparency", "--json"),
        "transfers": ("transfers", "--json"),
        "findings": ("findings", "--json"),
        "purposes": ("purposes", "--json"),
        "lint": ("lint", "--json"),
        "holds": ("hold", "list", "--json"),
        "report": (
            "report",
            "access",
            WHO,
            *then,
            "--format",
            "json",
            "--at",
            "2024-06-01T00:00:00Z",
        ),
        "export": ("export", "--format", "ldv", *then),
        "export to cities": ("export", "--format", "vng", *then),
        "letters": ("dead-letters", "list", "--json"),
        "letters for people": ("dead-letters", "list"),
    }
    ran = {name: house(*command) for name, command in asked.items()}
    assert {name for name, one in ran.items() if one.status > 1 or not one.out} == set()
    return {name: one.out for name, one in ran.items()}


def letters(house: Cli) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = house("dead-letters", "list", "--json").json["dead_letters"]
    return found


def handed(house: Cli) -> Path:
    file = house.folder / "handed"
    assert house("dead-letters", "hand-over", str(file)).status == 0
    return file


def test_the_open_ledger_shows_what_it_would_without_the_messages(house: Cli) -> None:
    position = house("status", "--json").json["position"]
    before = shown(house, position)
    sent = many()
    answer = house.record(*sent)
    assert answer["recorded"] == answer["duplicates"] == 0
    assert {row["code"] for row in answer["rejections"]} <= {
        *("withheld", "unknown-type", "not-a-cloudevent")
    }
    assert all("rule" in row for row in answer["rejections"])
    lines = broken()
    assert house("ingest", "-", stdin=lines).status == 1
    after = shown(house, position)
    (refused, hidden) = letters(house)
    assert json.loads(before["letters"])["dead_letters"] == [refused]
    told = {json.dumps(one, sort_keys=True).encode() for one in sent} | {*lines.splitlines()}
    assert hidden.pop("times") == len(told)
    assert {name for name, value in hidden.items() if value} == {"letter", "code"}
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"letters", "letters for people"}
    assert house("audit", "--views").status == 0


def test_nothing_of_it_can_be_read_in_the_open_ledger(house: Cli) -> None:
    house.record(SECRET)
    assert house("dead-letters", "show", "withheld").status == 1
    assert (
        house("dead-letters", "retry", "--json").json["dead_letters"][0]["code"] == "unknown-field"
    )
    *lines, envelope = handed(house).read_bytes().splitlines()
    assert len(lines) == 1
    assert json.loads(lines[0]).keys() == {"letter", "sealed"}
    signed = json.loads(b64decode(json.loads(envelope)["payload"]))
    assert signed.keys() == {"ledger", "sealed_to", "lines", "sha256"}
    assert b"politie" not in lines[0]


def test_the_same_message_again_is_counted_once(house: Cli) -> None:
    house.record(SECRET)
    house.record(SECRET, SECRET)
    assert letters(house)[-1]["times"] == 1


def test_the_confidential_ledger_gets_it_whole(house: Cli) -> None:
    held = message("legal-hold-placed", id="hold", hold_ref="H-1", categories=["traffic"])
    held["data"] |= {"ground": "sv-126ni", "review_on": "2030-01-01"}
    seen = accessed(id="seen", provision="nl.sv.126n", legal_basis="6-1-c")
    answer = house.record(SECRET, registered("customer/2"), held, seen)
    assert (answer["recorded"], answer["rejected"]) == (1, 3)
    file = handed(house)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    house.set(CONFIDENTIAL="1")
    assert house("init").status == 0
    answer = house("ingest", "--withheld", str(file), "--json").json
    assert (answer["read"], answer["recorded"]) == (3, 3)
    assert house("ingest", "--withheld", str(file), "--json").json["duplicates"] == 3
    told = {line["id"]: line for line in house("history", WHO, "--json").acts}
    assert told.keys() == {"secret", "hold", "seen"}
    shown = told["secret"]
    sent = {name: value for name, value in SECRET["data"].items() if name in shown["facts"]}
    assert shown["facts"] == sent
    assert {"recipient", "recipient_kind", "case_ref", "fields"} <= sent.keys()
    assert (shown["provision"], shown["source"]) == ("nl.wvsv.126n", SECRET["source"])
    house.set(CONFIDENTIAL="0")
    receipts = file.with_name("handed.receipt")
    assert stat.S_IMODE(receipts.stat().st_mode) == 0o600
    assert house("dead-letters", "hand-over", str(file), "--remove", "--json").json == {
        "removed": 3
    }
    assert len(letters(house)) == 1
    assert house("audit").status == 0


def test_what_has_no_receipt_stays(house: Cli) -> None:
    """What the confidential ledger refuses is whole here until it has recorded it."""
    house.record(SECRET, {**SECRET, "id": "spoiled", "surprise": 1})
    file = handed(house)
    ran = house("dead-letters", "hand-over", str(file), "--remove")
    assert (ran.status, ran.out) == (1, b"")
    assert "nothing was removed" in ran.err
    house.set(CONFIDENTIAL="1")
    assert house("init").status == 0
    assert house("ingest", "--withheld", str(file), "--json").json["rejected"] == 1
    house.set(CONFIDENTIAL="0")
    house.record({**SECRET, "id": "later"})
    ran = house("dead-letters", "hand-over", str(file), "--remove", "--json")
    assert ran.json == {"removed": 1}
    assert "2 without a receipt stay here" in ran.err
    assert letters(house)[-1]["times"] == 2
    receipts = file.with_name("handed.receipt")
    for forged in ("00" * 32, json.loads(file.read_bytes().splitlines()[0])["letter"]):
        receipts.write_text(f"{forged}\n")
        assert house("dead-letters", "hand-over", str(file), "--remove", "--json").json == {
            "removed": 0
        }
    receipts.write_text("nonsense\n")
    assert house("dead-letters", "hand-over", str(file), "--remove").status == 1
    assert letters(house)[-1]["times"] == 2


def test_people_see_one_row_with_a_number(house: Cli) -> None:
    for told, number in ((SECRET, "1 message"), ({**SECRET, "id": "more"}, "2 messages")):
        assert house("ingest", "-", stdin=json.dumps(told).encode()).status == 1
        text = house("dead-letters", "list").out.decode()
        assert text.count("withheld") == 1
        assert number in text


def test_an_ingest_says_how_many_are_withheld(house: Cli) -> None:
    lines = [json.dumps(one).encode() for one in (SECRET, collected(id="worse", shoes=1))]
    text = house("ingest", "-", stdin=b"\n".join(lines)).out.decode()
    assert re.search(r"of which withheld\W+1\b", text)


def test_who_brings_a_file_is_told_why_and_nobody_else_is(house: Cli) -> None:
    hold = message("legal-hold-placed", id="hold", hold_ref="H-1", categories=["traffic"])
    hold["data"] |= {"ground": "operation-heron", "review_on": "2030-01-01"}
    file = house.folder / "brought.ndjson"
    file.write_bytes(json.dumps(hold).encode())
    for command in (("schema", "validate", str(file)), ("ingest", str(file))):
        (told,) = house(*command, "--json").json["rejections"]
        assert (told["code"], told["pointer"], told["rule"]) == (
            "withheld",
            "/data/ground",
            "undeclared",
        )
        text = house(*command).out.decode()
        assert "declare" in text
        assert "heron" not in text
    listed = house("dead-letters", "list", "--json").out + house("dead-letters", "list").out
    assert b"ground" not in listed
    assert b"undeclared" not in listed


def test_what_the_house_declares_is_ordinary_from_the_next_message_on(house: Cli) -> None:
    seen = accessed(id="declared", purpose="zwaluw-desk", role="zwaluw")
    assert house.record(seen)["rejections"][0]["code"] == "withheld"
    told = house("codes", "declare", "zwaluw-desk", "--reason", "name-of-a-desk", "--json").json
    assert told["codes"] == ["zwaluw-desk"]
    assert house.record(seen)["recorded"] == 1
    declared = {row["code"]: row["by"] for row in house("codes", "list", "--json").json["declared"]}
    assert (declared["zwaluw-desk"], declared["curiosity"]) == ("house", "rulebook")
    assert house(*HOLD, "--ground", "zwaluw.desk").status == 0
    assert "zwaluw-desk" in house("codes", "list").out.decode()


def test_what_the_register_declares_is_ordinary_and_what_is_annulled_no_longer(house: Cli) -> None:
    seen = accessed(id="known", purpose="nest-check", role="zwaluw")
    role = message("role-defined", "role/zwaluw", id="role", role="zwaluw", categories=[])
    assert house.record(seen)["rejections"][0]["code"] == "withheld"
    assert house.record({**role, "source": "urn:voipzeker:hr"})["recorded"] == 1
    assert house.record(seen)["recorded"] == 1
    undo = message("event-annulled", "role/zwaluw", id="undo", annuls="role", reason="mistake")
    assert house.record({**undo, "source": "urn:voipzeker:hr"})["recorded"] == 1
    assert house.record({**seen, "id": "again"})["rejections"][0]["code"] == "withheld"


def test_a_recipient_that_investigates_declares_nothing(house: Cli) -> None:
    recipient = message("recipient-registered", "recipient/zwaluw", id="party", name="Z")
    recipient["data"] |= {"kind": "police", "role": "authority", "country": "NL"}
    recipient["data"] |= {"valid_from": "2020-01-01"}
    assert house.record(recipient)["recorded"] == 1
    seen = accessed(id="known", purpose="nest-check", role="zwaluw")
    assert house.record(seen)["rejections"][0]["code"] == "withheld"


def test_an_undeclared_code_is_listed_for_the_house(house: Cli) -> None:
    blocked = message("service-blocked", id="b-1", service="mobile", contract_ref="C-1")
    blocked["data"] |= {"reason": "zwaluw", "activity": "contracts", "legal_basis": "6-1-b"}
    later = {**blocked, "id": "b-2", "time": "2026-11-25T10:00:00Z"}
    assert house.record(later, blocked)["recorded"] == 2
    answer = house("codes", "list", "--json").json
    (row,) = [one for one in answer["undeclared"] if one["code"] == "zwaluw"]
    assert (row["events"], row["members"]) == (2, ["reason"])
    assert row["first"] < row["last"] == "2026-11-25T10:00:00.000000Z"
    assert row["first_position"] == row["last_position"] + 1
    assert answer["next"] is None
    house("codes", "declare", "zwaluw")
    assert "zwaluw" not in str(house("codes", "list", "--json").json["undeclared"])


def test_older_events_are_looked_through_before_a_position(house: Cli) -> None:
    blocked = [accessed(id=f"seen-{n}", purpose=f"zwaluw-{n}", role="helpdesk") for n in range(3)]
    assert house.record(*blocked)["recorded"] == 3
    newest = house("codes", "list", "--json").json["undeclared"]
    assert {row["code"] for row in newest} == {f"zwaluw-{n}" for n in range(3)}
    last = max(row["last_position"] for row in newest)
    older = house("codes", "list", "--before", str(last), "--json").json
    assert {row["code"] for row in older["undeclared"]} == {"zwaluw-0", "zwaluw-1"}


def test_nobody_else_declares_codes_and_no_citation_becomes_ordinary(house: Cli) -> None:
    seen = accessed(id="mine", purpose="zwaluw-desk", role="zwaluw")
    declared = message("codes-declared", "system/ledger", id="foreign", codes=["zwaluw-desk"])
    told = house.record({**declared, "source": "urn:voipzeker:crm"})
    assert told["recorded"] == 1, told
    assert house.record(seen)["rejections"][0]["code"] == "withheld"
    position = house("status", "--json").json["position"]
    assert house("codes", "declare", "sv-126nd").status == 1
    assert house("codes", "declare", "no code").status in {1, 2}
    assert house("status", "--json").json["position"] == position


def test_only_the_confidential_ledger_takes_them_over(house: Cli) -> None:
    house.record(SECRET)
    file = handed(house)
    assert house("ingest", "--withheld", str(file)).status == 2
    house.set(CONFIDENTIAL="1", NAME="other")
    assert house("init").status == 0
    ran = house("ingest", "--withheld", str(file))
    assert (ran.status, ran.out) == (1, b"")
    assert "holder of another key" in ran.err
    file.write_text("nonsense\n")
    assert house("ingest", "--withheld", str(file)).status == 1


def test_a_letter_from_before_is_moved_and_not_shown(house: Cli, monkeypatch: Any) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("schemas.secrecy.Secrecy.why", lambda *_: None)
        house.record({**SECRET, "surprise": 1})
    letter = next(row["letter"] for row in letters(house) if row["id"] == "secret")
    ran = house("dead-letters", "show", letter)
    assert (ran.status, ran.out) == (1, b"")
    ran = house("dead-letters", "retry", letter, "--json")
    assert (ran.status, ran.json["dead_letters"][0]["outcome"]) == (1, "withheld")
    assert [row["code"] for row in letters(house)] == ["unknown-field", "withheld"]
    assert house("audit").status == 0


@pytest.mark.parametrize("ground", ["sv-126ni", "police-investigation", "nl.sv.126n", "wiv-2017"])
def test_an_act_of_the_office_that_hints_is_refused_without_saying_why(
    house: Cli, ground: str
) -> None:
    position = house("status", "--json").json["position"]
    ran = house(*HOLD, "--ground", ground)
    assert (ran.status, ran.out) == (1, b"")
    assert ran.err.startswith("ledger: this is not for this ledger; nothing was recorded")
    assert house("status", "--json").json["position"] == position
    assert letters(house)[-1]["code"] == "unknown-field"
    assert house(*HOLD, "--ground", "civil-claim").status == 0


def test_own_reports_and_open_provisions_enter(house: Cli) -> None:
    told = [
        disclosed(
            id="t",
            provision="nl.awr.53",
            legal_basis="6-1-c",
            recipient_kind="tax-authority",
        )
    ]
    assert house.record(*told)["recorded"] == 1
    assert "own" in {row["id"] for row in house("disclosures", "--json").json["disclosures"]}


def test_without_a_key_nothing_is_read(house: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message stays where it is; nothing else of its batch is recorded either."""
    monkeypatch.setattr("host.withheld.public_key", lambda *_: None)
    ran = house("ingest", "-", stdin=json.dumps(SECRET).encode())
    assert ran.status == 2
    assert "LEDGER_WITHHELD_KEY" in ran.err
    assert house.record(registered("customer/3"))["recorded"] == 1


def test_the_key_of_the_setting_is_used(house: Cli, tmp_path: Path) -> None:
    pair = KeyPair(tmp_path / "elsewhere")
    house.set(WITHHELD_KEY=pair.create().text)
    house.record(SECRET)
    *lines, envelope = handed(house).read_bytes().splitlines()
    assert len(lines) == 1
    signed = json.loads(b64decode(json.loads(envelope)["payload"]))
    assert signed["sealed_to"] == pair.create().text
    assert house("init", "--json").json["withheld_private"] is None
    for wrong in ("x", "x25519:AAAA", "x25519:" + "A" * 43 + "="):
        house.set(WITHHELD_KEY=wrong)
        assert house("status").status == 2


def test_what_is_sealed_opens_with_its_key_only_and_shows_no_size(tmp_path: Path) -> None:
    pair, other = KeyPair(tmp_path / "a"), KeyPair(tmp_path / "b")
    key = pair.create()
    assert pair.create().text == key.text == WithheldKey.read(key.text).text
    assert stat.S_IMODE(pair.private.stat().st_mode) == 0o600
    origin = FileOrigin("orders", 7)
    short, long = (
        key.seal(Message(b"x" * size, WITHHELD, origin), bytes(32)) for size in (1, 3900)
    )
    assert len(short) == len(long)
    opened = pair.open(long)
    assert (opened.body, opened.topic, opened.offset) == (b"x" * 3900, "file:orders", 7)
    with pytest.raises(Misconfigured):
        other.open(short)
    other.create()
    with pytest.raises(Exception, match="does not open"):
        other.open(short)
    assert public_key(tmp_path / "c" / "withheld.pub", pair).text == key.text  # type: ignore[union-attr]
