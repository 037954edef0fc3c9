"""`ledger record`: an event of any type by command, shown first, said in words, and never by its values."""

import json
from typing import Any

import pytest

from console.commands import record
from tests.fixtures.console import Cli, declared, recipient, registered

ANNA = "customer/10023"
OFFICE = "urn:voipzeker:privacy-office"
RESTS = ("--set", "activity=complaints", "--set", "legal_basis=6-1-f")
COMPLAINT = ("complaint-received", "--subject", ANNA, *RESTS)


@pytest.fixture
def office(cli: Cli) -> Cli:
    """A ledger that knows a person, a recipient and an activity."""
    cli.record(registered(ANNA), recipient("Incasso BV"), declared("complaints", name="Complaints"))
    return cli


def acts(cli: Cli, subject: str = ANNA) -> list[str]:
    shown = cli("history", subject, "--json").acts
    return [one["type"].split(".")[-2] for one in shown]


def recorded(cli: Cli, *arguments: str, stdin: bytes = b"") -> Any:
    ran = cli("record", *arguments, "--yes", "--json", stdin=stdin)
    assert ran.status == 0, ran.err
    return ran.json


def refused(cli: Cli, *arguments: str, status: int = 2, stdin: bytes = b"") -> str:
    """What is not recorded leaves nothing, and is told in one line."""
    before = acts(cli)
    ran = cli("record", *arguments, "--yes", "--json", stdin=stdin)
    assert (ran.status, ran.out) == (status, b""), ran.err
    assert acts(cli) == before
    return ran.err


def test_it_is_shown_first_and_recorded_when_that_is_said(office: Cli) -> None:
    members = (*COMPLAINT, "--set", "complaint_ref=KL-1", "--set", "via=email")
    at = ("--at", "2024-05-01 10:00:00")
    ran = office("record", *members, *at)
    assert (ran.status, acts(office)) == (0, ["customer-registered"])
    assert "Complaint KL-1 received by email." in ran.out.decode()
    assert "nothing is recorded yet" in ran.out.decode()
    answer = office("record", *members, *at, "--json").json
    assert (answer["recorded"], answer["id"], answer["position"]) == (False, None, None)
    done = recorded(office, *members, *at)
    assert done["time"] == "2024-05-01T08:00:00.000000Z"
    [last] = [one for one in office("history", ANNA, "--json").acts if one["id"] == done["id"]]
    assert (last["position"], last["source"]) == (done["position"], OFFICE)
    assert last["facts"] == {"complaint_ref": "KL-1", "via": "email"}
    assert (last["activity"], last["legal_basis"]) == ("complaints", "6-1-f")
    dutch = office("record", *members, "--language", "nl").out.decode()
    assert "Klacht KL-1 ontvangen via e-mail." in dutch
    assert "nog niets vastgelegd" in dutch


def test_values_of_persons_come_from_a_file_are_sealed_and_not_shown(office: Cli) -> None:
    told = {
        "subject": ANNA,
        "time": "2024-05-01T10:00:00+02:00",
        "recipient": "incasso",
        "recipient_kind": "collection-agency",
        "purpose": "collection",
        "method": "push",
        "country": "nl",
        "fields": ["name"],
        "necessity_reason": "unpaid-invoice",
        "activity": "complaints",
        "legal_basis": "6-1-f",
        "categories": ["identity"],
        "personal": {"name": "A. Canary"},
    }
    stdin = json.dumps(told).encode()
    shown = office("record", "personal-data-disclosed", "--file", "-", stdin=stdin)
    assert "given, sealed" in shown.out.decode()
    done = recorded(office, "personal-data-disclosed", "--file", "-", stdin=stdin)
    assert (done["personal"], done["data"]["country"]) == (["name"], "NL")
    assert b"Canary" not in shown.out + shown.err.encode() + json.dumps(done).encode()
    [row] = office("disclosures", "--json").json["disclosures"]
    assert (row["recipient"], row["subject"]) == ("incasso", ANNA)
    toml = office.folder / "told.toml"
    toml.write_text('via = "post"\ncomplaint_ref = "KL-2"\n', "utf-8")
    assert recorded(office, *COMPLAINT, "--file", str(toml))["data"]["via"] == "post"
    error = refused(
        office, "personal-data-disclosed", "--subject", ANNA, "--set", "personal.name=A. Canary"
    )
    assert "--file -" in error
    assert "Canary" not in error


def test_parts_lists_and_words_are_understood(office: Cli) -> None:
    members = {
        "name": "Acme",
        "kind": "verwerker",
        "role": "processor",
        "country": "us",
        "valid_from": "2024-01-01",
        "certifications.0.framework": "dpf",
        "certifications.0.valid_from": "2024-02-01",
    }
    flags = [part for name, text in members.items() for part in ("--set", f"{name}={text}")]
    done = recorded(office, "recipient-registered", "--subject", "recipient/acme", *flags)
    assert done["data"]["kind"] == "processor"
    assert done["data"]["certifications"] == [{"framework": "dpf", "valid_from": "2024-02-01"}]
    assert "acme" in {row["recipient"] for row in office("recipients", "--json").json["recipients"]}
    sets = (
        "--set",
        'purposes=[{"purpose": "x", "legal_basis": "6-1-f"}]',
        "--set",
        "retention.contact=p7y",
    )
    error = refused(office, "processing-activity-declared", "--subject", "activity/x", *sets)
    assert "name is missing: the name" in error
    assert "retention" not in error


