"""Two ledgers that agree on everything that a role is told, and every answer of both to that role."""

import re
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from html import unescape
from itertools import product
from pathlib import Path
from random import Random
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

import httpx2

from host.wiring import install_site
from ledger.reading import head_position
from tests.fixtures.console import collected, declared, message, recipient, registered
from tests.fixtures.postgres import Templates
from tests.fixtures.whole import WHOLE
from tests.web.console import NOW, ORIGIN, Client, Consoled, console_settings
from tests.web.crawling import route_of
from tests.web.programs import Programs
from tests.web.twin_events import (
    CONTACT,
    EMAIL,
    HIDDEN_EMAIL,
    OTHER,
    PERSONS,
    RIGHTS,
    SERVING,
    UNSEEN,
    WHO,
    Event,
)
from web.exports import FORMS
from web.logins.limits import Limiter
from web.page import AnyPage
from web.pages.listed import PAGES
from web.resource import Resource
from web.resources.listed import RESOURCES
from web.rights import rights_of

COVERS = {
    "helpdesk-agent": ("identity", "address", "contact", "service"),
    "billing-clerk": ("identity", "address", "contact", "payment", "traffic"),
    "disclosure-officer": ("identity", "address", "contact", "service", "device", "location"),
}
"""What the register says that each role covers."""
EARLY = "2024-01-02T10:00:00+01:00"
ONE_IN = 1.0 if WHOLE else 0.1
"""Of the other ways to ask, so many are tried."""
BASES = ("", "/api/v1")
ELSEWHERE = ("/static", "/sessions")
"""Files of the program, and logins, which are in the memory of the console: of no ledger."""
MIDDLE, MIDDAY = "2025-06-15T00:00:00Z", "2025-06-15"
_PURPOSES = {
    "customer-care": "customer-support",
    "service-delivery": "service-provision",
    "direct-marketing": "newsletter",
    "debt-collection": "collection",
    "credit-assessment": "solvency-check",
    "fraud-prevention": "misuse-detection",
    "dispute-handling": "dispute-settlement",
    "privacy-rights": "rights-handling",
}
_RECIPIENTS = {
    "incasso": "collection-agency",
    "krediettoets": "credit-bureau",
    "carrier": "carrier",
    "provider": "telecom-provider",
    "pakket": "shipping",
    "overzee": "processor",
    "verwerker": "processor",
}


def base() -> Iterator[Event]:
    """What both ledgers have before they differ: the register, and some persons."""
    for activity, purpose in _PURPOSES.items():
        purposes = [{"purpose": purpose, "legal_basis": "6-1-f"}]
        yield declared(activity, purposes=purposes, name=activity, time=EARLY)
    for id, kind in _RECIPIENTS.items():
        yield recipient(f"Firma {id}", id, kind=kind, time=EARLY)
    for role, categories in COVERS.items():
        yield message(
            "role-defined", f"role/{role}", role=role, categories=[*categories], time=EARLY
        )
    known = {"categories": ["identity", "contact"], "personal": {"name": "A. Naam", "email": EMAIL}}
    for who in (WHO, OTHER):
        yield registered(who, time=EARLY)
        yield collected(who, time=EARLY, **SERVING, **known)
    yield collected(WHO, id="v-base", time=EARLY, **SERVING, **known)
    yield message("contact-person-added", CONTACT, customer=WHO, time=EARLY, **SERVING, **known)
    yield message(
        "rights-request-received",
        WHO,
        request_ref="V-1",
        right="access",
        channel="post",
        received_on="2025-01-02",
        time=EARLY,
        **RIGHTS,
    )


@contextmanager
def twins(
    templates: Templates, folder: Path, pairs: Sequence[tuple[Event, Event]]
) -> Iterator[list[Consoled]]:
    """Two consoles over ledgers with the same keys. Each pair of messages has one place in both."""

    def install(url: str, keys: Path) -> None:
        settings = console_settings(url, keys)
        install_site(settings, lambda: NOW)
        with closing(Consoled(settings)) as made:
            made.record(*base())

    made: list[Consoled] = []
    with (
        templates.of("twins", install, folder / "a") as one,
        templates.of("twins", install, folder / "b") as other,
    ):
        try:
            for side, (url, keys) in enumerate(((one, "a"), (other, "b"))):
                console = Consoled(console_settings(url, folder / keys))
                # A walk looks at a person more often than a reader may, and permits come back with time.
                console.console.desk._looks = Limiter(10**9, 3600.0)
                made.append(console)
                console.record(*(pair[side] for pair in pairs))
            yield made
        finally:
            for console in made:
                console.close()


