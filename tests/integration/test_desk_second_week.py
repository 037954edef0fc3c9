"""What a second week at the disclosure desk found: exactly what an order says, and no dead end."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pyrage import x25519

from rulebook.calendar import day_of, months_after
from tests.integration import test_order_data
from tests.integration.test_order_data import MANY, OTHER, WHO, Two, as_open, day, gave
from tests.integration.test_preserved import by, by_clock, received

two = test_order_data.two
__all__ = ["two"]

KEY = str(x25519.Identity.generate().to_public())
SUBSCRIBER = (
    *("--provision", "nl.sv.126na", "--authority", "politie"),
    *("--issued-by", "investigating-officer"),
)
MARCH = ("--period-from", "2024-03-01", "--period-to", "2024-03-31")


def named(tmp_path: Path, values: dict[str, Any]) -> tuple[str, ...]:
    """The option that names whom an order is about by some values."""
    file = tmp_path / "named.json"
    file.write_text(json.dumps(values))
    return ("--values", str(file))


def prepared(two: Two, ref: str, *options: str) -> Any:
    number = len(list(two.cli.folder.glob("*.age")))
    out = ("--age", KEY, "--output", str(two.cli.folder / f"{ref}-{number}.age"))
    return two.cli("order", "prepare", ref, *out, *options, "--json")


def lives(who: str, number: str, name: str) -> dict[str, Any]:
    return gave(who, day(3, 2), postcode="2311 AB", house_number=number, city="Leiden", name=name)


def test_an_address_is_all_that_the_order_says_of_it(two: Two, tmp_path: Path) -> None:
    """A postcode has a street of people, who are no part of an order about one house."""
    with as_open(two):
        living = (lives(WHO, "7", "Vries"), lives(OTHER, "7", "Bakker"), lives(MANY, "9", "Smit"))
        assert two.cli.record(*living)["recorded"] == 3
    house = {"postcode": "2311AB", "house_number": "7"}
    for ref, values, found in (
        ("O-1", house, [WHO, OTHER]),
        ("O-2", house | {"name": "bakker"}, [OTHER]),
        ("O-3", house | {"city": "Delft"}, []),
        ("O-4", {"name": "Smit"}, [MANY]),
    ):
        which = (*SUBSCRIBER, "--field", "city", *MARCH)
        received(two, ref, *which, *named(tmp_path, values), subject=())
        for options in ((), ("--by", next(iter(values)))):
            ran = prepared(two, ref, *options)
            assert (ran.status, ran.json["persons"]) == (0, found), ran.err


def test_what_many_share_tells_of_none_of_them(two: Two, tmp_path: Path) -> None:
    with as_open(two):
        two.cli.record(lives(WHO, "7", "J. de Vries"), lives(OTHER, "9", "J. de Vries"))
    for ref, values in (("O-1", {"name": "J. de Vries"}), ("O-2", {"postcode": "2311AB"})):
        which = (*SUBSCRIBER, "--field", "name", *MARCH)
        received(two, ref, *which, *named(tmp_path, values), subject=())
        ran = prepared(two, ref)
        assert (ran.status, "2 persons had this" in ran.err) == (1, True)
        assert f"ledger order object {ref} --ground incomplete" in ran.err
        assert two.cli("order", "object", ref, "--ground", "incomplete").status == 0


STORED = ("--provision", "nl.sv.126ng", "--authority", "om-rotterdam")
JUDGE = ("--issued-by", "examining-judge")


def test_what_is_of_a_moment_is_not_said_to_be_missing_where_no_period_is_named(
    two: Two, tmp_path: Path
) -> None:
    """A letter that is held is never "not held": the authority must say of which days it wants letters."""
    with as_open(two):
        two.cli.record(gave(WHO, day(3, 4), letter_text="Dear Sir"))
    letters = ("--field", "letter_text", "--field", "ticket_text")
    received(two, "O-1", *STORED, *JUDGE, *letters)
    ran = prepared(two, "O-1")
    gaps = {(gap["field"], gap["reason"]) for gap in ran.json["gaps"]}
    assert gaps == {("letter_text", "no-period"), ("ticket_text", "not-collected")}
    assert ran.json["command"] == f"ledger order object O-1 --subject {WHO} --ground incomplete"
    received(two, "O-2", *STORED, *JUDGE, *letters, *MARCH)
    assert prepared(two, "O-2").json["fields"] == ["letter_text"]
    # Whoever had an IP address had it for a moment.
    which = (*SUBSCRIBER, "--field", "name")
    received(two, "O-3", *which, *named(tmp_path, {"ip_address": "192.0.2.2"}), subject=())
    ran = prepared(two, "O-3")
    assert (ran.status, "--ground incomplete" in ran.err) == (1, True)
    assert two.cli("order", "object", "O-3", "--ground", "incomplete").status == 0


def twice(two: Two, *command: str) -> Any:
    """What the second officer's command leaves."""
    first = by(two, "employee/7", *command)
    assert (first.status, "needs two persons" in first.err) == (1, True), first.err
    return by(two, "employee/9", *command)


