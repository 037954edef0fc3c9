"""`ledger lint`: the notice in force beside what the ledger holds; findings come and go with either."""

from typing import Any

import orjson
import pytest

from rulebook import Statement
from tests.fixtures.console import (
    Cli,
    collected,
    consented,
    declared,
    disclosed,
    message,
    recipient,
    registered,
    tell,
)
from tests.fixtures.moments import on
from tests.fixtures.notice import claims, mended, published

LAW, HOUSE = "law.notice-text.", "house.notice-text."
WHO = "customer/10023"
FINDING = {
    "rule",
    "title",
    "citation",
    "layer",
    "severity",
    "confidence",
    "clause",
    "says",
    "expects",
    "values",
    "resolved_by",
}
# A notice of a house that does nothing yet: all that the law wants said of everybody.
PLAIN = {
    "contact": "controller, privacy-office",
    "right": "access, rectification, erasure, restriction, complaint",
    "request-channel": "post, email, phone",
}


def found(cli: Cli, *options: str) -> dict[str, Any]:
    """The findings by rule; their number and the exit status must agree with them."""
    ran = cli("lint", *options, "--json")
    answer = ran.json
    assert set(answer) == {"as_of", "draft", "notice", "findings", "open"}
    rows = answer["findings"]
    assert (answer["open"], ran.status) == (len(rows), 1 if rows else 0)
    assert all(set(row) == FINDING for row in rows)
    return {row["rule"]: row for row in rows}


def values(row: Any) -> list[str]:
    return [one["value"] for one in row["values"]]


@pytest.fixture
def plain(cli: Cli) -> Cli:
    """A ledger whose notice says what there is to say: nothing is found."""
    tell(cli, published("2024-1", PLAIN))
    return cli


def test_no_notice_is_the_one_finding_of_an_empty_ledger(cli: Cli) -> None:
    rows = found(cli)
    assert list(rows) == [LAW + "in-force"]
    assert b"No privacy notice is in force" in cli("lint").out
    tell(cli, published("2024-1", PLAIN))
    assert found(cli) == {}
    ran = cli("lint")
    assert (ran.status, b"nothing" in ran.out) == (0, True)
    # Before its day nothing was in force, and before it was recorded nothing was known.
    assert list(found(cli, "--as-of", "2023-12-31T12:00:00+01:00")) == [LAW + "in-force"]
    assert list(found(cli, "--at-position", "0")) == [LAW + "in-force"]
    assert found(cli, "--as-of", "2024-01-01T12:00:00+01:00") == {}


def test_the_answer_names_the_version_in_force(plain: Cli) -> None:
    tell(plain, published("2025-1", PLAIN, effective_from="2025-01-01"))
    assert plain("lint", "--json").json["notice"]["version"] == "2025-1"
    then = plain("lint", "--json", "--as-of", on(1)).json
    assert then["as_of"] == "2024-03-01T09:00:00.000000Z"
    assert then["notice"] == {
        "version": "2024-1",
        "effective_from": "2024-01-01",
        "published_at": "2023-12-15T09:00:00.000000Z",
        "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "claims": len(PLAIN),
    }


def test_a_version_that_is_used_or_handed_out_must_have_been_published(plain: Cli) -> None:
    rule = LAW + "unpublished"
    given = {"version": "2024-9", "channel": "portal", "article": "13"}
    tell(
        plain,
        registered(time=on(2), notice_version="2024-1"),
        collected(time=on(3), notice_version="2024-2", id="used"),
        message("privacy-notice-provided", WHO, time=on(4), **given, id="given"),
    )
    row = found(plain)[rule]
    assert row["values"] == [
        {"value": "2024-2", "seen_in": ["1 event, the last on 2024-03-03"]},
        {"value": "2024-9", "seen_in": ["1 event, the last on 2024-03-04"]},
    ]
    dutch = plain("lint", "--language", "nl", "--json").json["findings"]
    seen = [one["seen_in"] for row in dutch if row["rule"] == rule for one in row["values"]]
    assert seen[0] == ["1 gebeurtenis, de laatste op 2024-03-03"]
    tell(plain, message("event-annulled", WHO, time=on(5), annuls="given", reason="mistake"))
    assert values(found(plain)[rule]) == ["2024-2"]
    tell(plain, published("2024-2", PLAIN, effective_from="2024-02-01"))
    assert rule not in found(plain)
    # As of a time, what was a mistake never was so; at a position, what was not known yet counts.
    assert values(found(plain, "--at-position", "4")[rule]) == ["2024-2", "2024-9"]
    assert rule not in found(plain, "--as-of", on(4))