class Asked(NamedTuple):
    """An answer: what was asked, and what came, without what is another one each time."""

    question: str
    status: int
    headers: tuple[tuple[str, str], ...]
    text: str


class Walk:
    """All that a role can ask of a console. `seed`: decides which address is asked in other ways, too.

    Each answer is asked, or `usual` of them. Its files, languages, moments and places in it are drawn, one in
    so many.
    """

    def __init__(
        self,
        console: Consoled,
        role: str,
        seed: int,
        reference: str = "employee/11",
        usual: float = 1.0,
    ) -> None:
        self._console, self._role, self._rng, self._usual = console, role, Random(seed), usual
        self._client = console.as_(role, reference)
        self._program = Programs(console).client("reader", "ledger", role=role)
        with console.site() as site:
            self._head = head_position(site.session("reader"))

    def answers(self) -> Iterator[Asked]:
        """Each answer, page, export and feed."""
        ways = [*self._pages_otherwise(), *self._resources_otherwise(), *self._questions()]
        some = [way for way in ways if self._rng.random() < ONE_IN]
        usual = [*self._resources(), *self._pages()]
        if self._usual < 1.0:
            usual = [address for address in usual if self._rng.random() < self._usual]
        for address in dict.fromkeys([*usual, *some]):
            yield self._got(address)
        for field, value in (("email", EMAIL), ("email", HIDDEN_EMAIL), ("name", "A. Naam")):
            yield self._posted("/persons/find", field=field, value=value)
        for who in (*PERSONS, UNSEEN, "customer/nobody"):
            yield self._posted("/persons/look-up", reference=who)
        yield from self._standards()
        yield from self._linked()

    def _parts(self) -> set[str]:
        return {*rights_of(self._role).pages}

    def _resources(self) -> Iterator[str]:
        for resource in RESOURCES:
            if resource.part in self._parts():
                yield from (f"/api/v1{path}" for path in self._expanded(resource.path))

    def _resources_otherwise(self) -> Iterator[str]:
        for resource in RESOURCES:
            if resource.part in self._parts():
                for path in self._expanded(resource.path):
                    if resource.timed:
                        yield f"/api/v1{path}?{urlencode({'asOf': MIDDLE})}"
                        yield f"/api/v1{path}?{urlencode({'atPosition': self._head - 4})}"
                    if resource.rows:
                        yield f"/api/v1{path}?limit=2"

    def _pages(self) -> Iterator[str]:
        for page in PAGES:
            if page.resource.part in self._parts() and "{position" not in page.path:
                yield from self._expanded(page.path)

    def _pages_otherwise(self) -> Iterator[str]:
        for page in PAGES:
            if page.resource.part in self._parts():
                for path in self._expanded(page.path):
                    yield f"{path}?{urlencode({'language': 'en'})}"
                    yield from (f"{path}?{urlencode({'format': form})}" for form in FORMS)
                    if page.resource.timed:
                        yield f"{path}?{urlencode({'as-of': MIDDLE})}"

    def _expanded(self, path: str) -> Iterator[str]:
        """The addresses of a pattern; none of one that names a case or a thing of the register."""
        path = path.replace("{position:position}", "{position}")
        if "{kind}" in path:
            for kind, id in (
                ("customer", "1"),
                ("customer", "2"),
                ("contact", "1~1"),
                ("visitor", "9"),
            ):
                yield path.replace("{kind}", kind).replace("{id}", id)
        elif "{position}" in path:
            yield from (path.replace("{position}", str(n)) for n in range(1, self._head + 2))
        elif "{" not in path:
            yield path

    def _questions(self) -> Iterator[str]:
        """Parameters: each list narrowed, and each place in one."""
        if "disclosures" in self._parts():
            yield from self._of_disclosures()
        if "holds" in self._parts():
            for base, who in product(BASES, (*PERSONS, UNSEEN, "customer/no")):
                yield f"{base}/holds?subject={who}"
        for part, place in product(("history", "looks"), range(1, self._head + 1, 5)):
            yield f"/api/v1/persons/customer/1/{part}?before={place}&limit=1"
        yield f"/api/v1/persons/customer/1?from={MIDDAY}"
        yield f"/api/v1/persons/customer/1/comparison?{urlencode({'withAsOf': MIDDLE})}"

    def _of_disclosures(self) -> Iterator[str]:
        ids = (*_RECIPIENTS, "deurwaarder", "advocaat", "onbekend", "niemand")
        kinds = (*dict.fromkeys(_RECIPIENTS.values()), "bailiff", "lawyer")
        asked = (
            *(f"recipient={id}" for id in ids),
            *(f"kind={kind}" for kind in kinds),
            *(f"country={code}" for code in ("NL", "US", "XX")),
            *(f"provision={code}" for code in ("nl.tw.11.10", "nl.none.1")),
            *(f"after={place}&limit=1" for place in range(1, self._head + 1, 3)),
        )
        for base, question in product(BASES, asked):
            yield f"{base}/disclosures?{question}"
        for name in ("disclosures", "transfers", "transparency"):
            yield f"/api/v1/{name}?from={MIDDAY}"

    def _linked(self) -> Iterator[Asked]:
        """What pages lead to, from the first page of the role on; a few of each route."""
        waiting, known, asked = deque(["/"]), {"/"}, Counter[str]()
        while waiting:
            address = waiting.popleft()
            name = route_of(self._console, address)
            asked[name] += 1
            if asked[name] > 1:
                continue
            response = self._client.http.get(address)
            yield _asked(address, response)
            links = [response.headers.get("location", "")]
            if response.headers.get("content-type", "").startswith("text/html"):
                links += re.findall(r'href="([^"]*)"', response.text)
            for link in map(unescape, links):
                if link in known or not link.startswith("/") or link.startswith(ELSEWHERE):
                    continue
                known.add(link)
                waiting.append(link.partition("#")[0])

    def _standards(self) -> Iterator[Asked]:
        for kind, id in (
            ("klant", "1"),
            ("klant", "2"),
            ("contactpersoon", "1"),
            ("bezoeker", "9"),
        ):
            query = {"objecttype": "persoon", "soortObjectId": kind, "objectId": id}
            days = {"beginDatum": "2020-01-01", "eindDatum": "2030-01-01"}
            address = f"/api/vng/v1/verwerkte-objecten?{urlencode(query | days)}"
            response = self._program.get(address)
            yield _asked(address, response)
            for result in response.json().get("results", ())[:5]:
                yield _asked(result["url"], self._program.get(result["url"].removeprefix(ORIGIN)))
        streams = self._streams()
        for who, stream in streams.items():
            content = {"dpl.core.data_subject_id": stream}
            response = self._program.post("/api/ldv/v1/processing-activities", json=content)
            yield _asked(f"LDV {who}", response)

    def _streams(self) -> dict[str, str]:
        with self._console.site() as site:
            periods = site.source("export").opener.periods
            return {who: str(found[-1].subject) for who in PERSONS if (found := periods(who))}

    def _got(self, address: str) -> Asked:
        return _asked(address, self._client.http.get(address))

    def _posted(self, address: str, **fields: str) -> Asked:
        question = f"{address} {sorted(fields.items())}"
        return _asked(question, self._client.post(address, **fields))