def carried_out(two: Two, ref: str, *options: str) -> Any:
    ran = prepared(two, ref, *options)
    assert ran.status == 0, ran.err
    return twice(two, "order", "execute", ref, "--bundle", ran.json["bundle"])


def days(first: int, last: int) -> tuple[str, ...]:
    """A period, in days from today."""
    today = datetime.now(UTC).date()
    begin, end = (today + timedelta(days=number) for number in (first, last))
    return ("--period-from", begin.isoformat(), "--period-to", end.isoformat())


CALLS = ("--provision", "nl.sv.126n", "--authority", "om-rotterdam", *JUDGE)
CALLED = ("--field", "called_number")


def test_a_measure_that_runs_ends_with_the_word_of_the_authority(two: Two) -> None:
    with as_open(two):
        now = datetime.now(UTC) - timedelta(hours=2)
        two.cli.record(gave(WHO, now.isoformat(), called_number="+31300000007"))
    received(two, "O-1", *CALLS, *CALLED, *days(-3, 30))
    assert carried_out(two, "O-1").status == 0
    shown = two.cli("order", "show", "O-1", "--json").json
    rest = f"ledger order prepare O-1 --subject {WHO} --certificate FILE --output FILE"
    assert (shown["open"], shown["next"], shown["command"]) == (True, "delivery", rest)
    tasks = two.cli("today", "--json").json["tasks"]
    assert [(t["task"], t["commands"]) for t in tasks if t["ref"] == "O-1"][:1] == [
        ("give-rest", [rest])
    ]
    assert two.cli("order", "withdraw", "O-1").status == 0
    shown = two.cli("order", "show", "O-1", "--json").json
    assert (shown["open"], shown["status"]) == (False, "executed")
    # What was given stays a secret of the person, and nothing more is given.
    more = two.cli("order", "execute", "O-1", "--bundle", str(two.cli.folder / "O-1-0.age"))
    assert (more.status, "only its receipt is left" in more.err) == (1, True)
    assert two.cli("order", "withdraw", "O-1").status == 1
    assert shown["secrecy"] == "in-force"


def test_a_tap_that_runs_is_ended_and_not_validated_again(two: Two, tmp_path: Path) -> None:
    tap = ("--provision", "nl.sv.126m", "--kind", "interception", "--authority", "om-rotterdam")
    received(two, "T-1", *tap, *JUDGE, *days(0, 20))
    assert twice(two, "order", "execute", "T-1").status == 0
    shown = two.cli("order", "show", "T-1", "--json").json
    assert shown["command"] == f"ledger order end T-1 --subject {WHO}"
    for deed in ("withdraw", "execute"):
        refused = by(two, "employee/7", "order", deed, "T-1")
        assert (refused.status, "`ledger order end T-1` ends it" in refused.err) == (1, True)
    assert two.cli("order", "end", "T-1").status == 0
    # A tap that ended stands in the way of no lift.
    letter = named(tmp_path, {})[1]
    said = ("--by", "authority", "--evidence", "letter-1", "--document", letter)
    assert twice(two, "secrecy", "lift", "T-1", *said).status == 0


