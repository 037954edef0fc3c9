"""What one browser finds of a log over several visits: proven, contradicted, or not to be looked at."""

import json
from base64 import b64encode
from dataclasses import dataclass, field
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.tlog.signing.checkpoints import Checkpoint, parse_checkpoint
from ledger.tlog.signing.keys import COSIGNATURE, SigningKey
from ledger.tlog.signing.notes import parse_note
from tests.fixtures.tlog import ORIGIN, log_key
from tests.web.made_logs import MadeLog, made_entries, made_entry
from tests.web.scripting import Files, Script

VISIT = """async (m, x) => {
    const kept = new Map(Object.entries(x.storage));
    const storage = {
        getItem: (name) => kept.get(name) ?? null,
        setItem: (name, text) => kept.set(name, text),
        key: (at) => [...kept.keys()][at],
        get length() { return kept.size; },
    };
    const memory = new m.Memory(x.forgets ? null : storage, x.site.origin);
    const log = new m.Log(x.site, memory, m.reader("/log/"));
    const bytes = (text) => text && m.fromBase64(text);
    const ask = async () => ({ entry: bytes(x.entry), row: bytes(x.row), pruned: x.pruned });
    let found;
    try {
        const { state, head, steps } = await log.prove(x.position, x.shown, ask);
        found = { state, size: head?.size, steps: steps?.length, notices: head?.notices ?? [],
            signer: head?.signer.text, before: head?.before?.size ?? null,
            witnesses: (head?.witnesses ?? []).map(({ name, time }) => [name, time?.toISOString() ?? null]) };
    } catch (fault) {
        if (!fault.code) throw fault;
        const state = fault instanceof m.Contradicted ? "contradicted" : "unavailable";
        found = { state, code: fault.code, detail: fault.detail, wrong: fault.wrong ?? null,
            evidence: fault.evidence ?? null };
    }
    if (x.trust) memory.trust(x.site.keys);
    return { ...found, storage: Object.fromEntries(kept) };
}"""


def made_key(seed: int, name: str = ORIGIN, **options: int) -> SigningKey:
    return SigningKey(name, Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32), **options)


@dataclass
class Visitor:
    """One browser that visits a log now and then. `keys`: those that the page names."""

    script: Script
    files: Files
    log: MadeLog
    keys: list[str] = field(default_factory=lambda: [log_key().verifier.text])
    origin: str = ORIGIN
    witnesses: list[SigningKey] = field(default_factory=list)
    quorum: Any = None
    forgets: bool = False
    storage: dict[str, str] = field(default_factory=dict)

    def visit(self, position: int = 1, **about: Any) -> dict[str, Any]:
        """Prove an event. `entry`, `row`: as the server gives them; `shown`: as the page shows it."""
        self.files.files = self.log.files
        entry = self.log.entries[position - 1] if position <= len(self.log.entries) else None
        entry, row = about.get("entry", entry), about.get("row", about.get("entry", entry))
        witnesses = [
            {"name": key.verifier.name, "key": key.verifier.text} for key in self.witnesses
        ]
        site = {
            "origin": self.origin,
            "keys": self.keys,
            "witnesses": witnesses,
            "quorum": self.quorum,
        }
        found: dict[str, Any] = self.script(
            VISIT,
            {
                "site": site,
                "position": position,
                "shown": about.get("shown", {}),
                "entry": entry and b64encode(entry).decode(),
                "row": row and b64encode(row).decode(),
                "pruned": about.get("pruned", False),
                "storage": self.storage,
                "forgets": self.forgets,
                "trust": about.get("trust", False),
            },
        )
        self.storage = found.pop("storage")
        return found

    @property
    def remembered(self) -> dict[str, Any]:
        (text,) = self.storage.values()
        kept: dict[str, Any] = json.loads(text)
        return kept


@pytest.fixture
def visitor(script: Script, files: Files) -> Visitor:
    return Visitor(script, files, MadeLog(made_entries(300)))


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 9])
def test_every_entry_of_a_small_log_is_proven(visitor: Visitor, size: int) -> None:
    visitor.log = MadeLog(made_entries(size))
    for position in range(1, size + 1):
        found = visitor.visit(position)
        assert (found["state"], found["size"]) == ("proven", size)


