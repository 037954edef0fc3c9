"""A letter to the authority of an order, in Dutch or English: it names no person and no number. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from msgspec import Struct, convert

from application.controller import Controller
from application.queries.desk.order_file import OrderStep
from application.queries.desk.order_letters import OrderLetter
from application.queries.desk.orders import OrderClockRow
from application.words import phrase
from documents.letter import WORDS, Document, Letter, Section
from ledger.event import instant
from rulebook import provision
from rulebook.calendar import day_of, last_day, start_of
from schemas import names
from schemas.events.orders import Withheld
from schemas.formats import instant_of
from schemas.texts import Language, country_name, field_name

_ABOUT = "order-letter"
_WIDTHS = (3.0, 9.6)
_COMMANDED = ("examining-judge", "court", "foreign-judicial-authority")
_WORD_BY_KIND = {"interception": "command"}


def order_letter_document(
    answer: OrderLetter, controller: Controller, rendered_at: datetime, language: Language
) -> Document:
    """The letter. The same input gives the same letter."""
    page = _Page(answer, language)
    return Document(
        language=language,
        title=page.says(f"title-{answer.kind}"),
        law=page.law(),
        addressee=tuple(page.addressee()),
        facts=tuple(page.facts(rendered_at)),
        intro=tuple(page.intro()),
        sections=tuple(page.sections(controller)),
        closing=(page.says("greeting"), controller.name, controller.address, controller.contact),
        footer=page.letter.say("title", "page", "{}", "{}"),
    )


class _Done(Struct, frozen=True):
    """The facts of a step that gave or kept data, as far as a letter tells them. `until`: it keeps data."""

    fields: tuple[str, ...] = ()
    period_from: str = ""
    period_to: str = ""
    entries: int | None = None
    until: str = ""
    bundle_sha256: str = ""
    content_sha256: str = ""
    entries_sha256: str = ""
    position: int | None = None
    withheld: tuple[Withheld, ...] = ()


class _Page:
    """The words of one letter. `order`: what the law calls it, such as "vordering".

    `mended`: what the authority can do something about.
    """

    def __init__(self, answer: OrderLetter, language: Language) -> None:
        self.answer, self.file, self.letter = answer, answer.file, Letter(language)
        kind = "command" if self.file.issued_by in _COMMANDED else "demand"
        named = dict.fromkeys((*answer.lacking, *answer.grounds))
        self.mended = [one for one in named if one in WORDS["order-remedy"]]
        self.order = self.letter.say(_ABOUT, _WORD_BY_KIND.get(self.file.kind or "", kind))

    def says(self, name: str, *values: object) -> str:
        """A phrase; its first place is what the law calls the order."""
        return self.letter.say(_ABOUT, name, self.order, *values)

    def law(self) -> str:
        entry = provision(self.file.provision or "")
        cited = self.letter.words.cited(entry.citation) if entry else self.file.provision or ""
        kind = self.file.kind and phrase("order-kind", self.file.kind, self.letter.language)
        return " · ".join(filter(None, (cited, kind)))

    def addressee(self) -> Iterator[str]:
        file, language = self.file, self.letter.language
        yield self.answer.authority
        if file.issued_by:
            yield phrase("issued-by", file.issued_by, language).capitalize()
        if file.country:
            yield country_name(file.country, language)

    def facts(self, rendered_at: datetime) -> Iterator[tuple[str, str]]:
        file = self.file
        yield self.says("yours"), file.case_ref or self.says("no-number")
        yield self.says("ours"), file.order_ref
        yield self.says("received"), self.letter.moment(file.received_at)
        if file.documents:
            yield self.says("document"), file.documents[0]
        clock = self.clock("answer")
        if clock is not None:
            yield self.says("deadline"), self.kept(clock)
        yield self.letter.say("certificate", "made"), self.letter.date(instant(rendered_at))

    def clock(self, name: str) -> OrderClockRow | None:
        return next((clock for clock in self.file.clocks if clock.name == name), None)

    def due(self, clock: OrderClockRow) -> str:
        """By when: a clock of days ends with its day, one of hours has a time of its own."""
        due = instant_of(clock.due)
        assert due
        ends_a_day = start_of(day_of(due)) == due
        return (
            self.letter.date(last_day(due).isoformat())
            if ends_a_day
            else self.letter.moment(clock.due)
        )

    def kept(self, clock: OrderClockRow) -> str:
        """By when an answer was due, and whether it was given by then."""
        if clock.done_at is None:
            return self.due(clock)
        return self.says(clock.state, self.due(clock), self.letter.moment(clock.done_at))

    def intro(self) -> Iterator[str]:
        yield self.says("dear")
        yield self.says(f"intro-{self.answer.kind}", self.letter.date(self.file.received_at))
        if self.answer.persons > 1:
            yield self.says("several", self.answer.persons)

    def sections(self, controller: Controller) -> Iterator[Section]:
        if self.answer.kind == "execution":
            yield from self.executed()
        else:
            yield from self.grounds()
        if self.mended:
            yield self.wanted()
        yield Section(self.says("next"), text=" ".join(self.next()))
        yield Section(self.says("contact"), text=self.says("reach", controller.contact))

    def grounds(self) -> Iterator[Section]:
        """Why an order was objected to or refused."""
        if not self.answer.grounds:
            return
        said = " ".join(self.letter.say("order-ground", one) for one in self.answer.grounds)
        yield Section(self.says("why"), text=f"{said} ({self.law()})")

    def wanted(self) -> Section:
        """What the authority must still give or mend, and by when where the law says so."""
        written = self.clock("written-order")
        by = {"written-order": self.due(written)} if written else {}
        return Section(
            self.says("wanted"),
            columns=(self.says("what"), self.says("by")),
            widths=_WIDTHS[::-1],
            rows=tuple(
                (self.letter.say("order-remedy", one), by.get(one, self.says("soon")))
                for one in self.mended
            ),
        )

    def next(self) -> Iterator[str]:
        """What we do now, and what the authority can do."""
        kind = self.answer.kind
        clock = self.clock("answer")
        if kind == "receipt" and clock is not None:
            yield self.says("answers-by", self.due(clock))
        elif kind == "receipt":
            yield self.says("answers-soon")
        else:
            yield self.says(f"next-{kind}")
        yield self.says("secret" if self.file.secrecy == "in-force" else "no-secret")

    def executed(self) -> Iterator[Section]:
        """Each time that an order was carried out, then what it lacks, then how that is checked."""
        told = self.answer.told
        for number, step in enumerate(told, 1):
            title = self.says("given") if len(told) == 1 else self.says("part", number)
            rows = tuple((name, value) for name, value in self.given(step) if value)
            yield Section(title, columns=("", ""), widths=_WIDTHS, rows=rows)
        if lacks := tuple(dict.fromkeys(self.lacking(told))):
            columns = (self.says("field"), self.says("why"))
            yield Section(self.says("lacks"), columns=columns, widths=_WIDTHS, rows=lacks)
        if self.file.bundles:
            yield Section(self.says("check"), text=self.says("checked"))

    def lacking(self, told: Sequence[OrderStep]) -> Iterator[tuple[str, str]]:
        """The withheld fields of each delivery, then the refused ones, each with the reason."""
        for step in told:
            yield from self.withheld(step)
        if refused := self.fields(self.file.refused_fields):
            grounds = [s.facts.get("ground") for s in self.file.steps if s.annulled is None]
            yield refused, " ".join(self.letter.say("order-ground", str(g)) for g in grounds if g)

    def given(self, step: OrderStep) -> Iterator[tuple[str, str]]:
        """What one step gave or kept, as names and values; without a value it says nothing."""
        did, letter = convert(step.facts, _Done), self.letter
        tap = step.type == names.INTERCEPTION_PROVIDED
        yield self.says("tap" if tap else "done"), letter.moment(step.occurred_at)
        yield self.says("fields"), self.fields(did.fields)
        days = [letter.date(day) for day in (did.period_from, did.period_to) if day]
        yield self.says("period"), self.says("to", *days) if len(days) > 1 else "".join(days)
        yield self.says("entries"), "" if did.entries is None else str(did.entries)
        if did.until:
            yield self.says("kept"), ", ".join(map(letter.words.category, step.categories))
            yield self.says("until"), letter.date(did.until)
        yield self.says("bundle"), did.bundle_sha256
        yield self.says("content"), did.content_sha256
        yield self.says("positions"), did.entries_sha256
        yield self.says("position"), "" if did.position is None else str(did.position)

    def fields(self, fields: Iterable[str]) -> str:
        return ", ".join(field_name(name, self.letter.language) for name in fields)

    def withheld(self, step: OrderStep) -> Iterator[tuple[str, str]]:
        """What a delivery lacks, and why."""
        language = self.letter.language
        for gap in convert(step.facts, _Done).withheld:
            what = field_name(gap.field, language) if gap.field else self.says("something")
            yield what, phrase("order-data", gap.reason, language)
