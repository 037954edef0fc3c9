"""Hostile XML is refused before it becomes objects, at work and memory that are linear in its bytes."""

from collections.abc import Callable

import pytest

from documents.order_forms import safe_xml
from documents.order_forms.problems import TEXTS
from documents.order_forms.receiving import received
from documents.order_forms.safe_xml import HostileXml, parsed
from tests.fixtures.counting import peak_bytes, steps
from tests.unit.documents.making import refused

LAUGHS = b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10))
HOSTILE: dict[str, tuple[bytes, str]] = {
    "entities": (b'<!DOCTYPE a [<!ENTITY a0 "x">' + LAUGHS + b"]><a>&a9;</a>", "forbidden"),
    "external": (
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        "forbidden",
    ),
    "parameter": (
        b'<!DOCTYPE a [<!ENTITY % p SYSTEM "http://example.org/x.dtd"> %p;]><a/>',
        "forbidden",
    ),
    "external DTD": (b'<!DOCTYPE a SYSTEM "http://example.org/a.dtd"><a/>', "forbidden"),
    "DTD alone": (b"<!DOCTYPE a><a/>", "forbidden"),
    "DTD in a comment": (b"<a><!-- <!DOCTYPE a> --></a>", "forbidden"),
    "style sheet": (b'<?xml-stylesheet href="http://example.org/a.xsl"?><a/>', "forbidden"),
    "instruction": (b"<a><?php echo 1 ?></a>", "forbidden"),
    "inclusion": (
        b'<a xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="/etc/passwd"/></a>',
        "forbidden",
    ),
    "unknown entity": (b"<a>&x;</a>", "not-well-formed"),
    "deep": (b"<a>" * 100_000, "too-deep"),
    "deep and whole": (b"<a>" * 40 + b"</a>" * 40, "too-deep"),
    "elements": (b"<a>" + b"<b/>" * 30_000 + b"</a>", "too-many-elements"),
    "attributes": (
        b"<a " + b" ".join(b"a%d=''" % n for n in range(9_000)) + b"/>",
        "too-many-attributes",
    ),
    "namespaces": (
        b"<a " + b" ".join(b"xmlns:a%d='u:%d'" % (n, n) for n in range(9_000)) + b"/>",
        "too-many-namespaces",
    ),
    "nested namespaces": (
        b"<a>" + b"".join(b"<b xmlns='u:%d'/>" % n for n in range(90)) + b"</a>",
        "too-many-namespaces",
    ),
    "long namespace": (
        b"<a xmlns:p='" + b"u" * 9_000 + b"'>" + b"<p:b/>" * 9_000 + b"</a>",
        "name-too-long",
    ),
    "long name": (b"<" + b"a" * 9_000 + b"/>", "name-too-long"),
    "long text": (b"<a>" + b"x" * 300_000 + b"</a>", "text-too-long"),
    "long attribute": (b"<a b='" + b"x" * 300_000 + b"'/>", "text-too-long"),
    "large": (b"<a>" + b" " * (1024 * 1024), "too-many-bytes"),
    "UTF-16": ("<a/>".encode("utf-16"), "encoding"),
    "UTF-32": ("<a/>".encode("utf-32-be"), "encoding"),
    "another encoding": (b"<?xml version='1.0' encoding='ISO-8859-1'?><a/>", "encoding"),
    "UTF-7": (b"<?xml version='1.0' encoding='UTF-7'?><a/>", "encoding"),
    "bytes of another one": (b"<a>\xe9</a>", "encoding"),
    "surrogates": (b"<a>\xed\xa0\x80</a>", "encoding"),
    "two roots": (b"<a/><b/>", "not-well-formed"),
    "same attribute": (b"<a b='1' b='2'/>", "not-well-formed"),
    "same attribute by two prefixes": (
        b"<a xmlns:p='u' xmlns:q='u' p:b='1' q:b='2'/>",
        "not-well-formed",
    ),
    "control": (b"<a>\x01</a>", "not-well-formed"),
    "unfinished": (b"<a b='", "not-well-formed"),
    "nothing": (b"", "not-well-formed"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_document_is_refused(name: str) -> None:
    document, fault = HOSTILE[name]
    with pytest.raises(HostileXml) as caught:
        parsed(document)
    assert caught.value.fault == fault
    assert caught.value.__cause__ is None
    assert fault in TEXTS


@pytest.mark.parametrize("name", sorted(HOSTILE.keys() - {"nothing"}))
def test_a_hostile_form_is_refused_in_plain_words(name: str) -> None:
    """What does not even begin as XML is read as fields, and is none."""
    document, fault = HOSTILE[name]
    (problem,) = refused(lambda: received(document)).problems
    assert problem.code == fault


def test_an_ordinary_document_is_read() -> None:
    document = b"""\xef\xbb\xbf<?xml version="1.0" encoding="utf-8" standalone="yes"?>
    <!-- a comment -->
    <a xmlns="u:1" xmlns:p="u:2"><p:b c="&lt;1" p:d="2"> x &amp; <![CDATA[<y>]]> </p:b></a>"""
    root = parsed(document)
    (child,) = root.named("b")
    assert (root.namespace, root.name, child.namespace) == ("u:1", "a", "u:2")
    assert (child.text, child.attributes) == ("x & <y>", {"c": "<1", "{u:2}d": "2"})


# Bytes that cost an expat or a regular expression much, if anything does.
REPEATED: dict[str, Callable[[int], bytes]] = {
    "elements": lambda size: b"<a>" + b"<b/>" * (size // 4 - 2) + b"</a>",
    "texts": lambda size: b"<a>" + b"<b>xxxx</b>" * (size // 11) + b"</a>",
    "references": lambda size: b"<a>" + b"&#65;" * (size // 5) + b"</a>",
    "attributes": lambda size: b"<a " + b" ".join(b"a%06d=''" % n for n in range(size // 11)) + b"/>",
    "declarations": lambda size: b"xmlns=" * (size // 6),
    "brackets": lambda size: b"<" * size,
    "comment": lambda size: b"<a><!--" + b"-x" * (size // 2),
    "spaces": lambda size: b"<a xmlns" + b" " * size,
    "fields": lambda size: b"a.b = 1\n" * (size // 8),
    "parts of keys": lambda size: (b".".join([b"a"] * 100) + b" = 1\n") * (size // 203),
    "keys with ends of lines": lambda size: b".".join([b'"\xe2\x80\xa8"'] * (size // 6)) + b" = 1",
    "keys": lambda size: b".".join(b"a" for _ in range(size // 2)) + b" = 1",
}  # fmt: skip


@pytest.mark.parametrize("name", REPEATED)
def test_work_and_memory_are_linear(name: str) -> None:
    """Calls and bytes for a document of twice the size are twice as many at most, and few for each byte."""
    make = REPEATED[name]

    def work(size: int) -> Callable[[], object]:
        document = make(size)
        return lambda: refused(lambda: received(document))

    small, large = steps(work(20_000)), steps(work(40_000))
    assert large <= 2.2 * small + 2_000
    assert large <= 10 * 40_000
    assert peak_bytes(work(40_000)) <= 300 * 40_000


def test_the_limits_leave_room_for_forms() -> None:
    assert safe_xml.MOST_DEEP >= 32
    assert safe_xml.MOST_BYTES >= 256 * 1024
