"""The end of the tour of `ledger demo`: a checkpoint, a proof checked offline, a byte changed in a copy."""

import os
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec

from application.auditing import audit_site
from application.queries.upkeep.health import audited
from application.queries.upkeep.log import proof_answer, published_answer, verified_answer
from application.words import say
from console.commands.log import read_file
from console.demo.step import Step
from console.output import write_file_as, write_private
from console.show.upkeep import audit_tables, named_values
from host.site import Site
from host.wiring import bare_site
from ledger.storage.postgres import statement
from ledger.tlog.proving.proof_file import encode_proof, parse_proof, verify_entry
from ledger.tlog.proving.reading import entry_at, prove
from ledger.tlog.store.folder import LogFolder

# Any position will do: this one is recorded and published in every sample.
POSITION = 100
_COPY = "copy"


def proven(site: Site) -> Iterator[Step]:
    """Publish, and prove one event with two files and a key."""
    with closing(site.publisher()) as publisher:
        answer = published_answer(publisher.publish_once())
    yield Step(
        say("demo", "checkpoint"),
        "publish --once",
        [named_values("published", answer)],
    )
    folder = LogFolder(site.settings.log.folder)
    proof_file, entry_file = _files(site.settings.data_dir)
    proof = prove(folder, POSITION)
    write_file_as(proof_file, encode_proof(proof), 0o644)
    write_private(entry_file, entry_at(folder, POSITION))
    yield Step(
        say("demo", "proof", POSITION),
        f"prove {POSITION} --output {proof_file} --entry {entry_file}",
        [named_values("proof", proof_answer(proof, str(proof_file), str(entry_file)))],
    )
    key = site.log_key.known()[-1]
    content = read_file(entry_file)
    checkpoint = verify_entry(parse_proof(read_file(proof_file)), content, [key])
    yield Step(
        say("demo", "verified"),
        f"verify {proof_file} --entry {entry_file} --key '{key.text}'",
        [named_values("verified", verified_answer(checkpoint, content))],
    )


def _files(data_dir: Path) -> tuple[Path, Path]:
    return data_dir / f"{POSITION}.tlog-proof", data_dir / f"{POSITION}.entry"


def tampered(original: Site) -> Step:
    """Change one byte in a copy of a ledger that is closed; fine when the audit of it names the position.

    The copy has the server, the guards off and every right: what a superuser could do.
    """
    with _copied(original) as site:
        session = site.database.connect(site.ledger, None)
        with closing(session):
            session.script(statement("console", "disable_guards"), {})
            session.of("console").run("change_a_byte", position=POSITION)
        audit = audit_site(site, views=False)
    return Step(
        say("demo", "tampered", POSITION),
        None,
        audit_tables(audited(audit.ledger, audit.views, audit.unchecked)),
        any(finding.position == POSITION for finding in audit.ledger.findings),
    )


@contextmanager
def _copied(original: Site) -> Iterator[Site]:
    """A copy of the ledger's whole folder with a server of its own; removed at the end."""
    ground = original.settings.data_dir
    folder = ground / _COPY
    # Copy a folder with its owners: PostgreSQL runs as the user who owns its files.
    shutil.copytree(ground, folder, ignore=shutil.ignore_patterns(_COPY, "*.ndjson"))
    for path in (folder, *folder.rglob("*")):
        owner = (ground / path.relative_to(folder)).stat()
        os.chown(path, owner.st_uid, owner.st_gid)
    log = msgspec.structs.replace(
        original.settings.log, folder=folder / "tlog" / str(original.ledger)
    )
    settings = msgspec.structs.replace(original.settings, data_dir=folder, log=log)
    try:
        with bare_site(settings, original.clock) as site:
            yield site
    finally:
        shutil.rmtree(folder)
