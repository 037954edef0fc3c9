import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pyrage import decrypt, x25519

from application.acts import preserving
from application.acts.acting import Act, act
from application.queries.desk import preserved
from host.environment import settings_from
from host.keys import log_key
from host.running.preserving import keep_copies
from host.wiring import open_site, utc_now
from ledger.errors import Retry
from ledger.reading import LAST, decoded
from ledger.tlog.proving.proof_file import parse_proof
from ledger.tlog.signing.checkpoints import verify_signers
from ledger.tlog.tree.proofs import verify_inclusion
from tests.integration import test_order_data
from tests.integration.test_order_data import (
    FIRST,
    MANY,
    OTHER,
    WHO,
    Two,
    as_open,
    called,
    day,
    gave,
)

two = test_order_data.two
__all__ = ["two"]

BY = ("--authority", "om-rotterdam", "--issued-by", "public-prosecutor")
KEEP = ("--provision", "nl.sv.126ni", "--kind", "preservation", *BY)
PRODUCE = (
    *("--provision", "nl.sv.126n", "--authority", "om-rotterdam"),
    *("--issued-by", "examining-judge"),
)
TRAFFIC = ("--field", "called_number")
IN_2024 = ("--period-from", "2024-01-01", "--period-to", "2024-12-31")


def by(two: Two, who: str, *command: str) -> Any:
    two.cli.set(READER=who)
    ran = two.cli(*command)
    two.cli.set(READER="")
    return ran


def received(two: Two, ref: str, *stated: str, subject: tuple[str, ...] = (WHO,)) -> None:
    for step in (
        ("order", "receive", *subject, "--ref", ref, *stated),
        ("order", "authenticate", ref, "--method", "call-back"),
        ("order", "validate", ref),
    ):
        ran = two.cli(*step)
        assert ran.status == 0, ran.err


def imposed(two: Two, ref: str = "P-1", *more: str, **who: Any) -> dict[str, Any]:
    received(two, ref, *KEEP, *TRAFFIC, **who)
    ran = two.cli("preservation", "impose", ref, *more, "--json")
    assert ran.status == 0, ran.err
    return dict(ran.json)


def given(two: Two, ref: str, tmp_path: Path) -> dict[str, Any]:
    """What an authority reads in the bundle of an order."""
    key, file = x25519.Identity.generate(), tmp_path / f"{ref}.age"
    ran = two.cli("order", "prepare", ref, "--age", str(key.to_public()), "--output", str(file))
    assert ran.status == 0, ran.err
    return dict(json.loads(decrypt(file.read_bytes(), [key])))


def values(bundle: dict[str, Any]) -> list[tuple[str, Any]]:
    return [
        (one["subject"], record["values"]) for one in bundle["persons"] for record in one["records"]
    ]


CALLS = [(WHO, {"called_number": f"+3130000000{number}"}) for number in (1, 2, 3)]


def by_clock(two: Two, **later: float) -> tuple[int, int]:
    with open_site(settings_from({}), lambda: utc_now() + timedelta(**later)) as site:
        return keep_copies(site)[:2]


def test_the_open_ledger_erases_as_ever_and_the_desk_still_gives(two: Two, tmp_path: Path) -> None:
    before = two.trace()
    kept = imposed(two)
    assert two.trace() == before
    assert (kept["snapshot"]["persons"], kept["snapshot"]["records"]) == (1, 3)
    with as_open(two):
        ran = two.cli("erase", WHO, "--ground", "request")
        assert ran.status == 0, ran.err
    received(two, "O-2", *PRODUCE, *TRAFFIC, *IN_2024)
    bundle = given(two, "O-2", tmp_path)
    assert (values(bundle), bundle["gaps"]) == (CALLS, [])
    for record in bundle["persons"][0]["records"]:
        # The log of the open ledger holds the entry still, and proves that it was as the desk says.
        proof = parse_proof(record["proof"].encode())
        with as_open(two):
            signed, _ = verify_signers(proof.checkpoint, log_key(settings_from({})).known())
        leaf = bytes.fromhex(record["leaf"])
        verify_inclusion(leaf, proof.index, signed.size, proof.hashes, signed.root)
        assert proof.index == record["position"] - 1


def test_one_officer_destroys_no_copy_whatever_the_hurry(two: Two) -> None:
    """A release in an emergency destroyed the copy at once, which no approval brings back."""
    imposed(two)
    release = ("preservation", "release", "P-1", "--emergency", "night")
    assert by(two, "employee/7", *release).status == 0
    assert by_clock(two, days=2)[1] == 0
    [row] = two.cli("emergency", "list", "--json").json["emergencies"]
    assert by(two, "employee/9", "emergency", "approve", row["event_id"]).status == 0
    assert by_clock(two, days=2)[1] == 1


