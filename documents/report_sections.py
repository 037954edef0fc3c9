"""The sections of the access report, with their tables, in Dutch or English. Pure."""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import TypeVar

import msgspec
from msgspec import structs

from application.answer import Gone
from application.queries.keeping.deciding import GroundShown
from application.queries.reports.access import AccessReport
from application.queries.reports.copy import ActTold, ConsultationTold, ValueHeld
from application.queries.reports.processing import (
    AutomatedDecision,
    CategoryProcessed,
    Processing,
    RightOfPerson,
    SourceOfData,
)
from application.queries.reports.recipients import Received, TransferTold
from application.queries.reports.retention import RetentionOfCategory
from application.source import Shown
from documents.letter import Letter, Section
from schemas.texts import field_name, query_name

# A line names so many runs of positions; the annex has them all.
_RUNS = 6
# Fields of personal data whose values are codes.
_CODED = frozenset({"payment_method", "credit_outcome", "fraud_signal"})
E = TypeVar("E")


class ReportWords(Letter):
    """The words of one report."""

    def __init__(self, answer: AccessReport) -> None:
        super().__init__(answer.language)
        self.answer = answer

    def section(
        self,
        name: str,
        entries: Iterable[E],
        columns: dict[str, float],
        row: Callable[[E], Sequence[str]],
    ) -> Section:
        """A section with a line for each entry."""
        rows = tuple(tuple(row(entry)) for entry in entries)
        title = self.say("section", name)
        if not rows:
            return Section(title, text=self.say("none", name))
        headings = tuple(self.say("heading", column) for column in columns)
        return Section(title, columns=headings, widths=tuple(columns.values()), rows=rows)

    def categories(self, codes: Iterable[str]) -> str:
        """Categories in words."""
        return ", ".join(self.words.category(code) for code in codes)

    def marked(self, text: str, annulled: bool) -> str:
        """The text; of an annulled event it says that it was annulled."""
        return f"{text} ({self.say('word', 'annulled')})" if annulled else text


def _purposes(report: ReportWords) -> Section:
    def row(processing: Processing) -> Sequence[str]:
        basis = report.words.code("legal_basis", processing.legal_basis)
        article = report.words.provision(processing.provision)
        return (
            report.words.activity(processing.activity, processing.name),
            ", ".join(report.words.codes("purpose", processing.purposes)) or "\N{EN DASH}",
            f"{basis}; {article}" if article else basis,
            _period(report, processing),
            positions(processing.positions),
        )

    columns = {"activity": 3.0, "purpose": 3.0, "basis": 3.2, "period": 3.0, "positions": 2.0}
    return report.section("purposes", report.answer.purposes, columns, row)


def _categories(report: ReportWords) -> Section:
    def row(category: CategoryProcessed) -> Sequence[str]:
        return (
            report.words.category(category.category),
            ", ".join(field_name(name, report.language) for name in category.fields)
            or "\N{EN DASH}",
            _standing(report, category),
            _period(report, category),
            positions(category.positions),
        )

    columns = {"category": 2.2, "fields": 4.0, "status": 3.0, "period": 3.0, "positions": 2.0}
    return report.section("categories", report.answer.categories, columns, row)


def _standing(report: ReportWords, category: CategoryProcessed) -> str:
    erased = [
        report.say("word", "erased", report.date(erasure.at), report.say("ground", erasure.ground))
        for erasure in category.erased
    ]
    held = [report.say("word", "held")] if category.held else []
    return "; ".join([*held, *erased]) or report.say("word", "none")


def _recipients(report: ReportWords) -> Section:
    def row(disclosure: Received) -> Sequence[str]:
        kind = report.words.recipient_kind(disclosure.kind)
        name = (
            report.say("word", "private") if disclosure.recipient is None else name_told(disclosure)
        )
        basis = report.words.code("legal_basis", disclosure.legal_basis)
        article = report.words.provision(disclosure.provision)
        derived = (
            f" ({report.say('word', 'derived')})" if disclosure.membership == "derived" else ""
        )
        return (
            days_told(report, disclosure) + derived,
            f"{name} ({kind})",
            report.words.code("purpose", disclosure.purpose),
            f"{basis}; {article}" if article else basis or "\N{EN DASH}",
            ", ".join(field_name(name, report.language) for name in disclosure.fields or ())
            or report.categories(disclosure.categories)
            or "\N{EN DASH}",
            positions(disclosure.positions),
        )

    columns = {"date": 2.6, "recipient": 3.0, "purpose": 2.3, "basis": 2.8, "fields": 2.9}
    columns |= {"positions": 1.4}
    section = report.section("recipients", report.answer.recipients, columns, row)
    return msgspec.structs.replace(section, text=_feeds(report)) if section.rows else section


