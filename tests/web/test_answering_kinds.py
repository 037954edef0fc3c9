"""Questions about different persons are of different kinds: one long history shuts no other one."""

from collections.abc import Hashable

from starlette.requests import Request

from web.answering import _kind_of


def kind(number: str, query: bytes = b"") -> Hashable:
    path = {"kind": "customer", "id": number}
    scope = {"type": "http", "method": "GET", "path_params": path, "query_string": query}
    return _kind_of(Request(scope))


def test_a_question_about_another_person_is_of_another_kind() -> None:
    assert kind("1") != kind("2")
    assert kind("1", b"from=2026") == kind("1", b"from=2025") != kind("1")
