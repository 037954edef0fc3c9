"""`ledger schema validate` and `ledger ingest` say the same of a file, but for what only a ledger knows."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import orjson
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.fault.mutation import mutant
from tests.fixtures.console import Cli, collected, message, registered
from tests.unit.schemas.test_hostile import broken

# Of what was recorded before, and of the persons in it.
ONLY_A_LEDGER_KNOWS = {"conflicting-duplicate", "erased-subject", "quarantined"}
OFFICE = "urn:voipzeker:privacy-office"
TEXTS = st.one_of(
    st.text(max_size=8),
    st.sampled_from(["é", "e\u0301", "\u202eabc", "\x00", "\ufeff", "a" * 300, "😀" * 70, "K-1"]),
)
# As they stand in JSON: what no Python value writes.
RAW = st.sampled_from(
    [
        *(
            b"1e400",
            b"-1e400",
            b"1.0",
            b"1",
            b"-0",
            b"-0.0",
            b"1E2",
            b"9223372036854775808",
            b"1e15",
        ),
        *(b'"\\ud800"', b'"\\ud83d\\ude00"', b'"\\udc00\\ud800"', b'"\\u0000"', b'"\xed\xa0\x80"'),
        *(
            b'"\xc0\xaf"',
            b'"\xff"',
            b'"e\xcc\x81"',
            b'"\xc3\xa9"',
            b"NaN",
            b"Infinity",
            b"[[[[]]]]",
        ),
        *(
            b"null",
            b"true",
            b"{}",
            b'{"a":1,"a":1}',
            b"[" * 70 + b"]" * 70,
            b'"\\/"',
            b'""',
            b'"\t"',
        ),
    ]
)
MEMBERS = ["time", "id", "source", "sequence", "subject", "datacontenttype", "specversion", "type"]
FACTS = ["reference", "channel", "personal", "categories", "legal_basis", "provision", "activity"]


@st.composite
def spelled(draw: st.DrawFn) -> bytes:
    """An event one value of which is written as no program of ours writes it."""
    event: dict[str, Any] = draw(
        st.sampled_from([registered(), collected(), message("invoice-sent", channel="email")])
    )
    event = json.loads(json.dumps(event))
    holder = draw(st.sampled_from([event, event["data"], event["data"].get("personal") or event]))
    place = draw(st.sampled_from([*holder, *MEMBERS, *FACTS, "extra"]))
    holder[place] = "@@here@@"
    value = draw(st.one_of(RAW, TEXTS.map(orjson.dumps)))
    return orjson.dumps(event).replace(b'"@@here@@"', value, 1)


@st.composite
def sized(draw: st.DrawFn) -> bytes:
    """An event as long as the limits of a message or of a line, or a little longer or shorter."""
    limit = draw(st.sampled_from([46_000, 48 * 1024, 1024 * 1024]))
    letter = draw(st.sampled_from(["x", "é", "\u0000", "1"]))
    event = collected(categories=["correspondence"], personal={"letter_text": "@"})
    room = (limit - len(orjson.dumps(event))) // len(orjson.dumps(letter)[1:-1])
    text = letter * (room + draw(st.integers(-2, 2)))
    return orjson.dumps({**event, "data": {**event["data"], "personal": {"letter_text": text}}})


annuls = message(
    "event-annulled", annuls="e-1", annuls_source="urn:voipzeker:crm", reason="mistake"
)
secret = message("personal-data-disclosed", recipient="police", recipient_kind="police")
SAID = st.sampled_from(
    [
        annuls,
        annuls | {"source": OFFICE},
        message("event-annulled", annuls="e-1", reason="mistake"),
        message("legal-hold-released", hold_ref="H-1", source=OFFICE),
        message("erasure-decided", source="urn:processing-ledger:erasure"),
        message("role-granted", "employee/7", source="urn:voipzeker:hr", role="helpdesk"),
        secret,
        secret | {"data": secret["data"] | {"provision": "nl.sv.126nd"}},
    ]
).map(orjson.dumps)
lines = st.one_of(
    spelled(),
    sized(),
    SAID,
    broken().map(lambda event: json.dumps(event, default=str).encode()),
    st.integers(0, 5000).map(lambda number: mutant(1, number).value or b""),
    st.sampled_from([b"", b" ", b"\r", b"\x00", b"[]", b"[{}]", b"\xef\xbb\xbf", b"{}", b"\xff"]),
    st.binary(max_size=20),
)
files = st.tuples(
    st.lists(lines, min_size=1, max_size=25),
    st.sampled_from([b"\n", b"\r\n", b"\n\n", b"\r"]),
    st.sampled_from([b"", b"\xef\xbb\xbf", b"\xef\xbb\xbf\xef\xbb\xbf", b"\xff\xfe"]),
    st.sampled_from([b"", b"\n", b"\r\n", b"\x00"]),
)
FLAGS: list[Sequence[str]] = [(), ("--as-privacy-office",), ("--signed",)]


def refusals(cli: Cli, command: str, path: str, *flags: str) -> tuple[int, dict[int, Any]]:
    answer = cli(*command.split(), path, *flags, "--json").json
    rows = [{**row, "file": None} for row in answer["rejections"]]
    return answer["read"], {row["line"]: row for row in rows}


def test_both_refuse_what_the_house_does_not_let_a_source_say(cli: Cli) -> None:
    crm = "urn:voipzeker:crm"
    sent = [
        registered(source=crm),
        message("employment-started", "employee/7", source=crm),
        registered("customer/2", source="urn:new:shop"),
        message("breach-closed", "breach/B-1", source=crm),
    ]
    path = cli.folder / "sent.ndjson"
    path.write_bytes(b"\n".join(map(orjson.dumps, sent)))
    read, found = refusals(cli, "schema validate", str(path))
    assert found == {}
    cli.set(SOURCES="strict")
    read, found = refusals(cli, "schema validate", str(path))
    pointers = {line: (row["code"], row["pointer"]) for line, row in found.items()}
    assert pointers == {
        2: ("source-not-allowed", "/type"),
        3: ("source-not-allowed", "/source"),
        4: ("source-not-allowed", "/type"),
    }
    assert refusals(cli, "ingest", str(path)) == (read, found)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck), print_blob=False)
@given(files, st.sampled_from(FLAGS), st.sampled_from(["record", "strict"]))
def test_both_say_the_same_of_a_file(
    cli: Cli, file: Any, flags: Sequence[str], sources: str
) -> None:
    parts, end, begin, last = file
    cli.set(SOURCES=sources)
    # Which systems were registered is what a ledger alone knows.
    assume(not any(b"system-registered" in part for part in parts))
    path = cli.folder / f"{uuid4().hex}.ndjson"
    path.write_bytes(begin + end.join(parts) + last)
    read, found = refusals(cli, "schema validate", str(path), *flags)
    read_again, refused = refusals(cli, "ingest", str(path), *flags)
    assert read == read_again
    # What a ledger alone knows, it may refuse as well, and first.
    for line in [line for line, row in refused.items() if is_of_the_ledger(row, found.get(line))]:
        found.pop(line, None)
        del refused[line]
    assert found == refused


def is_of_the_ledger(row: Any, found: Any) -> bool:
    """Whether the ledger refused a line for what it had recorded."""
    is_unheard = (row["code"], row["pointer"]) == ("source-not-allowed", "/source")
    return row["code"] in ONLY_A_LEDGER_KNOWS or (is_unheard and found is None)
