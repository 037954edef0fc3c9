"""Who has everything but the right key hands nothing over, has nothing forgotten, and is not the office."""

import json
import os
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from console.commands.intake import ingest_withheld
from consumers import handed_file, withheld
from consumers.handed_file import MOST_FILE_BYTES, MOST_LINE_BYTES, handed_lines
from consumers.pipeline import again, messages_of_records
from consumers.source import Partition, record_of
from consumers.withheld import forget_received, hand_over, receipts_file
from host.intake import intake_of
from host.keys import signing_key
from host.settings import OFFICE, OFFICE_NAME
from host.signed import office_payload_type
from ledger.errors import Halt, Reject
from ledger.letters.lists import LetterFilter, count_letters
from ledger.letters.withheld import count_withheld, receipt_of, withheld_parts
from ledger.reading import head_position
from ledger.recording.batch import Batch, Outcome
from ledger.storage.access import Unsafe
from ledger.tlog.signing.envelope import enclosed
from ledger.tlog.signing.keys import SigningKey, parse_verifier_key
from ledger.writing.append import Span
from ledger.writing.message import Message
from schemas import AdmissionRules, Event, Rejection
from schemas.signed import MOST_SIGNED_BYTES
from schemas.sources import EVENTS_TOPIC, REGISTER_TOPIC
from tests.fault.power import durable
from tests.fixtures.console import Cli
from tests.fixtures.forger import (
    as_stream,
    disguised,
    forged_files,
    forged_receipts,
    handed,
    signers,
    twisted,
)
from tests.fixtures.inbound import STRUCTURED
from tests.fixtures.ledger import message, registered
from tests.fixtures.two_ledgers import WHO, Two, disclosed

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "guard-the-topics.md"


def withhold(two: Two, *ids: str) -> list[bytes]:
    """Names of all messages that the open ledger withholds, after some more."""
    assert two.open.tell(*(disclosed(id) for id in ids)).withheld == len(ids)
    (part,) = withheld_parts(two.open.site.session("recorder"), MOST_FILE_BYTES)
    return [letter for letter, _ in part]


def take(two: Two, file: Path, content: bytes) -> Any:
    """Take a file over, as the command does."""
    return ingest_withheld(two.confidential.site, [str(file)], [(file.name, as_stream(content))])


def is_refused(two: Two, file: Path, content: bytes) -> bool:
    """Whether a file is not taken over."""
    try:
        take(two, file, content)
    except Reject:
        return True
    return False


def known_there(two: Two) -> tuple[int, int]:
    """Events and dead letters of the confidential ledger."""
    session = two.confidential.site.new_session("reader")
    return head_position(session), count_letters(session, LetterFilter())[0]


def test_nothing_is_taken_over_but_a_file_that_the_open_ledger_signed(
    two: Two, tmp_path: Path
) -> None:
    withhold(two, "d-1")
    old = handed(two, tmp_path / "old")
    withhold(two, "d-2", "d-3")
    true = handed(two, tmp_path / "true")
    before = known_there(two)
    for name, forged in forged_files(two, old, true).items():
        assert is_refused(two, tmp_path / "forged", forged), name
        assert known_there(two) == before, name
        assert not receipts_file(tmp_path / "forged").exists(), name
    assert take(two, tmp_path / "true", true).recorded == 3
    # What was handed over before is what it was: nothing comes twice.
    assert take(two, tmp_path / "old", old).duplicates == 1


