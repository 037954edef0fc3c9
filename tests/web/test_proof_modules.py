"""The scripts that prove, in the browser, beside the vectors and what the ledger says itself."""

import re
from base64 import b64encode
from random import Random
from typing import Any

import pytest

from ledger.errors import LedgerError
from ledger.tlog.signing.checkpoints import verify_checkpoint
from ledger.tlog.signing.keys import parse_verifier_key
from ledger.tlog.tree.merkle import hash_leaf, root_of
from ledger.tlog.tree.proofs import (
    consistency_proof,
    inclusion_proof,
    verify_consistency,
    verify_inclusion,
)
from ledger.tlog.tree.tiles import tile_path
from tests.fixtures.tlog import decimal_leaves, node_over, tiles_of, vectors
from tests.web.made_logs import rows_over, tiles_over
from tests.web.scripting import STATIC, Files, Script
from web.words import words

pytestmark = pytest.mark.usefixtures("files")

# Reads tiles from the rows of a larger tree, as bytes.
TILES = """
    const bytesOf = (text) => m.fromBase64(text);
    const readFrom = (rows) => async (path) => {
        const [, level, number, width] = /^tile\\/(\\d+)\\/(\\d+)(?:\\.p\\/(\\d+))?$/.exec(path);
        const start = Number(number) * 256 * 32;
        return rows[level].slice(start, start + Number(width ?? 256) * 32);
    };
    const reads = (promise) => promise.then(() => "held", (fault) =>
        fault instanceof m.Contradicted ? fault.code : `${fault}`);
"""


def function(body: str) -> str:
    return f"async (m, x) => {{ {TILES} {body} }}"


def texts(hashes: list[bytes]) -> list[str]:
    return [b64encode(one).decode() for one in hashes]


def test_proofs_and_hashes_are_those_of_the_vectors(script: Script) -> None:
    found = script(
        function("""
        const bytes = (text) => Uint8Array.from(text.match(/../g) ?? [], (digits) => parseInt(digits, 16));
        const entries = x.leaves_hex.map(bytes);
        const leaves = await Promise.all(entries.map(m.hashLeaf));
        const node = async (level, index) => {
            const width = 2 ** level;
            return m.hashPerfect(leaves.slice(index * width, (index + 1) * width));
        };
        const proofs = async (pairs, make) => Object.fromEntries(await Promise.all(Object.keys(pairs).map(
            async (pair) => [pair, (await make(...pair.split(",").map(Number), node)).map(m.toHex)])));
        const roots = await Promise.all(x.roots_by_size.map((_, size) => m.rootAt(size, node)));
        for (const pair of Object.keys(x.inclusion)) {
            const [index, size] = pair.split(",").map(Number);
            const proof = await m.inclusionProof(index, size, node);
            await m.verifyInclusion(leaves[index], index, size, proof, roots[size]);
        }
        for (const pair of Object.keys(x.consistency)) {
            const [old, size] = pair.split(",").map(Number);
            const proof = await m.consistencyProof(old, size, node);
            await m.verifyConsistency(old, size, roots[old], roots[size], proof);
        }
        return {
            leaf_hashes: leaves.map(m.toHex),
            roots_by_size: roots.map(m.toHex),
            inclusion: await proofs(x.inclusion, m.inclusionProof),
            consistency: await proofs(x.consistency, m.consistencyProof),
        };"""),
        vectors(),
    )
    assert found == {name: vectors()[name] for name in found}


def test_paths_and_key_ids_are_those_of_the_vectors(script: Script) -> None:
    found = script(
        """async (m, x) => ({
        paths: [[0, 1234067], [0, 273, 112], [0, 999], [0, 1000]].map((place) => m.tilePath(...place)),
        ids: (await Promise.all([x.log_vkey, x.witness_vkey_0x04].map(m.parseKey))).map(({ id }) => id),
        widths: [[0, 0, 255], [0, 0, 256], [0, 1, 257], [1, 0, 65535], [1, 0, 65536], [2, 0, 65536]]
            .concat([[0, 2, 257]]).map((place) => m.widthAt(...place)),
        })""",
        vectors(),
    )
    assert found == {
        "paths": list(vectors()["tile_paths"].values()),
        "ids": ["65c6aed8", "54f71ffe"],
        "widths": [255, 256, 1, 255, 256, 1, 0],
    }