def test_a_publication_that_is_annulled_never_was(plain: Cli) -> None:
    late = {"time": "2024-01-05T10:00:00+01:00", "effective_from": "2024-02-01"}
    tell(plain, published("2024-2", mended(), id="wrong", **late))
    tell(plain, registered(time=on(2), notice_version="2024-2"))
    assert plain("lint", "--json").json["notice"]["version"] == "2024-2"
    annulled = {"time": on(3), "annuls": "wrong", "reason": "not-approved"}
    tell(plain, message("event-annulled", "notice/2024-2", **annulled))
    assert values(found(plain)[LAW + "unpublished"]) == ["2024-2"]
    assert plain("lint", "--json").json["notice"]["version"] == "2024-1"


def test_a_notice_that_was_published_after_it_took_effect(cli: Cli) -> None:
    tell(cli, published("2024-1", PLAIN, time=on(8)))
    row = found(cli)[LAW + "late"]
    assert row["values"][0]["seen_in"] == ["published 2024-03-08, in force 2024-01-01"]
    tell(cli, published("2024-2", PLAIN, time=on(9), effective_from="2024-04-01"))
    assert LAW + "late" not in found(cli)


def test_what_the_rulebook_does_not_know_is_said_not_passed_over(cli: Cli) -> None:
    told = [{"clause": "9", "claim": "no-sale", "value": "nothing is sold"}]
    told += [{"clause": "3.2", "claim": "transfer", "value": "never, mostly"}]
    told += claims(mended())
    tell(cli, published("2024-1", mended(), claims=told))
    rows = found(cli)
    unknown, unread = rows[HOUSE + "unknown"], rows[HOUSE + "unread"]
    assert (unknown["clause"], values(unknown)) == ("9", ["no-sale"])
    assert (unread["clause"], values(unread)) == ("3.2", ["transfer"])
    assert unknown["says"] == [told[0]]


def test_what_activities_do_must_be_told_until_they_are_retired(plain: Cli) -> None:
    activity = {"data_categories": ["traffic"], "recipient_kinds": [], "retention": {}}
    tell(plain, declared("calls", time=on(2), **activity))
    rows = found(plain)
    traffic = rows[LAW + "category.traffic"]
    assert traffic["values"] == [{"value": "traffic", "seen_in": ["activity calls"]}]
    assert (traffic["clause"], traffic["citation"]) == ("2.1", "Tw art. 11.5(4)")
    assert {LAW + "purpose", LAW + "legal-basis", LAW + "right.objection"} <= rows.keys()
    assert LAW + "category.traffic" not in found(plain, "--as-of", on(1))
    end = message("processing-activity-retired", "activity/calls", time=on(9), reason="ended")
    tell(plain, end)
    assert found(plain) == {}
    assert found(plain, "--as-of", on(8)) == rows


def test_what_nobody_declared_counts_as_practice_too(plain: Cli) -> None:
    tell(plain, collected(activity="pilot", notice_version="2024-1"))
    row = found(plain)[LAW + "category"]
    assert row["values"][-1] == {"value": "identity", "seen_in": ["activity pilot, not declared"]}


def test_an_activity_about_staff_is_not_for_the_notice_of_customers(plain: Cli) -> None:
    tell(plain, declared("personnel", subject_categories=["employee", "applicant"]))
    assert found(plain) == {}
    tell(plain, declared("whose", subject_categories=[]))
    assert found(plain)[LAW + "purpose"]["values"][0]["seen_in"] == ["activity whose"]