def test_one_officer_lets_go_of_no_copy_by_its_hold(two: Two) -> None:
    """The hold on the copy was placed again for no category, and the copy erased by decision."""
    imposed(two)
    [held] = two.cli("hold", "list", "--json").json["holds"]
    told = ("hold_ref=P-1", "ground=x", "review_on=2024-01-01", "categories=[]", "activity=x")
    members = [part for one in (*told, "legal_basis=6-1-c") for part in ("--set", one)]
    command = ("record", "legal-hold-placed", "--subject", held["subject"], *members, "--yes")
    assert by(two, "employee/7", *command).status == 2
    decide = ("retention", "decide", held["subject"], "--yes")
    assert by(two, "employee/7", *decide).status == 1
    [after] = two.cli("hold", "list", "--json").json["holds"]
    assert after["categories"] == held["categories"]
    assert two.cli("state", held["subject"], "--json").json["erased_categories"] == []


def test_exactly_the_fields_and_the_period_of_the_order_are_copied(two: Two) -> None:
    march = ("--period-from", "2024-03-01", "--period-to", "2024-03-31")
    received(two, "P-1", *KEEP, *TRAFFIC, *march)
    beyond = two.cli("preservation", "impose", "P-1", "--category", "identity")
    assert (beyond.status, "does not ask for identity" in beyond.err) == (2, True)
    kept = two.cli("preservation", "impose", "P-1", "--json").json["snapshot"]
    assert kept["records"] == 1


def test_a_number_finds_its_holders_and_nobody_is_said_loudly_and_looked_for_again(
    two: Two, tmp_path: Path
) -> None:
    numbers = tmp_path / "number.json"
    numbers.write_text(json.dumps({"mobile_number": "+31612345678"}))
    who: tuple[str, ...] = ("--values", str(numbers))
    received(two, "P-1", *KEEP, "--field", "name", subject=who)
    kept = two.cli("preservation", "impose", "P-1", "--json")
    assert (kept.status, kept.json["snapshot"]["persons"]) == (0, 2)
    numbers.write_text(json.dumps({"mobile_number": "+31600000009"}))
    received(two, "P-2", *KEEP, "--field", "mobile_number", subject=who)
    nobody = two.cli("preservation", "impose", "P-2")
    assert (nobody.status, "NO PERSON WAS FOUND" in nobody.err) == (1, True)
    assert by_clock(two, hours=1) == (0, 0)
    with as_open(two):
        assert (
            two.cli.record(called(OTHER, day(4, 2), "+31300000009", "192.0.2.9"))["rejected"] == 0
        )
        assert (
            two.cli.record(gave(OTHER, day(4, 3), mobile_number=["+31600000009"]))["recorded"] == 1
        )
    assert by_clock(two, days=1, hours=1) == (1, 0)
    assert by_clock(two, days=1, hours=2) == (0, 0)


def test_a_copy_of_everything_gives_no_record_of_a_number_to_an_order_about_one(
    two: Two, tmp_path: Path
) -> None:
    """A copy for the same number does; one of the whole person does not say of which number its calls are."""
    numbers = tmp_path / "number.json"
    numbers.write_text(json.dumps({"assigned_numbers": FIRST}))
    named = ("--values", str(numbers))
    fields = ("--field", "called_number", "--field", "name")
    received(two, "P-1", *KEEP, *fields, subject=(MANY,))
    received(two, "P-2", *KEEP, *fields, *named, subject=(MANY,))
    for ref, records in (("P-1", 5), ("P-2", 3)):
        ran = two.cli("preservation", "impose", ref, "--json")
        assert ran.json["snapshot"]["records"] == records, ran.err
    with as_open(two):
        assert two.cli("erase", MANY, "--ground", "request").status == 0
    received(two, "O-1", *PRODUCE, *fields, *IN_2024, *named, subject=(MANY,))
    bundle = given(two, "O-1", tmp_path)
    calls = ["+31300000001", FIRST]
    assert [told.get("called_number") for _, told in values(bundle)] == [None, *calls]
    reasons = {(gap["reason"], gap.get("field"), gap.get("values")) for gap in bundle["gaps"]}
    assert ("unknown-number", "called_number", 2) in reasons
    for person in bundle["persons"]:
        assert all(len(record["leaf"]) == 64 for record in person["records"])


def test_what_comes_late_is_copied_once(two: Two) -> None:
    imposed(two)
    with as_open(two):
        late = called(WHO, day(5, 2), "+31300000004", "192.0.2.4")
        assert two.cli.record(late)["recorded"] == 1
    for added in (1, 0):
        kept = two.cli("preservation", "snapshot", "P-1", "--json").json["snapshot"]
        assert (kept["records"], kept["added"]) == (4, added)