def _feeds(report: ReportWords) -> str | None:
    """Sentences on the files about many persons that the person was in. None: in no file."""
    by_recipient: dict[str | None, list[Received]] = {}
    in_feeds = [row for row in report.answer.recipients if row.membership]
    for row in in_feeds:
        by_recipient.setdefault(row.recipient, []).append(row)
    days = [
        report.say(
            "feed", "days", name_told(rows[-1]), ", ".join(days_told(report, row) for row in rows)
        )
        for rows in by_recipient.values()
    ]
    return " ".join([*days, *_membership_sentences(report, in_feeds)]) or None


def _membership_sentences(report: ReportWords, in_feeds: Iterable[Received]) -> list[str]:
    """How we know that the person was in the files."""
    ways: set[str] = {row.membership for row in in_feeds if row.membership}
    # Where both ways occur, a second sentence explains the days without a mark.
    ways = {"derived", "unmarked"} if len(ways) > 1 else ways
    return [report.say("feed", way) for way in sorted(ways)]


def days_told(report: Letter, disclosure: Received) -> str:
    """The day of a disclosure; of files of several days the first and the last."""
    first = report.date(disclosure.occurred_at)
    last = report.date(disclosure.until) if disclosure.until else first
    return first if first == last else f"{first} \N{EN DASH} {last}"


def name_told(disclosure: Received | TransferTold) -> str:
    """The name of a recipient as it was then, or its id."""
    return disclosure.name if isinstance(disclosure.name, str) else str(disclosure.recipient)


def _retention(report: ReportWords) -> Section:
    def row(retention: RetentionOfCategory) -> Sequence[str]:
        stored = [report.say("word", "stored")] if retention.restricted else []
        return (
            report.words.category(retention.category),
            "; ".join([kept_until(report, retention), *stored]),
            " ".join(
                [
                    kept_by(report, retention),
                    *(kept_for(report, ground) for ground in retention.grounds),
                ]
            ),
            positions(retention.positions),
        )

    columns = {"category": 2.2, "until": 3.2, "rule": 6.0, "positions": 1.6}
    return report.section("retention", report.answer.retention, columns, row)


def kept_until(report: Letter, retention: RetentionOfCategory) -> str:
    """Until when the data is kept, by the longest ground; or since when it should be gone."""
    if retention.overdue_since:
        return report.say("word", "overdue", report.date(retention.overdue_since))
    if any(not ground.until and not ground.waits_for for ground in retention.grounds):
        return _standing_until(report, retention)
    last: GroundShown | RetentionOfCategory = (
        retention.grounds[-1] if retention.grounds else retention
    )
    if last.until:
        return report.date(last.until)
    if last.waits_for:
        return report.say("word", "running", report.words.code("anchor", last.waits_for))
    return report.say("word", "open")


def _standing_until(report: Letter, retention: RetentionOfCategory) -> str:
    """Of data that a ground without an end keeps: until when it is kept at least, by the others."""
    ends = [ground.until for ground in retention.grounds if ground.until]
    if ends:
        return report.say("word", "at_least", report.date(max(ends)))
    return report.say("word", "standing")


def kept_by(report: Letter, retention: RetentionOfCategory) -> str:
    """The period that decides."""
    title = retention.title.said(report.language) if retention.title else "\N{EN DASH}"
    return f"{title} ({report.words.cited(retention.citation)})." if retention.citation else title


def kept_for(report: Letter, ground: GroundShown) -> str:
    """A ground for keeping the data, with its end, in the words of a decision."""
    return report.dated(ground.says.said(report.language))


def _rights(report: ReportWords) -> Section:
    def row(right: RightOfPerson) -> Sequence[str]:
        meaning = report.say("meaning", right.right)
        return (
            report.say("right", right.right),
            report.article(right.article),
            meaning if right.applies else report.say("word", "applies_not"),
        )

    columns = {"right": 3.0, "article": 2.0, "meaning": 8.2}
    rights = report.section("rights", report.answer.rights, columns, row)
    ask = report.say("complaint", "ask", report.answer.controller.contact)
    return structs.replace(rights, text=ask)


def _complaint(report: ReportWords) -> Section:
    return Section(
        report.say("section", "complaint"),
        text=report.say("complaint", "text", report.answer.controller.contact),
    )


def _sources(report: ReportWords) -> Section:
    def row(source: SourceOfData) -> Sequence[str]:
        origin = report.say("origin", source.origin)
        third = source.from_name or source.from_recipient
        return (
            f"{origin}: {third}" if third else origin,
            report.word(source.channel),
            report.categories(source.categories),
            positions(source.positions),
        )

    columns = {"origin": 4.0, "channel": 2.0, "category": 5.0, "positions": 2.0}
    return report.section("sources", report.answer.sources, columns, row)


def _automated(report: ReportWords) -> Section:
    def row(decision: AutomatedDecision) -> Sequence[str]:
        return (
            report.date(decision.occurred_at),
            report.say("automated", decision.what),
            report.word(decision.outcome),
            " ".join(filter(None, (decision.logic, decision.consequences)))
            or report.say("automated", "untold" if decision.logic_ref else "none"),
            positions(decision.positions),
        )

    columns = {"date": 2.4, "what": 4.0, "outcome": 3.0, "logic": 3.0, "positions": 1.6}
    return report.section("automated_decisions", report.answer.automated_decisions, columns, row)


