"""What the law lets the desk do, by its commands: whose word an order needs, when, and on which ground."""

from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.fixtures.console import Cli
from tests.integration import test_console_orders as desk_tests
from tests.integration.test_console_orders import (
    EUROPEAN,
    KEY,
    SAID,
    TRAFFIC,
    WHO,
    authentic,
    events,
    executed,
    names_of,
    on,
    ready,
    receive,
    refused,
)
from tests.unit.documents.making import (
    CONFIRMATION,
    EPOC,
    EPOC_PR,
    EXTENSION,
    REMOVED,
    changed,
    written,
)

ledger, desk = desk_tests.ledger, desk_tests.desk


def test_whatever_comes_in_is_received_marked_and_then_decided(desk: Cli) -> None:
    laws = {"U-1": "us.cloud-act", "U-2": "nl.sv.126nx", "U-3": "Wet op de vermisten, artikel 4"}
    for ref, law in laws.items():
        ran = receive(desk, ref, WHO, "--field", "name", provision=law, issued_by="other")
        assert "the rulebook has no rule" in ran.err
        assert (ran.json["known_law"], ran.json["secrecy"]) == (False, "in-force")
        assert on(desk, "authenticate", ref, "--method", "call-back").status == 0
        for deed in ("validate", "narrow"):
            refused(on(desk, deed, ref), "no rule for orders under", "--ground no-rule")
        shown = on(desk, "show", ref).json
        assert shown["command"].endswith("--ground no-rule")
        assert "review" in {clock["name"] for clock in shown["clocks"]}
        assert on(desk, "refuse", ref, "--ground", "no-rule").json["status"] == "rejected"
    assert "nl.sv.126n" in receive(desk, "U-4", WHO, provision="nl.sv.126nx").err
    eio = {"provision": "eob", "issued_by": "foreign-judicial-authority", "country": "BE"}
    authentic(desk, "U-5", "--field", "name", **eio)
    refused(on(desk, "validate", "U-5"), "no duty of a telecom provider")
    assert on(desk, "refuse", "U-5", "--ground", "not-addressed-to-us").status == 0


def test_a_judge_authorises_what_needs_one(desk: Cli, tmp_path: Path) -> None:
    paper = tmp_path / "machtiging.pdf"
    paper.write_bytes(b"%PDF machtiging")
    digest = sha256(b"%PDF machtiging").hexdigest()
    authentic(desk, "RC-1", provision="nl.sv.126m", issued_by="public-prosecutor")
    refused(on(desk, "validate", "RC-1"), "the word of examining-judge", "--ground not-authorised")
    authorise = ("authorise", "RC-1", "--document", str(paper))
    assert on(desk, *authorise, "--by", "court").status == 0
    refused(on(desk, "validate", "RC-1"), "the word of examining-judge")
    told = on(desk, *authorise, "--by", "examining-judge").json
    assert told["authorised_by"] == ["court", "examining-judge"]
    assert on(desk, "validate", "RC-1").json["status"] == "validated"
    recorded = [e for e in events(desk, "RC-1") if "authorisation-recorded" in e["type"]]
    told = recorded[-1]["facts"]
    assert (told["by"], told["document_sha256"]) == ("examining-judge", digest)
    fields = ("--field", "name", "--field", "called_number")
    authentic(desk, "RC-2", *fields, **TRAFFIC)
    refused(on(desk, "validate", "RC-2"), "`ledger order narrow RC-2`")
    assert on(desk, "narrow", "RC-2").json["allowed_fields"] == ["name"]
    with_paper = ("--authorised-by", "examining-judge", "--authorisation", str(paper))
    authentic(desk, "RC-3", *fields, *with_paper, **TRAFFIC)
    assert on(desk, "validate", "RC-3").json["allowed_fields"] == ["name", "called_number"]
    flags = ("--provision", "nl.sv.126m", "--authority", "om", "--issued-by", "public-prosecutor")
    half = desk("order", "receive", WHO, *flags, "--authorised-by", "examining-judge")
    assert (half.status, "--authorisation" in half.err) == (2, True)
    for law in ("nl.sv.126nd", "nl.sv.126ng", "nl.sv.126ne"):
        ref = f"RC-{law[-2:]}"
        letter = {"provision": law, "issued_by": "public-prosecutor"}
        authentic(desk, ref, "--field", "letter_text", **letter)
        refused(on(desk, "validate", ref), "the word of an examining judge")


