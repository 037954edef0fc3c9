"""Whether everything flows, and the refused messages: looked at by kind, tried again by kind."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing
from datetime import datetime

from markupsafe import escape

from application.acts.retrying import kept_of, resume_source, retry_kind, retry_named
from application.language import spoken
from application.queries.intake.dead_letters import DeadLetter, RetriedLetter
from application.queries.intake.sources import SourceRow
from application.queries.upkeep.health import KeyStatus, PartitionLag, Status
from application.words import say
from ledger.application import Ledger
from ledger.errors import Misconfigured
from ledger.recording.quarantine import OTHERS
from schemas import Code
from schemas.formats import instant_of
from web.linking import event, to
from web.moments import day, when
from web.page import Form, FormData, Page
from web.pages.common import also
from web.parts import lines
from web.pieces import Column, Id, Link, Tag
from web.rendering import code, commands
from web.resource import NoParams
from web.resources.operations import (
    KafkaLags,
    LetterPage,
    LetterParams,
    LettersParams,
    Shown,
    dead_letter,
    dead_letters,
    intake_sources,
    kafka,
    keys,
    operations,
)
from web.visit import Visit
from web.words import counted, t, word

Facts = Mapping[str, object]
# A request answers within seconds; a person who has more presses again and sees how far it is.
TRIED_AT_ONCE = 500
# The publisher signs every second; what waits longer than this stands still.
OLD_CHECKPOINT_S = 60.0
_FILES, _COMMANDS, _READS = "file:", "command:", "read"
# A running projector is behind by less, and for a moment only.
LATE_EVENTS = 1_000


def _operations(visit: Visit, _params: NoParams, answer: Status) -> Facts:
    epoch = keys.load(visit, NoParams())
    matters = list(_attention(visit, answer, epoch))
    return {
        "sentence": t("operations.wrong", counted("matter", len(matters)))
        if matters
        else t("operations.flows"),
        "matters": matters,
        "figures": _figures(visit, answer),
        "kafka": bool(answer.kafka),
        "key_pairs": _key_pairs(epoch),
        "key_share": _share(visit.now, epoch),
        **_arrived(answer),
        **_views(answer),
        **_sources(visit),
    }


def _figures(visit: Visit, answer: Status) -> Sequence[tuple[object, object]]:
    letters = answer.dead_letters
    return (
        (t("operations.position"), answer.position),
        (t("operations.published"), answer.checkpoint.size),
        (t("operations.age"), _age(answer.checkpoint.age_s)),
        (t("operations.letters"), Link(to(visit, "dead-letters"), letters) if letters else 0),
        (t("operations.withheld"), answer.withheld),
        (t("operations.reads"), answer.reads_waiting),
        (t("operations.promise"), say("promise", answer.promise.state)),
    )


def _arrived(answer: Status) -> Facts:
    columns = _columns("topic", "messages recorded duplicates refused quarantined")
    rows = [
        (
            _place(row.topic),
            row.messages,
            row.recorded,
            row.duplicates,
            row.refused,
            row.quarantined,
        )
        for row in answer.intake.topics
    ]
    return {"topic_columns": columns, "topic_rows": rows}


def _views(answer: Status) -> Facts:
    return {
        "view_columns": _columns("view", "bookmark lag"),
        "view_rows": [(_view(view.view), view.bookmark, view.lag) for view in answer.views],
        "lags": [(_view(view.view), view.lag, None, "due") for view in answer.views if view.lag],
    }


def _view(name: str) -> object:
    return word(f"view.{name}")


def _sources(visit: Visit) -> Facts:
    rows = intake_sources.load(visit, NoParams()).sources
    return {
        "source_columns": _columns("source topic state", "recorded refused quarantined"),
        "source_rows": [_source_row(row) for row in rows],
        "quarantined": [row for row in rows if row.state == "quarantined" and row.source],
        "may_resume": visit.may("letters"),
    }


def _attention(visit: Visit, answer: Status, epoch: KeyStatus) -> Iterator[object]:
    """What somebody must do something about, each with where."""
    for topic in answer.halted:
        yield t("operations.halted", topic)
    for row in answer.quarantined:
        letters = kept_of(row.source, row.topic)
        href = to(
            visit, "dead-letters", code=letters.code, source=letters.source, topic=letters.topic
        )
        yield t("operations.kept_out", Link(href, row.source), row.topic)
    behind = answer.position - answer.checkpoint.size
    if behind and (answer.checkpoint.age_s is None or answer.checkpoint.age_s > OLD_CHECKPOINT_S):
        yield t("operations.unpublished", counted("event", behind))
    if epoch.due:
        yield t("operations.rotation")
    late = [view for view in answer.views if view.lag > LATE_EVENTS]
    if late:
        yield t("operations.views_late", counted("view", len(late)))


def _age(age_s: float | None) -> object:
    if age_s is None:
        return t("operations.never")
    if age_s < 120:
        return t("operations.seconds", round(age_s))
    return t("operations.minutes", round(age_s / 60))


def _source_row(row: SourceRow) -> Sequence[object]:
    state: object = code(row.state, "source-state")
    if row.state != "reading":
        state = Tag(state, "bad")
    return (
        t("page.ledger") if row.topic == _READS else _source(row.source),
        _place(row.topic),
        state,
        row.recorded,
        row.refused,
        row.quarantined,
    )


def _source(name: str | None) -> object:
    if name == OTHERS:
        return t("operations.others")
    return name or t("operations.nameless")


def _key_pairs(epoch: KeyStatus) -> Sequence[tuple[object, object]]:
    ends = Tag(when(epoch.ends_at), "due") if epoch.due else when(epoch.ends_at)
    return (
        (t("operations.epoch"), epoch.epoch),
        (t("operations.began"), when(epoch.started_at)),
        (t("operations.ends"), ends),
        (t("operations.epochs_held"), [str(number) for number in epoch.held]),
        (t("operations.data_keys"), epoch.data_keys),
    )


def _share(now: datetime, epoch: KeyStatus) -> int:
    """How much of the epoch's period is gone, of 100."""
    began, ends = instant_of(epoch.started_at), instant_of(epoch.ends_at)
    assert began
    assert ends
    return max(0, min(100, round(100 * (now - began) / (ends - began))))