def test_every_size_to_600(script: Script) -> None:
    leaves = decimal_leaves(600)
    rows = rows_over(leaves)
    found = script(
        function("""
        const rows = x.rows.map(bytesOf);
        const roots = [];
        const node = m.nodesOf(600, readFrom(rows));
        for (let size = 1; size <= 600; size += 1) {
            const root = await m.rootAt(size, node);
            const edges = [0, 1, 254, 255, 256, 257, 511, 512, size - 2, size - 1];
            const places = size <= 40 ? [...Array(size).keys()] : edges;
            for (const index of places.filter((place) => place < size)) {
                const proof = await m.inclusionProof(index, size, node);
                await m.verifyInclusion(await node(0, index), index, size, proof, root);
            }
            const olds = [1, 2, 128, 255, 256, 257, 512, size - 1, size];
            for (const old of olds.filter((before) => 0 < before && before <= size)) {
                const before = old === size ? root : bytesOf(roots[old - 1]);
                await m.verifyConsistency(old, size, before, root, await m.consistencyProof(old, size, node));
            }
            roots.push(m.toBase64(root));
        }
        return roots;"""),
        {"rows": texts(rows)},
    )
    assert found == texts([root_of(leaves[:size])[1] for size in range(1, 601)])


def test_a_partial_tile_is_read_as_wide_as_the_tree_has_it(script: Script) -> None:
    leaves = decimal_leaves(600)
    sizes = [1, 2, 3, 37, 254, 255, 256, 257, 258, 511, 512, 513, 599, 600]
    found = script(
        function("""
        const rows = x.rows.map(bytesOf);
        const read = readFrom(rows);
        const paths = [];
        const noting = (path) => { paths.push(path); return read(path); };
        const roots = await Promise.all(x.sizes.map((size) => m.rootAt(size, m.nodesOf(size, noting))));
        return { roots: roots.map(m.toBase64), paths };"""),
        {"rows": texts(rows_over(leaves)), "sizes": sizes},
    )
    assert found["roots"] == texts([root_of(leaves[:size])[1] for size in sizes])
    wanted = {tile_path(*place) for size in sizes for place in tiles_of(size) if place[0] < 2}
    # A node of a full tile is the hash above it, so the tile itself is not asked for.
    assert set(found["paths"]) <= wanted
    assert {"tile/0/000.p/255", "tile/1/000.p/1", "tile/0/001.p/1", "tile/1/000.p/2"} <= set(
        found["paths"]
    )


@pytest.mark.parametrize("size", [255, 256, 257, 65_535, 65_536, 65_537, 70_000])
def test_trees_at_the_edges_of_tiles_as_a_server_has_them(
    script: Script, files: Files, size: int
) -> None:
    leaves = decimal_leaves(size)
    files.files, root = tiles_over(leaves)
    places = sorted({0, 1, 255, 256, 65_535, 65_536, size - 2, size - 1} & set(range(size)))
    found = script(
        function("""
        const node = m.nodesOf(x.size, m.reader("/log/"));
        const root = await m.rootAt(x.size, node);
        for (const index of x.places) {
            const proof = await m.inclusionProof(index, x.size, node);
            await m.verifyInclusion(bytesOf(x.leaves[index]), index, x.size, proof, root);
        }
        return m.toBase64(root);"""),
        {
            "size": size,
            "places": places,
            "leaves": {str(place): texts([leaves[place]])[0] for place in places},
        },
    )
    of_others = vectors()["decimal_leaves_roots_b64"].get(str(size), found)
    assert found == texts([root])[0] == of_others


LEAVES = decimal_leaves(70)
ROOTS = [root_of(LEAVES[:size])[1] for size in range(71)]


