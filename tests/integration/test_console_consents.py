"""`ledger consents --history`, choices, and `ledger marketing`: what was agreed to, and what may follow."""

import json
from datetime import date

import pytest

from sample.tc_strings import tc_string
from tests.fixtures.console import (
    Cli,
    collected,
    consented,
    declared,
    message,
    registered,
    withdrawn,
)
from tests.fixtures.moments import on

WHO = "customer/10023"
CONTACT = "customer/10023/contact/1"
PORTAL = {"activity": "portal-and-app", "legal_basis": "6-1-a"}


def instant(day: int) -> str:
    return f"2024-03-{day:02}T09:00:00.000000Z"


def objected(day: int, channel: str) -> dict[str, object]:
    facts = {"channel": channel, "activity": "direct-marketing", "legal_basis": "6-1-a"}
    return message("marketing-objection-recorded", WHO, time=on(day), **facts)


def ordered(subject: str = WHO) -> dict[str, object]:
    facts = {"order_ref": "O-1", "services": ["voip"], "large_order": False}
    basis = {"activity": "subscription-management", "legal_basis": "6-1-b"}
    return message("order-placed", subject, time=on(1), **facts, **basis)


def test_history_has_every_act_with_the_text_and_until_when_it_decided(cli: Cli) -> None:
    cli.record(
        registered(),
        withdrawn(id="third", time=on(6)),
        consented(id="first", time=on(2)),
        consented(id="second", time=on(4), text_version="2024-2", method="call"),
        consented(id="wrong", time=on(5)),
        message("event-annulled", WHO, id="mend", time=on(7), annuls="wrong", reason="mistake"),
        consented(id="other", purpose="telemarketing", time=on(3), valid_until=on(9)),
    )
    answer = cli("consents", WHO, "--history", "--json").json
    history = answer["history"]
    assert [act["id"] for act in history] == ["first", "second", "wrong", "third", "other"]
    assert [(act["status"], act["from"], act["to"]) for act in history] == [
        ("given", instant(2), instant(4)),
        ("given", instant(4), instant(6)),
        ("given", instant(5), instant(6)),
        ("withdrawn", instant(6), None),
        ("given", instant(3), None),
    ]
    assert [act["annulled_by"] for act in history] == [None, None, "mend", None, None]
    assert (history[1]["text_version"], history[1]["method"]) == ("2024-2", "call")
    assert history[4]["valid_until"] == instant(9)
    assert "history" not in cli("consents", WHO, "--json").json
    past = cli("consents", WHO, "--history", "--as-of", on(4), "--json").json
    assert [act["id"] for act in past["history"]] == ["first", "second", "other"]
    shown = cli("consents", WHO, "--history").out.decode()
    assert "annulled by mend" in shown
    assert "2024-2" in shown


def test_choices_are_shown_beside_consents_and_are_none(cli: Cli) -> None:
    cookies = {"functional": True, "analytical": False, "gpc": True, "text_version": "c-1"}
    cli.record(
        registered(),
        message("cookie-preference-recorded", WHO, time=on(2), **cookies, **PORTAL),
        message(
            "app-permission-granted",
            WHO,
            time=on(3),
            permission="camera",
            app_version="4",
            **PORTAL,
        ),
        objected(4, "phone"),
    )
    answer = cli("consents", WHO, "--json").json
    assert answer["consents"] == []
    assert [(choice["choice"], choice["since"]) for choice in answer["choices"]] == [
        ("app-permission-granted", instant(3)),
        ("cookie-preference-recorded", instant(2)),
        ("marketing-objection-recorded", instant(4)),
    ]
    assert answer["choices"][1]["facts"] == cookies
    assert cli("consents", "--all", "--json").lines == [answer]
    assert "gpc: yes" in cli("consents", WHO).out.decode()


def test_an_objection_ends_the_effect_of_a_consent_and_says_so(cli: Cli) -> None:
    cli.record(registered(), consented(time=on(2)), objected(4, "email"))
    (row,) = cli("consents", WHO, "--json").json["consents"]
    assert (row["status"], row["effective"]) == ("given", False)
    assert "objected" in row["why"]
    (past,) = cli("consents", WHO, "--as-of", on(3), "--json").json["consents"]
    assert past["effective"] is True


def test_everyone_is_told_of_every_moment_as_each_is_told_alone(cli: Cli) -> None:
    cli.record(
        registered(WHO, time=on(1)),
        registered("customer/2", time=on(1)),
        message("contact-person-added", CONTACT, time=on(1), customer=WHO),
        ordered(),
        consented(WHO, time=on(2)),
        consented("customer/2", time=on(4)),
        consented(CONTACT, time=on(4)),
        withdrawn(WHO, time=on(6)),
        message("account-deactivated", "customer/2", time=on(8), reason="moved"),
    )
    people = ("customer/10023", "customer/10023/contact/1", "customer/2")
    for command in ("consents", "state"):
        told = []
        for options in (("--as-of", on(3)), ("--as-of", on(5)), ("--as-of", on(7)), ()):
            alone = [cli(command, who, *options, "--json").json for who in people]
            assert cli(command, "--all", *options, "--json").lines == alone, (command, options)
            told.append(alone)
        assert told[0] != told[1] != told[2] != told[3]