def test_data_is_not_kept_on_for_an_order_that_lapsed(two: Two) -> None:
    keep = ("--provision", "nl.sv.126ni", "--kind", "preservation", "--authority", "om-rotterdam")
    office = ("--issued-by", "public-prosecutor")
    long_ago = ("--at", (datetime.now(UTC) - timedelta(days=8)).isoformat())
    oral = (*keep, *office, *CALLED, "--oral", *long_ago)
    for step in (
        ("order", "receive", WHO, "--ref", "P-1", *oral),
        ("order", "authenticate", "P-1", "--method", "call-back", *long_ago),
        ("order", "validate", "P-1", *long_ago),
        ("preservation", "impose", "P-1", *long_ago),
    ):
        assert two.cli(*step).status == 0
    release = f"ledger preservation release P-1 --subject {WHO}"
    shown = two.cli("order", "show", "P-1", "--json").json
    assert (shown["overdue"], shown["command"]) == (True, release)
    refused = two.cli("order", "refuse", "P-1", "--ground", "not-confirmed")
    assert "`ledger preservation release P-1` ends it" in refused.err
    assert twice(two, "preservation", "release", "P-1").status == 0


def test_a_bundle_that_gives_nothing_is_no_execution(two: Two) -> None:
    """The order can still be refused, and counts as refused: nothing was given."""
    received(two, "O-1", *SUBSCRIBER, "--field", "company_name")
    ran = prepared(two, "O-1")
    refuse = f"ledger order refuse O-1 --subject {WHO} --ground data-not-held"
    assert (ran.json["fields"], ran.json["command"]) == ([], refuse)
    executed = two.cli("order", "execute", "O-1", "--bundle", ran.json["bundle"])
    assert (executed.status, f"`{refuse}`" in executed.err) == (1, True)
    assert two.cli("order", "refuse", "O-1", "--ground", "data-not-held").status == 0


EUROPEAN = (
    *("--provision", "eu.2023.1543", "--authority", "pr-lille", "--country", "FR"),
    *("--issued-by", "public-prosecutor", "--kind", "preservation"),
)


def test_an_order_that_follows_another_begins_no_days_of_its_own(two: Two) -> None:
    """However it came in: 60 days and 30 more are not 60 days again."""
    ago = ("--at", (datetime.now(UTC) - timedelta(days=50)).isoformat())
    for step in (
        ("order", "receive", WHO, "--ref", "P-1", *EUROPEAN, *CALLED, *ago),
        ("order", "authenticate", "P-1", "--method", "call-back", *ago),
        ("order", "validate", "P-1", *ago),
        ("preservation", "impose", "P-1", *ago),
    ):
        assert two.cli(*step).status == 0
    received(two, "P-2", *EUROPEAN, *CALLED, "--extends", "P-1")
    extend = f"ledger preservation extend P-1 --subject {WHO}"
    assert two.cli("order", "show", "P-2", "--json").json["command"] == extend
    again = two.cli("preservation", "impose", "P-2")
    assert (again.status, "`ledger preservation extend P-1`" in again.err) == (1, True)
    assert two.cli("preservation", "extend", "P-1").status == 0
    execute = f"ledger order execute P-2 --subject {WHO}"
    assert two.cli("order", "show", "P-2", "--json").json["command"] == execute
    assert twice(two, "order", "execute", "P-2").status == 0


def test_a_copy_waits_for_the_order_that_was_announced(two: Two, tmp_path: Path) -> None:
    """Annex V came, and nobody prolonged anything: the last day passes, and the copy stays."""
    received(two, "P-1", *EUROPEAN, *CALLED)
    assert two.cli("preservation", "impose", "P-1").status == 0
    form = tmp_path / "annex.toml"
    form.write_text(ANNEX_V.format(day=datetime.now(UTC).date()))
    assert two.cli("order", "receive", "--form", str(form), "--ref", "P-2").status == 0
    two.cli("order", "authenticate", "P-2", "--method", "platform")
    assert two.cli("order", "validate", "P-2").status == 0
    extend = f"ledger preservation extend P-1 --subject {WHO} --until DAY"
    assert two.cli("order", "show", "P-2", "--json").json["command"] == extend
    assert by_clock(two, days=100)[1] == 0
    until = (datetime.now(UTC) + timedelta(days=150)).date().isoformat()
    assert two.cli("preservation", "extend", "P-1", "--until", until).status == 0
    clocks = two.cli("order", "show", "P-1", "--json").json["clocks"]
    assert [one["name"] for one in clocks if one["done_at"] is None] == ["preservation", "review"]
    assert two.cli("order", "withdraw", "P-2").status == 0
    assert by_clock(two, days=160)[1] == 1


