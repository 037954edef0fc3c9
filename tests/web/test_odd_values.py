"""Whatever stands in a parameter, a header, a cookie or a body: the answer is never an error of ours."""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

import pytest
from msgspec.structs import fields

from tests.fixtures.whole import turn
from tests.web.console import ORIGIN, Client, Consoled
from tests.web.programs import Programs
from web.api.asking import camel
from web.pages.listed import FORMS, PAGES
from web.resources.listed import RESOURCES

ODD: Sequence[str] = (
    *("1e308", "-1e308", "NaN", "Infinity", "-1", "-0", "0", "00", "1.5", "1_000", "+1", " 1"),
    *("1" * 19, "9" * 19, "9" * 20, "9" * 400, "0000100000000", "00001" + "0" * 5_000),
    *(
        "true",
        "null",
        "[]",
        "{}",
        "[[[[",
        '{"a":1}',
        "x" * 300,
        "\x00",
        "a\x00b",
        "\n",
        "é",
        "\uff11\uff12",
    ),
    *(
        "\u00b2",
        "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
        "%",
        "%00",
        "..",
        "a/b",
    ),
    *("2026-02-30", "0000-00-00", "9999-12-31", "10000-01-01", "-0001-01-01", "2026-W01-1"),
    *("2026-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "0001-01-01T00:00:00+23:59"),
    *("2026-01-01T00:00:00+99:99", "2026-01-01T24:00:00Z", "00000000-0000-0000-0000-000000000000"),
    *(
        "0001-01-01 00:00:00",
        "9999-12-31 23:59:59",
        "0001-01-01",
        "0001-01-01T00:00",
        "9999-12-31T23:59",
    ),
    *("customer/", "customer/10023", "customer/é", "employee/" + "9" * 200, "urn:x:" + "y" * 200),
)
KNOWN = {"kind": "customer", "id": "10023", "position": "10", "name": "consent-given"}


def path_of(path: str, **given: str) -> str:
    """The path with something known in each place, or what is given."""
    for member, text in (KNOWN | given).items():
        for place in (f"{{{member}}}", f"{{{member}:position}}"):
            path = path.replace(place, quote(text, safe=""))
    while "{" in path:
        before, _, rest = path.partition("{")
        path = before + "x" + rest.partition("}")[2]
    return path


def members_of(path: str) -> list[str]:
    return [part.partition("}")[0].partition(":")[0] for part in path.split("{")[1:]]


def asked(path: str, names: Sequence[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Addresses with something odd in one place. Which of all odd values, its turn decides."""
    for name in members_of(path):
        for text in turn(f"{path} {name}", ODD):
            yield path_of(path, **{name: text}), {}
    for name in names:
        for text in turn(f"{path}?{name}", ODD):
            yield path_of(path), {name: text}


def answers(client: Client, path: str, parameters: dict[str, str] | None = None) -> None:
    response = client.http.get(path, params=parameters)
    assert response.status_code < 500, (path, parameters)


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.path)
def test_a_parameter_of_an_answer_may_be_anything(sampled: Consoled, resource: Any) -> None:
    client = sampled.as_("privacy-officer")
    names = [camel(field.encode_name) for field in fields(resource.params)]
    for path, parameters in asked(f"/api/v1{resource.path}", names):
        answers(client, path, parameters)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_a_parameter_of_a_page_may_be_anything(sampled: Consoled, page: Any) -> None:
    client = sampled.as_("privacy-officer")
    names = [field.encode_name for field in fields(page.resource.params)]
    for path, parameters in asked(page.path, names):
        answers(client, path, parameters)


COMMON = (
    "asOf",
    "recordedBy",
    "atPosition",
    "limit",
    "cursor",
    "open",
    "reason",
    "caseRef",
    "language",
)


@pytest.mark.parametrize("name", COMMON)
@pytest.mark.parametrize(
    "path", ["/persons/customer/10023/history", "/persons/customer/10023", "/today"]
)
def test_what_every_answer_is_asked_with_may_be_anything(
    sampled: Consoled, path: str, name: str
) -> None:
    client = sampled.as_("privacy-officer")
    for text in ODD if path == "/today" else turn(f"{path}?{name}", ODD):
        answers(client, f"/api/v1{path}", {name: text})


@pytest.mark.parametrize(
    "name", ["as-of", "recorded-by", "at-position", "format", "language", "next"]
)
def test_what_every_page_is_asked_with_may_be_anything(sampled: Consoled, name: str) -> None:
    client = sampled.as_("privacy-officer")
    for path in ("/persons/customer/10023", "/findings", "/requests/9999-12-31T23:59:59.999999Z"):
        for text in ODD if path.startswith("/persons") else turn(f"{path}?{name}", ODD):
            answers(client, path, {name: text})


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.path)
def test_a_field_of_a_form_may_be_anything(sampled: Consoled, form: Any) -> None:
    client = sampled.as_("privacy-officer")
    names = [field.encode_name for field in fields(form.fields)]
    usual = {"subject": "customer/10023", "ref": "R-1", "reason": "question"}
    for name in names:
        for text in turn(f"{form.path} {name}", ODD):
            sent = {field: usual.get(field, "x") for field in names} | {name: text}
            for fields_sent in (sent, {name: text}):
                response = client.post(path_of(form.path), **fields_sent)
                assert response.status_code < 500, (form.path, name, text)


HEADERS = (
    *(
        "accept",
        "accept-encoding",
        "accept-language",
        "authorization",
        "client-cert",
        "content-length",
    ),
    *(
        "content-type",
        "cookie",
        "forwarded",
        "host",
        "idempotency-key",
        "if-match",
        "if-none-match",
    ),
    *("origin", "prefer", "range", "referer", "sec-fetch-site", "traceparent", "tracestate"),
    *("x-csrf-token", "x-forwarded-for", "x-forwarded-proto", "x-request-id", "if-modified-since"),
)


@pytest.mark.parametrize("name", HEADERS)
def test_a_header_may_be_anything(sampled: Consoled, name: str) -> None:
    program = Programs(sampled).client("crm", "ledger", "ledger-events")
    person = sampled.as_("privacy-officer")
    texts = [text for text in ODD if not set(text) & set("\x00\n")]
    more = [
        "Bearer ",
        "Bearer " + "x" * 9_000,
        "bearer a.b.c",
        "Basic x",
        "q=1e400",
        "nl;q=nan,en;q=inf",
    ]
    for text in (
        *turn(name, texts),
        *more,
        "=" * 300,
        ";" * 300,
        "," * 300,
        'W/"' * 50,
        "bytes=0-1e9",
        "__Host-s=",
    ):
        headers: Any = {name: text.encode()[:60_000]}
        for client in (program, person.http, sampled.nobody().http):
            for path in turn(f"{name} {text}", ("/api/v1/today", "/login")):
                assert client.get(path, headers=headers).status_code < 500, (name, text)
            sent = client.post("/api/v1/events", headers=headers, content=b"{}")
            assert sent.status_code < 500, (name, text)


BODIES = (
    *(b"", b"[" * 50_000, b'{"a":' * 50_000, b"[]", b"{}", b"null", b"1e308", b"-", b"NaN", b'"x"'),
    *(b"\xff", b"\x00", b'{"a":1,"a":2}', b'{"specversion":"1.0"}', b"1" * 5_000, b"[1e999]"),
    *(b'{"start_time":1e308}', b'{"startTime":99999999999999999999}', b'{"startTime":1e18}'),
    *(b'{"endTime":-1e308}', b'{"traceId":1}', b'{"traceId":"\\ud800"}', b'{"csrf":"x"}'),
)
SENT_TO = (
    "/api/v1/events",
    "/api/ldv/v1/processing-activities",
    "/api/v1/me/requests",
    "/logout/backchannel",
    "/csp-report",
    "/acts/open-request",
)
KINDS = (
    "application/json",
    "application/cloudevents+json",
    "application/cloudevents-batch+json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "text/plain",
    "",
)


@pytest.mark.parametrize("path", SENT_TO)
def test_a_body_may_be_anything(sampled: Consoled, path: str) -> None:
    programs = Programs(sampled)
    program = programs.client("crm", "ledger", "ledger-events")
    portal, person = programs.person("customer/10023"), sampled.as_("privacy-officer")
    token = {"x-csrf-token": person.session.csrf} if person.session else {}
    own = {"origin": ORIGIN, "sec-fetch-site": "same-origin", **token}
    for body in BODIES:
        for kind in KINDS:
            clients: Any = ((program, {}), (portal, {}), (person.http, own))
            for client, more in turn(f"{path} {kind} {body[:9]!r}", clients):
                headers = {"content-type": kind, **more}
                sent = client.post(path, content=body, headers=headers)
                assert sent.status_code < 500, (path, body[:40], kind)
                assert client.put(path, content=body, headers=headers).status_code < 500


def test_a_list_has_no_longer_pieces_whatever_is_asked(sampled: Consoled) -> None:
    client = sampled.as_("privacy-officer")
    for limit, status in (
        *(("1000", 200), ("1", 200), ("1001", 400), ("0", 400), ("00001", 400)),
        *(("0000100000000", 400), ("00001" + "0" * 5_000, 400), ("-1", 400), ("1e3", 400)),
    ):
        response = client.http.get("/api/v1/today", params={"limit": limit})
        assert response.status_code == status, limit