def forged_proofs(seed: int) -> list[dict[str, Any]]:
    """Proofs that hold, and the same with a hash changed, left out, added or moved, or of another place."""
    random = Random(seed)
    cases = []
    for _ in range(60):
        size = random.randint(1, 70)
        index, old = random.randrange(size), random.randint(0, size)
        for kind, place in (("inclusion", index), ("consistency", old)):
            make = inclusion_proof if kind == "inclusion" else consistency_proof
            proof = make(place, size, node_over(LEAVES))
            case = {"kind": kind, "place": place, "size": size, "proof": proof, "root": ROOTS[size]}
            case["start"] = LEAVES[index] if kind == "inclusion" else ROOTS[old]
            cases.append(case)
            cases.extend(case | change for change in changes(random, case))
    return cases


def changes(random: Random, case: dict[str, Any]) -> list[dict[str, Any]]:
    proof: list[bytes] = case["proof"]
    at = random.randrange(len(proof) + 1)
    found: list[dict[str, Any]] = [
        {"proof": [*proof[:at], bytes(32), *proof[at:]]},
        {"proof": [*proof, b"short"]},
        {"place": case["place"] + random.choice([-1, 1])},
        {"size": case["size"] + random.choice([-1, 1])},
        {"root": ROOTS[random.randint(0, 70)]},
        {"start": hash_leaf(b"other")},
    ]
    if proof:
        at %= len(proof)
        flipped = bytes([proof[at][0] ^ 1]) + proof[at][1:]
        found.append({"proof": [*proof[:at], flipped, *proof[at + 1 :]]})
        found.append({"proof": proof[:at] + proof[at + 1 :]})
        found.append({"proof": proof[::-1]})
    return found


def holds(case: dict[str, Any]) -> bool:
    """What the ledger's own checks say."""
    try:
        if case["kind"] == "inclusion":
            verify_inclusion(
                case["start"], case["place"], case["size"], case["proof"], case["root"]
            )
        else:
            verify_consistency(
                case["place"], case["size"], case["start"], case["root"], case["proof"]
            )
    except LedgerError:
        return False
    return True


def test_forged_proofs_are_refused_as_the_ledger_refuses_them(script: Script) -> None:
    cases = forged_proofs(7)
    told = [
        case
        | {
            "proof": texts(case["proof"]),
            "root": texts([case["root"]])[0],
            "start": texts([case["start"]])[0],
        }
        for case in cases
    ]
    found = script(
        function("""
        const verdicts = [];
        for (const { kind, place, size, proof, root, start } of x) {
            const [hashes, first, last] = [proof.map(bytesOf), bytesOf(start), bytesOf(root)];
            verdicts.push(await reads(kind === "inclusion"
                ? m.verifyInclusion(first, place, size, hashes, last)
                : m.verifyConsistency(place, size, first, last, hashes)));
        }
        return verdicts;"""),
        told,
    )
    wanted = [holds(case) for case in cases]
    assert [verdict == "held" for verdict in found] == wanted
    assert {"held", "proof-form", "path", "forked", "rolled-back"} == set(found)


def damaged_notes() -> list[bytes]:
    """The checkpoint of the vectors, with each byte changed, left out and doubled, and some other texts."""
    note: bytes = vectors()["checkpoint"].encode()
    places = range(len(note))
    return [
        note,
        *(note[:at] + bytes([note[at] ^ 1]) + note[at + 1 :] for at in places),
        *(note[:at] + note[at + 1 :] for at in places),
        *(note[: at + 1] + note[at:] for at in places),
        *(note[:at] for at in places),
        note.replace(b"\n8\n", b"\n08\n"),
        note.replace(b"\n8\n", b"\n9223372036854775808\n"),
        note.replace(b"\n8\n", b"\n-8\n"),
        note.replace(b"\n", b"\r\n"),
        b"\xef\xbb\xbf" + note,
        note + "— other.example AAAAAAAA\n".encode(),
        note + "— other.example AAAAAAB=\n".encode(),
        note + "— other.example AAAA\n".encode(),
        note + "— other+example AAAAAAAA\n".encode(),
        note + "— other\u0085example AAAAAAAA\n".encode(),
        note + "— other\ufeffexample AAAAAAAA\n".encode(),
        note + "— o AAAAAAAA\n".encode() * 98,
        note + "— o AAAAAAAA\n".encode() * 99,
    ]