def test_a_file_and_its_lines_have_a_bound(
    two: Two, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = two.open.site
    assert site.withheld_key is not None
    signer, origin = signing_key(site.settings).load(), site.settings.log.origin
    lines = partial(handed_lines, ledger=origin, key=site.withheld_key, signer=signer)
    with pytest.raises(Halt):
        list(lines([(b"1", bytes(MOST_LINE_BYTES))]))
    before = known_there(two)
    for size in (MOST_LINE_BYTES + 1, MOST_FILE_BYTES + 1):
        with pytest.raises(Reject, match=f"at most {size - 1} bytes"):
            take(two, tmp_path / "large", b"x" * size)
    with monkeypatch.context() as patched:  # even where the right key signed it
        patched.setattr(handed_file, "MOST_LINE_BYTES", 1 << 30)
        large = b"".join(lines([(b"1", bytes(MOST_LINE_BYTES))]))
    with pytest.raises(Reject, match=f"at most {MOST_LINE_BYTES} bytes"):
        take(two, tmp_path / "large", large)
    assert known_there(two) == before


def test_what_one_file_may_not_hold_goes_into_others(
    two: Two, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    withhold(two, "d-1", "d-2", "d-3")
    site, file = two.open.site, tmp_path / "handed.ndjson"
    assert site.withheld_key is not None
    session, signer = site.session("recorder"), signing_key(site.settings).load()
    with monkeypatch.context() as patched, durable(tmp_path):
        patched.setattr(withheld, "MOST_SEALED_BYTES", 2 * 4200)
        count, files = hand_over(session, file, "any", site.withheld_key, signer)
    assert (count, [each.name for each in files]) == (3, ["handed.ndjson", "handed-2.ndjson"])
    streams = [(each.name, as_stream(each.read_bytes())) for each in files]
    result = ingest_withheld(two.confidential.site, [str(each) for each in files], streams)
    assert (result.read, result.recorded) == (3, 3)
    assert forget_received(session, site.keyring(), file) == 3


def test_a_largest_message_that_is_kept_can_be_handed_over(two: Two, tmp_path: Path) -> None:
    """Headers take more room once they are kept than when they arrived."""
    headers = [("", None)] * 400_000
    records = [
        record_of(0, b"police " * 9_000, [("content-type", b"text/plain"), *headers]),
        record_of(1, b"\xff police" * 6_000, [("ce_type", b"x" * 1000)]),
    ]
    site, intake = two.open.site, two.open.site.intake
    messages = messages_of_records(Partition(EVENTS_TOPIC, 0), records, intake, two.clock())
    with closing(site.open_recorder()) as recorder:
        outcome = recorder.record(Batch(messages, Span(EVENTS_TOPIC, 0, 0, 2)))
    assert len(outcome.withheld) == 2
    assert take(two, tmp_path / "f", handed(two, tmp_path / "f")).rejected == 2


def test_only_a_true_receipt_has_a_message_forgotten(two: Two, tmp_path: Path) -> None:
    letters = withhold(two, "d-1", "d-2")
    site, file = two.open.site, tmp_path / "handed"
    session, keyring, receipts = site.session("recorder"), site.keyring(), receipts_file(file)

    def forget(*lines: bytes) -> int:
        receipts.write_bytes(b"".join(line.hex().encode() + b"\n" for line in lines))
        return forget_received(session, keyring, file)

    true = [receipt_of(keyring, letter) for letter in letters]
    forged = list(forged_receipts(two, letters))
    assert len(forged) > 100
    assert forget(*forged) == 0
    assert forget(receipt_of(keyring, b"no letter of this ledger.......!")) == 0
    # A receipt is of one message, whichever it is written for.
    assert forget(true[0], true[0]) == 1
    assert count_withheld(session) == 1
    assert forget(true[0], *forged) == 0
    assert forget(true[1]) == 1


@pytest.mark.parametrize(
    "content",
    [b"nonsense\n", b"\n", b"0" * 63 + b"\n", b"0" * 65, b"0" * 64 + b" \n", b"G" * 64, b"A" * 64],
)
def test_what_is_no_file_of_receipts_removes_nothing(
    two: Two, tmp_path: Path, content: bytes
) -> None:
    (letter,) = withhold(two, "d-1")
    session, keyring = two.open.site.session("recorder"), two.open.site.keyring()
    true = receipt_of(keyring, letter).hex().encode() + b"\n"
    receipts_file(tmp_path / "f").write_bytes(true + content)
    with pytest.raises(Reject, match="nothing was removed"):
        forget_received(session, keyring, tmp_path / "f")
    assert count_withheld(session) == 1


@pytest.mark.parametrize("kind", ["pipe", "folder", "large"])
def test_what_is_no_file_has_no_receipt(two: Two, tmp_path: Path, kind: str) -> None:
    receipts = receipts_file(tmp_path / "f")
    if kind == "pipe":
        os.mkfifo(receipts)
    elif kind == "folder":
        receipts.mkdir()
    else:
        receipts.write_bytes(b"0" * (withheld.MOST_RECEIPTS_BYTES + 1))
    with pytest.raises((Reject, Unsafe), match=r"nothing was removed|no ordinary file"):
        forget_received(two.open.site.session("recorder"), two.open.site.keyring(), tmp_path / "f")


RELEASED: dict[str, Any] = {
    "hold_ref": "H-1",
    "ground": "civil-claim",
    "review_on": "2030-01-01",
    "categories": ["contact"],
}


def released(**members: Any) -> dict[str, Any]:
    """What only the office may say, by a place of its own."""
    return message("legal-hold-released", WHO, **({"source": OFFICE} | RELEASED | members))


class Office:
    """The open ledger where the office signs, and the key by which it does."""

    def __init__(self, two: Two) -> None:
        self.two = two
        self.key = SigningKey(OFFICE_NAME, Ed25519PrivateKey.generate())
        settings = two.open.site.settings
        settings = msgspec.structs.replace(settings, office_keys=(self.key.verifier,))
        self.intake: AdmissionRules = intake_of(settings)
        self.kind = office_payload_type(settings.log.origin)

    def signed(self, told: dict[str, Any], kind: str | None = None) -> bytes:
        return enclosed(json.dumps(told).encode(), kind or self.kind, self.key)

    def read(self, value: bytes, topic: str = REGISTER_TOPIC, headers: Any = STRUCTURED) -> Message:
        """What a record of a topic is."""
        records = [record_of(3, value, headers)]
        (one,) = messages_of_records(Partition(topic, 0), records, self.intake, self.two.clock())
        return one

    def record(self, *messages: Message) -> Outcome:
        with closing(self.two.open.site.open_recorder()) as recorder:
            return recorder.record(Batch(messages, Span(REGISTER_TOPIC, 0, 3, 4)))


@pytest.fixture
def office(two: Two) -> Office:
    return Office(two)


def test_the_office_counts_by_its_topic_only_where_it_signs(office: Office) -> None:
    told = released(id="r-1")
    plain, signed = office.read(json.dumps(told).encode()), office.read(office.signed(told))
    assert isinstance(plain.outcome, Rejection)
    assert (plain.outcome.code, plain.outcome.pointer) == ("source-not-allowed", "/source")
    assert isinstance(signed.outcome, Event)
    assert signed.outcome.claim is not None
    assert signed.outcome.claim.for_office
    assert office.record(signed).recorded == 1
    # The same once more is a duplicate; without the signature it is nothing.
    assert office.record(signed).duplicates == 1
    assert office.record(plain).recorded == 0


def test_other_sources_on_that_topic_are_as_they_were(office: Office) -> None:
    for told in (
        registered(),
        message(
            "role-granted",
            "employee/7",
            source="urn:voipzeker:hr",
            role="auditor",
        ),
    ):
        value = json.dumps(told).encode()
        without = msgspec.structs.replace(office.intake, office=None)
        (one,) = messages_of_records(
            Partition(REGISTER_TOPIC, 0),
            [record_of(3, value, STRUCTURED)],
            without,
            office.two.clock(),
        )
        assert isinstance(one.outcome, Event)
        assert office.read(value) == one


def test_an_office_message_by_another_topic_is_what_it_was(office: Office) -> None:
    """A signature says who speaks where the office speaks, and nowhere else."""
    for topic in (EVENTS_TOPIC, "privacy.signed.v1"):
        assert isinstance(office.read(office.signed(released()), topic).outcome, Rejection)


def forged_messages(office: Office) -> dict[str, bytes]:
    """What no office signed for this ledger, in its name."""
    two, told = office.two, released(id="r-1")
    true, payload = office.signed(told), json.dumps(told).encode()
    origin = two.open.site.settings.log.origin
    forged = {
        "unsigned": payload,
        "unsigned, with a mark": b"\xef\xbb\xbf" + payload,
        "a list": b"[%b]" % payload,
        "of another purpose": office.signed(told, "application/cloudevents+json"),
        "for another ledger": office.signed(told, office_payload_type(f"{origin}x")),
        "for a ledger in other letters": office.signed(told, office_payload_type(origin.upper())),
        "too large": true + b" " * MOST_SIGNED_BYTES,
        "of another source": office.signed(registered()),
    }
    for name, signer in signers(two, OFFICE_NAME).items():
        forged[name] = enclosed(payload, office.kind, signer)
        forged[f"{name}, disguised"] = disguised(forged[name], true)
    return {**forged, **twisted(true)}


def test_nobody_else_is_the_office(office: Office) -> None:
    before = office.two.open.events()
    for name, forged in forged_messages(office).items():
        one = office.read(forged)
        assert isinstance(one.outcome, Rejection), name
        assert office.record(one).recorded == 0, name
        # Nor when the dead letter is tried again.
        once_more = again(one.body, one.mode, one.origin, office.intake, office.two.clock())  # type: ignore[arg-type]
        assert isinstance(once_more.outcome, Rejection), name
    assert office.two.open.events() == before


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("content-type", b"application/cloudevents+json")],
        [
            ("content-type", b"application/json"),
            ("ce_specversion", b"1.0"),
            ("ce_id", b"r-9"),
            ("ce_source", OFFICE.encode()),
            ("ce_type", b"nl.voipzeker.ledger.legal-hold-released.v1"),
            ("ce_subject", WHO.encode()),
            ("ce_time", b"2026-03-01T10:00:00Z"),
        ],
    ],
)
def test_no_header_speaks_for_the_office(office: Office, headers: Any) -> None:
    """What is signed is in the value: headers neither add to it nor stand in for it."""
    one = office.read(office.signed(released(id="r-1")), headers=headers)
    assert isinstance(one.outcome, Event)
    assert one.outcome.id == "r-1"
    told = RELEASED if len(headers) > 1 else released()
    unsigned = office.read(json.dumps(told).encode(), headers=headers)
    assert isinstance(unsigned.outcome, Rejection)
    wrong = "source-not-allowed" if headers else "not-a-cloudevent"
    assert unsigned.outcome.code == wrong
    envelope = json.loads(office.signed(released()))
    wrapped = office.read(json.dumps({**RELEASED, "personal": envelope}).encode(), headers=headers)
    assert isinstance(wrapped.outcome, Rejection)