def _transfers(report: ReportWords) -> Section:
    def row(transfer: TransferTold) -> Sequence[str]:
        return (
            report.date(transfer.occurred_at),
            name_told(transfer),
            report.words.country(transfer.country) or "\N{EN DASH}",
            report.words.code("mechanism", transfer.mechanism) or "\N{EN DASH}",
            positions(transfer.positions),
        )

    columns = {"date": 2.4, "recipient": 3.4, "country": 1.4, "mechanism": 5.0, "positions": 1.6}
    section = report.section("transfers", report.answer.transfers, columns, row)
    copy = report.say("safeguard", "copy")
    return msgspec.structs.replace(section, text=copy) if section.rows else section


def _data(report: ReportWords) -> Section:
    def row(value: ValueHeld) -> Sequence[str]:
        field = field_name(value.field, report.language)
        former = "" if value.current else f" ({report.say('word', 'former')})"
        return (
            report.words.category(value.category),
            report.marked(f"{field}{former}", value.annulled),
            value_told(report, value.value, value.field),
            report.date(value.since),
            positions(value.positions),
        )

    columns = {"category": 2.2, "field": 3.4, "value": 4.6, "since": 2.4, "positions": 1.4}
    return report.section("data", report.answer.data, columns, row)


def value_told(report: Letter, value: Shown, field: str) -> str:
    """A value as a person reads it: codes in words, days and times as they are said here."""
    if isinstance(value, Gone):
        return report.say("word", "lost")
    if isinstance(value, list):
        return ", ".join(value_told(report, item, field) for item in value)
    if isinstance(value, bool):
        return report.words.kept(value)
    if field == "country":
        return report.words.country(str(value))
    if field in _CODED:
        return report.word(str(value))
    return report.told(str(value))


def _consultations(report: ReportWords) -> Section:
    def row(consultation: ConsultationTold) -> Sequence[str]:
        purpose = report.words.code("purpose", consultation.purpose)
        if consultation.where == "ledger":
            purpose = report.say(
                "word", "through_ledger", query_name(consultation.purpose, report.language)
            )
        if consultation.everyone:
            purpose = f"{purpose}, {report.say('word', 'everyone')}"
        return (
            report.moment(consultation.occurred_at),
            report.marked(purpose, consultation.annulled),
            report.categories(consultation.categories) or "\N{EN DASH}",
            positions(consultation.positions),
        )

    columns = {"date": 2.4, "purpose": 5.0, "category": 5.0, "positions": 1.6}
    return report.section("consultations", report.answer.consultations, columns, row)


def _acts(report: ReportWords) -> Section:
    def row(act: ActTold) -> Sequence[str]:
        text = report.marked(report.dated(act.text), act.annulled)
        return report.moment(act.occurred_at), text, positions(act.positions)

    return report.section(
        "acts", report.answer.acts, {"date": 2.4, "act": 10.0, "positions": 1.6}, row
    )


def _proof(report: ReportWords) -> Section:
    answer = report.answer
    point = answer.checkpoint
    text = f"{point.origin}, {point.size}, {point.root}" if point else None
    return Section(
        report.say("section", "proof"),
        text=report.say("proof", "recorded" if answer.request_ref else "not_recorded"),
        columns=("", ""),
        widths=(2.0, 10.0),
        rows=(
            (report.say("proof", "position"), str(answer.position)),
            (report.say("proof", "checkpoint"), text or report.say("proof", "no_checkpoint")),
            (report.say("proof", "seal"), answer.seal),
        ),
    )


SECTIONS: tuple[Callable[[ReportWords], Section], ...] = (
    _purposes,
    _categories,
    _recipients,
    _retention,
    _rights,
    _complaint,
    _sources,
    _automated,
    _transfers,
    _data,
    _consultations,
    _acts,
    _proof,
)


def _period(report: ReportWords, row: Processing | CategoryProcessed) -> str:
    first, last = report.date(row.first), report.date(row.last)
    return first if first == last else f"{first} \N{EN DASH} {last}"


def positions(numbers: Sequence[int]) -> str:
    """Positions in runs of neighbours; of many the first ones, and how many there are."""
    ordered = sorted(set(numbers))
    breaks = [place for place, (a, b) in enumerate(pairwise(ordered), 1) if b != a + 1]
    runs = [ordered[i:j] for i, j in pairwise([0, *breaks, len(ordered)])]
    first_runs = [
        str(run[0]) if len(run) == 1 else f"{run[0]}\N{EN DASH}{run[-1]}"
        for run in runs[:_RUNS]
        if run
    ]
    rest = f" … ({len(ordered)})" if len(runs) > _RUNS else ""
    return ", ".join(first_runs) + rest