def test_no_period_of_this_ledger_erases_a_copy(two: Two) -> None:
    imposed(two)
    assert two.cli("retention", "run", "--yes").status == 0
    assert two.cli("audit").status == 0
    received(two, "O-2", *PRODUCE, *TRAFFIC, *IN_2024)
    with open_site(settings_from({})) as site:
        assert keep_copies(site)[1] == 0


def test_a_release_waits_for_the_order_that_needs_the_data_and_destroys_it_provably(
    two: Two, tmp_path: Path
) -> None:
    imposed(two)
    received(two, "O-2", *PRODUCE, *TRAFFIC, *IN_2024)
    for officer in ("employee/7", "employee/9"):
        ran = by(two, officer, "preservation", "release", "P-1")
        assert (ran.status, "O-2" in ran.err) == (1, True), ran.err
    assert by_clock(two, days=200) == (0, 0)
    assert two.cli("order", "refuse", "O-2", "--ground", "not-authentic").status == 0
    assert by(two, "employee/7", "preservation", "release", "P-1").status == 1
    ran = by(two, "employee/9", "preservation", "release", "P-1")
    assert ran.status == 0, ran.err
    received(two, "O-3", *PRODUCE, *TRAFFIC, *IN_2024)
    with as_open(two):
        assert two.cli("erase", WHO, "--ground", "request").status == 0
    assert values(given(two, "O-3", tmp_path)) == []
    assert two.cli("audit").status == 0
    assert two.cli("publish", "--once").status == 0
    file = tmp_path / "copy.erasure.json"
    ran = two.cli("certificate", "write", str(last_erasure()), "--output", str(file))
    assert ran.status == 0, ran.err


def last_erasure() -> int:
    with open_site(settings_from({})) as site:
        rows = site.session("reader").rows("events_after", position=0, upto=LAST, count=10_000)
        erased = [event for event in decoded(rows) if event.name == "personal-data-erased"]
    return erased[-1].position


def test_a_copy_ends_with_its_term(two: Two) -> None:
    imposed(two)
    assert by_clock(two, days=80)[1] == 0
    assert by_clock(two, days=100) == (0, 1)
    assert by_clock(two, days=101) == (0, 0)
    # The end rests on the law that the preservation rests on: nothing is left to be found fault with.
    later = (datetime.now(UTC) + timedelta(days=101)).isoformat()
    assert two.cli("findings", "--as-of", later, "--json").json["findings"] == []
    clocks = two.cli("order", "show", "P-1", "--as-of", later, "--json").json["clocks"]
    assert [(one["name"], one["done_at"] is None) for one in clocks[:1]] == [
        ("preservation", False)
    ]


def test_the_data_of_a_european_order_is_copied_on_its_receipt(two: Two, tmp_path: Path) -> None:
    stated = ("--provision", "eu.2023.1543", "--authority", "parquet-paris")
    judge = ("--issued-by", "court", "--country", "FR", "--kind", "production")
    ran = two.cli("order", "receive", WHO, "--ref", "E-1", *stated, *judge, *TRAFFIC, *IN_2024)
    assert ran.status == 0, ran.err
    with as_open(two):
        assert two.cli("erase", WHO, "--ground", "request").status == 0
    two.cli("order", "authenticate", "E-1", "--method", "platform")
    two.cli("order", "validate", "E-1")
    assert values(given(two, "E-1", tmp_path)) == CALLS
    # The law keeps it until the authority has it, and not for the days of an order to preserve.
    file = str(tmp_path / "E-1.age")
    for officer, status in (("employee/7", 1), ("employee/9", 0)):
        assert by(two, officer, "order", "execute", "E-1", "--bundle", file).status == status
    assert by_clock(two, days=1, hours=1)[1] == 0
    assert two.cli("order", "confirm", "E-1", "--what", "receipt").status == 0
    assert by_clock(two, days=1, hours=2)[1] == 1
    steps = two.cli("history", WHO, "--json").lines
    assert "preservation-released" in steps[-1]["type"]


def test_without_the_open_ledger_nothing_is_said_to_be_kept(two: Two) -> None:
    received(two, "P-1", *KEEP, *TRAFFIC)
    two.cli.set(OPEN_SETTINGS_FILE="")
    ran = two.cli("preservation", "impose", "P-1")
    assert (ran.status, "LEDGER_OPEN_SETTINGS_FILE" in ran.err) == (2, True)
    assert two.cli("order", "show", "P-1", "--json").json["status"] == "validated"