def test_records_and_receipt_of_ts_27560_hold_no_personal_value(cli: Cli) -> None:
    declaration = declared("direct-marketing", time=on(1), name="Newsletter", recipient_kinds=[])
    cli.record(registered(), declaration, collected(), consented(time=on(2)), withdrawn(time=on(6)))
    (record,) = cli("consents", WHO, "--format", "ts27560").json["@graph"]
    assert record["@type"] == "dpv:ConsentRecord"
    assert [event["@type"] for event in record["dpv:hasConsentStatus"]] == [
        "dpv:ConsentGiven",
        "dpv:ConsentWithdrawn",
    ]
    data = record["dpv:hasProcess"]["dpv:hasPersonalData"]
    assert [one["dct:identifier"] for one in data] == ["identity", "payment"]
    path = cli.folder / "receipt.jsonld"
    ran = cli("consents", WHO, "--format", "ts27560-receipt", "--output", str(path))
    assert (ran.status, ran.out) == (0, b"")
    receipt = json.loads(path.read_text("utf-8"))
    assert receipt["dpv:hasRecordOfActivity"][0]["@id"] == record["@id"]
    text = path.read_text("utf-8")
    assert "J. de Vries" not in text
    assert WHO not in text
    past = cli("consents", WHO, "--format", "ts27560", "--as-of", on(3)).json["@graph"]
    assert len(past[0]["dpv:hasConsentStatus"]) == 1


def decided(cli: Cli, *arguments: str, subject: str = WHO) -> dict[str, tuple[bool, list[str]]]:
    answer = cli("marketing", subject, *arguments, "--json").json
    return {
        decision["channel"]: (
            decision["allowed"],
            [f"{verdict['layer']}: {verdict['code']}" for verdict in decision["verdicts"]],
        )
        for decision in answer["decisions"]
    }


def test_what_the_law_allows_the_house_may_have_promised_not_to_do(cli: Cli) -> None:
    cli.record(registered(), ordered())
    assert decided(cli, "--channel", "email") == {
        "email": (False, ["law: existing-customer", "house: no-consent"])
    }
    cli.record(consented(time=on(2)))
    assert decided(cli, "--channel", "email", "--at", on(3)) == {
        "email": (True, ["law: consent", "house: consent"])
    }
    cli.record(message("account-deactivated", WHO, time=on(5), reason="unpaid"))
    assert decided(cli, "--channel", "email") == {
        "email": (False, ["law: consent", "house: inactive"])
    }


def test_calls_to_customers_need_consent_since_july_2026(cli: Cli) -> None:
    cli.record(registered(), ordered())
    before, after = "2026-06-30T12:00:00+02:00", "2026-07-01T00:00:00+02:00"
    assert decided(cli, "--channel", "phone", "--as-of", before)["phone"][1][0] == (
        "law: existing-customer"
    )
    assert decided(cli, "--channel", "phone", "--as-of", after)["phone"][1][0] == "law: no-consent"


def test_a_newsletter_is_no_consent_to_calls(cli: Cli) -> None:
    cli.record(
        registered(),
        consented(time=on(2)),
        consented(id="calls", purpose="telemarketing", time=on(2)),
        message("consent-withdrawn", WHO, time=on(3), purpose="telemarketing", channel="web"),
    )
    assert decided(cli, "--channel", "phone") == {
        "phone": (False, ["law: no-consent", "house: no-consent"])
    }
    assert decided(cli, "--channel", "email")["email"][0] is True
    (phone,) = cli("marketing", WHO, "--channel", "phone", "--json").json["decisions"]
    assert [verdict["consent_for"] for verdict in phone["verdicts"]] == [
        ["telemarketing"],
        ["product-information", "telemarketing"],
    ]
    text = " ".join(cli("marketing", WHO, "--channel", "phone").out.decode().split())
    assert "asked for: telemarketing" in text
    assert "to register is no sale" in text


def test_every_channel_is_decided_and_explained_in_both_languages(cli: Cli) -> None:
    cli.record(registered(), objected(2, "email"))
    answer = cli("marketing", WHO, "--json").json
    assert [decision["channel"] for decision in answer["decisions"]] == [
        "email",
        "sms",
        "app",
        "phone",
        "post",
    ]
    assert answer["person"]["objections"] == ["email"]
    verdicts = [verdict for one in answer["decisions"] for verdict in one["verdicts"]]
    assert all(verdict["why"] and verdict["why_nl"] and verdict["citation"] for verdict in verdicts)
    assert verdicts[0]["code"] == "objection"
    assert "the person objected" in cli("marketing", WHO).out.decode()