def test_the_first_visit_remembers_keys_and_checkpoint(visitor: Visitor) -> None:
    found = visitor.visit(257)
    assert (found["state"], found["size"], found["before"]) == ("proven", 300, None)
    assert found["notices"] == []
    note = visitor.log.files["checkpoint"].decode()
    kept = visitor.remembered
    assert (kept["keys"], kept["note"], kept["size"]) == (visitor.keys, note, 300)


@pytest.mark.parametrize("size", [300, 301, 511, 512, 513, 600])
def test_a_log_that_grew_extends_what_was_seen(visitor: Visitor, size: int) -> None:
    visitor.visit()
    visitor.log = MadeLog(made_entries(size))
    found = visitor.visit(size)
    assert (found["state"], found["size"], found["before"]) == ("proven", size, 300)
    assert visitor.remembered["size"] == size


def test_what_is_not_under_a_checkpoint_is_unproven(visitor: Visitor) -> None:
    assert visitor.visit(301)["state"] == "unproven"
    visitor.log.files = {}
    visitor.storage = {}
    assert visitor.visit(1)["state"] == "unproven"


@pytest.mark.parametrize("size", [0, 1, 255, 256, 299])
def test_an_older_checkpoint_contradicts_what_was_seen(visitor: Visitor, size: int) -> None:
    visitor.visit()
    seen = visitor.log.files["checkpoint"].decode()
    visitor.log = MadeLog(made_entries(size))
    found = visitor.visit(1)
    assert (found["state"], found["code"]) == ("contradicted", "rolled-back")
    assert found["detail"] == {"old": 300, "size": size}
    published = visitor.log.files["checkpoint"].decode()
    assert found["evidence"] == {"published": published, "remembered": seen}
    assert visitor.remembered["size"] == 300


@pytest.mark.parametrize("size", [300, 301, 512, 600])
@pytest.mark.parametrize("place", [0, 128, 255, 256, 299])
def test_another_past_contradicts_what_was_seen(visitor: Visitor, size: int, place: int) -> None:
    visitor.visit()
    entries = made_entries(size)
    entries[place] = made_entry(place + 1, source="urn:voipzeker:other")
    visitor.log = MadeLog(entries)
    found = visitor.visit(1)
    assert (found["state"], found["code"]) == ("contradicted", "forked")
    assert visitor.remembered["size"] == 300


def test_a_log_that_is_gone_cannot_be_looked_at(visitor: Visitor) -> None:
    visitor.visit()
    visitor.log.files = {}
    found = visitor.visit()
    assert (found["state"], found["code"]) == ("unavailable", "no-checkpoint")


def test_each_byte_of_an_entry_counts(visitor: Visitor) -> None:
    visitor.files.files = visitor.log.files
    found = visitor.script(
        """async (m, x) => {
            const log = new m.Log(x.site, new m.Memory(null, x.site.origin), m.reader("/log/"));
            const entry = m.fromBase64(x.entry);
            const codes = new Set();
            for (let at = 0; at < entry.length; at += 1) {
                const changed = entry.map((byte, place) => (place === at ? byte ^ 1 : byte));
                const proven = log.prove(5, {}, async () => ({ entry: changed, row: entry }));
                codes.add(await proven.then(({ state }) => state, ({ code }) => code));
            }
            return [...codes];
        }""",
        {
            "site": {"origin": ORIGIN, "keys": visitor.keys, "witnesses": [], "quorum": None},
            "entry": b64encode(visitor.log.entries[4]).decode(),
        },
    )
    assert found == ["entry-changed"]


def test_an_entry_of_another_place_is_none_of_this_one(visitor: Visitor) -> None:
    found = visitor.visit(5, entry=visitor.log.entries[5])
    assert (found["state"], found["code"]) == ("contradicted", "entry-changed")


