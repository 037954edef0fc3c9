"""A disclosure whose secrecy was lifted comes into the open ledger once, signed, as it was recorded."""

import base64
import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from application.acts.handing_over import GivenDisclosures
from application.queries.disclosures.received import DisclosureFilter, disclosures
from console.commands.telling import to_file
from consumers.pipeline import messages_of_records
from consumers.source import Partition, record_of
from consumers.withheld import take_over
from host.keys import signing_key
from host.running.telling import give_lifted
from host.settings import OFFICE
from ledger.errors import Misconfigured, Retry
from ledger.letters.lists import LetterFilter, count_letters
from ledger.letters.withheld import OpenedLetter, count_withheld
from ledger.tlog.signing.envelope import enclosed
from schemas import Rejection
from schemas.sources import office_label
from tests.fixtures.console import Cli
from tests.fixtures.ledger import collected, message, registered
from tests.fixtures.two_ledgers import DISCLOSED, WHO, Two, disclosed, preserved, secrecy

IMPOSED, LIFTED = "2026-03-02T10:00:00Z", "2026-11-20T10:00:00Z"
HANDED = "disclosure-handed-over"


def under_secrecy(two: Two, *more: dict[str, Any]) -> None:
    assert two.open.tell(registered(time="2025-01-01T10:00:00Z"), collected()).recorded == 2
    told = [disclosed(), secrecy("imposed", IMPOSED), *more]
    assert two.confidential.tell(*told).recorded == len(told)


def give(two: Two, **how: Any) -> GivenDisclosures:
    two.sent.clear()
    return give_lifted(two.confidential.site, two.send, **how)


def shown(two: Two) -> list[Any]:
    return list(disclosures(two.open.site.source("disclosures"), DisclosureFilter(subject=WHO)))


def test_nothing_is_given_while_it_is_secret(two: Two) -> None:
    reviewed = secrecy("reviewed", "2026-06-01T10:00:00Z", outcome="may-lift", by="review")
    under_secrecy(two, reviewed)
    assert give(two) == GivenDisclosures(0, 0, 0)
    assert two.sent == []


def test_a_lifted_disclosure_comes_as_it_was_recorded_and_once(two: Two) -> None:
    under_secrecy(two, secrecy("lifted", LIFTED))
    assert shown(two) == []
    assert give(two) == GivenDisclosures(1, 1, 0)
    result = two.open.take(*two.sent)
    assert (result.read, result.recorded, result.rejected) == (1, 1, 0)
    (row,) = shown(two)
    assert (row.occurred_at, row.id, row.source) == (
        "2026-03-02T09:30:00.000000Z",
        "d-1",
        "urn:voipzeker:crm",
    )
    assert (row.recipient, row.recipient_kind, row.provision) == (
        "politie-zn",
        "police",
        "nl.sv.126n",
    )
    assert row.fields == DISCLOSED["fields"]
    # Neither values nor the bar on telling came with it.
    (event,) = two.open.events("personal-data-disclosed")
    assert (event.sealed, event.facts.get("notice")) == ({}, None)
    (handed,) = two.confidential.events(HANDED)
    assert handed.facts["disclosure_id"] == "d-1"
    assert handed.facts["order_ref"] == "ORD-1"
    assert give(two) == GivenDisclosures(0, 0, 0)


def test_what_is_sent_again_is_a_duplicate(two: Two) -> None:
    under_secrecy(two, secrecy("lifted", LIFTED))
    give(two)
    first = list(two.sent)
    two.open.take(*two.sent)
    two.clock.forward(days=3)
    assert give(two, again=True) == GivenDisclosures(1, 0, 0)
    assert two.sent == first
    result = two.open.take(*two.sent, *two.sent)
    assert (result.recorded, result.duplicates) == (0, 2)
    assert len(shown(two)) == len(two.confidential.events(HANDED)) == 1


