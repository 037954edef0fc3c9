"""One request: who asks, in which language, as of which moment, and the ledger that answers."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime

import msgspec

from application.following import bring_up_to_date
from application.reading import Reader
from application.sight import EVERYTHING
from application.source import Source
from host.settings import Settings
from host.site import Site
from ledger.errors import LedgerError
from ledger.names import Role
from ledger.reading import may_take
from projections.folds.timetravel import NOW, Moment
from projections.following.derive import missing_through
from schemas.references import OUTSIDERS, kind_of
from schemas.texts import Language
from web.principals import Principal
from web.problems import NotForRole
from web.reasons import NOTHING_STATED, Reason, Stated, Statements
from web.rights import NEEDED, Part, Permission, Rights, rights_of, sight_of
from web.words import t

SETTLE_S = 30.0
"""How long the answer to an act waits for the views to show it."""


class RequestContext:
    """What a page or an answer is made from. Lives as long as one request."""

    def __init__(
        self,
        site: Site,
        principal: Principal,
        language: Language,
        moment: Moment = NOW,
        stated: Stated = NOTHING_STATED,
        statements: Statements | None = None,
    ) -> None:
        """`stated`: why masked values of the person open whom the request is about, if they do.

        `statements`: where further reasons are remembered; None where a page cannot take any.
        """
        self.site = site
        self.principal = principal
        self.language = language
        self.moment = moment
        self.stated = stated
        self._statements = statements
        self._current = False
        self._held = False
        self.behind = 0
        """How many recorded events the answer lacks, as the views are behind."""
        self.missing_through = 0
        """Up to which position files that were pruned are missing from the answer."""
        self._roles: dict[Role, bool] = {}

    @property
    def settings(self) -> Settings:
        """Of the ledger."""
        return self.site.settings

    @property
    def now(self) -> datetime:
        """The time of the request."""
        return self.site.clock()

    @property
    def rights(self) -> Rights:
        """What the role has."""
        return rights_of(self.principal.role)

    @property
    def hides(self) -> bool:
        """Whether categories are hidden from the role, so that its numbers are of a part."""
        return self.rights.hides

    @property
    def part(self) -> str | None:
        """The sentence that the role sees a part; None for a role that sees all."""
        return str(t("page.part")) if self.rights.sees_part else None

    @property
    def is_person(self) -> bool:
        """Whether a person asks. A program does no act: of four eyes its owner would have both pairs."""
        return self.principal.kind != "client"

    def has(self, part: Part) -> bool:
        """Whether the role has a part of the console."""
        return part in self.rights.pages

    def may(self, deed: Permission) -> bool:
        """Whether the role may do something, and the login of this console at the database can."""
        if deed not in self.rights.acts:
            return False
        return all(map(self._may_work_as, NEEDED[deed]))

    def _may_work_as(self, role: Role) -> bool:
        if role not in self._roles:
            site, session = self.site, self.site.session("reader")
            # On the embedded server the user of this process logs in as each role.
            self._roles[role] = site.database.peer or may_take(session, site.ledger.role(role))
        return self._roles[role]

    def source(self, query: str) -> Source:
        """What an answer is made from. Each read is noted as this person's, under the name of the query.

        Views are up to date with all that was recorded before the first call, but for what is `behind`.
        """
        self._bring_up_to_date()
        self.site.for_whom = self._reader(self.site.source(query))
        return self._judged(self.site.source(query))

    def _judged(self, source: Source) -> Source:
        """A source, of a reader who holds the role: what is not there must not show before that is known."""
        if not self._held:
            source.reads.check_held()
            self._held = True
        return source

    def acting_source(self, query: str) -> Source:
        """The same for an act, which must name its person to the ledger, whatever the reader is told."""
        self._bring_up_to_date()
        reader = self._reader(self.site.source(query))
        sight = msgspec.structs.replace(reader.sight, persons=True)
        self.site.for_whom = msgspec.structs.replace(reader, sight=sight)
        return self._judged(self.site.source(query))

    def check_asked(self, texts: Iterable[object]) -> None:
        """Raise NotFound where a reader who is told of no person asks about one: nothing says who exists.

        A person of the portal may write anything: no answer to them depends on whom they name.
        """
        if self.principal.kind == "data-subject":
            return
        words = (word for text in texts for word in _words(text))
        if not self.has("persons") and any(kind_of(word) in OUTSIDERS for word in words):
            raise NotForRole

    def ledger_key(self, purpose: str) -> bytes:
        """A key of the ledger itself."""
        return self.site.source("").opener.ledger_key(purpose)

    def whole_source(self, query: str) -> Source:
        """The same, of all that is held of a person: for the documents that a person is entitled to.

        Raises NotFound for a role that may not answer requests, TooMany for a reader who opens more than a
        person does.
        """
        if not self.may("requests"):
            raise NotForRole
        self.count_opening()
        self._bring_up_to_date(always=True)  # a document is of now, and is recorded on a request
        reader = msgspec.structs.replace(self.principal.reader, sight=EVERYTHING, visits=False)
        self.site.for_whom = reader
        return self._judged(self.site.source(query))

    def own_source(self, query: str) -> Source:
        """The same, of all that is held of the person who asks, and of nobody else.

        What may not be told to that person is for the answer to leave out. Raises NotFound for everybody who
        is no person of the portal, and at the confidential ledger.
        """
        if self.principal.kind != "data-subject" or self.settings.confidential:
            raise NotForRole
        self._bring_up_to_date()
        self.site.for_whom = msgspec.structs.replace(self.principal.reader, sight=EVERYTHING)
        return self.site.source(query)

    def own_acting_source(self, query: str) -> Source:
        """The same, for an act of that person. Raises NotFound, and TooMany for more than persons do."""
        if not self.may("self-service") or self._statements is None:
            raise NotForRole
        source = self.own_source(query)
        self._statements.count_act()
        return source

    def state_reason(self, subject: str, reason: Reason, category: str) -> None:
        """Open a category of a person for a while, for a reason. Raises NotFound, or TooMany."""
        if self.rights.others != "masked" or self._statements is None:
            raise NotForRole
        self._statements.state(subject, reason, category)

    def for_reason(self, reason: Reason, category: str) -> "RequestContext":
        """The same context, in which a category is open for one answer. Raises NotFound, or TooMany."""
        if self.rights.others != "masked":
            raise NotForRole
        self.count_opening()
        stated = Stated(reason, frozenset({category}))
        made = RequestContext(self.site, self.principal, self.language, self.moment, stated)
        made._current, made.behind = self._current, self.behind
        return made

    def count_opening(self) -> None:
        """Count what opens, or is looked for, by value. Raises TooMany beyond what a person does."""
        if self._statements is not None:
            self._statements.count()

    def forget_reason(self, subject: str) -> None:
        """Close what was opened of a person."""
        if self._statements is not None:
            self._statements.forget(subject)

    def _reader(self, source: Source) -> Reader:
        reason = self.stated.reason
        return msgspec.structs.replace(
            self.principal.reader,
            sight=sight_of(self.principal.role, source, self.stated.categories),
            reason=reason.code if reason else None,
            case_ref=reason.case_ref if reason else None,
        )

    def look_for_missing(self) -> None:
        """Say of an answer about many persons which files are missing from it."""
        self.missing_through = missing_through(self.site.session("reader"), self.moment)

    def settle(self) -> None:
        """After an act: return when the views show it, so that the next page does.

        The act is recorded, so what keeps the views from following is for that page to say.
        """
        with suppress(LedgerError):
            self._wait_for_views(at_most_s=SETTLE_S)

    def _wait_for_views(self, at_most_s: float | None = None) -> int:
        if self.site.views is not None:
            return self.site.views.wait(self.site, at_most_s=at_most_s)
        bring_up_to_date(self.site)
        return 0

    def _bring_up_to_date(self, *, always: bool = False) -> None:
        """Only the present is read from the views."""
        if (always or self.moment == NOW) and not self._current:
            self.behind = self._wait_for_views()
            self._current = True


def _words(value: object) -> list[str]:
    """The words of a value of a request, of which each may be a reference."""
    values = value if isinstance(value, list) else [value]
    return [word for text in values if isinstance(text, str) for word in text.split()]