def test_a_consent_that_something_ended_is_not_in_force(cli: Cli) -> None:
    def in_force(*options: str) -> list[str]:
        answer = cli("marketing", WHO, *options, "--json").json["person"]
        shown = cli("consents", WHO, *(one.replace("--at", "--as-of") for one in options), "--json")
        rows = shown.json["consents"]
        assert answer["consents"] == [row["purpose"] for row in rows if row["effective"]]
        ended = [(row["purpose"], row["why"]) for row in rows if not row["effective"]]
        assert [(one["purpose"], one["why"]) for one in answer["without_effect"]] == ended
        return list(answer["consents"])

    cli.record(
        registered(),
        consented(time=on(2)),
        consented(purpose="telemarketing", time=on(2), valid_until=on(20)),
        objected(4, "email"),
        message("account-deactivated", WHO, time=on(10), reason="moved"),
    )
    assert in_force("--at", on(3)) == ["newsletter", "telemarketing"]
    assert in_force("--at", on(5)) == ["telemarketing"]
    assert in_force("--at", on(11)) == []
    assert in_force() == []
    shown = " ".join(cli("marketing", WHO).out.decode().split())
    assert "consents in force │ none" in shown
    assert "newsletter: the account is inactive (policy 3.1)" in shown


def test_a_contact_person_is_addressed_as_its_customer_is(cli: Cli) -> None:
    cli.record(
        registered(customer_kind="legal-entity"),
        ordered(),
        message("contact-person-added", CONTACT, customer=WHO),
    )
    person = cli("marketing", CONTACT, "--json").json["person"]
    assert (person["kind"], person["customer"], person["active"]) == ("legal-entity", True, True)
    cli.record(message("account-deactivated", WHO, time=on(5), reason="unpaid"))
    assert cli("marketing", CONTACT, "--json").json["person"]["active"] is False


@pytest.mark.parametrize(
    "arguments",
    [
        ("consents", "--all", "--history"),
        ("consents", "--all", "--format", "ts27560"),
        ("consents", WHO, "--format", "xml"),
        ("marketing", WHO, "--channel", "fax"),
        ("marketing", "recipient/incasso"),
        ("marketing", WHO, "--at", "tomorrow"),
    ],
)
def test_wrong_usage_is_status_2(cli: Cli, arguments: tuple[str, ...]) -> None:
    assert cli(*arguments).status == 2


def test_evidence_is_decoded_shown_in_words_and_held_against_its_act(cli: Cli) -> None:
    day = date(2024, 3, 2)
    cookies = {"purpose": "analytics-cookies", "method": "cookie-banner"}
    cli.record(
        registered(),
        consented(time=on(2), **cookies, gpc=True, tc_string=tc_string(day, (1, 8))),
        consented(time=on(2), id="bare", purpose="personalisation", tc_string=tc_string(day, (1,))),
        consented(time=on(2), id="none", purpose="telemarketing"),
    )
    answer = cli("consents", WHO, "--json").json
    first, second, third = (row["evidence"] for row in answer["consents"])
    assert first["gpc"] is True
    assert first["tc_string"]["purposes_consent"] == [1, 8]
    assert first["tc_string"]["vendors_disclosed"] == {"count": 2, "ranges": [[28, 28], [755, 755]]}
    assert (second["gpc"], second["tc_string"]["last_updated"]) == (
        None,
        "2024-03-02T00:00:00.000000Z",
    )
    assert third is None
    assert [
        act["evidence"] for act in cli("consents", WHO, "--history", "--json").json["history"]
    ] == [
        first,
        second,
        None,
    ]
    assert cli("consents", "--all", "--json").lines == [answer]
    lines = {line["id"]: line for line in cli("history", WHO, "--json").acts}
    assert lines["bare"]["evidence"] == second
    assert lines["bare"]["facts"]["tc_string"] == tc_string(day, (1,))
    assert "evidence" not in lines["none"]
    for language, words in (("en", "do not sell or share"), ("nl", "niet verkopen of delen")):
        for command in ("consents", "history"):
            shown = " ".join(cli(command, WHO, "--language", language).out.decode().split())
            assert words in shown
            assert tc_string(day, (1, 8))[:20] not in shown
    found = cli("findings", "--json").json["findings"]
    assert {(row["rule"], row["detail"]) for row in found if "consent" in row["rule"]} == {
        ("law.consent.evidence.lacking", "personalisation, purpose-5, purpose-6"),
        ("house.consent.evidence.expired", "analytics-cookies"),
        ("house.consent.evidence.expired", "personalisation"),
    }
    report = cli(
        "report", "access", WHO, "--format", "json", "--at", on(9), "--language", "nl"
    ).json
    told = [act["text"] for act in report["acts"] if act["act"] == "consent-given"]
    assert (
        "Toestemming voor doelen: 1 (Informatie op een apparaat opslaan en/of openen), 8" in told[0]
    )
    assert len([text for text in told if "TC-string" in text]) == 2