def test_the_ground_of_a_claim_about_fraud_is_found_in_the_register(plain: Cli) -> None:
    tell(plain, published("2024-2", PLAIN | {"fraud-recipient": "other-institutions"}))
    rule = LAW + "fraud"
    assert found(plain)[rule]["citation"] == "UAVG art. 33(4) and (5); GDPR art. 10"
    shared = {"purpose": "warning", "legal_basis": "6-1-f", "provision": "UAVG-33.5"}
    tell(plain, declared("warnings", time=on(2), purposes=[shared]))
    assert rule not in found(plain)
    assert rule in found(plain, "--as-of", on(1))


def test_a_recipient_must_be_told_until_its_end(plain: Cli) -> None:
    ciot = {"kind": "ciot", "role": "authority"}
    tell(plain, recipient("CIOT", "ciot", time=on(2), **ciot))
    row = found(plain)[LAW + "recipient.ciot"]
    assert row["values"] == [{"value": "ciot", "seen_in": ["recipient ciot"]}]
    ended = {"valid_to": "2024-04-01", "reason": "law-changed"}
    tell(plain, message("recipient-ended", "recipient/ciot", time=on(20), **ended))
    assert found(plain) == {}
    assert LAW + "recipient.ciot" in found(plain, "--as-of", on(25))


def test_a_transfer_and_its_ground_must_be_told(plain: Cli) -> None:
    party = {"kind": "processor", "role": "processor", "agreement_ref": "dpa-1"}
    tell(
        plain,
        recipient("A", "a", time=on(2), country="GB", **party),
        recipient("B", "b", time=on(2), country="US", transfer_mechanism="A46-2-c", **party),
    )
    rows = found(plain)
    assert rows[LAW + "transfer.mechanism"]["values"] == [
        {"value": "A45-3", "seen_in": ["recipient a"]},
        {"value": "A46-2-c", "seen_in": ["recipient b"]},
    ]
    assert HOUSE + "transfer" in rows
    told = {"transfer": "with-safeguards", "safeguard": "A45-3, A46-2-c"}
    tell(
        plain,
        published(
            "2024-2",
            PLAIN | told | {"recipient-kind": "processor"},
            time="2024-01-01T10:00:00+01:00",
        ),
    )
    assert found(plain) == {}


def test_data_given_for_what_the_notice_rules_out(plain: Cli) -> None:
    tell(plain, published("2024-2", PLAIN | {"not-disclosed-for": "marketing, sale"}))
    tell(plain, disclosed(time=on(4), id="sold", purpose="sale"))
    row = found(plain)[HOUSE + "disclosure"]
    assert row["says"] == [
        {"clause": "1", "claim": "not-disclosed-for", "value": "marketing, sale"}
    ]
    assert values(row) == ["sale"]
    tell(plain, message("event-annulled", WHO, time=on(5), annuls="sold", reason="mistake"))
    assert HOUSE + "disclosure" not in found(plain)


def test_a_promise_is_found_broken_while_a_rule_behind_it_has_findings(plain: Cli) -> None:
    tell(plain, published("2024-2", PLAIN | {"inform-with-consent": "consent"}))
    mail = {"channel": "email", "campaign": "spring", "purpose": "newsletter"}
    tell(
        plain,
        registered(time=on(2), notice_version="2024-2"),
        message("marketing-message-sent", WHO, time=on(4), **mail),
    )
    rule = HOUSE + "promise"
    row = found(plain)[rule]
    assert (row["clause"], values(row)) == ("1", ["inform-with-consent"])
    assert row["values"][0]["seen_in"] == ["house.contact.consent: 1 open"]
    last = str(plain("status", "--json").json["position"])
    assert found(plain, "--at-position", last)[rule] == row
    tell(plain, consented(time=on(3)))
    assert rule not in found(plain)


def test_the_data_protection_officer_of_the_settings_must_be_told(plain: Cli) -> None:
    assert found(plain) == {}
    plain.set(CONTROLLER_OFFICER="fg@voipzeker.nl")
    row = found(plain)[LAW + "contact"]
    assert row["values"] == [{"value": "data-protection-officer", "seen_in": ["settings"]}]