ANNEX_V = """
form = "confirmation"
[A]
issuing_state = "FR"
issuing_authority = "PR Lille"
file_number = "1"
recipient = "pr-lille"
[B]
addressee = "VOIPZeker B.V."
addressee_file_number = "P-1"
[C]
issued_on = {day}
[D]
instrument = "production-order"
requested_on = {day}
[E]
issuer_kind = "public-prosecutor"
signed_on = {day}
"""


def test_an_act_that_waits_is_named_in_words(two: Two) -> None:
    two.cli.set(LANGUAGE="nl")
    received(two, "O-1", *SUBSCRIBER, "--field", "name")
    bundle = prepared(two, "O-1").json["bundle"]
    alone = ("order", "execute", "O-1", "--bundle", bundle, "--emergency", "life")
    assert by(two, "employee/7", *alone).status == 0
    shown = two.cli("today").out.decode()
    assert "een bevel of vordering uitvoeren" in shown
    assert "order-execution" not in shown


def test_a_superseded_law_is_not_said_to_be_unknown(two: Two) -> None:
    old = ("--provision", "nl.rv.843a", "--authority", "lawyer", "--issued-by", "claimant")
    ran = two.cli("order", "receive", WHO, "--ref", "O-1", *old, "--field", "name")
    assert (ran.status, ran.err) == (0, "")
    two.cli("order", "authenticate", "O-1", "--method", "call-back")
    assert "since then nl.rv.194 holds" in two.cli("order", "validate", "O-1").err


def test_a_lift_sees_a_secret_order_that_names_the_person_by_number(
    two: Two, tmp_path: Path
) -> None:
    """In both directions, and no order by a number that the person never had."""
    letter = tmp_path / "letter.pdf"
    letter.write_text("may lift")
    shown = ("--by", "authority", "--evidence", "letter-1", "--document", str(letter))
    received(two, "O-1", *SUBSCRIBER, "--field", "name", *MARCH)
    which = (*SUBSCRIBER, "--field", "name", *MARCH)
    number = named(tmp_path, {"assigned_numbers": ["020-1234567", "+31600000001"]})
    received(two, "O-2", *which, *number, subject=())
    received(two, "O-3", *which, *named(tmp_path, {"assigned_numbers": "+31600000001"}), subject=())
    for ref in ("O-1", "O-2"):
        ran = prepared(two, ref)
        twice(two, "order", "execute", ref, "--bundle", ran.json["bundle"])
    before = two.trace()
    for lifted, other in (("O-1", "O-2"), ("O-2", "O-1")):
        ran = by(two, "employee/7", "secrecy", "lift", lifted, *shown)
        assert (ran.status, f"order {other} is secret" in ran.err) == (1, True), ran.err
        assert "O-3" not in ran.err
    assert two.trace() == before
    despite = (*shown, "--despite", "O-2")
    assert twice(two, "secrecy", "lift", "O-1", *despite).status == 0