def test_an_entry_that_the_log_lacks_cannot_be_looked_at(visitor: Visitor) -> None:
    found = visitor.visit(5, entry=None)
    assert (found["state"], found["code"]) == ("unavailable", "entry-missing")


def test_an_entry_whose_bundle_was_pruned_is_proven_by_its_row(visitor: Visitor) -> None:
    row = visitor.log.entries[4]
    assert visitor.visit(5, entry=None, row=row, pruned=True)["state"] == "proven"
    changed = visitor.visit(5, entry=None, row=visitor.log.entries[5], pruned=True)
    assert (changed["state"], changed["code"]) == ("contradicted", "row-changed")
    gone = visitor.visit(5, entry=None, row=None, pruned=True)
    assert (gone["state"], gone["code"]) == ("unavailable", "entry-pruned")


# A tile, an event whose path leads through it, and where in it is a hash of that path.
TILES = [
    ("tile/0/000", 1, 1),
    ("tile/0/000", 1, 0),
    ("tile/0/001.p/44", 300, 42),
    ("tile/1/000.p/1", 300, 0),
]


@pytest.mark.parametrize(("name", "position", "place"), TILES)
def test_each_tile_on_the_path_counts(
    visitor: Visitor, name: str, position: int, place: int
) -> None:
    tile = visitor.log.files[name]
    at = place * 32
    visitor.log.files[name] = tile[:at] + bytes([tile[at] ^ 1]) + tile[at + 1 :]
    found = visitor.visit(position)
    assert (found["state"], found["code"]) == ("contradicted", "path")
    visitor.log.files[name] = tile[:-1]
    assert visitor.visit(position)["code"] == "tile-form"
    del visitor.log.files[name]
    found = visitor.visit(position)
    assert (found["state"], found["code"]) == ("unavailable", "tile-missing")


def test_a_partial_tile_that_became_full_still_serves(visitor: Visitor) -> None:
    grown = MadeLog(made_entries(600))
    name = "tile/0/001.p/44"
    del visitor.log.files[name]
    visitor.log.files["tile/0/001"] = grown.files["tile/0/001"]
    assert visitor.visit(300)["state"] == "proven"


def test_another_root_is_not_signed(visitor: Visitor) -> None:
    note = parse_note(visitor.log.files["checkpoint"])
    checkpoint = parse_checkpoint(note.text)
    forged = checkpoint.root[:-1] + bytes([checkpoint.root[-1] ^ 1])
    visitor.log.sign(Checkpoint(ORIGIN, 300, forged))
    found = visitor.visit(1)
    assert (found["state"], found["code"]) == ("contradicted", "path")


def test_a_damaged_signature_contradicts(visitor: Visitor) -> None:
    note = visitor.log.files["checkpoint"]
    visitor.log.files["checkpoint"] = note.replace(b"\n300\n", b"\n299\n")
    found = visitor.visit(1)
    assert (found["state"], found["code"]) == ("contradicted", "signature")
    assert visitor.storage == {}


def test_another_name_of_the_log_is_shown(visitor: Visitor) -> None:
    visitor.visit()
    visitor.origin = "other.example/log"
    found = visitor.visit()
    assert (found["state"], found["code"]) == ("contradicted", "origin")
    key = made_key(9, visitor.origin)
    visitor.log, visitor.keys = MadeLog(made_entries(300), key), [key.verifier.text]
    found = visitor.visit()
    assert found["state"] == "proven"
    assert found["notices"] == [{"code": "other-log", "detail": {"name": ORIGIN}}]


def test_a_key_that_the_page_does_not_name_is_not_believed(visitor: Visitor) -> None:
    visitor.log = MadeLog(made_entries(300), made_key(9))
    found = visitor.visit()
    assert (found["state"], found["code"]) == ("contradicted", "unknown-key")


def test_without_any_key_nothing_is_said_of_the_ledger(visitor: Visitor) -> None:
    keys, visitor.keys = visitor.keys, []
    found = visitor.visit()
    assert (found["state"], found["code"]) == ("unavailable", "no-key")
    visitor.keys = keys
    visitor.visit()
    # A browser that saw the key before needs nobody to name it.
    visitor.keys = []
    assert visitor.visit()["state"] == "proven"


