"""Feeds with their lists: each person is told, membership is proven offline, what does not fit is refused."""

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest

from ledger.feeds.trie import root_in
from ledger.tlog.signing.base64 import from_base64, to_base64
from rulebook import period
from tests.fixtures.console import Cli, message, recipient, registered

WHO, OTHER, STRANGER = "customer/10023", "customer/10024", "customer/99999"
LONG_AGO = "2024-03-01T10:00:00+01:00"


class House(NamedTuple):
    """A ledger with a feed about WHO and a stranger; OTHER has a contract and is not in it."""

    cli: Cli
    fed: dict[str, Any]
    list: Path

    @property
    def day(self) -> str:
        ran = self.cli("feed", "prove", str(self.fed["position"]), WHO, "--json")
        day: str = ran.json["day"]
        return day

    @property
    def key(self) -> str:
        key: str = self.cli("log", "keys", "--json").json["keys"][-1]
        return key

    def prove(self, who: str, *options: str, feed: str | None = None) -> Path:
        path = self.cli.folder / f"{who.replace('/', '-')}.json"
        name = feed or str(self.fed["position"])
        ran = self.cli("feed", "prove", name, who, "--output", str(path), *options)
        assert ran.status == 0, ran.err
        return path

    def verify(self, path: Path, who: str, day: str | None = None, *options: str) -> Any:
        asked = ("--subject", who, "--day", day or self.day, "--key", self.key)
        return self.cli("feed", "verify", str(path), *asked, *options)


@pytest.fixture
def list_file(tmp_path: Path) -> Path:
    path = tmp_path / "list.txt"
    path.write_text(f"{WHO}\n{STRANGER}\n\n{WHO}\n")
    return path