def test_a_signed_message_that_is_refused_keeps_its_signature(office: Office) -> None:
    one = office.read(office.signed(released(surprise=1)))
    assert isinstance(one.outcome, Rejection)
    assert one.outcome.code == "unknown-field"
    assert office.record(one).rejections
    once_more = again(one.body, one.mode, one.origin, office.intake, office.two.clock())  # type: ignore[arg-type]
    assert once_more.outcome == one.outcome


def test_what_the_office_signs_and_the_ledger_may_not_know_comes_whole_into_the_other_one(
    office: Office, tmp_path: Path
) -> None:
    """Without the envelope, for which that ledger has no key: there it has no power anyway."""
    one = office.read(office.signed(disclosed("d-1", source=OFFICE)))
    assert isinstance(one.outcome, Rejection)
    assert one.outcome.hidden
    assert len(office.record(one).withheld) == 1
    two = office.two
    assert take(two, tmp_path / "f", handed(two, tmp_path / "f")).recorded == 1


def test_the_page_says_how_an_office_signs(office: Office) -> None:
    _, _, rest = PAGE.read_text("utf-8").partition("<!-- signing:")
    code = rest.partition("```python\n")[2].partition("```")[0]
    made: dict[str, Any] = {}
    exec(code, made)
    key = Ed25519PrivateKey.generate()
    office.key = SigningKey(OFFICE_NAME, key)
    assert parse_verifier_key(made["verification_key"](key)) == office.key.verifier
    settings = office.two.open.site.settings
    office.intake = intake_of(msgspec.structs.replace(settings, office_keys=(office.key.verifier,)))
    signed = made["signed"](json.dumps(released()).encode(), key, settings.log.origin)
    assert isinstance(office.read(signed).outcome, Event)
    assert isinstance(office.read(signed + b" ").outcome, Event)
    other = made["signed"](json.dumps(released()).encode(), key, "ledger.example/other")
    assert isinstance(office.read(other).outcome, Rejection)


