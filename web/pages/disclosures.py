"""What was given to others: the disclosures, what left the EEA, and the numbers that can be published."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, get_args

from msgspec import to_builtins

from application.language import spoken
from application.listings.recipients import RECIPIENTS
from application.queries.disclosures.paged import DisclosurePage
from application.queries.disclosures.received import OUTSIDE_EEA
from application.queries.disclosures.totals import CodeCount, DisclosureTotals, disclosure_totals
from application.queries.disclosures.transfers import TransferRow, Transfers
from application.queries.disclosures.transparency import KindCounts, TransparencyReport
from application.queries.naming import Naming
from application.queries.registers.recipients import Recipients
from application.register_words import RegisterWords
from application.words import say, told_in
from rulebook import PURPOSES
from rulebook.recipients import RECIPIENT_KINDS
from schemas.formats import LegalBasis
from schemas.texts import country_codes, country_name
from web.context import RequestContext
from web.linking import to
from web.moments import day
from web.names import naming
from web.page import Page
from web.pages.common import days, filtered, more
from web.pages.declared import listed
from web.pages.given import flow_of, legal_basis, table
from web.parts import Bar, Bars, Input, Nothing, Table, lines
from web.pieces import Column, Figure, Link
from web.rendering import code
from web.resource import NoParams
from web.resources import disclosures as resources
from web.resources.disclosures import ChoiceParams, DaysParams, DisclosureParams
from web.words import counted, t

_PLACES = ("disclosures", "recipients", "transfers", "transparency")


def _links(context: RequestContext, here: str) -> list[object]:
    return [
        t(f"given.{name}") if name == here else Link(to(context, name), t(f"given.{name}"))
        for name in _PLACES
    ]


def _disclosures(
    context: RequestContext, params: DisclosureParams, answer: DisclosurePage
) -> Mapping[str, object]:
    source, rows = context.source("disclosures"), answer.disclosures
    totals = disclosure_totals(source, params.criteria(context, source), context.moment)
    nothing = Nothing(t("given.nothing"), t("given.nothing_how"))
    flow = flow_of(context, totals)
    shown = table(context, rows, named=context.has("persons")) if rows else nothing
    following = None if answer.next is None else str(answer.next)
    return {
        "title": t("given.disclosures"),
        "said": _said(context, params, totals),
        "links": _links(context, "disclosures"),
        "parts": (
            filtered(
                context,
                "/disclosures",
                Input("subject", value=params.subject or "", hint="subject"),
                *_inputs(params, _shares(totals)),
            ),
            *((flow,) if flow else ()),
            shown,
        ),
        "more": more(context, "disclosures", params, following),
        "forms": ("csv", "xlsx", "json"),
    }


def _said(context: RequestContext, params: DisclosureParams, totals: DisclosureTotals) -> object:
    """How many disclosures the whole filter holds, to how many recipients, how many outside the EEA."""
    number, who = counted("disclosure", totals.disclosures), counted("recipient", totals.recipients)
    filters = _texts(params) | {"country": OUTSIDE_EEA}
    outside = Figure(totals.outside_eea, to(context, "disclosures", **filters))
    if totals.complete or totals.first is None:
        return t("given.said", number, who, outside)
    return t("given.said_latest", number, day(totals.first), who, outside)


def _texts(params: ChoiceParams) -> dict[str, str | None]:
    """What is chosen, as a link to the same list has it."""
    texts = to_builtins(params)
    return {name: text for name, text in texts.items() if text and name not in {"after", "limit"}}


def _shares(totals: DisclosureTotals) -> dict[str, list[CodeCount]]:
    """How many disclosures there are of each choice, by the field of the filter."""
    return {
        "kind": totals.kinds,
        "country": totals.countries,
        "purpose": totals.purposes,
        "legal-basis": totals.legal_bases,
    }


def _inputs(params: ChoiceParams, shares: Mapping[str, Sequence[CodeCount]]) -> Iterator[Input]:
    """What disclosures are chosen by. `shares`: how many there are of each choice, where that is known."""
    chosen = {name: text or "" for name, text in to_builtins(params).items()}
    yield _input("recipient", value=chosen["recipient"])
    for name, options in _options(params, shares).items():
        # Of a choice that is made, how many there are of the others is not known.
        known = {} if chosen[name] else {row.code: row.disclosures for row in shares.get(name, ())}
        shown = [(code, _with_number(text, known.get(code))) for code, text in options]
        both = (("", t("given.any")), *shown)
        yield _input(name, kind="choice", options=both, value=chosen[name])
    yield _input("provision", value=chosen["provision"])
    yield from days(params)


def _word(option: tuple[str, str]) -> str:
    return option[1]


def _with_number(text: str, number: int | None) -> object:
    return text if number is None else t("given.of", text, number)


def _options(
    params: ChoiceParams, shares: Mapping[str, Sequence[CodeCount]]
) -> dict[str, list[tuple[str, str]]]:
    """The codes of each choice in words, by word."""
    words = RegisterWords(spoken())
    purposes = {entry.purpose for entry in PURPOSES} | {
        row.code for row in shares.get("purpose", ())
    }
    if params.purpose:
        purposes.add(params.purpose)
    return {
        "kind": sorted(((name, words.recipient_kind(name)) for name in RECIPIENT_KINDS), key=_word),
        "country": [(OUTSIDE_EEA, str(t("given.transfers"))), *_countries(shares, params.country)],
        "purpose": sorted(((name, code(name, "purpose")) for name in purposes), key=_word),
        "legal-basis": [(name, legal_basis(name)) for name in get_args(LegalBasis)],
    }


def _input(name: str, **members: Any) -> Input:
    return Input(name, title=str(t(f"given.{name}")), **members)


def _countries(
    shares: Mapping[str, Sequence[CodeCount]], chosen: str | None
) -> list[tuple[str, str]]:
    """Countries by name: where something went, if that is known; otherwise every one."""
    went = {row.code for row in shares.get("country", ())}
    named = {name: country_name(name, spoken()) for name in country_codes()}
    return sorted(
        ((name, text) for name, text in named.items() if chosen or not went or name in went),
        key=_word,
    )


def _recipients(
    context: RequestContext, _params: NoParams, answer: Recipients
) -> Mapping[str, object]:
    return {
        "title": t("given.recipients"),
        "said": t("given.parties", counted("party", len(answer.recipients))),
        "links": _links(context, "recipients"),
        "parts": (listed(context, RECIPIENTS, answer.recipients, "parties"),),
    }


def _transfers(
    context: RequestContext, params: ChoiceParams, answer: Transfers
) -> Mapping[str, object]:
    rows, chosen = answer.transfers, _texts(params)
    number = sum(row.disclosures for row in rows)
    heads = ("country", "ground", "agreed", "often", "to", "last")
    headings = tuple(Column(t(f"transfers.{name}"), number=name == "often") for name in heads)
    picture = Bars(t("transfers.picture"), tuple(_bars(context, rows, chosen)))
    names = naming(context)
    cells = tuple(_transfer(context, names, row, chosen) for row in rows)
    shown = (picture, Table(t("transfers.caption"), headings, cells, "transfers"))
    nothing = Nothing(t("transfers.nothing"), t("transfers.nothing_how"))
    aside = (answer.inside_eea, answer.country_unknown)
    return {
        "title": t("given.transfers"),
        "said": t("transfers.said", counted("disclosure", number), *aside),
        "links": _links(context, "transfers"),
        "parts": (
            filtered(context, "/transfers", *_inputs(params, {})),
            *(shown if rows else (nothing,)),
        ),
        "forms": ("csv", "xlsx", "json"),
    }


def _bars(
    context: RequestContext, rows: Iterable[TransferRow], chosen: Mapping[str, str | None]
) -> Iterable[Bar]:
    numbers: dict[str, int] = {}
    bare: set[str] = set()
    for row in rows:
        numbers[row.country] = numbers.get(row.country, 0) + row.disclosures
        if row.mechanism is None:
            bare.add(row.country)
    for name, number in sorted(numbers.items(), key=lambda pair: -pair[1]):
        leads = to(context, "disclosures", **{**chosen, "country": name})
        yield Bar(country_name(name, spoken()), number, leads, "bad" if name in bare else "plain")


def _transfer(
    context: RequestContext, names: Naming, row: TransferRow, chosen: Mapping[str, str | None]
) -> tuple[object, ...]:
    mechanism = (
        RegisterWords(spoken()).code("mechanism", row.mechanism)
        if row.mechanism
        else t("transfers.none")
    )
    lacks = say("transfers", "uncovered", say("lack", row.lacks)) if row.lacks else None
    here = {**chosen, "country": row.country}
    recipients = (
        Link(to(context, "disclosures", **{**here, "recipient": id}), names.latest(id))
        for id in row.recipients
    )
    return (
        country_name(row.country, spoken()),
        lines(mechanism, lacks),
        None if row.agreement is None else row.agreement,
        Figure(row.disclosures, to(context, "disclosures", **here)),
        lines(*recipients),
        day(row.last) if row.last else None,
    )


def _transparency(
    context: RequestContext, params: DaysParams, answer: TransparencyReport
) -> Mapping[str, object]:
    quarters = answer.quarters[-8:]
    headings = (
        Column(say("transparency", "kind")),
        *(Column(quarter, number=True) for quarter in quarters),
        Column(say("transparency", "total"), number=True),
    )
    rows = [_kind(context, row, quarters) for row in answer.kinds]
    return {
        "title": t("given.transparency"),
        "said": t("transparency.said", _total(answer.total, answer.at_least)),
        "links": _links(context, "transparency"),
        "params": params,
        "headings": headings,
        "rows": rows,
        "notes": (
            say("transparency", "rule"),
            say("transparency", "running", answer.running_quarter),
            say("transparency", "scope"),
        ),
        "nothing": say("transparency", "none"),
    }


def _kind(context: RequestContext, row: KindCounts, quarters: list[str]) -> tuple[object, ...]:
    title = Link(to(context, "disclosures", kind=row.recipient_kind), told_in(row, "title"))
    counts = (row.counts.get(quarter, 0) for quarter in quarters)
    return title, *counts, _total(row.total, row.at_least)


def _total(total: int | None, at_least: int) -> object:
    """A total; over a number that is not shown, what it is at least."""
    return total if total is not None else t("transparency.at_least", at_least)


PAGES = (
    Page(
        "/disclosures",
        "disclosures",
        resources.disclosures,
        "parts.html",
        _disclosures,
        entry=True,
    ),
    Page("/recipients", "disclosures", resources.recipients_shown, "parts.html", _recipients),
    Page("/transfers", "disclosures", resources.transfers_shown, "parts.html", _transfers),
    Page(
        "/transparency",
        "disclosures",
        resources.transparency_shown,
        "transparency.html",
        _transparency,
    ),
)