@pytest.fixture
def house(cli: Cli, list_file: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.chdir(cli.folder)
    cli.record(
        recipient("Het CIOT", "ciot", kind="ciot", role="authority"),
        registered(),
        registered(OTHER),
        message("contract-concluded", OTHER, time=LONG_AGO, contract_ref="c1"),
    )
    ran = cli("feed", "deliver", str(list_file), "--recipient", "ciot", "--json")
    assert ran.status == 0, ran.err
    assert cli("publish", "--once").status == 0
    return House(cli, ran.json, list_file)


def told(cli: Cli, who: str) -> list[Any]:
    rows: list[Any] = cli("disclosures", "--subject", who, "--json").json["disclosures"]
    return [(row["recipient"], row["subject"], row["membership"]) for row in rows]


def reported(cli: Cli, who: str, *options: str) -> list[Any]:
    ran = cli("report", "access", who, *options)
    assert ran.status == 0, ran.err
    return [(row["recipient"], row["membership"]) for row in json.loads(ran.out)["recipients"]]


def test_a_delivery_is_an_event_and_a_list(house: House) -> None:
    fed = house.fed
    assert (fed["records"], fed["members"], fed["recorded"]) == (3, 2, True)
    [row] = house.cli("feed", "list", "--json").json["feeds"]
    assert (row["position"], row["recipient"], row["record_count"]) == (fed["position"], "ciot", 3)
    assert (row["merkle_root"], row["list"]["members"]) == (fed["merkle_root"], 2)
    event = house.cli("history", "recipient/ciot", "--json").acts[-1]
    assert event["facts"]["list_kept"] is True
    assert house.cli("audit").status == 0
    assert "2 members" in house.cli("feed", "list").out.decode()


def test_everybody_in_it_is_told_and_nobody_else(house: House) -> None:
    assert told(house.cli, WHO) == [("ciot", WHO, "list")]
    assert reported(house.cli, WHO) == [("ciot", "list")]
    assert told(house.cli, OTHER) == []  # a service, but not in the list
    assert reported(house.cli, OTHER) == []


def test_the_report_says_it_in_a_sentence(house: House) -> None:
    page = house.cli("report", "access", WHO, "--format", "html", "--language", "en").out.decode()
    assert "Your data were in the daily file for Het CIOT on these days:" in page
    assert "We know this from the list that was kept with the file." in page
    assert "marked as derived" not in page


def test_a_proof_says_of_each_whether_they_were_in_it(house: House) -> None:
    for who, included in ((WHO, True), (STRANGER, True), (OTHER, False), ("customer/0", False)):
        path = house.prove(who)
        for hidden in (who, WHO, STRANGER, OTHER):
            assert hidden not in path.read_text()
        ran = house.verify(path, who, None, "--json")
        assert ran.status == 0, ran.err
        answer = ran.json
        assert (answer["included"], answer["members"], answer["recipient"]) == (included, 2, "ciot")
    shown = house.verify(house.prove(OTHER), OTHER).out.decode()
    assert "was NOT in the feed to ciot" in shown
    dutch = house.verify(house.prove(WHO), WHO, None, "--language", "nl").out.decode()
    assert "stond in het bestand voor ciot" in dutch


def test_checking_needs_no_ledger(house: House) -> None:
    path, key, day = house.prove(WHO), house.key, house.day
    house.cli.set(DATABASE_URL="postgresql://nowhere.invalid/none", KEY_DIR="/nowhere")
    asked = ("feed", "verify", str(path), "--subject", WHO, "--day", day, "--key", key)
    assert house.cli(*asked).status == 0
    assert house.cli("feed", "verify", "--subject", WHO, "--day", day, "--key", key).status == 1


def test_a_proof_is_for_one_person_one_day_and_as_it_was_written(house: House) -> None:
    path, day = house.prove(WHO), house.day
    before = (datetime.fromisoformat(day) - timedelta(days=1)).date().isoformat()
    assert house.verify(path, OTHER).status == 1
    assert house.verify(path, WHO, before).status == 1
    assert house.verify(path, WHO, "yesterday").status == 2
    good, other = json.loads(path.read_text()), json.loads(house.prove(OTHER).read_text())
    elsewhere = {"siblings": [to_base64(bytes(32))] * len(good["path"]["siblings"])}
    changed = [
        good | {"token_proof": other["token_proof"]},
        good | {"path": good["path"] | elsewhere},
    ]
    for member in ("entry", "proof", "public", "root", "token_proof"):
        content = bytearray(from_base64(good[member]))
        content[len(content) // 2] ^= 1
        changed.append(good | {member: to_base64(bytes(content))})
    changed += [
        good | {"size": 3},
        good | {"size": -1},
        good | {"size": 2**70},
        good | {"title": "x"},
    ]
    changed += [good | {"path": {"siblings": [], "found": None}}, good | {"more": 1}]
    for one in changed:
        path.write_text(json.dumps(one))
        assert house.verify(path, WHO, day).status == 1, one


def test_a_feed_that_is_another_event_or_without_a_list_is_told(house: House) -> None:
    cli = house.cli
    facts = {"record_count": 2, "merkle_root": "ab" * 32, "valid_for": "24h"}
    cli.record(message("bulk-feed-delivered", "recipient/ciot", time=LONG_AGO, **facts))
    assert cli("publish", "--once").status == 0
    assert cli("feed", "prove", "2024-03-01", WHO).status == 1
    for name in ("2024-03-02", "1", "none"):
        assert cli("feed", "prove", name, WHO).status == 1
    assert told(cli, OTHER) == [("ciot", OTHER, "derived")]
    assert reported(cli, OTHER) == [("ciot", "derived")]
    cli.record(message("contract-concluded", WHO, time=LONG_AGO, contract_ref="c2"))
    assert reported(cli, WHO) == [("ciot", "derived"), ("ciot", "list")]
    page = cli("report", "access", WHO, "--format", "html", "--language", "en").out.decode()
    assert "For days marked as derived no list was kept." in page
    assert "For days without that mark we know it from the list" in page


def test_several_feeds_of_a_day_are_named_by_position(house: House) -> None:
    again = house.cli("feed", "deliver", str(house.list), "--recipient", "ciot", "--json").json
    assert again["merkle_root"] != house.fed["merkle_root"]  # each has a key of its own
    assert house.cli("publish", "--once").status == 0
    day = house.day
    ran = house.cli("feed", "prove", day, WHO)
    assert ran.status == 1
    assert str(again["position"]) in ran.err
    one, other = (house.prove(WHO, feed=str(p["position"])).read_text() for p in (house.fed, again))
    assert json.loads(one)["public"] != json.loads(other)["public"]
    assert told(house.cli, WHO) == [("ciot", WHO, "list")] * 2


def test_a_dry_run_records_and_keeps_nothing(house: House) -> None:
    ran = house.cli(
        "feed", "deliver", str(house.list), "--recipient", "ciot", "--dry-run", "--json"
    )
    assert (ran.json["recorded"], ran.json["records"], ran.json["members"]) == (False, 3, 2)
    assert "merkle_root" not in ran.json
    assert len(house.cli("feed", "list", "--json").json["feeds"]) == 1


def upstream(house: House, root: str, **members: Any) -> str:
    """The event of a feed whose root somebody else computed; its id."""
    now = datetime.now(UTC).isoformat()
    facts = {"record_count": 3, "merkle_root": root, "valid_for": "24h", "time": now}
    house.cli.record(
        message("bulk-feed-delivered", "recipient/ciot", id="up-1", **(facts | members))
    )
    return "up-1"


def test_members_whom_nobody_knows_are_counted_aloud(house: House) -> None:
    assert house.fed["unknown"] == 1
    tried = house.cli("feed", "deliver", str(house.list), "--recipient", "ciot", "--dry-run")
    assert (tried.status, "1 of 2 members of the list are not known" in tried.err) == (0, True), (
        tried.err
    )
    assert STRANGER not in tried.err
    house.list.write_text(f"{WHO}\n{OTHER}\n")
    known = house.cli("feed", "deliver", str(house.list), "--recipient", "ciot", "--dry-run")
    assert (known.status, known.err) == (0, "")


def test_a_list_can_be_handed_over_after_its_event(house: House, tmp_path: Path) -> None:
    key, cli = tmp_path / "feed.key", house.cli
    root = cli("feed", "root", str(house.list), "--key-file", str(key), "--json").json
    assert (root["records"], root["members"]) == (3, 2)
    again = cli("feed", "root", str(house.list), "--key-file", str(key), "--json").json
    assert again == root
    name = upstream(house, (root_in(root["merkle_root"]) or b"").hex())
    before = told(cli, WHO)
    ran = cli("feed", "keep", name, str(house.list), "--key-file", str(key), "--json")
    assert ran.status == 0, ran.err
    assert told(cli, WHO) == [*before, ("ciot", WHO, "list")]
    assert (
        cli("feed", "keep", name, str(house.list), "--key-file", str(key)).status == 0
    )  # as it is
    assert cli("audit").status in {0, 1}
    position = str(ran.json["position"])
    assert reported(cli, WHO, "--at-position", position) == [("ciot", "list")]  # it came after it


def test_a_list_that_does_not_give_the_root_is_refused(house: House, tmp_path: Path) -> None:
    key, cli = tmp_path / "feed.key", house.cli
    root = cli("feed", "root", str(house.list), "--key-file", str(key), "--json").json
    name = upstream(house, root["merkle_root"])
    wrong, other = tmp_path / "wrong.txt", tmp_path / "other.key"
    wrong.write_text(f"{WHO}\n")
    other.write_bytes(bytes(32))
    for given in ((str(wrong), str(key)), (str(house.list), str(other))):
        ran = cli("feed", "keep", name, given[0], "--key-file", given[1])
        assert ran.status == 1
        assert "nothing is kept" in ran.err
    assert [row["list"] for row in cli("feed", "list", "--json").json["feeds"]][-1] is None


def test_wrong_use_is_told_and_repeats_no_reference(house: House, tmp_path: Path) -> None:
    cli, bad, short = house.cli, tmp_path / "bad.txt", tmp_path / "short.key"
    bad.write_text("customer/1\nJ. de Vries\n")
    short.write_bytes(b"short")
    ran = cli("feed", "deliver", str(bad), "--recipient", "ciot")
    assert ran.status == 2
    assert "line 2" in ran.err
    assert "Vries" not in ran.err
    assert cli("feed", "deliver", str(house.list), "--recipient", "nobody").status == 2
    assert cli("feed", "deliver", "none.txt", "--recipient", "ciot").status == 2
    old = ("--at", LONG_AGO)
    assert cli("feed", "deliver", str(house.list), "--recipient", "ciot", *old).status == 2
    assert cli("feed", "root", str(house.list), "--key-file", str(short)).status == 2
    assert cli("feed", "keep", "1", str(house.list), "--key-file", "none").status == 2
    assert cli("feed", "verify", "--subject", WHO, "--day", "2026-01-01").status == 2


def test_a_list_is_forgotten_by_its_date_and_its_key_with_it(
    house: House, database_url: str
) -> None:
    assert told(house.cli, WHO) == [("ciot", WHO, "list")]
    assert house.cli("keys", "rotate", "--now", "--json").json["rewrapped"] > 1
    assert told(house.cli, WHO) == [("ciot", WHO, "list")]  # under the new epoch's key
    ago = datetime.now(UTC) - period("feed-list")
    with closing(psycopg.connect(database_url, autocommit=True)) as connection:
        (space,) = connection.execute(
            "SELECT schemaname FROM pg_tables WHERE tablename = 'feed_lists'"
        ).fetchone() or ("",)
        connection.execute(f"UPDATE {space}.feed_lists SET keep_until = %s".encode(), [ago])
    assert house.cli("disclosures", "--subject", WHO, "--json").status == 1  # altered
    assert house.cli("keys", "rotate", "--json").status == 0
    with closing(psycopg.connect(database_url)) as connection:
        for table in ("feed_lists", "feed_pages"):
            count = connection.execute(f"SELECT count(*) FROM {space}.{table}".encode())
            assert count.fetchone() == (0,)
    assert told(house.cli, WHO) == []
    ran = house.cli("audit", "--json")  # the event says that it is kept, and its date has not come
    assert "feed-list-missing" in {one["kind"] for one in ran.json["findings"]}


def test_lists_end_before_an_erased_person_is_forgotten() -> None:
    """So nobody can be looked for in a list of whom the ledger no longer says that they are erased."""
    assert period("feed-list") < period("tombstone")


TAX = "belastingdienst"


def test_a_feed_to_others_needs_its_legal_basis_and_provision(house: House) -> None:
    house.cli.record(recipient("Belastingdienst", TAX, kind="tax-authority", role="authority"))
    deliver = "feed", "deliver", str(house.list), "--recipient", TAX
    assert house.cli(*deliver).status == 2
    assert house.cli(*deliver, "--legal-basis", "6-1-c").status == 2
    assert house.cli(*deliver, "--legal-basis", "6-1-c", "--provision", "nl.zzz").status == 2
    grounded = *deliver, "--legal-basis", "6-1-c", "--provision", "AWR art. 53"
    days = "--period-from", "2025-01-01", "--period-to", "2025-12-31"
    ran = house.cli(*grounded, *days, "--json")
    assert ran.status == 0, ran.err
    (row,) = house.cli("disclosures", "--recipient", TAX, "--json").json["disclosures"]
    said = "recipient_kind", "purpose", "legal_basis", "provision", "period_from", "period_to"
    assert [row[name] for name in said] == [
        *("tax-authority", "tax-information", "6-1-c", "nl.awr.53", "2025-01-01", "2025-12-31")
    ]
    assert (TAX, WHO, "list") in told(house.cli, WHO)
    assert (
        house.cli(*grounded, "--period-from", "2025-02-01", "--period-to", "2025-01-01").status == 2
    )


def test_the_feed_of_everybody_says_its_own_duty(house: House) -> None:
    (row,) = house.cli("feed", "list", "--json").json["feeds"]
    assert (row["recipient_kind"], row["purpose"], row["legal_basis"], row["provision"]) == (
        *("ciot", "subscriber-feed", "6-1-c", "nl.bvgt"),
    )
