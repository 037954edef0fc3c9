"""What was given to others: the disclosures, what left the EEA, and the numbers that can be published."""

from collections.abc import Iterable, Mapping

from application.language import spoken
from application.listings.recipients import RECIPIENTS
from application.queries.disclosures.paged import DisclosurePage
from application.queries.disclosures.transfers import TransferRow, Transfers
from application.queries.disclosures.transparency import KindCounts, TransparencyReport
from application.queries.naming import Naming
from application.queries.registers.recipients import Recipients
from application.register_words import RegisterWords
from application.words import say, told_in
from rulebook.recipients import RECIPIENT_KINDS
from schemas.texts import country_codes, country_name
from web.linking import to
from web.moments import day
from web.names import naming
from web.page import Page
from web.pages.declared import listed
from web.pages.given import flow_of, table
from web.parts import Bar, Bars, Nothing, Table, lines
from web.pieces import Column, Figure, Link
from web.resource import NoParams
from web.resources import disclosures as resources
from web.resources.disclosures import DaysParams, DisclosureParams
from web.visit import Visit
from web.words import t

_PLACES = ("disclosures", "recipients", "transfers", "transparency")


def _links(visit: Visit, here: str) -> list[object]:
    return [
        t(f"given.{name}") if name == here else Link(to(visit, name), t(f"given.{name}"))
        for name in _PLACES
    ]


def _days(params: DaysParams) -> dict[str, str | None]:
    return {"from": params.from_, "until": params.until}


def _kept(params: DisclosureParams) -> dict[str, str | None]:
    """The filters, as every link of the page has them."""
    return {
        **_days(params),
        "recipient": params.recipient,
        "kind": params.kind,
        "provision": params.provision,
        "country": params.country,
        "limit": None if params.limit == 100 else str(params.limit),
    }


def _disclosures(
    visit: Visit, params: DisclosureParams, answer: DisclosurePage
) -> Mapping[str, object]:
    rows, kept = answer.disclosures, _kept(params)
    named = visit.has("persons")
    who = len({row.recipient for row in rows})
    nothing = Nothing(t("given.nothing"), t("given.nothing_how"))
    following = to(visit, "disclosures", after=str(answer.next), **kept) if answer.next else None
    words = RegisterWords(spoken())
    kinds = sorted((words.recipient_kind(name), name) for name in RECIPIENT_KINDS)
    return {
        "title": t("given.disclosures"),
        "said": t("given.said", Figure(len(rows), "#given"), who),
        "links": _links(visit, "disclosures"),
        "countries": [("", t("given.any")), *_countries()],
        "kinds": [("", t("given.any")), *((name, title) for title, name in kinds)],
        "params": params,
        "parts": (flow_of(visit, rows), table(visit, rows, named=named)) if rows else (nothing,),
        "more": (following, to(visit, "disclosures", **kept) if params.after else None),
    }


def _countries() -> list[tuple[str, str]]:
    """Every country, by name."""
    named = {code: country_name(code, spoken()) for code in country_codes()}
    return sorted(named.items(), key=lambda pair: pair[1])


def _recipients(visit: Visit, _params: NoParams, answer: Recipients) -> Mapping[str, object]:
    return {
        "title": t("given.recipients"),
        "said": t("given.parties", len(answer.recipients)),
        "links": _links(visit, "recipients"),
        "parts": (listed(visit, RECIPIENTS, answer.recipients, "parties"),),
    }


def _transfers(visit: Visit, params: DaysParams, answer: Transfers) -> Mapping[str, object]:
    rows = answer.transfers
    number = sum(row.disclosures for row in rows)
    heads = ("country", "ground", "agreed", "often", "to", "last")
    headings = tuple(Column(t(f"transfers.{name}"), number=name == "often") for name in heads)
    picture = Bars(t("transfers.picture"), tuple(_bars(visit, rows)))
    names = naming(visit)
    cells = tuple(_transfer(visit, names, row) for row in rows)
    shown = (picture, Table(t("transfers.caption"), headings, cells, "transfers"))
    nothing = Nothing(t("transfers.nothing"), t("transfers.nothing_how"))
    aside = (answer.inside_eea, answer.country_unknown)
    return {
        "title": t("given.transfers"),
        "said": t("transfers.said", Figure(number, "#transfers"), *aside),
        "links": _links(visit, "transfers"),
        "params": params,
        "parts": shown if rows else (nothing,),
    }


def _bars(visit: Visit, rows: Iterable[TransferRow]) -> Iterable[Bar]:
    numbers: dict[str, int] = {}
    bare: set[str] = set()
    for row in rows:
        numbers[row.country] = numbers.get(row.country, 0) + row.disclosures
        if row.mechanism is None:
            bare.add(row.country)
    for name, number in sorted(numbers.items(), key=lambda pair: -pair[1]):
        leads = to(visit, "disclosures", country=name)
        yield Bar(country_name(name, spoken()), number, leads, "bad" if name in bare else "plain")


def _transfer(visit: Visit, names: Naming, row: TransferRow) -> tuple[object, ...]:
    mechanism = (
        RegisterWords(spoken()).code("mechanism", row.mechanism)
        if row.mechanism
        else t("transfers.none")
    )
    lacks = say("transfers", "uncovered", say("lack", row.lacks)) if row.lacks else None
    recipients = (
        Link(to(visit, "disclosures", recipient=id, country=row.country), names.latest(id))
        for id in row.recipients
    )
    return (
        country_name(row.country, spoken()),
        lines(mechanism, lacks),
        None if row.agreement is None else row.agreement,
        Figure(row.disclosures, to(visit, "disclosures", country=row.country)),
        lines(*recipients),
        day(row.last) if row.last else None,
    )


def _transparency(
    visit: Visit, params: DaysParams, answer: TransparencyReport
) -> Mapping[str, object]:
    quarters = answer.quarters[-8:]
    headings = (
        Column(say("transparency", "kind")),
        *(Column(quarter, number=True) for quarter in quarters),
        Column(say("transparency", "total"), number=True),
    )
    rows = [_kind(visit, row, quarters) for row in answer.kinds]
    return {
        "title": t("given.transparency"),
        "said": t("transparency.said", _total(answer.total, answer.at_least)),
        "links": _links(visit, "transparency"),
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


def _kind(visit: Visit, row: KindCounts, quarters: list[str]) -> tuple[object, ...]:
    title = Link(to(visit, "disclosures", kind=row.recipient_kind), told_in(row, "title"))
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
        "disclosures.html",
        _disclosures,
        entry=True,
    ),
    Page("/recipients", "disclosures", resources.recipients_shown, "parts.html", _recipients),
    Page("/transfers", "disclosures", resources.transfers_shown, "transfers.html", _transfers),
    Page(
        "/transparency",
        "disclosures",
        resources.transparency_shown,
        "transparency.html",
        _transparency,
    ),
)