def test_a_key_in_place_of_the_one_that_was_seen_is_not_believed(visitor: Visitor) -> None:
    visitor.visit()
    other = made_key(9)
    visitor.log, visitor.keys = MadeLog(made_entries(301), other), [other.verifier.text]
    found = visitor.visit()
    assert (found["state"], found["code"]) == ("contradicted", "key-replaced")
    assert found["detail"] == {"key": other.verifier.text}
    assert visitor.remembered["size"] == 300
    # The reader compared the key, and says so.
    visitor.visit(trust=True)
    assert visitor.visit()["state"] == "proven"


def test_a_rotated_key_is_shown_until_the_reader_has_compared_it(visitor: Visitor) -> None:
    visitor.visit()
    new = made_key(9)
    visitor.log = MadeLog(made_entries(301), new)
    visitor.keys = [*visitor.keys, new.verifier.text]
    for _ in range(2):
        found = visitor.visit(301)
        assert (found["state"], found["signer"]) == ("proven", new.verifier.text)
        assert found["notices"] == [{"code": "key-rotated", "detail": {"key": new.verifier.text}}]
    visitor.visit(trust=True)
    assert visitor.visit(301)["notices"] == []


def test_a_rotated_key_does_not_excuse_another_past(visitor: Visitor) -> None:
    visitor.visit()
    new = made_key(9)
    visitor.log = MadeLog([made_entry(1, source="urn:x:other"), *made_entries(300)[1:]], new)
    visitor.keys = [*visitor.keys, new.verifier.text]
    found = visitor.visit(2)
    assert (found["state"], found["code"]) == ("contradicted", "forked")


def test_a_browser_that_keeps_nothing_says_so(visitor: Visitor) -> None:
    visitor.forgets = True
    found = visitor.visit()
    assert found["state"] == "proven"
    assert found["notices"] == [{"code": "forgets", "detail": {}}]


def test_what_was_remembered_and_cannot_be_read_begins_anew(visitor: Visitor) -> None:
    visitor.visit()
    (name,) = visitor.storage
    for damaged in ("", "{", "null", '{"keys": [], "size": 1}', '{"keys": "x", "size": "1"}'):
        visitor.storage = {name: damaged}
        found = visitor.visit()
        assert (found["state"], found["before"]) == ("proven", None)


WITNESSES = [
    made_key(seed, f"witness.example/{seed}", algorithm=COSIGNATURE) for seed in (20, 21, 22)
]
NAMES = [key.verifier.name for key in WITNESSES]


def test_witnesses_are_checked_and_shown(visitor: Visitor) -> None:
    visitor.witnesses = WITNESSES
    visitor.log = MadeLog(made_entries(300), witnesses=WITNESSES[:2])
    found = visitor.visit()
    assert found["state"] == "proven"
    time = "2023-11-14T22:13:20.000Z"
    assert found["witnesses"] == [[NAMES[0], time], [NAMES[1], time], [NAMES[2], None]]


@pytest.mark.parametrize(
    ("quorum", "signed", "state"),
    [
        (NAMES[0], 1, "proven"),
        (NAMES[1], 1, "contradicted"),
        ({"threshold": 2, "members": NAMES}, 2, "proven"),
        ({"threshold": 2, "members": NAMES}, 1, "contradicted"),
        (
            {"threshold": 2, "members": [NAMES[2], {"threshold": 1, "members": NAMES[:2]}]},
            2,
            "contradicted",
        ),
        (
            {"threshold": 2, "members": [NAMES[2], {"threshold": 1, "members": NAMES[:2]}]},
            3,
            "proven",
        ),
    ],
)
def test_a_quorum_of_witnesses_must_have_signed(
    visitor: Visitor, quorum: Any, signed: int, state: str
) -> None:
    visitor.witnesses, visitor.quorum = WITNESSES, quorum
    visitor.log = MadeLog(made_entries(8), witnesses=WITNESSES[:signed])
    found = visitor.visit()
    assert found["state"] == state
    assert found.get("code", "quorum") == "quorum"


