"""`ledger order counts`, `prove-counts`, `verify-counts`: numbers of orders, published and proven."""

import re
from functools import partial
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from application.language import spoken
from application.queries.desk.commitments import (
    PublicProof,
    Tree,
    WholeProof,
    parse_counts,
    public_proof,
    verify_public,
    verify_whole,
    whole_proof,
)
from application.queries.desk.numbers import (
    CountsProven,
    WrittenCounts,
    counted_orders,
    counts_of,
    tree_for,
)
from console.commands.log import read_file
from console.commands.people import prepare, reading
from console.commands.reports import Output, form_of, put
from console.flags import AtPosition, Json, code_option, configured, option, spoken_to
from console.output import people, print_answer, write_new
from console.show.order_data import counts_table
from console.show.upkeep import named_values
from documents.order_counts import order_counts_csv, order_counts_page
from host.settings import Settings
from ledger.event import instant
from ledger.reading import head_position
from ledger.tlog.signing.base64 import to_base64
from projections.folds.timetravel import NOW, Moment
from schemas.encoding import to_line

_FORMATS = ("json", "csv", "html")
_HALF_YEAR = re.compile(r"[0-9]{4}-H[12]")
_QUERY = "order-counts"
HalfYear = Annotated[str, typer.Argument(metavar="HALF-YEAR", help="Of receipt, such as 2026-H1.")]


@configured("store", "register")
def show_counts(
    settings: Settings,
    form: Annotated[str | None, code_option("--format", "F", _FORMATS)] = None,
    output: Output = None,
    as_json: Json = False,
) -> None:
    """Print how many orders there were, as it may be published: a number under 5 is a range."""
    form = form_of(form, as_json, output, _FORMATS)
    with reading(settings, _QUERY) as (site, source):
        prepare(site, NOW)
        orders = counted_orders(source, NOW, source.now)
        answer, made_at = counts_of(orders, source.now), instant(source.now)
        halves = [half.half_year for half in answer.half_years]
        roots = {half: to_base64(tree_for(source, orders, half).root) for half in halves}
    if form is None:
        people().print(counts_table(answer))
    elif form == "json":
        put(to_line(answer), output)
    elif form == "csv":
        put(order_counts_csv(answer, spoken()), output)
    else:
        name = settings.controller.name
        page = order_counts_page(answer, spoken(), controller=name, made_at=made_at, roots=roots)
        put(page, output)


@configured("store")
def prove_counts(
    settings: Settings,
    half_year: HalfYear,
    output: Annotated[Path, option("--output", "FILE", "The proof to publish; a new file.")],
    whole: Annotated[
        Path | None,
        option("--whole", "FILE", "The proof for an auditor who may know the exact numbers, too."),
    ] = None,
    at_position: AtPosition = None,
    as_json: Json = False,
) -> None:
    """Write what proves the published numbers of a half-year, without an order in it."""
    if not _HALF_YEAR.fullmatch(half_year):
        raise typer.BadParameter("expected a half-year, such as 2026-H1")
    with reading(settings, _QUERY, Moment(at_position=at_position)) as (site, source):
        prepare(site, NOW)
        head = head_position(source.session)
        position = head if at_position is None else min(head, at_position)
        orders = counted_orders(source, Moment(at_position=position), source.now)
        tree = tree_for(source, orders, half_year)
    public = public_proof(tree, half_year)
    write_new(output, _encoded(public))
    if whole is not None:
        write_new(whole, _encoded(whole_proof(tree, half_year, position)))
    answer = WrittenCounts(
        half_year=half_year,
        root=to_base64(tree.root),
        orders=_orders(tree) if whole else sum(cell.least for cell in public.cells),
        whole=whole is not None,
        file=str(output),
        whole_file=str(whole) if whole else None,
    )
    print_answer(answer, partial(named_values, "counts"), as_json)


@spoken_to
def verify_counts(
    _: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="The proof; else standard input.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check a proof of numbers of orders, and say how many it proves. Needs the file alone.

    Compare the root with the published one. Exit status 1 when the file proves nothing.
    """
    print_answer(proven(read_file(file)), partial(named_values, "counts"), as_json)


def proven(content: bytes) -> CountsProven:
    """What a file proves. Raises Unproven when it proves nothing."""
    proof = parse_counts(content)
    if isinstance(proof, WholeProof):
        orders = sum(verify_whole(proof).values())
    else:
        verify_public(proof)
        orders = sum(cell.least for cell in proof.cells)
    whole = isinstance(proof, WholeProof)
    return CountsProven(proof.half_year, to_base64(proof.root), orders, whole)


def _encoded(proof: PublicProof | WholeProof) -> bytes:
    return msgspec.json.encode(proof, order="sorted") + b"\n"


def _orders(tree: Tree) -> int:
    return sum(bool(leaf.row) for leaf in tree.leaves)