def _place(topic: str | None) -> object:
    """Where messages came from, in words."""
    if topic is None or topic == _FILES:
        return t("operations.files")
    if topic == _READS:
        return t("operations.own_reads")
    return t("operations.commands") if topic.startswith(_COMMANDS) else topic


def _kafka(_visit: Visit, _params: NoParams, answer: KafkaLags) -> Facts:
    return {
        "sentence": _behind(answer),
        "columns": _columns("topic partition", "bookmark lag held_back"),
        "rows": [
            (row.topic, str(row.partition), row.bookmark, _lag(row), row.held_back or 0)
            for row in answer.partitions
        ],
    }


def _behind(answer: KafkaLags) -> object:
    if not answer.asked:
        return t("operations.no_kafka")
    known = [row.lag for row in answer.partitions if row.lag is not None]
    if len(known) < len(answer.partitions):
        return t("operations.kafka_away")
    return t("operations.kafka_behind", counted("record", sum(known)))


def _lag(row: PartitionLag) -> object:
    return t("operations.unknown") if row.lag is None else row.lag


def _letters(visit: Visit, params: LettersParams, answer: LetterPage) -> Facts:
    may_retry = visit.may("letters")
    return {
        "params": params,
        "sentence": t("letters.answer", answer.matching, answer.total),
        "codes": [
            ("", t("letters.any")),
            *((one.value, t(f"refusal.{one.value}")) for one in Code),
        ],
        "columns": [
            Column(t(f"letters.{name}")) for name in ("letter", "why", "from", "seen", "forgotten")
        ],
        "rows": [_letter_row(visit, row) for row in answer.dead_letters],
        "mended": also("mended", params.mended),
        "names": [*_names(answer)],
        "may_retry": may_retry and answer.matching > 0,
        "at_once": min(TRIED_AT_ONCE, answer.matching),
        "kind": _chosen(params),
        "done": _done(params),
        # What was refused again would be refused once more: its sender comes first.
        "more": (params.tried or 0) > (params.stayed or 0)
        and answer.matching > (params.stayed or 0),
    }


def _names(answer: LetterPage) -> Iterator[tuple[str, str]]:
    """The letters that may be chosen, each with what it is."""
    for row in answer.dead_letters:
        if row.topic:
            yield row.letter, f"{row.letter[:12]} {row.type or ''} {row.pointer}"


def _chosen(params: LettersParams) -> dict[str, str]:
    """The filter of the list, as a form sends it."""
    return {name: _told(getattr(params, name)) for name in KIND if getattr(params, name)}


def _goes_on(params: LettersParams, answer: LetterPage) -> bool:
    """Whether to press again helps: what was refused again would be refused once more."""
    tried, stayed = params.tried or 0, params.stayed or 0
    return tried > stayed and answer.matching > stayed


def _told(value: str | bool) -> str:
    return "true" if value is True else str(value)


def _done(params: LettersParams) -> object:
    """What the last press came to."""
    if params.tried is None:
        return None
    stayed = params.stayed or 0
    return t("letters.done", counted("message", params.tried), params.tried - stayed, stayed)


def _letter(visit: Visit, _params: LetterParams, answer: DeadLetter) -> Facts:
    """One message: what is wrong, where, who sent it, and which event mended it."""
    facts = (
        ("letter", Id(answer.letter)),
        ("type", answer.type or t("letters.no_type")),
        ("id", answer.id),
        ("source", _source(answer.source)),
        ("why", lines(Tag(word(f"refusal.{answer.code}"), "bad"), _said(answer))),
        ("pointer", answer.pointer),
        ("from", t("letters.line", answer.topic or "", answer.offset or 0)),
        ("first", _when(answer.first_seen)),
        ("seen", _when(answer.last_seen)),
        ("times", counted("time", answer.times)),
        ("forgotten", day(answer.forgotten_after) if answer.forgotten_after else None),
    )
    mended = answer.mended_by
    return {
        "sentence": t("letters.mended_by", event(visit, mended, t("steps.event", mended)))
        if mended
        else t("letters.open"),
        "pairs": [(t(f"letters.{name}"), value) for name, value in facts if value],
        "may_retry": visit.may("letters") and not mended,
        "back": Link(to(visit, "dead-letters"), t("letters.title")),
    }