def test_damaged_notes_are_refused_as_the_ledger_refuses_them(script: Script) -> None:
    notes = damaged_notes()
    keys = [vectors()["log_vkey"], vectors()["witness_vkey_0x04"]]
    found = script(
        function("""
        const keys = await Promise.all(x.keys.map(m.parseKey));
        const verdicts = [];
        for (const note of x.notes) {
            verdicts.push(await reads((async () => {
                const { text, signatures } = m.parseNote(bytesOf(note));
                await m.verifySigners({ text, signatures }, m.parseCheckpoint(text).origin, keys);
            })()));
        }
        return verdicts;"""),
        {"keys": keys, "notes": texts(notes)},
    )
    wanted = [is_signed(note, keys) for note in notes]
    assert [verdict == "held" for verdict in found] == wanted
    assert {"held", "note-form", "note-base64", "signature", "unknown-key"} <= set(found)


def is_signed(note: bytes, keys: list[str]) -> bool:
    try:
        verify_checkpoint(note, [parse_verifier_key(key) for key in keys])
    except LedgerError:
        return False
    return True


@pytest.mark.parametrize(
    "text",
    [
        "name",
        "name+00000000+AAAA",
        vectors()["log_vkey"].replace("65c6aed8", "65c6aed9"),
        vectors()["log_vkey"].replace("+AQ", "+Ag"),
        vectors()["log_vkey"] + "=",
        vectors()["log_vkey"].replace("audit", "au dit"),
    ],
)
def test_a_key_that_is_none_is_refused(script: Script, text: str) -> None:
    assert script(function("return reads(m.parseKey(x));"), text) in {"key-text", "note-base64"}


def test_members_are_told_apart_as_texts(script: Script) -> None:
    facts = '{"a":[1,{"b":"}\\""}],"n":1.0,"ü":12345678901234567890}'
    entry = f'{{"position":1,"type":"t"}}\n{{"facts":{facts},"id":"é,:{{"}}'
    found = script(
        "async (m, x) => Object.fromEntries(m.membersOf(new TextEncoder().encode(x)))", entry
    )
    assert found == {
        "position": "1",
        "type": '"t"',
        "facts.a": '[1,{"b":"}\\""}]',
        "facts.n": "1.0",
        "facts.ü": "12345678901234567890",
        "id": '"é,:{"',
    }


@pytest.mark.parametrize(
    "entry",
    [
        "",
        "{}",
        "{}\n",
        "{}\n[]",
        '{"a":1}\n{"a" :1}',
        '{"a":1}\n{"a":1,"a":1}',
        "{}\nnull",
        '{}\n{"facts":1}',
        "x\n{}",
    ],
)
def test_an_entry_that_is_none_is_refused(script: Script, entry: str) -> None:
    told = "return reads((async () => m.membersOf(new TextEncoder().encode(x)))());"
    assert script(function(told), entry) == "entry-form"


def test_every_fault_has_a_text_and_every_text_is_said() -> None:
    scripts = [STATIC / "seal.js", *(STATIC / "proof").glob("*.js")]
    text = "\n".join(path.read_text("utf-8") for path in scripts)
    texts = words()["seals"]
    thrown = set(re.findall(r'new (?:Contradicted|Unavailable)\("([a-z0-9-]+)"', text))
    assert len(thrown) > 20
    assert {f"fault.{code}" for code in thrown} <= texts.keys()
    named = set(re.findall(r'"([a-z][a-z0-9.-]*)"', text))
    unsaid = {name for name in texts if name not in named and not name.startswith(MADE)}
    assert unsaid <= {"label", *STATES}
    faults = {name.removeprefix("fault.") for name in texts if name.startswith("fault.")}
    assert faults <= thrown | named


MADE = ("explain.", "member.", "fault.")
"""Names that a script makes of a state, a member or a code."""
STATES = ("unproven", "proven", "contradicted", "unavailable")
