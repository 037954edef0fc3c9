"""Pages and files of the transparency log: who gets what, and an audit on demand."""

from base64 import b64decode
from contextlib import closing
from pathlib import Path

from application.queries.upkeep.log_state import LogDay
from host.wiring import install_site
from ledger.tlog.proving.proof_file import parse_proof, verify_entry
from ledger.tlog.signing.checkpoints import verify_checkpoint
from ledger.tlog.signing.keys import parse_verifier_key
from ledger.tlog.tree.tiles import bundle_path, tile_path
from tests.fixtures.cases import each
from tests.fixtures.postgres import Templates
from tests.fixtures.tlog import tiles_of
from tests.web.console import Client, Consoled, clock, console_settings
from web.pages.log_files import name_of
from web.pages.proof import growth_of
from web.proof.tickets import ticket_of
from web.rights import table
from web.scripts import script

READERS = ("operator", "privacy-officer", "auditor", "inspector")
"""Roles that may have the entries of all events."""
PROVERS = tuple(role for role, rights in table().items() if "proof" in rights.pages)


def folder(console: Consoled) -> Path:
    return console.pool.settings.log.folder


def size(console: Consoled) -> int:
    """How many events the published checkpoint covers, as its text says."""
    return int((folder(console) / "checkpoint").read_bytes().split(b"\n")[1])


def test_checkpoint_and_tiles_are_for_everyone_byte_for_byte(sampled: Consoled) -> None:
    nobody, count = sampled.nobody(), size(sampled)
    paths = ["checkpoint", *(tile_path(*place) for place in tiles_of(count))]
    assert len(paths) > 10
    for path in paths:
        response = nobody.get(f"/log/{path}")
        assert response.status_code == 200
        assert response.content == (folder(sampled) / path).read_bytes()