def _when(time: str | None) -> object:
    return when(time) if time else None


def _letter_row(visit: Visit, row: DeadLetter) -> Sequence[object]:
    if row.topic is None:  # all that is withheld: nothing but its number is known
        return (t("letters.withheld"), counted("message", row.times), None, None, None)
    place = _place(row.topic) if row.topic.startswith(_COMMANDS) else row.topic
    return (
        lines(
            Link(to(visit, "dead-letters", row.letter), row.type or t("letters.no_type")),
            Id(row.id or row.letter[:12]),
            Tag(t("letters.mended", row.mended_by), "good") if row.mended_by else None,
        ),
        lines(
            Tag(word(f"refusal.{row.code}"), "bad"),
            Id(row.pointer) if row.pointer else None,
            _said(row),
        ),
        [_source(row.source), t("letters.line", place, row.offset or 0)],
        [_when(row.last_seen), counted("time", row.times)],
        day(row.forgotten_after) if row.forgotten_after else None,
    )


def _said(row: DeadLetter) -> object:
    said = (row.words or {}).get(spoken())
    return commands(escape(said)) if said else None


class Kind(FormData, frozen=True, kw_only=True):
    """Letters of a kind, as the list shows them."""

    code: Shown | None = None
    source: Shown | None = None
    topic: Shown | None = None
    type: Shown | None = None
    seen_from: Shown | None = None
    seen_to: Shown | None = None
    mended: Shown | None = None

    def filter(self) -> LettersParams:
        """The list of these letters."""
        named = {name: getattr(self, name) for name in KIND if name != "mended"}
        return LettersParams(**named, mended=self.mended is not None)

    def address(self, visit: Visit, **counts: int) -> str:
        """Where that list is."""
        named = {name: getattr(self, name) for name in KIND}
        counted = {name: str(count) for name, count in counts.items()}
        return to(visit, "dead-letters", **named, **counted)


KIND = Kind.__struct_fields__


class Chosen(Kind, frozen=True, kw_only=True):
    """Letters by their names, chosen from a list of a kind."""

    letter: tuple[Shown, ...] = ()


class Source(FormData, frozen=True, kw_only=True):
    """A quarantined source on a topic."""

    source: Shown
    topic: Shown


def retry_chosen(visit: Visit, form: Chosen) -> str:
    """Try some refused messages again; where the list is."""
    if not form.letter:
        raise Misconfigured("choose at least one message", field="letter")
    with _recorder(visit) as recorder:
        return _tried(visit, form, retry_named(visit.site, recorder, form.letter))


def retry_like(visit: Visit, form: Kind) -> str:
    """Try refused messages of a kind again, so many at once; where the others are."""
    with _recorder(visit) as recorder:
        _, rows = retry_kind(visit.site, recorder, form.filter().kind, TRIED_AT_ONCE)
        return _tried(visit, form, rows)


def let_in(visit: Visit, form: Source) -> str:
    """Let a quarantined source in again; where the messages are that were kept of it."""
    with _recorder(visit) as recorder:
        resume_source(recorder, form.source, form.topic)
    kept = kept_of(form.source, form.topic)
    return to(visit, "dead-letters", code=kept.code, source=kept.source, topic=kept.topic)


def _recorder(visit: Visit) -> AbstractContextManager[Ledger]:
    return closing(visit.site.open_recorder())


def _tried(visit: Visit, form: Kind, rows: Iterable[RetriedLetter]) -> str:
    outcomes = [row.outcome in {"recorded", "duplicate"} for row in rows]
    return form.address(visit, tried=len(outcomes), stayed=outcomes.count(False))


def _columns(names: str, numbers: str = "") -> list[Column]:
    return [
        *(Column(t(f"operations.{name}")) for name in names.split()),
        *(Column(t(f"operations.{name}"), number=True) for name in numbers.split()),
    ]


_LETTERS = Page("/dead-letters", "operations", dead_letters, "dead_letters.html", _letters)
PAGES = (
    Page("/operations", "operations", operations, "operations.html", _operations, entry=True),
    Page("/operations/kafka", "operations", kafka, "operations_kafka.html", _kafka),
    _LETTERS,
    Page("/dead-letters/{letter}", "operations", dead_letter, "dead_letter.html", _letter),
)
FORMS = (
    Form("/dead-letters/retry", "operations", "letters", Chosen, retry_chosen, _LETTERS),
    Form("/dead-letters/retry-all", "operations", "letters", Kind, retry_like, _LETTERS),
    Form("/operations/resume", "operations", "letters", Source, let_in),
)