def test_a_measure_is_told_while_it_is_in_place(plain: Cli) -> None:
    tell(plain, published("2024-2", PLAIN | {"security-measure": "two-locks"}))
    rule, name = HOUSE + "measure", "measure/two-locks"
    assert values(found(plain)[rule]) == ["two-locks"]
    tell(
        plain,
        message("security-measure-adopted", name, time=on(2), name="Two locks", owner="security"),
    )
    assert rule not in found(plain)
    tell(plain, message("security-measure-retired", name, time=on(9), reason="worn"))
    assert rule in found(plain)


def test_a_draft_is_compared_before_it_is_published(plain: Cli) -> None:
    tell(plain, declared("calls", data_categories=["traffic"], recipient_kinds=[]))
    draft = plain.folder / "draft.json"
    told = {
        "purpose": "collection",
        "legal-basis": "6-1-f",
        "category": "traffic",
        "retention-period": "traffic=P6M",
    }
    told |= PLAIN | {"right": f"{PLAIN['right']}, objection"}
    draft.write_bytes(orjson.dumps(told | {"liability": "excluded"}))
    ran = plain("lint", "--draft", str(draft), "--json")
    assert (ran.status, ran.json["draft"], ran.json["notice"]) == (1, True, None)
    assert [row["rule"] for row in ran.json["findings"]] == [LAW + "liability"]
    assert b"The draft of a privacy notice" in plain("lint", "--draft", str(draft)).out
    draft.write_bytes(orjson.dumps(claims(Statement("8", *one) for one in told.items())))
    assert found(plain, "--draft", str(draft)) == {}
    whole = {"version": "2024-9", "claims": orjson.loads(draft.read_bytes())}
    draft.write_bytes(orjson.dumps(whole))
    assert found(plain, "--draft", str(draft)) == {}
    # Nothing was published: the notice in force still has it all to say.
    assert LAW + "category.traffic" in found(plain)
    # A ledger of the past can be asked the same: then there was no such activity.
    before = found(plain, "--draft", str(draft), "--at-position", "1")
    assert list(before) == [HOUSE + "purpose.undeclared"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[1]",
        b'{"right": 1}',
        b'[{"claim": "right", "value": "access"}]',
        b'{"claims": [1]}',
        None,
    ],
)
def test_a_draft_that_could_not_be_published_is_refused(plain: Cli, content: bytes | None) -> None:
    draft = plain.folder / "draft.json"
    if content is not None:
        draft.write_bytes(content)
    ran = plain("lint", "--draft", str(draft))
    assert (ran.status, "--draft" in ran.err) == (2, True)


def test_the_present_seen_as_the_past_is_the_same(cli: Cli) -> None:
    tell(
        cli,
        published("2024-1", mended()),
        registered(time=on(2)),
        declared(time=on(2)),
        disclosed(time=on(4)),
        recipient("Incasso BV", time=on(3)),
    )
    now = cli("lint", "--json").out
    assert cli("lint", "--json").out == now
    last = str(cli("status", "--json").json["position"])
    assert cli("lint", "--json", "--at-position", last).out == now
    assert cli("lint", "--json", "--recorded-by", "2999-01-01T00:00:00Z").out == now


def test_text_shows_clause_claim_practice_and_citation_in_either_language(cli: Cli) -> None:
    tell(cli, published("2024-1", mended()), declared(time=on(2)))
    ran = cli("lint")
    text = ran.out.decode()
    assert ran.status == 1
    for words in (
        "2024-1",
        "GDPR art. 82",
        "3.1 liability: excluded",
        "debt-collection",
        "nothing",
    ):
        assert words in text
    dutch = cli("lint", "--language", "nl").out.decode()
    assert "aansprakelijkheid" in dutch
    for words in ("Privacyverklaring 2024-1, van kracht", "bepaling", "AVG art. 82", "niets"):
        assert words in dutch
    for words in ("clause", "GDPR", "nothing", "medium", "unconfirmed", "activity "):
        assert words not in dutch
    assert "aansprakelijkheid" not in text


@pytest.mark.parametrize(
    "arguments", [("--as-of", "yesterday"), ("--language", "de"), ("--at-position", "-1")]
)
def test_options_that_name_nothing_are_refused(cli: Cli, arguments: tuple[str, ...]) -> None:
    assert cli("lint", *arguments).status == 2