def test_a_notified_authority_has_its_days_before_anything_is_given(
    desk: Cli, tmp_path: Path
) -> None:
    asked = ("--notified", "--field", "name")
    ready(desk, "N-10", *asked, **EUROPEAN, kind="production")
    shown = on(desk, "show", "N-10").json
    earliest, received = (
        datetime.fromisoformat(shown[name]) for name in ("earliest_delivery", "received_at")
    )
    assert timedelta(days=10) <= earliest - received < timedelta(days=15)
    due = next(one["due"] for one in shown["clocks"] if one["name"] == "answer")
    assert datetime.fromisoformat(due) > earliest
    bundle = ("--output", str(tmp_path / "b"), "--age", KEY)
    for act in (("execute", "N-10"), ("prepare", "N-10", *bundle)):
        refused(on(desk, *act), "nothing may be given for order N-10 before", "--what no-ground")
    assert not (tmp_path / "b").exists()
    letter = tmp_path / "no-ground.pdf"
    letter.write_text("we raise no ground")
    assert on(desk, "confirm", "N-10", "--what", "no-ground").status == 2
    written = ("--document", str(letter))
    cleared = on(desk, "confirm", "N-10", "--what", "no-ground", *written).json
    assert cleared["earliest_delivery"] < shown["earliest_delivery"]
    assert executed(desk, "N-10").json["status"] == "executed"
    ready(desk, "N-11", "--urgent", *asked, **EUROPEAN, kind="production")
    assert on(desk, "show", "N-11").json["earliest_delivery"] is None
    assert executed(desk, "N-11").json["status"] == "executed"


def test_a_supervisor_orders_without_secrecy_unless_it_imposes_it(desk: Cli) -> None:
    laws = ("nl.awb.5.16", "eu.gdpr.58.1.e", "nl.tw.18.7", "nl.iwacm.6b", "nl.wft.1.74")
    for number, law in enumerate(laws):
        ref = f"AP-{number}"
        ready(desk, ref, "--field", "name", provision=law, issued_by="supervisor")
        done = executed(desk, ref, "--disclosure", str(desk.folder / f"{ref}.ndjson"))
        assert (done.json["status"], done.json["secrecy"]) == ("executed", "none")
        told = events(desk, ref)
        assert not {"secrecy-imposed", "personal-data-disclosed"} & {*names_of(told)}
        assert not any("barred" in str(event["facts"]) for event in told)
    ready(desk, "AP-9", "--field", "name", provision="nl.awb.5.16", issued_by="supervisor")
    assert desk("secrecy", "impose", "AP-9", *SAID, "--review-on", "2099-01-01").status == 0
    assert executed(desk, "AP-9").json["secrecy"] == "in-force"


def test_a_civil_claim_needs_a_ruling_or_its_own_conditions(desk: Cli, tmp_path: Path) -> None:
    claim = {"authority": "advocaat-de-wit", "issued_by": "claimant"}
    authentic(desk, "C-1", "--field", "name", provision="nl.rv.194", **claim)
    refused(on(desk, "validate", "C-1"), "the word of court")
    ruling = tmp_path / "vonnis.pdf"
    ruling.write_bytes(b"%PDF vonnis")
    paper = ("--by", "court", "--document", str(ruling))
    assert on(desk, "authorise", "C-1", *paper).status == 0
    assert on(desk, "validate", "C-1").json["status"] == "validated"
    authentic(desk, "C-2", "--field", "name", provision="nl.rv.843a", **claim)
    shown = on(desk, "show", "C-2").json
    assert (shown["provision"], shown["known_law"]) == ("nl.rv.843a", False)
    refused(on(desk, "validate", "C-2"), "held until 2025-01-01", "since then nl.rv.194 holds")
    assert on(desk, "refuse", "C-2", "--ground", "superseded").status == 0
    authentic(desk, "C-3", "--field", "name", provision="lycos-pessers", **claim)
    refused(on(desk, "validate", "C-3"), "unless unlawful-and-harmful-plausible, real-interest")
    found = ["unlawful-and-harmful-plausible", "real-interest", "no-less-intrusive-way"]
    flags = [word for one in found for word in ("--found", one)]
    refused(on(desk, "validate", "C-3", *flags), "unless interest-of-claimant-prevails")
    last = ("--found", "interest-of-claimant-prevails")
    assert on(desk, "validate", "C-3", *flags, *last).json["status"] == "validated"
    assert events(desk, "C-3")[-1]["facts"]["conditions"] == [*found, last[1]]