def test_a_damaged_signature_of_a_witness_contradicts(visitor: Visitor) -> None:
    visitor.witnesses = WITNESSES[:1]
    visitor.log = MadeLog(made_entries(8), witnesses=WITNESSES[1:2])
    other = parse_note(visitor.log.files["checkpoint"]).signatures[1]
    known = WITNESSES[0].verifier
    claimed = type(other)(known.name, known.key_id, other.content).line.encode()
    visitor.log.files["checkpoint"] += claimed
    found = visitor.visit()
    assert (found["state"], found["code"]) == ("contradicted", "signature")
    assert found["detail"] == {"name": known.name}


SHOWN = {
    "stream": '"00000000-0000-0000-0000-000000000005"',
    "type": '"nl.voipzeker.ledger.data-disclosed.v1"',
    "version": "1",
    "id": '"e5"',
    "source": '"urn:voipzeker:crm"',
    "facts.recipient": '"reiziger é"',
    "facts.amount": "1.0",
    "activity": "null",
}


def test_what_the_page_shows_is_what_was_signed(visitor: Visitor) -> None:
    assert visitor.visit(5, shown=SHOWN)["state"] == "proven"


@pytest.mark.parametrize("name", [*SHOWN, "facts.more"])
def test_what_the_page_shows_otherwise_is_named(visitor: Visitor, name: str) -> None:
    found = visitor.visit(5, shown=SHOWN | {name: '"other"'})
    assert (found["state"], found["code"]) == ("contradicted", "differs")
    signed = SHOWN.get(name)
    wanted = {
        "name": name,
        "signed": None if signed == "null" else signed,
        "found": '"other"',
        "where": "page",
    }
    assert found["wrong"] == [wanted]


@pytest.mark.parametrize(
    ("members", "names"),
    [
        ({"source": "urn:voipzeker:other"}, ["source"]),
        ({"time": "2020-01-01T00:00:00.000000Z"}, ["time"]),
        ({"facts": {"recipient": "other"}}, ["facts.amount", "facts.codes", "facts.recipient"]),
        (
            {"sealed": {"contact": {"blob": "BBBB", "fields": ["email"], "key": "k"}}},
            ["sealed.contact"],
        ),
        ({"sealed": {}}, ["sealed.contact"]),
        ({"legal_basis": "consent"}, ["legal_basis"]),
    ],
)
def test_a_row_of_the_database_that_was_changed_is_named(
    visitor: Visitor, members: dict[str, object], names: list[str]
) -> None:
    found = visitor.visit(5, row=made_entry(5, **members))
    assert (found["state"], found["code"]) == ("contradicted", "differs")
    assert sorted(one["name"] for one in found["wrong"]) == names
    assert {one["where"] for one in found["wrong"]} == {"database"}


def test_a_row_that_is_gone_or_no_event_is_named(visitor: Visitor) -> None:
    entry = visitor.log.entries[4]
    gone = visitor.visit(5, row=None)
    assert gone["wrong"] == [
        {"name": "position", "signed": "5", "found": None, "where": "database"}
    ]
    assert "id" in [one["name"] for one in visitor.visit(5, row=entry + b"x")["wrong"]]
    # The same members in another order, as no program of the ledger writes them.
    header, _, state = entry.partition(b"\n")
    turned = json.dumps(
        dict(reversed(json.loads(state).items())), separators=(",", ":"), ensure_ascii=False
    )
    found = visitor.visit(5, row=header + b"\n" + turned.encode())
    assert [one["name"] for one in found["wrong"]] == ["state"]


def test_a_full_tile_is_asked_for_once_a_page(visitor: Visitor) -> None:
    visitor.files.asked.clear()
    visitor.visit(300)
    asked = visitor.files.asked
    assert len(asked) == len(set(asked))
    assert asked.count("checkpoint") == 1