def test_what_lasts_is_kept_and_what_changes_is_not(sampled: Consoled) -> None:
    nobody, count = sampled.nobody(), size(sampled)
    partial = tile_path(0, count // 256, count % 256)
    kept = {
        path: (response.headers["cache-control"], response.headers["content-type"])
        for path in ("checkpoint", "tile/0/000", partial)
        if (response := nobody.get(f"/log/{path}"))
    }
    assert kept == {
        "checkpoint": ("no-store", "text/plain; charset=utf-8"),
        "tile/0/000": ("public, max-age=31536000, immutable", "application/octet-stream"),
        partial: ("no-store", "application/octet-stream"),
    }
    assert nobody.get("/log/tile/0/000").headers["x-content-type-options"] == "nosniff"


NO_NAMES = (
    "",
    "checkpoints/2026-06-01",
    "publisher.lock",
    "Checkpoint",
    "checkpoint/",
    "tile",
    "tile/",
    "tile/0",
    "tile/0/0",
    "tile/0/0000",
    "tile/00/000",
    "tile/64/000",
    "tile/-1/000",
    "tile/0/x000/001",
    "tile/0/x001",
    "tile/0/001/x001",
    "tile/0/000.p/0",
    "tile/0/000.p/00",
    "tile/0/000.p/01",
    "tile/0/000.p/256",
    "tile/0/000.p/999",
    "tile/0/000.p",
    "tile/0/000.p/",
    "tile/0/000\n",
    "tile/0/\u0661\u0661\u0661",
    "tile/entries",
    "tile/entries/.000.new",
    "tile/0/.000.new",
    "../log.key",
    "tile/0/../../checkpoint",
    "tile/0/..%2f..%2fcheckpoint",
    "tile/0//000",
    "/etc/passwd",
    "tile\\0\\000",
    "tile/0/000\0",
)


@each("path", NO_NAMES)
def test_no_other_name_is_a_file_of_the_log(path: str) -> None:
    assert name_of(path) is None


@each("path", ("../main/log.key", "%2e%2e/main/log.key", "..%2fmain%2flog.key", "tile/0/000.p/256"))
def test_no_address_leaves_the_log(sampled: Consoled, path: str) -> None:
    assert sampled.nobody().http.get(f"/log/{path}").status_code in {303, 404}


def test_every_file_that_the_log_writes_has_its_name() -> None:
    names = [tile_path(*place) for place in tiles_of(70_000)]
    names += [bundle_path(number) for number in (0, 999, 1000, 1_234_067)]
    names += [bundle_path(273, 112), "checkpoint"]
    for name in names:
        found = name_of(name)
        assert found is not None
        assert found.path == name


def test_entries_are_for_those_who_audit_the_whole_log(sampled: Consoled) -> None:
    path = "/log/tile/entries/000"
    assert sampled.nobody().get(path).status_code == 401
    for role in table():
        response = sampled.as_(role).get(path)
        assert response.status_code == (200 if role in READERS else 404), role
    content = (folder(sampled) / "tile/entries/000").read_bytes()
    response = sampled.as_("auditor").get(path)
    assert (response.content, response.headers["cache-control"]) == (content, "no-store")


def test_to_read_entries_is_recorded(sampled: Consoled) -> None:
    sampled.reads()
    sampled.as_("auditor").get("/log/tile/entries/000")
    assert sampled.reads() == 1
    # Hashes tell of nobody.
    sampled.as_("auditor").get("/log/tile/0/000")
    sampled.as_("auditor").get("/proof")
    assert sampled.reads() == 0


def test_an_entry_needs_a_page_that_shows_its_event(sampled: Consoled) -> None:
    counsel, auditor = sampled.as_("legal-counsel"), sampled.as_("auditor")
    path = "/api/v1/proof/entries/5"
    # The auditor may have every entry; that is a read of its own.
    sampled.reads()
    answer = auditor.api("/proof/entries/5")
    assert answer["entry"] == answer["row"]
    assert b64decode(answer["entry"]).startswith(b'{"position":5,')
    assert sampled.reads() == 1
    # Legal counsel looks at whole events, each on a page that noted it.
    assert counsel.get(path).status_code == 404
    assert counsel.get(path, ticket="forged").status_code == 404
    ticket = ticket_for(sampled, counsel, 5)
    assert counsel.get(path, ticket=ticket).status_code == 200
    assert sampled.reads() == 0
    assert counsel.get("/api/v1/proof/entries/6", ticket=ticket).status_code == 404
    other = sampled.as_("legal-counsel", "employee/901")
    assert other.get(path, ticket=ticket).status_code == 404
    assert sampled.nobody().get(path, ticket=ticket).status_code == 401
    for role in ("helpdesk-agent", "disclosure-officer", "ledger-operator"):
        client = sampled.as_(role)
        assert client.get(path, ticket=ticket_for(sampled, client, 5)).status_code == 404


def ticket_for(console: Consoled, client: Client, position: int) -> str:
    assert client.session
    return ticket_of(client.session.principal, position)


def test_proof_and_entry_as_files_verify_without_the_console(sampled: Consoled) -> None:
    auditor, count = sampled.as_("auditor"), size(sampled)
    key = parse_verifier_key(auditor.api("/proof")["keys"][0])
    for position in (1, 256, 257, count):
        proof = auditor.get(f"/proof/{position}.tlog-proof")
        entry = auditor.get(f"/proof/{position}.entry")
        assert f"{position}.tlog-proof" in proof.headers["content-disposition"]
        checkpoint = verify_entry(parse_proof(proof.content), entry.content, [key])
        assert checkpoint.size == count
    assert auditor.get(f"/proof/{count + 1}.tlog-proof").status_code == 404
    assert sampled.as_("legal-counsel").get("/proof/1.entry").status_code == 404
    assert sampled.as_("helpdesk-agent").get("/proof/1.tlog-proof").status_code == 404


def test_the_state_of_the_log(sampled: Consoled) -> None:
    state = sampled.as_("auditor").api("/proof")
    key = parse_verifier_key(state["keys"][-1])
    checkpoint = verify_checkpoint(state["checkpoint"]["note"].encode(), [key])
    assert (state["origin"], state["signed"]) == (key.name, True)
    assert checkpoint.size == state["checkpoint"]["size"] == state["growth"][-1]["size"]
    assert state["witnesses"] == []


@each("role", table())
def test_the_page_of_the_log_is_for_roles_that_have_it(sampled: Consoled, role: str) -> None:
    client = sampled.as_(role)
    for path in ("/proof", "/proof/5", "/proof/event?position=5", "/proof/audit"):
        response = client.get(path) if "?" not in path else client.http.get(path)
        assert response.status_code == (200 if role in PROVERS else 404)
        if path == "/proof":
            may_start = 'action="/proof/audit"' in response.text
            assert may_start == ("audit" in table()[role].acts and role in PROVERS)
        may = role in READERS
        if path == "/proof/5":
            assert ('data-entry="/api/v1/proof/entries/5?ticket=' in response.text) == may
    assert client.post("/proof/audit").status_code == (
        303 if "audit" in table().get(role, table()["auditor"]).acts else 404
    )


def test_what_is_not_there_has_no_page(sampled: Consoled) -> None:
    auditor = sampled.as_("auditor")
    assert auditor.get("/proof/99999999").status_code == 404
    assert auditor.get("/proof/0").status_code == 400
    assert auditor.http.get("/proof/event?position=x").status_code == 400


def test_scripts_come_under_one_version(sampled: Consoled) -> None:
    nobody = sampled.nobody()
    for name in ("seal.js", "proof/log.js", "running.js", "seal-words.nl.json"):
        response = nobody.get(script(name))
        assert response.status_code == 200
        assert "immutable" in response.headers["cache-control"]
        kind = "javascript" if name.endswith(".js") else "json"
        assert kind in response.headers["content-type"]
    older = script("seal.js").replace("/static/", "/static/0")
    assert nobody.get(older).headers["cache-control"] == "no-store"
    for name in ("console.css", "proof", "..%2fapp.py", "%2e%2e/app.py", "none.js"):
        assert nobody.http.get(f"/static/x/{name}").status_code == 404


def test_a_new_ledger_has_a_page_of_the_log(empty: Consoled) -> None:
    auditor = empty.as_("auditor")
    assert auditor.get("/proof").status_code == 200
    assert auditor.api("/proof")["checkpoint"] is None
    assert auditor.get("/log/checkpoint").status_code == 404


def test_the_log_of_a_confidential_ledger_is_for_its_readers(
    embedded_templates: Templates, tmp_path: Path
) -> None:
    keys = tmp_path / "keys"

    def installed(url: str, folder: Path) -> None:
        install_site(console_settings(url, folder, CONFIDENTIAL="1"), clock)

    with (
        embedded_templates.of("console_confidential", installed, keys) as url,
        closing(Consoled(console_settings(url, keys, CONFIDENTIAL="1"))) as secret,
    ):
        with secret.site() as site, closing(site.publisher()) as publisher:
            publisher.publish_once()
        assert secret.nobody().get("/log/checkpoint").status_code == 401
        assert secret.as_("helpdesk-agent").get("/log/checkpoint").status_code == 404
        response = secret.as_("auditor").get("/log/checkpoint")
        assert response.content == (folder(secret) / "checkpoint").read_bytes()


def test_the_growth_is_thinned_and_keeps_its_ends() -> None:
    days = [
        LogDay(f"{2000 + n // 336:04}-{1 + n % 336 // 28:02}-{1 + n % 28:02}", n)
        for n in range(3000)
    ]
    growth = growth_of(days)
    assert growth is not None
    assert growth.points.startswith("0.00,40.00 ")
    assert growth.points.endswith(" 100.00,0.00")
    assert (growth.days[0], growth.days[-1]) == (days[-1], days[0])
    assert 100 < len(growth.days) <= 202
    assert growth_of(days[:1]) is growth_of([]) is None
