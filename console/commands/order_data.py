"""`ledger order prepare`, `feed-proof`: what the desk takes from the open ledger without a trace."""

import re
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from msgspec import UNSET
from msgspec.structs import asdict

from application.language import spoken
from application.lookups import fields
from application.queries.desk import receipts
from application.queries.desk.data import OrderData, OrderScope, order_data
from application.queries.desk.found_orders import FoundOrder, find_order
from application.queries.desk.prepared import (
    PreparedOrder,
    bundle_of,
    command_after,
    salted,
    wanted_of,
)
from application.queries.desk.preserved import completed
from application.queries.desk.receipts import Receipt, receipt_of
from application.queries.disclosures.feed_lists import (
    WrittenFeedProof,
    feed_named,
    proof_of,
    proven_answer,
)
from application.queries.lookups import known_recipient
from application.queries.subjects import check_person
from application.source import Source
from console.commands.feeds import Feed
from console.commands.order_lists import OrderRef, Whose
from console.commands.people import working
from console.flags import Json, code_option, configured, option
from console.output import print_answer, write_new
from console.show.order_data import prepared_tables
from console.show.upkeep import named_values
from documents.order_bundle import bundle_page
from host.envelopes import Envelope, sealed_to_age, sealed_to_certificate
from host.keys import log_key
from host.open_side import open_side
from host.settings import Settings
from host.site import Site
from ledger.feeds.proof import encode_feed_proof, verify
from ledger.reading import head_position
from schemas import PERSONAL_FIELDS
from schemas.formats import CODE

_QUERY = "order-prepare"


Bundle = Annotated[Path, option("--output", "FILE", "Write the sealed bundle there; a new file.")]
Certificate = Annotated[
    Path | None, option("--certificate", "FILE", "Seal to this certificate (CMS).")
]
Age = Annotated[str | None, option("--age", "KEY", "Seal to this public key of age instead.")]
By = Annotated[
    str | None,
    code_option(
        "--by",
        "F",
        PERSONAL_FIELDS,
        "By which value the order names the person, where it gives several.",
        names=lambda: fields(PERSONAL_FIELDS),
    ),
]
Withhold = Annotated[
    list[str] | None,
    option(
        "--withhold",
        "F=WHY",
        "A field that is not given, and the ground as a code; may be repeated.",
    ),
]
Form = Annotated[str, code_option("--format", "F", ("json", "html"))]
OpenPosition = Annotated[
    int | None,
    option("--at-position", "N", "As the open ledger was at a position, not now.", min=0),
]


@configured("store")
def prepare(
    settings: Settings,
    ref: OrderRef,
    output: Bundle,
    certificate: Certificate = None,
    age: Age = None,
    subject: Whose = None,
    by: By = None,
    withhold: Withhold = None,
    form: Form = "json",
    at_position: OpenPosition = None,
    as_json: Json = False,
) -> None:
    """Gather what an order may have from the open ledger, and seal it to the authority.

    The open ledger keeps no trace of it. What is missing is said, and why.
    """
    if (certificate is None) == (age is None):
        raise typer.BadParameter("name --certificate or --age, one of them")
    with working(settings, _QUERY, None) as (site, source, now):
        case = find_order(source, ref, subject)
        wanted = wanted_of(source, case, now, by, _withheld(withhold))
        data = gathered(site, source, wanted, at_position)
        data = completed(source, case, wanted, data)
        content = bundle_of(data) if form == "json" else bundle_page(data, spoken())
        sealed = _sealed(content, certificate, age, now)
        made = receipt_of(data, case.person, content, sealed.content)
        receipt = write_bundle(source, made, sealed, output)
        answer = _answer(case, data, made, sealed.sealed_to, output, receipt)
        print_answer(answer, prepared_tables, as_json)


def gathered(
    site: Site, source: Source, wanted: OrderScope, at_position: int | None = None
) -> OrderData:
    """What an order may have of the open ledger, as it is now or was at a position, with the proofs of it."""
    with open_side(site, _QUERY) as there:
        head = head_position(there.source.session)
        position = head if at_position is None else min(head, at_position)
        return order_data(
            there.source, salted(source, wanted, position), position, there.ledger.log
        )


def write_bundle(source: Source, made: Receipt, sealed: Envelope, output: Path) -> Path:
    """Write a sealed bundle and its receipt to new files; the receipt's path."""
    receipt = output.with_name(output.name + receipts.SUFFIX)
    # The receipt first: a bundle without one could be sent, and its order never be executed.
    write_new(receipt, receipts.written(source, made))
    write_new(output, sealed.content)
    return receipt


def _withheld(options: list[str] | None) -> dict[str, str]:
    """Field -> ground. Raises BadParameter."""
    found = dict(text.partition("=")[::2] for text in options or ())
    for field, ground in found.items():
        if field not in PERSONAL_FIELDS or not re.fullmatch(CODE, ground):
            raise typer.BadParameter(
                "--withhold: expected a personal field and a code, as in name=error"
            )
    return found


def _sealed(content: bytes, certificate: Path | None, age: str | None, now: datetime) -> Envelope:
    if certificate is not None:
        return sealed_to_certificate(content, certificate, now)
    return sealed_to_age(content, age or "")


def _answer(
    case: FoundOrder, data: OrderData, made: Receipt, sealed_to: str, file: Path, receipt: Path
) -> PreparedOrder:
    records = [record for person in data.persons for record in person.records]
    return PreparedOrder(
        order_ref=data.order_ref,
        recipient=data.recipient,
        case_ref=data.case_ref,
        bundle=str(file),
        receipt=str(receipt),
        bundle_sha256=made.bundle_sha256,
        content_sha256=made.content_sha256,
        sealed_to=sealed_to,
        fields=made.given,
        period_from=data.since,
        period_to=data.until,
        position=data.position,
        published=data.published,
        persons=[person.subject for person in data.persons],
        records=len(records),
        unproven=sum(record.proof is UNSET for record in records),
        gaps=data.gaps,
        command=command_after(case, made, str(file)),
    )


@configured("store")
def prove_feed(
    settings: Settings,
    which: Feed,
    subject: Annotated[str, typer.Argument(metavar="SUBJECT", help="Such as customer/10023.")],
    output: Annotated[Path, option("--output", "FILE", "Write the proof there; a new file.")],
    to: Annotated[str | None, option("--recipient", "R", "To whom the feed went.")] = None,
    as_json: Json = False,
) -> None:
    """Write what proves that a person was, or was not, in a feed of the open ledger, without a trace there.

    `ledger feed verify` checks the file offline.
    """
    check_person(subject)
    with working(settings, "order-feed-proof", None) as (site, _, _now):
        with open_side(site, "order-feed-proof") as there:
            source, log = there.ledger
            feed = feed_named(source, which, known_recipient(source, to) if to else None)
            proof = proof_of(source, log, feed, subject)
            proven = verify(proof, subject, log_key(there.settings).known())
        write_new(output, encode_feed_proof(proof))
        answer = WrittenFeedProof(**asdict(proven_answer(proven, subject)), proof=str(output))
        print_answer(answer, partial(named_values, "proof"), as_json)
