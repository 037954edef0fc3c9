"""An order of a public prosecutor in the tour of `ledger demo`: two ledgers, and what each of them tells.

The confidential ledger is a second one with a PostgreSQL of its own. The open ledger says the same before and
after the order; once its secrecy is lifted, the open ledger takes the signed disclosure and tells it.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

import msgspec

from application.acts import on_orders, on_secrecy
from application.acts.acting import Permit
from application.acts.executing import Execution, execute
from application.acts.on_orders import OnOrder
from application.acts.on_secrecy import OnSecret, Word
from application.following import bring_up_to_date
from application.language import spoken
from application.orders_in import OrderForm
from application.queries.desk.found_orders import FoundOrder
from application.queries.desk.order_file import order_file
from application.queries.desk.prepared import bundle_of, wanted_of
from application.queries.desk.receipts import Receipt, receipt_of
from application.queries.desk.secrecy import secrecy_row
from application.queries.disclosures.received import DisclosureFilter, DisclosureShown, disclosures
from application.queries.intake.messages import ingested
from application.queries.reports.access import AccessReport, ReportScope, access_report
from application.reading import Reader
from application.source import Source
from application.words import say
from console.commands.intake import ingest_files
from console.commands.order_data import gathered, write_bundle
from console.commands.telling import to_file
from console.demo.step import Step
from console.show.intake import ingested_tables
from console.show.orders import order_tables
from console.show.registers import disclosures_table
from console.show.secrecy import secrecy_row_table
from console.show.upkeep import named_values
from console.streams import opened
from host.envelopes import sealed_to_age
from host.keys import signing_key
from host.running.telling import give_lifted
from host.settings import Settings, read_settings
from host.site import Site
from host.wiring import open_site
from ledger.reading import head_position
from ledger.recording.approvals import ApprovalStatus
from ledger.storage.named import write_new
from schemas.signed import signed_label

CONFIDENTIAL = "confidential"
"""The folder of the confidential ledger, in that of the demonstration."""
WHO = "customer/10024"
_REF = "O-2026-17"
_OFFICERS = ("employee/jansen", "employee/de-wit")
_AUTHORITY = "arrondissementsparket"
_AUTHORITY_KEY = "age1czr8d68gp5k0ac2le0hczlkvxmqfls5tn8ey79k2yxj7dcg43a3szmz22z"
_EXECUTION, _LIFT = "order-execution", "secrecy-lift"
_ORDER = OrderForm(
    order_ref=_REF,
    provision="nl.sv.126n",
    authority=_AUTHORITY,
    issued_by="examining-judge",
    kind="production",
    requested_fields=("company_name", "called_number", "iban"),
    subject=WHO,
    form="letter",
)


@contextmanager
def two_ledgers(settings: Settings) -> Iterator[tuple[Site, Site]]:
    """The open ledger of the demonstration, and a fresh confidential one beside it."""
    folder = settings.data_dir / CONFIDENTIAL
    folder.mkdir()
    if os.geteuid() == 0:
        folder.chmod(0o755)  # the server's own user passes through
    texts = {
        "LEDGER_DATA_DIR": str(folder),
        "LEDGER_CONFIDENTIAL": "1",
        "LEDGER_OFFICERS": ",".join(_OFFICERS),
        "LEDGER_OPEN_SETTINGS_FILE": str(folder / "open.env"),
    }
    write_new(folder / "open.env", f"LEDGER_DATA_DIR={settings.data_dir}\n".encode())
    with ExitStack() as stack:
        secret = stack.enter_context(open_site(read_settings(texts, folder), install_missing=True))
        key = signing_key(secret.settings).create().verifier.text
        known = {"LEDGER_DATA_DIR": str(settings.data_dir), "LEDGER_SIGNED_KEYS": key}
        there = read_settings(known, settings.data_dir)
        yield stack.enter_context(open_site(there)), secret


def order_steps(open_ledger: Site, secret: Site) -> Iterator[Step]:
    """From the receipt of the order to the day on which the person may know."""
    before = _told(open_ledger)
    yield from _at_the_desk(secret)
    after = _told(open_ledger)
    yield Step(
        say("demo", "order-untold", WHO),
        f"disclosures --subject {WHO}",
        [disclosures_table(_received(open_ledger))],
        before == after,
    )
    yield from _lifted(open_ledger, secret)


def _at_the_desk(secret: Site) -> Iterator[Step]:
    source = secret.source("order")

    def on() -> OnOrder:
        return OnOrder(_REF, None, secret.clock())

    asked = [part for name in _ORDER.requested_fields for part in ("--field", name)]
    received = on_orders.receive(secret, source, _ORDER, secret.clock())
    yield _step(
        source,
        say("demo", "order-comes"),
        f"order receive {WHO} --ref {_REF} --provision {_ORDER.provision} --authority {_AUTHORITY}"
        f" --issued-by {_ORDER.issued_by} {' '.join(asked)}",
        received,
        secret.clock(),
        status="received",
    )
    [authentic] = on_orders.authenticate(secret, source, on(), "call-back")
    yield _step(
        source,
        say("demo", "order-authentic"),
        f"order authenticate {_REF} --method call-back",
        authentic,
        secret.clock(),
        status="authenticated",
    )
    [narrowed] = on_orders.narrow(secret, source, on())
    yield _step(
        source,
        say("demo", "order-cut-down"),
        f"order narrow {_REF}",
        narrowed,
        secret.clock(),
        status="narrowed",
    )
    bundle = secret.settings.data_dir / "bundle.age"
    made = _prepared(secret, source, narrowed, bundle)
    execution = Execution(receipt=made, bundle_sha256=made.bundle_sha256)
    command = f"order execute {_REF} --bundle {bundle}"
    for officer in _OFFICERS:
        _approved(secret, officer, _EXECUTION, command)
    executed = execute(secret, source, on(), execution, Permit(_EXECUTION))
    yield _step(
        source,
        say("demo", "order-answered"),
        command,
        executed,
        secret.clock(),
        status="executed",
    )


def _prepared(secret: Site, source: Source, case: FoundOrder, bundle: Path) -> Receipt:
    """The bundle of the order, sealed to the authority, in a new file."""
    data = gathered(secret, source, wanted_of(source, case, secret.clock()))
    content = bundle_of(data)
    sealed = sealed_to_age(content, _AUTHORITY_KEY)
    made = receipt_of(data, case.person, content, sealed.content)
    write_bundle(source, made, sealed, bundle)
    return made


def _step(
    source: Source, words: str, command: str, found: FoundOrder, now: datetime, *, status: str
) -> Step:
    answer = order_file(source, found, now, spoken())
    tables = order_tables(answer) if answer else []
    fine = answer is not None and answer.status == status
    return Step(words, command, tables, fine, CONFIDENTIAL)


def _lifted(open_ledger: Site, secret: Site) -> Iterator[Step]:
    on = OnSecret(ref=_REF, subject=None, disclosure=None, time=secret.clock())
    source, word = secret.source("secrecy"), Word(by="authority", evidence="OM-2026-4")
    command = f"secrecy lift {_REF} --by authority --evidence {word.evidence}"
    first, second = (_approved(secret, officer, _LIFT, command) for officer in _OFFICERS)
    yield Step(
        say("demo", "order-lift-asked", *_OFFICERS),
        command,
        [],
        (first, second) == (ApprovalStatus.FIRST, ApprovalStatus.SECOND),
        CONFIDENTIAL,
    )
    lifted = on_secrecy.lift(secret, source, on, word, Permit(_LIFT))
    yield Step(
        say("demo", "order-lifted"),
        command,
        [secrecy_row_table(secrecy_row(lifted, secret.clock()))],
        folder=CONFIDENTIAL,
    )
    bring_up_to_date(secret)
    file = open_ledger.settings.data_dir / "signed.ndjson"
    with to_file(file) as send:
        given = give_lifted(secret, send)
    yield Step(
        say("demo", "order-sent"),
        f"secrecy hand-over {file}",
        [named_values("handed-over", given)],
        given.recorded == 1,
        CONFIDENTIAL,
    )
    yield _taken(open_ledger, file)
    rows = [row for row in _received(open_ledger) if row.recipient == _AUTHORITY]
    yield Step(
        say("demo", "order-told"),
        f"disclosures --subject {WHO} --recipient {_AUTHORITY}",
        [disclosures_table(rows)],
        len(rows) == 1,
    )


def _approved(secret: Site, officer: str, act: str, command: str) -> ApprovalStatus:
    """What the approval of one officer comes to, who gave a command."""
    secret.for_whom = Reader(officer, "disclosure-officer", judged=True)
    try:
        return secret.approval_of(act, [command])
    finally:
        secret.for_whom = None


def _taken(open_ledger: Site, file: Path) -> Step:
    with opened(str(file)) as stream:
        result = ingest_files(open_ledger, [(signed_label(file.name), stream)])
    bring_up_to_date(open_ledger)
    [key] = open_ledger.settings.signed.keys
    return Step(
        say("demo", "order-ingested"),
        f"ingest --signed {file} --signed-keys {key.text}",
        ingested_tables(ingested(result)),
        result.recorded == 1,
    )


def _received(site: Site) -> list[DisclosureShown]:
    return list(disclosures(site.source("disclosures"), DisclosureFilter(subject=WHO)))


def _told(site: Site) -> AccessReport:
    """The access report of the person, of one moment: what an order must not change."""
    source = site.source("report")
    scope = ReportScope(
        reference=WHO,
        request_ref=None,
        language=spoken(),
        position=head_position(source.session),
        rendered_at=source.now,
        controller=site.settings.controller,
        checkpoint=None,
    )
    return msgspec.structs.replace(access_report(source, scope), rendered_at="", seal="")