def test_a_key_for_anything_else_is_no_key_of_a_setting(cli: Cli) -> None:
    made = cli("init", "--json").json
    cli.set(CONFIDENTIAL="1")
    there = cli("init", "--json").json
    keys = {made["log_key"], made["signing_key"], there["log_key"], there["signing_key"]}
    assert len(keys) == 4
    for setting, confidential, right in (
        ("OFFICE_KEYS", "0", None),
        ("SIGNED_KEYS", "0", there["signing_key"]),
        ("HANDOVER_KEYS", "1", made["signing_key"]),
    ):
        cli.set(CONFIDENTIAL=confidential)
        for key in keys - {right}:
            cli.set(**{setting: key})
            ran = cli("status")
            assert (ran.status, f"LEDGER_{setting}: expected keys" in ran.err) == (2, True)
        cli.set(**{setting: right or ""})
        assert cli("status").status == 0


def test_without_a_known_key_nothing_is_taken_over(cli: Cli) -> None:
    """On one machine the list in the key folder is enough, where only its owner can have written it."""
    cli.record(disclosed())
    file = cli.folder / "handed"
    assert cli("dead-letters", "hand-over", str(file)).status == 0
    known = cli.folder / "keys" / "main" / "hand-over.vkeys"
    cli.set(CONFIDENTIAL="1")
    assert cli("init").status == 0

    def refused() -> bool:
        ran = cli("ingest", "--withheld", str(file))
        return ran.status == 2 and ("LEDGER_HANDOVER_KEYS" in ran.err or "chmod" in ran.err)

    for path, mode in ((known, 0o620), (known.parent, 0o702), (cli.folder / "keys", 0o770)):
        usual = path.stat().st_mode
        path.chmod(mode)
        assert refused(), path
        path.chmod(usual)
    elsewhere = known.rename(cli.folder / "elsewhere")
    assert refused()
    known.symlink_to(elsewhere)
    assert refused()
    key = elsewhere.read_text().strip()
    cli.set(HANDOVER_KEYS=key)
    assert cli("ingest", "--withheld", str(file), "--json").json["recorded"] == 1