def test_what_is_wrong_is_said_in_words_and_all_at_once(office: Cli) -> None:
    wrong = (
        "--set",
        "complaint_re=Canary",
        "--set",
        "via=a b",
        "--set",
        "legal_basis=6-1-z",
        "--set",
        "x",
    )
    error = refused(office, "complaint-received", "--subject", ANNA, *wrong)
    assert "did you mean complaint_ref?" in error
    assert "via: a code: letters" in error
    assert "one of 6-1-a, 6-1-b" in error
    assert "expected member=value" in error
    assert "Canary" not in error
    assert "complaint_ref is missing: reference of the complaint" in refused(
        office, *COMPLAINT, "--set", "via=post"
    )
    assert "did you mean" in refused(office, "complaint-recieved", "--subject", ANNA)
    assert "customer/10023" in refused(office, "complaint-received", "--subject", "breach/B-1")
    personal = (*COMPLAINT, "--set", "via=post", "--set", "complaint_ref=a.canary/0612345678")
    error = refused(office, *personal)
    assert "complaint_ref (reference of the complaint)" in error
    assert "canary" not in error
    late = ("--at", "2999-01-01T00:00:00Z", "--set", "via=post", "--set", "complaint_ref=KL-1")
    assert "time" in refused(office, *COMPLAINT, *late)


@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("ledger-read", "ledger state"),
        ("personal-data-erased", "ledger erase"),
        ("legal-hold-released", "ledger hold release"),
    ],
)
def test_what_only_the_ledger_says_is_refused_with_the_command_that_does_it(
    office: Cli, name: str, command: str
) -> None:
    assert f"`{command}`" in refused(office, name, "--subject", ANNA)


def test_whoever_records_is_told_what_nobody_has_heard_of(office: Cli) -> None:
    rest = ("--set", "complaint_ref=KL-1", "--set", "via=email", "--json")
    unknown = office(
        "record",
        "complaint-received",
        "--subject",
        "customer/99",
        "--set",
        "activity=xyz",
        "--set",
        "legal_basis=6-1-c",
        *rest,
    )
    told = " ".join(unknown.json["notes"])
    assert "nothing is recorded about this subject" in told
    assert "this activity is not declared: the register will say so" in told
    assert "provision" in told
    known = office("record", *COMPLAINT, *rest).json["notes"]
    assert len(known) == 2
    assert "ledger complaint receive" in known[-1]
    detected = office(
        "record",
        "breach-detected",
        "--subject=breach/B-1",
        "--set=breach_ref=B-1",
        "--set=detected_at=2024-05-01T10:00:00Z",
        "--set=regime=telecom",
        "--json",
    )
    assert "ledger incident detect" in " ".join(detected.json["notes"])


def test_a_known_code_that_is_a_slip_away_is_named(office: Cli) -> None:
    given = ("--set=recipient_kind=collection-agency", "--set=method=push", "--set=country=NL")
    more = ("--set=fields=name", "--set=necessity_reason=contract", "--subject", ANNA, "--json")
    record = ("record", "personal-data-disclosed", *given, *more)
    slipped = office(
        *record,
        "--set=activity=complaint",
        "--set=recipient=incaso",
        "--set=purpose=invoicng",
        "--set=legal_basis=6-1-c",
    )
    assert slipped.status == 0, slipped.err
    notes = " ".join(slipped.json["notes"])
    assert "will be a finding; did you mean incasso?" in notes
    assert "the register will say so; did you mean complaints?" in notes
    assert "purpose: this code is new here; did you mean invoicing?" in notes
    known = ("--set=activity=complaints", "--set=recipient=incasso", "--set=legal_basis=6-1-b")
    new = office(*record, *known, "--set=purpose=quiz")
    assert len(new.json["notes"]) == 1, new.json["notes"]


def test_whoever_records_is_told_of_a_reference_that_nothing_has_and_of_a_case_that_began(
    office: Cli,
) -> None:
    received = (*COMPLAINT, "--set=complaint_ref=KL-1", "--set=via=email")
    position = recorded(office, *received)["position"]
    assert f"as position {position}" in " ".join(
        office("record", *received, "--json").json["notes"]
    )
    answered = ("record", "complaint-answered", "--subject", ANNA, *RESTS, "--set=via=email")
    known = office(*answered, "--set=complaint_ref=KL-1", "--json").json["notes"]
    assert not [note for note in known if "complaint_ref" in note]
    unheard = office(*answered, "--set=complaint_ref=KL-2", "--json").json["notes"]
    assert [note for note in unheard if note.startswith("complaint_ref: nothing with this")]
    notice = ("record", "disclosure-notice-given", "--subject", ANNA, *RESTS)
    told = office(*notice, "--set=disclosure_id=none-such", "--set=channel=email", "--json")
    assert "disclosure_id: nothing with this" in " ".join(told.json["notes"])


def test_a_terminal_is_asked_for_what_was_not_given(
    office: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter(["KL-9", "e mail", "email", "", "name=A. Canary", "iban", "", "y"])
    said: list[str] = []
    monkeypatch.setattr(record, "_is_terminal", lambda: True)
    monkeypatch.setattr(record, "_ask", lambda _prompt: next(answers))
    monkeypatch.setattr(record, "_tell", said.append)
    monkeypatch.setattr("typer.confirm", lambda *_a, **_k: next(answers) == "y")
    ran = office("record", *COMPLAINT, "--set", "categories=identity")
    assert ran.status == 0, ran.err
    assert "Canary" not in ran.out.decode() + "".join(said)
    assert any("reference of the complaint (required)" in one for one in said)
    assert acts(office)[-1] == "complaint-received"
    [last] = [
        one for one in office("history", ANNA, "--json").acts if one["facts"].get("complaint_ref")
    ]
    assert last["personal"] == {"name": "A. Canary"}
