"""The notification of a breach to the authority as a document, in Dutch or English. Pure."""

from collections.abc import Iterable

from application.queries.cases.breach_notice import BreachNotice, NoticeItem, Said, citation_of
from application.register_words import RegisterWords
from application.times import localized
from application.words import code_word, phrase
from documents.letter import Document, Section
from documents.report_page import report_page
from documents.report_text import report_text
from schemas.texts import Language

_ABOUT = "breach-notice"
_POINTS = ("33(3)(a)", "33(3)(b)", "33(3)(c)", "33(3)(d)", "33(1)", "611/2013")
_DASH = "\N{EN DASH}"


def notice_page(answer: BreachNotice, language: Language) -> bytes:
    """A complete page in UTF-8; nothing is loaded."""
    return report_page(notice_document(answer, language))


def notice_text(answer: BreachNotice, language: Language) -> bytes:
    """The same as lines of text, to be copied into a form."""
    return report_text(notice_document(answer, language))


def notice_document(answer: BreachNotice, language: Language) -> Document:
    """The notification in words."""
    page = _Page(answer, language)
    return Document(
        language=language,
        title=page.says("title", answer.ref),
        law=page.says("law"),
        facts=tuple(page.facts()),
        intro=(page.standing(),),
        sections=(page.missing(), *page.points(), page.phases(), page.clocks()),
        footer=page.says("page", "{}", "{}"),
    )


class _Page:
    """The words of one notification."""

    def __init__(self, answer: BreachNotice, language: Language) -> None:
        self.answer, self.language, self.words = answer, language, RegisterWords(language)

    def says(self, name: str, *values: object) -> str:
        return phrase(_ABOUT, name, self.language, *values)

    def cited(self, point: str) -> str:
        """A point of the GDPR, or a regulation with its annex, as it is cited."""
        return self.words.cited(citation_of(point))

    def facts(self) -> Iterable[tuple[str, str]]:
        """Who tells it, and of what."""
        answer, controller = self.answer, self.answer.controller
        whom = (controller.name, controller.address, controller.contact)
        yield self.says("controller"), " · ".join(whom)
        yield self.says("detected"), localized(answer.detected_at)
        yield self.says("regimes"), ", ".join(self.says(name) for name in answer.regimes)
        yield self.says("risk"), code_word("risk", answer.risk, self.language) or _DASH
        yield self.says("made"), localized(answer.made_at)

    def standing(self) -> str:
        """Whether the notification is whole, or how many points are missing."""
        missing = len(self.answer.missing)
        return self.says("partial", missing) if missing else self.says("whole")

    def missing(self) -> Section:
        """The items that no act on the breach has said yet."""
        rows = tuple(
            (self.says(f"item-{item}"), self.cited(self._point_of(item)))
            for item in self.answer.missing
        )
        text = None if rows else self.says("nothing-missing")
        return Section(
            self.says("missing"), text, (self.says("item"), self.says("article")), (), rows
        )

    def _point_of(self, item: str) -> str:
        return next(row.article for row in self.answer.items if row.item == item)

    def points(self) -> Iterable[Section]:
        """Those that ask something of this breach."""
        asked = {row.article for row in self.answer.items}
        return (self.point(point) for point in _POINTS if point in asked)

    def point(self, point: str) -> Section:
        """A point of the law with the items that it asks for."""
        rows = tuple(
            (self.says(f"item-{row.item}"), self._item_text(row))
            for row in self.answer.items
            if row.article == point
        )
        return Section(f"{self.says(f'point-{point}')} ({self.cited(point)})", None, (), (), rows)

    def _item_text(self, row: NoticeItem) -> str:
        if not row.said:
            return self.says("not-known") if row.missing else self.says(f"no-{row.item}")
        parts = [(self.says(name), self._value(name, value)) for name, value in row.said.items()]
        # The heading of an item names its only fact; measures are either taken or proposed.
        if len(parts) == 1 and row.item != "measures":
            return parts[0][1]
        return " · ".join(f"{name}: {value}" for name, value in parts)

    def _value(self, name: str, value: Said) -> str:
        if name in {"subject_count", "record_count"}:
            return self.says("about", value)
        if not isinstance(value, list):
            return str(value)
        if name == "categories":
            return ", ".join(map(self.words.category, value)) or self.says("none")
        if name == "nature":
            natures = (code_word("nature", code, self.language) or code for code in value)
            return ", ".join(natures) or self.says("none")
        return "; ".join(value) or self.says("none")

    def phases(self) -> Section:
        """When the authority was told, and of what part."""
        rows = tuple(
            (
                localized(row.notified_at),
                code_word("phase", row.phase, self.language) or "",
                ", ".join(self.says(name) for name in row.regime.split("/")),
                row.delay_reason or "",
            )
            for row in self.answer.phases
        )
        names = ("notified", "phase", "regimes", "item-delay_reason")
        title = f"{self.says('phases')} ({self.cited('33(4)')})"
        text = None if rows else self.says("no-phases")
        return Section(title, text, tuple(self.says(name) for name in names), (), rows)

    def clocks(self) -> Section:
        """Which duties have a clock, until when each runs, and how it stands."""
        rows = tuple(
            (
                clock.title_nl if self.language == "nl" else clock.title,
                localized(clock.due),
                phrase("clock", clock.state, self.language),
            )
            for clock in self.answer.clocks
        )
        names = ("duty", "by", "state")
        columns = tuple(phrase("incident", name, self.language) for name in names)
        return Section(phrase("incident", "clocks", self.language), None, columns, (), rows)
