"""`ledger certificate`: an erasure is proven where there is nothing but the file and the log's key."""

import json
from pathlib import Path
from typing import Any

import pytest

from ledger.tlog.signing.base64 import from_base64, to_base64
from tests.fixtures.console import Cli, collected, key_of, registered
from tests.fixtures.raw_codes import page_text, raw_codes

WHO, OTHER = "customer/10023", "customer/10024"


@pytest.fixture
def erased(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Two erasures of different persons, published: positions 5, 6 and 7, 8."""
    monkeypatch.chdir(cli.folder)
    cli.record(registered(), collected(), registered(OTHER), collected(OTHER))
    for who in (WHO, OTHER):
        assert cli("erase", who, "--ground", "request", "--category", "contact").status == 0
    assert cli("publish", "--once").status == 0
    return cli


def write(cli: Cli, position: int) -> Path:
    path = cli.folder / f"{position}.json"
    assert cli("certificate", "write", str(position), "--output", str(path)).status == 0
    return path


def test_a_certificate_says_what_was_decided_and_destroyed(erased: Cli) -> None:
    path = write(erased, 6)
    content = path.read_bytes()
    assert b"J. de Vries" not in content
    ran = erased("certificate", "verify", str(path), "--key", key_of(erased), "--json")
    assert ran.status == 0, ran.err
    answer = ran.json
    assert (answer["position"], answer["decided_at_position"]) == (6, 5)
    assert (answer["ground"], answer["categories"]) == ("request", ["contact"])
    assert answer["decisions"] == {"contact": {"decision": "erase", "ground": "request"}}
    assert len(answer["keys_destroyed"]) == 1
    assert answer["size"] == 8
    check = ("certificate", "verify", str(path), "--key", key_of(erased))
    assert "contact: erase (on request)" in erased(*check).out.decode()
    dutch = erased(*check, "--language", "nl").out.decode()
    assert "contactgegevens: wissen (op verzoek)" in dutch
    assert "keys destroyed" not in dutch


def test_writing_one_says_where_and_what_it_proves(erased: Cli) -> None:
    ran = erased("certificate", "write", "6", "--json")
    verified = erased("certificate", "verify", "6.erasure.json", "--key", key_of(erased), "--json")
    assert ran.json == verified.json | {"certificate": "6.erasure.json"}
    shown = erased("certificate", "write", "6", "--output", "-", "--json")
    assert shown.out == (erased.folder / "6.erasure.json").read_bytes()


def test_as_a_letter_it_says_in_words_what_it_proves_and_has_the_proof_inside(erased: Cli) -> None:
    proof = write(erased, 6).read_bytes()
    at = ("--at", "2026-01-05T10:00:00+01:00")
    for language, said in (("nl", "gewist"), ("en", "erased")):
        letter = ("certificate", "write", "6", "--language", language, *at, "--format")
        page = erased(*letter, "html", "--output", "-").out
        text = page_text(page)
        assert said in text.splitlines()
        assert raw_codes(text, "nl" if language == "nl" else "en") == set()
        assert to_base64(proof).encode() in page
        assert b"J. de Vries" not in page
        assert erased(*letter, "pdf").status == 0
        assert Path("6.erasure.pdf").stat().st_mode & 0o777 == 0o600
        first = Path("6.erasure.pdf").read_bytes()
        assert first.startswith(b"%PDF")
        assert erased(*letter, "pdf", "--output", "-").out == first
        refused = erased("certificate", "verify", "6.erasure.pdf", "--key", key_of(erased))
        assert (refused.status, "this is the letter" in refused.err) == (2, True)
    assert erased("certificate", "write", "6", "--format", "docx").status == 2


def test_it_needs_no_ledger(erased: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    path, key = write(erased, 6), key_of(erased)
    erased.set(DATABASE_URL="postgresql://nowhere.invalid/none", KEY_DIR="/nowhere")
    assert erased("certificate", "verify", str(path), "--key", key).status == 0


def changed(document: dict[str, Any], part: str, member: str) -> dict[str, Any]:
    content = bytearray(from_base64(document[part][member]))
    content[len(content) // 2] ^= 1
    return document | {part: document[part] | {member: to_base64(bytes(content))}}


def test_what_was_changed_or_put_together_proves_nothing(erased: Cli) -> None:
    path, key = write(erased, 6), key_of(erased)
    one, other = json.loads(path.read_bytes()), json.loads(write(erased, 8).read_bytes())
    forgeries = [
        changed(one, part, member)
        for part in ("decided", "erased")
        for member in ("entry", "proof")
    ]
    forgeries += [
        one | {"decided": other["decided"]},
        one | {"decided": one["erased"]},
        one | {"erased": one["erased"] | {"proof": one["decided"]["proof"]}},
        one | {"title": "another"},
    ]
    for forgery in forgeries:
        path.write_text(json.dumps(forgery))
        assert erased("certificate", "verify", str(path), "--key", key).status == 1
    path.write_bytes(b"nothing")
    assert erased("certificate", "verify", str(path), "--key", key).status == 1


def test_what_is_no_erasure_or_not_published_gets_none(erased: Cli) -> None:
    for position in ("2", "5", "7", "9"):
        ran = erased("certificate", "write", position, "--output", "none.json")
        assert ran.status == 1
    assert not Path("none.json").exists()


def test_wrong_use_is_told(erased: Cli) -> None:
    path = write(erased, 6)
    assert erased("certificate", "verify", str(path)).status == 2
    assert erased("certificate", "verify", str(path), "--key", "no key").status in {1, 2}
