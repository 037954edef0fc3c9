"""One request: who asks, in which language, as of which moment, and the ledger that answers."""

import time
from datetime import datetime

import msgspec

from application.following import bring_up_to_date, wait_until_current
from application.reading import Reader
from application.sight import EVERYTHING
from application.source import Source
from host.settings import Settings
from host.site import Site
from ledger.names import Role
from ledger.reading import may_take
from projections.folds.timetravel import NOW, Moment
from schemas.texts import Language
from web.principals import Principal
from web.problems import Forbidden, NotFound
from web.reasons import NOTHING_STATED, Reason, Stated, Statements
from web.rights import NEEDED, Deed, Part, Rights, rights_of, sight_of


class Visit:
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

    def has(self, part: Part) -> bool:
        """Whether the role has a part of the console."""
        return part in self.rights.pages

    def may(self, deed: Deed) -> bool:
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

        Views are up to date with all that was recorded before the first call.
        """
        self._bring_up_to_date()
        self.site.for_whom = self._reader(self.site.source(query))
        return self.site.source(query)

    def whole_source(self, query: str) -> Source:
        """The same, of all that is held of a person: for the documents that a person is entitled to.

        Raises Forbidden for a role that may not answer requests, TooMany for a reader who opens more than a
        person does.
        """
        if not self.may("requests"):
            raise Forbidden
        if self._statements is not None:
            self._statements.count()
        self._bring_up_to_date()
        self.site.for_whom = msgspec.structs.replace(self.principal.reader, sight=EVERYTHING)
        return self.site.source(query)

    def own_source(self, query: str) -> Source:
        """The same, of all that is held of the person who asks, and of nobody else.

        What may not be told to that person is for the answer to leave out. Raises NotFound for everybody who
        is no person of the portal, and at the confidential ledger.
        """
        if self.principal.kind != "data-subject" or self.settings.confidential:
            raise NotFound
        self._bring_up_to_date()
        self.site.for_whom = msgspec.structs.replace(self.principal.reader, sight=EVERYTHING)
        return self.site.source(query)

    def acting_source(self, query: str) -> Source:
        """The same, for an act of that person. Raises NotFound, and TooMany for more than persons do."""
        if not self.may("self-service") or self._statements is None:
            raise NotFound
        source = self.own_source(query)
        self._statements.count_act()
        return source

    def state_reason(self, subject: str, reason: Reason, category: str) -> None:
        """Open a category of a person for a while, for a reason. Raises Forbidden, or TooMany."""
        if self.rights.others != "masked" or self._statements is None:
            raise Forbidden
        self._statements.state(subject, reason, category)

    def for_reason(self, reason: Reason, category: str) -> "Visit":
        """The same visit, in which a category is open for one answer. Raises Forbidden, or TooMany."""
        if self.rights.others != "masked" or self._statements is None:
            raise Forbidden
        self._statements.count()
        stated = Stated(reason, frozenset({category}))
        made = Visit(self.site, self.principal, self.language, self.moment, stated)
        made._current = self._current
        return made

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

    def _bring_up_to_date(self) -> None:
        """Only the present is read from the views."""
        if self.moment == NOW and not self._current:
            if self._may_work_as("projector"):
                bring_up_to_date(self.site)
            else:
                wait_until_current(self.site, time.sleep)
            self._current = True