def test_each_monthly_delivery_has_a_day_of_its_own(two: Two) -> None:
    """Two months were missed: the order is overdue by the first of them, and then waits for the third."""
    today = datetime.now(UTC).date()
    began = months_after(today, -2) - timedelta(days=3)
    with as_open(two):
        two.cli.record(
            gave(WHO, f"{today - timedelta(days=20)}T12:00:00Z", called_number="+31300000007")
        )
    period = ("--period-from", str(began), "--period-to", str(today + timedelta(days=10)))
    then = ("--at", f"{began}T10:00:00Z")
    which = (*CALLS, *CALLED, *period, "--deliver", "monthly")
    for step in (
        ("receive", WHO, "--ref", "O-1", *which),
        ("authenticate", "O-1", "--method", "call-back"),
        ("validate", "O-1"),
    ):
        assert two.cli("order", *step, *then).status == 0
    [first] = delivered(two, "O-1")
    assert first == (str(months_after(began, 1) + timedelta(days=1)), "overdue")
    assert two.cli("order", "list", "--overdue", "--json").json["overdue"] == 1
    assert carried_out(two, "O-1").status == 0
    deliveries = delivered(two, "O-1")
    assert [state for _, state in deliveries] == ["late", "late", "running"]
    assert deliveries[-1][0] == str(today + timedelta(days=12))
    tasks = two.cli("today", "--json").json["tasks"]
    [task] = [one for one in tasks if (one["ref"], one["task"]) == ("O-1", "give-rest")]
    assert (task["state"], task["day"]) == ("waits", str(today + timedelta(days=11)))


def delivered(two: Two, ref: str) -> list[tuple[str, str]]:
    """The day from which each delivery is too late, and how it stands."""
    clocks = two.cli("order", "show", ref, "--json").json["clocks"]
    return [
        (str(day_of(datetime.fromisoformat(one["due"]))), one["state"])
        for one in clocks
        if one["name"] == "delivery"
    ]


def test_the_disclosure_falls_with_its_execution(two: Two, tmp_path: Path) -> None:
    """What was not given is told to nobody: a lift hands one disclosure over, and not two."""
    received(two, "O-1", *SUBSCRIBER, "--field", "name", *MARCH)
    assert carried_out(two, "O-1").status == 0
    steps = two.cli("order", "show", "O-1", "--json").json["steps"]
    [execution] = [one["id"] for one in steps if one["type"] == "order-executed"]
    wrong = ("--set", f"annuls={execution}", "--set", "reason=mistake")
    assert twice(two, "record", "event-annulled", "--subject", WHO, *wrong, "--yes").status == 0
    shown = two.cli("order", "show", "O-1", "--json").json
    gone = [one["type"] for one in shown["steps"] if one["annulled"]]
    assert (gone, shown["status"]) == (["order-executed", "personal-data-disclosed"], "validated")
    assert shown["given_fields"] == []
    assert carried_out(two, "O-1").status == 0
    letter = tmp_path / "letter.pdf"
    letter.write_text("may lift")
    said = ("--by", "authority", "--evidence", "letter-1", "--document", str(letter))
    assert twice(two, "secrecy", "lift", "O-1", *said).status == 0
    handed = two.cli("secrecy", "hand-over", str(tmp_path / "lifted.ndjson"))
    assert (handed.status, len((tmp_path / "lifted.ndjson").read_text().splitlines())) == (0, 1)


def test_the_word_of_a_judge_that_comes_later_opens_what_was_narrowed(
    two: Two, tmp_path: Path
) -> None:
    law = ("--provision", "nl.sv.126n", "--authority", "om-rotterdam")
    which = (*law, "--issued-by", "public-prosecutor", "--field", "name", *CALLED, *MARCH)
    assert two.cli("order", "receive", WHO, "--ref", "O-1", *which).status == 0
    two.cli("order", "authenticate", "O-1", "--method", "call-back")
    narrowed = two.cli("order", "narrow", "O-1", "--json")
    assert (narrowed.status, narrowed.json["allowed_fields"]) == (0, ["name"])
    assert two.cli("order", "validate", "O-1").status == 1
    word = named(tmp_path, {})[1]
    said = two.cli(
        "order", "authorise", "O-1", "--by", "examining-judge", "--document", word, "--json"
    )
    assert (said.status, said.json["command"]) == (0, f"ledger order validate O-1 --subject {WHO}")
    again = two.cli("order", "validate", "O-1", "--json")
    assert (again.status, again.json["allowed_fields"]) == (0, ["name", "called_number"])
    assert prepared(two, "O-1").json["fields"] == ["called_number", "name"]