def test_a_missing_person_is_looked_for_on_a_ground_of_its_own(desk: Cli) -> None:
    asked = ("--oral", "--urgent", "--field", "name", "--field", "called_number")
    authentic(desk, "M-1", *asked, provision="politiewet.3", kind="information")
    refused(on(desk, "narrow", "M-1"), "unless life-in-danger, no-other-way")
    found = ("life-in-danger", "no-other-way", "confirmed-by-superior-officer")
    flags = [word for one in found for word in ("--found", one)]
    assert on(desk, "narrow", "M-1", *flags).json["allowed_fields"] == ["name"]
    assert executed(desk, "M-1").json["status"] == "executed"
    [told] = [e for e in events(desk, "M-1") if "personal-data-disclosed" in e["type"]]
    assert (told["legal_basis"], told["facts"]["necessity_reason"]) == ("6-1-d", "vital-interest")


def test_the_chain_of_a_european_preservation_holds(desk: Cli, tmp_path: Path) -> None:
    """EPOC-PR, annex VI, annex V, and the EPOC of which section D names the EPOC-PR."""
    file = tmp_path / "form.toml"

    def arrives(ref: str, form: dict[str, Any]) -> Any:
        file.write_bytes(written(form))
        words = ("--form", str(file), "--ref", ref, "--json")
        ran = desk("order", "receive", *words, "--authority", "sta-beispielstadt")
        assert ran.status == 0, ran.err
        assert on(desk, "authenticate", ref, "--method", "certificate").status == 0
        return on(desk, "validate", ref).json

    authority = {"A__recipient": REMOVED}
    who = WHO
    first = arrives(
        "K-1",
        changed(EPOC_PR, **authority, CD__0__subject=who, CD__0__category=["user-information"]),
    )
    assert (first["status"], first["subject"]) == ("validated", who)
    assert desk("preservation", "impose", "K-1", "--category", "identity").status == 0
    sixth = arrives("K-2", changed(EXTENSION, **authority, B__addressee_file_number="K-1"))
    assert (sixth["subject"], sixth["status"]) == (who, "validated")
    refused(desk("preservation", "impose", "K-2", "--category", "identity"), "extend K-1")
    longer = desk("preservation", "extend", "K-1", "--json").json
    assert executed(desk, "K-2", "--").json["status"] == "executed"
    refused(desk("preservation", "extend", "K-1"), "extended as often")
    fifth = arrives("K-3", changed(CONFIRMATION, **authority, B__addressee_file_number="K-1"))
    assert fifth["subject"] == who
    assert executed(desk, "K-3", "--").json["status"] == "executed"
    day = datetime.fromisoformat(longer["preserved_until"]).date() + timedelta(days=40)
    extended = desk("preservation", "extend", "K-1", "--until", str(day), "--json")
    assert extended.json["preserved_until"] == str(day)
    section = {"D": {"earlier_order": "K-1", "preserved": "totally"}}
    epoc = arrives("K-4", changed(EPOC, **authority, **section))
    assert epoc["subject"] == who
    [received] = [e for e in events(desk, "K-4", who) if "order-received" in e["type"]]
    assert received["facts"]["extends"] == "K-1"
    assert desk("preservation", "extend", "K-1", "--until", str(day + timedelta(9))).status == 0
    assert executed(desk, "K-4").json["status"] == "executed"
    refused(desk("preservation", "extend", "K-1", "--until", "2099-01-01"), "extended as often")