def test_killed_after_sending_it_is_sent_once_more(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    under_secrecy(two, secrecy("lifted", LIFTED))
    with monkeypatch.context() as patched:
        patched.setattr("application.acts.handing_over._record", _killed)
        with pytest.raises(KeyboardInterrupt):
            give(two)
    before = list(two.sent)
    two.open.take(*two.sent)
    assert give(two) == GivenDisclosures(1, 1, 0)
    assert two.sent == before
    assert two.open.take(*two.sent).duplicates == 1
    assert len(shown(two)) == 1


def _killed(*_: Any) -> int:
    raise KeyboardInterrupt


def test_killed_before_sending_it_is_still_due(two: Two) -> None:
    under_secrecy(two, secrecy("lifted", LIFTED))

    def away(_: Any) -> None:
        raise Retry("away")

    with pytest.raises(Retry):
        give_lifted(two.confidential.site, away)
    assert two.confidential.events(HANDED) == []
    assert give(two) == GivenDisclosures(1, 1, 0)


def test_secrecy_is_of_an_order_of_a_disclosure_or_of_all(two: Two) -> None:
    """The latest act that applies decides; a lift of one disclosure says nothing of the others."""
    about = {"case_ref": "ORD-2"}
    alone = {"disclosure_id": "d-3", "order_ref": "ORD-2"}
    under_secrecy(
        two,
        disclosed("d-2", time="2026-03-03T10:00:00Z", **about),
        disclosed("d-3", time="2026-03-04T10:00:00Z", **about),
        disclosed("d-4", time="2026-03-05T10:00:00Z", case_ref="ORD-4"),
        secrecy("imposed", "2026-03-06T10:00:00Z", order_ref="ORD-2"),
        secrecy("lifted", "2026-04-01T10:00:00Z", **alone),
    )
    give(two)
    assert _ids(two.sent) == ["d-3"]
    # All of the person is secret again, and then one order is lifted.
    everything = secrecy("imposed", "2026-05-01T10:00:00Z")
    del everything["data"]["order_ref"]
    two.confidential.tell(everything, secrecy("lifted", LIFTED, order_ref="ORD-4"))
    give(two)
    assert _ids(two.sent) == ["d-4"]
    two.confidential.tell(secrecy("lifted", LIFTED), secrecy("lifted", LIFTED, order_ref="ORD-2"))
    give(two)
    assert _ids(two.sent) == ["d-1", "d-2"]


def _ids(sent: list[bytes]) -> list[str]:
    return [json.loads(base64.b64decode(json.loads(line)["payload"]))["id"] for line in sent]


def test_a_disclosure_that_was_annulled_is_not_given(two: Two) -> None:
    facts = {"annuls": "d-1", "annuls_source": disclosed()["source"], "reason": "mistake"}
    annulled = message("event-annulled", time="2026-03-05T10:00:00Z", source=OFFICE, **facts)
    under_secrecy(two, secrecy("lifted", LIFTED), annulled)
    assert give(two) == GivenDisclosures(0, 0, 0)


def test_an_act_about_nothing_here_lifts_nothing(two: Two) -> None:
    under_secrecy(two, secrecy("lifted", LIFTED, order_ref="ORD-9"))
    assert give(two) == GivenDisclosures(0, 0, 0)


def test_another_source_lifts_nothing_that_the_law_keeps_secret(two: Two) -> None:
    """A secret needs no event that imposes it, so such a lift ends what no source said."""
    assert two.confidential.tell(disclosed()).recorded == 1
    for source in ("urn:evil:webshop", disclosed()["source"]):
        lifted = secrecy("lifted", LIFTED, source=source)
        del lifted["data"]["order_ref"]
        assert two.confidential.tell(lifted).recorded == 1
        assert give(two) == GivenDisclosures(0, 0, 0)
    assert two.confidential.tell(secrecy("lifted", LIFTED)).recorded == 1
    assert give(two) == GivenDisclosures(1, 1, 0)


@pytest.mark.parametrize("label", ["orders", office_label("orders")])
def test_no_file_of_the_open_ledger_lifts_anything(two: Two, label: str) -> None:
    """Who is the office there is not the office here, whatever was withheld."""
    site, lifted = two.confidential.site, secrecy("lifted", LIFTED)
    sent = enumerate([disclosed(), lifted], 1)
    letters = [
        OpenedLetter(json.dumps(told).encode(), "structured", f"file:{label}", 0, line, b"r")
        for line, told in sent
    ]
    with closing(site.open_recorder()) as recorder:
        taken = take_over(recorder, [("handed", letters)], site.intake, two.clock(), 10)
    assert taken.result.recorded == 2
    assert give(two) == GivenDisclosures(0, 0, 0)


def test_the_same_id_of_another_source_is_given_as_well(two: Two) -> None:
    second = disclosed(source="urn:voipzeker:billing", case_ref="ORD-2")
    under_secrecy(two, second, secrecy("lifted", LIFTED))
    assert give(two) == GivenDisclosures(1, 1, 0)
    two.confidential.tell(secrecy("lifted", LIFTED, order_ref="ORD-2"))
    assert give(two) == GivenDisclosures(1, 1, 0)


def forgeries(two: Two) -> dict[str, bytes]:
    """Messages that no known key signed, or that tell what none may tell."""
    site, line = two.confidential.site, two.sent[0]
    envelope = json.loads(line)
    key, other = signing_key(site.settings).load(), two.open.site.log_key.load()
    payload = base64.b64decode(envelope["payload"])
    kind = envelope["payloadType"]

    def signed(**members: Any) -> bytes:
        return enclosed(json.dumps({**json.loads(payload), **members}).encode(), kind, key)

    def changed(**members: Any) -> bytes:
        return json.dumps({**envelope, **members}).encode()

    told = json.loads(payload)
    wrong = {
        "keyid": envelope["signatures"][0]["keyid"],
        "sig": base64.b64encode(bytes(64)).decode(),
    }
    return {
        "no envelope": payload,
        "no signature": changed(signatures=[]),
        "two signatures": changed(signatures=envelope["signatures"] * 2),
        "wrong signature": changed(signatures=[wrong]),
        "other key": enclosed(payload, kind, other),
        "other type": enclosed(payload, "text/plain", key),
        "other payload": changed(payload=base64.b64encode(payload + b" ").decode()),
        "other spelling": changed(payload=envelope["payload"] + "\n"),
        "more members": changed(more=1),
        "no event": enclosed(b"{}", kind, key),
        "values": signed(data={**told["data"], "personal": {"name": "J. de Vries"}}),
        "another act": signed(type="nl.voipzeker.ledger.secrecy-lifted.v1"),
        "ordinary act": json.dumps(
            json.loads(enclosed(json.dumps(registered("customer/9")).encode(), kind, key))
        ).encode(),
        "noise": bytes(range(128, 160)),
        "nothing": b"{}",
    }


def test_what_is_not_signed_is_withheld_and_nothing_of_it_is_said(two: Two) -> None:
    under_secrecy(two, secrecy("lifted", LIFTED))
    give(two)
    for name, forged in forgeries(two).items():
        before = count_withheld(two.open.site.session("reader"))
        result = two.open.take(forged)
        visible, _ = count_letters(two.open.site.session("reader"), LetterFilter())
        if name == "no event":  # who signed it made the mistake, which is told as such
            assert (result.withheld, visible) == (0, 1), name
            continue
        assert (result.recorded, result.withheld) == (0, 1), name
        assert {row.code.value for row in result.rejections} == {"withheld"}, name
        assert count_withheld(two.open.site.session("reader")) == before + 1, name
    assert shown(two) == []
    assert two.open.take(two.sent[0]).recorded == 1


def test_a_topic_of_signed_messages_is_read_in_the_same_way(two: Two) -> None:
    """Headers say nothing there: neither binary mode nor a content type makes a message another one."""
    under_secrecy(two, secrecy("lifted", LIFTED))
    give(two)
    site = two.open.site
    headers = [("ce_type", b"nl.voipzeker.ledger.customer-registered.v1")]
    values = [two.sent[0], b"{}", None]
    records = [record_of(offset, value, headers) for offset, value in enumerate(values)]
    intake, now = site.intake, two.clock()
    good, bad, empty = messages_of_records(Partition("privacy.signed.v1", 0), records, intake, now)
    assert not isinstance(good.outcome, Rejection)
    for refused in (bad, empty):
        assert isinstance(refused.outcome, Rejection)
        assert refused.outcome.hidden
    # By any other topic the same message is no event.
    (elsewhere,) = messages_of_records(Partition("privacy.events.v1", 0), records[:1], intake, now)
    assert isinstance(elsewhere.outcome, Rejection)


def test_without_a_file_that_is_new_nothing_is_recorded(two: Two, tmp_path: Path) -> None:
    under_secrecy(two, secrecy("lifted", LIFTED))
    file = tmp_path / "lifted.ndjson"
    with to_file(file) as send:
        give_lifted(two.confidential.site, send)
    assert file.stat().st_mode & 0o777 == 0o600
    assert two.open.take(file.read_bytes().strip()).recorded == 1
    with pytest.raises(Misconfigured, match="name another file"), to_file(file) as send:
        give_lifted(two.confidential.site, send, again=True)


def test_the_commands_do_by_hand_what_the_clock_does(cli: Cli) -> None:
    """In a confidential ledger; in an open one they do not exist."""
    cli.set(CONFIDENTIAL="1", OFFICERS="employee/7,employee/9")
    made = cli("init", "--json").json
    assert made["signing_key"].startswith("signed-messages+")
    told = [disclosed(case_ref="O-1"), preserved("imposed", IMPOSED, "traffic")]
    assert cli.record(*told)["recorded"] == 2
    said = ("--by", "court", "--evidence", "E-1", "--sha256", "5" * 64)
    lift = ("secrecy", "lift", *said, "--subject", WHO)
    for officer in ("employee/7", "employee/9"):
        cli.set(READER=officer)
        lifted = cli(*lift, "--disclosure", "d-1")
    assert lifted.status == 0, lifted.err
    cli.set(READER="")
    file = cli.folder / "lifted.ndjson"
    given = cli("secrecy", "hand-over", str(file), "--json").json
    assert given == {"sent": 1, "recorded": 1, "erased": 0}
    again = cli("secrecy", "hand-over", str(cli.folder / "again"), "--again", "--json").json
    assert again == {"sent": 1, "recorded": 0, "erased": 0}
    assert (cli.folder / "again").read_bytes() == file.read_bytes()
    ran = cli("secrecy", "hand-over")
    assert (ran.status, "LEDGER_KAFKA_BOOTSTRAP" in ran.err) == (2, True)
    assert cli("audit", "--json").json["findings"] == []
    cli.set(CONFIDENTIAL="0", SIGNED_KEYS=made["signing_key"])
    assert cli("secrecy", "hand-over").status == 2
    assert cli("ingest", "--signed", str(file), "--json").json["recorded"] == 1
    assert cli("ingest", "--signed", "--as-privacy-office", str(file)).status == 2
    assert "politie-zn" in cli("disclosures", "--subject", WHO).out.decode()


def test_an_open_ledger_takes_no_order_whatever_the_settings_say(cli: Cli) -> None:
    """One wrong variable would record orders where everybody reads them."""
    cli.record(registered(WHO))
    cli.set(CONFIDENTIAL="1", NAME="main")
    order = (
        "--provision nl.sv.126na --authority police --issued-by investigating-officer --field name"
    )
    for command in (["init"], ["order", "list"], ["order", "receive", WHO, *order.split()]):
        ran = cli(*command)
        assert (ran.status, "LEDGER_NAME" in ran.err) == (2, True), ran.err
    cli.set(CONFIDENTIAL="0")
    assert cli("status", "--json").json["position"] == 1


def test_no_error_of_an_open_ledger_names_the_other_one(cli: Cli) -> None:
    assert cli("init").status == 0
    ran = cli("dead-letters", "hand-over", str(cli.folder / "handed"), "--remove")
    assert (ran.status, "ledger ingest --withheld" in ran.err) == (1, True)
    assert "confidential" not in ran.err
