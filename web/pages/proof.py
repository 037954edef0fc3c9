"""The pages of the proof: the log, one event of it, and an audit on demand."""

from collections.abc import Mapping, Sequence
from datetime import date

from markupsafe import Markup
from msgspec import Struct

from application.queries.upkeep.log_state import EventProof, LogDay, LogState
from documents.messages import told
from ledger.event import instant
from ledger.reading import head_position
from ledger.tlog.proving.left import is_gone
from web.context import RequestContext
from web.moments import day_text, when
from web.page import Form, FormData, Page
from web.pieces import Id, Seal
from web.proof.audits import AuditRun, audits_of
from web.proof.seals import log_site, reads_whole_log, seal_of
from web.resource import NoParams
from web.resources import proof
from web.resources.proof import EventParams, note_entry
from web.words import t, words

# More points than a picture shows are thinned out.
_MOST_POINTS = 200
_HEIGHT = 40.0
AUDIT = "/proof/audit"


class Growth(Struct, frozen=True):
    """How the tree grew: points of a line in a box of 100 by 40, and the days at its ends."""

    points: str
    first: str
    last: str
    days: Sequence[LogDay]


def growth_of(days: Sequence[LogDay]) -> Growth | None:
    """The picture of some days; None where there are too few for a line."""
    step = -(-len(days) // _MOST_POINTS) or 1
    # The last day always stays: it is the tree that the page speaks of.
    kept = [*days[:-1:step], *days[-1:]]
    if len(kept) < 2:
        return None
    numbers = [date.fromisoformat(one.day).toordinal() for one in kept]
    width, most = numbers[-1] - numbers[0], max(one.size for one in kept) or 1
    points = " ".join(
        f"{100 * (number - numbers[0]) / width:.2f},{_HEIGHT - _HEIGHT * one.size / most:.2f}"
        for number, one in zip(numbers, kept, strict=True)
    )
    return Growth(points, day_text(kept[0].day), day_text(kept[-1].day), kept[::-1])


def _present_log(
    context: RequestContext, _params: NoParams, answer: LogState
) -> Mapping[str, object]:
    size = answer.checkpoint.size if answer.checkpoint else 0
    return {
        "size": size,
        "waiting": max(0, answer.recorded - size),
        "about": _about(context, answer),
        "growth": growth_of(answer.growth),
        "audit": audits_of(context.settings).last,
        "may_audit": context.may("audit"),
    }


def _about(context: RequestContext, answer: LogState) -> list[tuple[Markup, object]]:
    """The checkpoint, as names and values."""
    signed = answer.checkpoint
    if signed is None:
        return []
    published = context.now.timestamp() - signed.age_s
    return [
        (t("proof.origin"), answer.origin),
        (t("proof.size"), signed.size),
        (t("proof.published_at"), when(_moment(context, published))),
        (t("proof.root"), Id(signed.root)),
        (t("proof.signature"), t("proof.signed" if answer.signed else "proof.not_signed")),
    ]


def _moment(context: RequestContext, seconds: float) -> str:
    return instant(context.now.fromtimestamp(seconds, tz=context.now.tzinfo))


def _present_event(
    context: RequestContext, _params: EventParams, answer: EventProof
) -> Mapping[str, object]:
    seal: Seal | None = None
    pruned = is_gone(context.site.session("reader"), answer.position)
    if reads_whole_log(context) and not pruned:
        # The seal fetches the entry, and no page of a person noted that.
        note_entry(context)
        seal = seal_of(context, answer.position, {})
    return {"seal": seal, "pruned": pruned, "keys": log_site(context)["keys"]}


def _present_audit(
    context: RequestContext, _params: NoParams, answer: AuditRun
) -> Mapping[str, object]:
    report = answer.report
    return {
        "parts": [word for name in answer.looked_at if (word := part_word(name))],
        "findings": [(one.position, Id(one.kind), told(one.detail)) for one in report.findings]
        if report
        else [],
        "unchecked": [told(text) for text in report.unchecked] if report else [],
        "failure": told(answer.failure) if answer.failure else None,
        "may_audit": context.may("audit"),
    }


def part_word(name: str) -> Markup | None:
    """What a main part of an audit is called; None for what is looked at within one."""
    code = code_of(name)
    return t(f"audit_part.{code}") if code in words()["audit_part"] else None


def code_of(name: str) -> str:
    """A part of an audit as the words know it: `the dead letters` is `dead-letters`."""
    return name.removeprefix("the ").replace(" ", "-").lower()


class AuditForm(FormData, frozen=True):
    """What an audit looks at beside events and log."""

    views: bool = False


def start_audit(context: RequestContext, form: AuditForm) -> str:
    """Start an audit, unless one runs."""
    recorded = head_position(context.site.session("reader"))
    audits_of(context.settings).start(
        context.settings, context.site.clock, recorded, views=form.views
    )
    return AUDIT


PAGES = (
    Page("/proof", "proof", proof.log, "proof.html", _present_log, entry=True),
    Page(AUDIT, "proof", proof.audit, "audit.html", _present_audit),
    Page("/proof/event", "proof", proof.proof, "proof_event.html", _present_event),
    Page("/proof/{position:position}", "proof", proof.proof, "proof_event.html", _present_event),
)
FORMS = (Form(AUDIT, "proof", "audit", AuditForm, start_audit),)