# Another one for each form, each session and each answer: chance, and of no ledger.
_CHANCE = re.compile(
    r'nonce="[^"]*"|(?<=name="csrf" value=")[^"]*|(?<=name="once" value=")[^"]*|(?<="instance":")[^"]*'
    r'|(?<=name="name" value=")[0-9a-f]{16}'  # of a session
)
# A hash or a signature over the whole log commits to what is hidden and tells nothing of it: keys are chance.
_COMMITMENT = re.compile(r"[A-Za-z0-9+/]{43}=|[A-Za-z0-9+/]{88,}=*|[0-9a-f]{64}|W/\"[0-9a-f]{32}\"")
# Each answer belongs to a trace of its own, and the clock fills the room for requests again.
_TRACE = {"traceparent", "date", "ratelimit"}


def _asked(question: str, response: httpx2.Response) -> Asked:
    headers = {name: text for name, text in response.headers.items() if name not in _TRACE}
    text = _CHANCE.sub("", _body(response))
    place = urlsplit(question).path
    if re.search(r"^(/api/v1)?/(proof|log|checkpoint)", place):
        text, headers = _COMMITMENT.sub("", text), {**headers, "etag": "", "content-length": ""}
    elif _CHANCE.search(_body(response)):
        headers["content-length"] = ""
    return Asked(question, response.status_code, tuple(sorted(headers.items())), text)


def _body(response: httpx2.Response) -> str:
    """The content; of a workbook its bytes."""
    if response.content[:2] == b"PK":
        return response.content.hex()
    return response.text


__all__ = ["AnyPage", "Client", "Resource", "Walk", "base", "twins"]