def test_a_killed_command_goes_on_with_what_it_began(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    received(two, "P-1", *KEEP, *TRAFFIC)
    with monkeypatch.context() as patched:
        patched.setattr("application.acts.on_preservation.record", _killed)
        assert two.cli("preservation", "impose", "P-1").status == 3
    kept = two.cli("preservation", "impose", "P-1", "--json").json["snapshot"]
    assert (kept["records"], kept["added"]) == (3, 0)


def _killed(*_: Any, **__: Any) -> None:
    raise Retry("the database went away")


def test_one_officer_keeps_data_and_the_file_says_who_and_what(two: Two) -> None:
    two.cli.set(READER="employee/7")
    kept = imposed(two)
    assert kept["preserved_categories"] == ["traffic"]
    of = {step["type"]: step for step in kept["steps"]}
    for name in ("preservation-imposed", "order-executed"):
        assert of[name]["employee"] == "employee/7"
    assert "no category" not in of["preservation-imposed"]["text"]


def test_one_order_that_cannot_be_copied_keeps_no_other_from_it(two: Two) -> None:
    """Such as one that names no person; and what an earlier program imposed gets a copy at last."""
    received(two, "P-0", *KEEP, *TRAFFIC, subject=())
    received(two, "P-1", *KEEP, *TRAFFIC)
    with open_site(settings_from({})) as site:
        for ref, who in (("P-0", "visitor/P-0"), ("P-1", WHO)):
            facts = {"order_ref": ref, "until": "2099-01-01"}
            imposed = Act(
                name="preservation-imposed",
                subject=who,
                provision="nl.sv.126ni",
                facts=facts,
                categories=["traffic"],
            )
            act(site, [imposed])
        assert keep_copies(site) == (3, 0, ("P-0",))
        assert keep_copies(site) == (0, 0, ("P-0",))
    received(two, "O-2", *PRODUCE, *TRAFFIC, *IN_2024)
    with as_open(two):
        assert two.cli("erase", WHO, "--ground", "request").status == 0
    assert two.cli("preservation", "snapshot", "P-1", "--json").json["snapshot"]["added"] == 0


def test_a_copy_is_made_by_every_value_that_an_order_names(two: Two, tmp_path: Path) -> None:
    """A form with a number and an address is copied on receipt, and nobody but whom both mean."""
    both = tmp_path / "both.json"
    both.write_text(json.dumps({"mobile_number": "+31612345678", "email": "j@example.nl"}))
    named = (*KEEP, "--field", "name", "--values", str(both))
    received(two, "P-1", *named, subject=())
    kept = two.cli("preservation", "impose", "P-1", "--json")
    assert (kept.status, kept.json["snapshot"]["persons"]) == (0, 1)
    with as_open(two):
        assert two.cli("erase", WHO, "--ground", "request").status == 0
    produce = (*("--provision", "nl.sv.126nd"), *BY, "--field", "name", "--extends", "P-1")
    received(two, "O-2", *produce, *IN_2024, "--values", str(both), subject=("visitor/P-1",))
    out = (
        "--output",
        str(tmp_path / "o.age"),
        "--age",
        str(x25519.Identity.generate().to_public()),
    )
    which = two.cli("order", "prepare", "O-2", *out)
    assert (which.status, "say with --by which one" in which.err) == (1, True)
    ran = two.cli("order", "prepare", "O-2", "--by", "email", *out, "--json")
    assert (ran.status, ran.json["persons"], ran.json["fields"]) == (0, [WHO], ["name"])


def test_a_copy_by_values_of_different_persons_gives_only_whom_the_chosen_one_finds(
    two: Two, tmp_path: Path
) -> None:
    both = tmp_path / "both.json"
    both.write_text(json.dumps({"mobile_number": "+31698765432", "email": "j@example.nl"}))
    received(two, "P-1", *KEEP, "--field", "name", "--values", str(both), subject=())
    kept = two.cli("preservation", "impose", "P-1", "--json")
    assert (kept.status, kept.json["snapshot"]["persons"]) == (0, 2)
    produce = (*("--provision", "nl.sv.126nd"), *BY, "--field", "name", "--extends", "P-1")
    received(two, "O-2", *produce, *IN_2024, "--values", str(both), subject=("visitor/P-1",))
    out = (
        "--output",
        str(tmp_path / "o.age"),
        "--age",
        str(x25519.Identity.generate().to_public()),
    )
    ran = two.cli("order", "prepare", "O-2", "--by", "email", *out, "--json")
    assert (ran.status, ran.json["persons"]) == (0, [WHO])


def test_the_clock_reads_little_of_a_copy(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every five minutes it asks when a copy was looked at, and not what is in it."""
    imposed(two)
    with open_site(settings_from({})) as site:
        assert keep_copies(site) == (0, 0, ())
        for module in (preserved, preserving):
            monkeypatch.setattr(module, "state_of_snapshot", _killed)
        assert keep_copies(site) == (0, 0, ())
