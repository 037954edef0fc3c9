"""Documents of orders, changed at random: read, or refused in words of our own. What is written is read."""

import contextlib
import string

from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from documents.order_forms import FORMS, FormRefused, own_xml, received
from documents.order_forms.catalogue import Field, Section
from documents.order_forms.filled import Filled, Part
from documents.order_forms.receiving import filled_in, problems_of
from documents.order_forms.safe_xml import HostileXml, parsed
from tests.fixtures.whole import examples
from tests.unit.documents import test_commission_xml, test_ts_103_120
from tests.unit.documents.making import ALL, written

DOCUMENTS = [
    *map(written, ALL.values()),
    *(own_xml(filled_in(written(table))[0]) for table in ALL.values()),
    test_commission_xml.document(),
    test_ts_103_120.message(test_ts_103_120.authorisation(), test_ts_103_120.task()),
]
PIECES = [
    *(b"<", b">", b"&", b"&#0;", b"<!--", b"]]>", b"<![CDATA[", b"<!DOCTYPE a>", b'"', b"{", b"["),
    *(b"\x00", b"\xff", b"\xe2\x80\xae", b"\n", b"xmlns:a='b'", b"</a>", b"<a>", b"999999999"),
    *(b"9999-12-31T23:59:59Z", b"0001-01-01T00:00:00Z"),
]
# Characters that are nobody's name: if one of them is in a message, a value is.
FEW = settings(max_examples=examples(40))
MARK = "\u2603\u2604"
ENDS = ("9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "9999-12-31", "0001-01-01")
"""The ends of the calendar, which no clock in another zone has."""


@st.composite
def changed_documents(draw: st.DrawFn) -> bytes:
    """A document with some pieces put in, taken out or doubled."""
    document = draw(st.sampled_from(DOCUMENTS))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(document)))
        to = at + draw(st.integers(0, 40))
        piece = draw(st.sampled_from(PIECES) | st.binary(max_size=8) | st.just(document[at:to] * 2))
        document = document[:at] + piece + document[to:]
    return document


@given(changed_documents() | st.binary(max_size=300))
@example(b"")
@example(DOCUMENTS[0])
@example(DOCUMENTS[0][:-1])
@example(DOCUMENTS[0] + DOCUMENTS[1])
@example(DOCUMENTS[-1].replace(b">", b">&#0;", 1))
def test_a_changed_document_is_read_or_refused_in_words_of_ours(document: bytes) -> None:
    refusal = None
    try:
        assert received(document, "authority").orders
    except FormRefused as error:
        refusal = error
    assert refusal is None or (refusal.lines("en") and refusal.lines("nl"))


@given(st.binary(max_size=300) | changed_documents())
@example(b"<a/>")
@example(b"<a></b>")
@example(b"<a/><a/>")
@example(b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>")
@example(b"<a>\x00</a>")
def test_any_bytes_are_xml_or_hostile(document: bytes) -> None:
    with contextlib.suppress(HostileXml):
        assert parsed(document).name


def values_of(field: Field) -> SearchStrategy[str]:
    """Values that a field may have, and some that it may not."""
    text = st.text(string.ascii_letters + string.digits + MARK + "<&>'\"-: \n", min_size=1).map(
        str.strip
    )
    if field.choices:
        return st.sampled_from(field.choices)
    return text.filter(bool) | st.sampled_from(ENDS)


@st.composite
def filled_forms(draw: st.DrawFn) -> Filled:
    """A form in which anything is filled in."""
    form = FORMS[draw(st.sampled_from(sorted(FORMS)))]

    def part(section: Section) -> Part:
        fields = draw(st.lists(st.sampled_from(section.fields), unique_by=lambda one: one.name))
        values = {
            f.name: tuple(draw(st.lists(values_of(f), min_size=1, max_size=3))) for f in fields
        }
        return Part(section.letter, values)

    return Filled(form.code, tuple(part(one) for one in form.sections if draw(st.booleans())))


def every_field(value: str) -> Filled:
    """A form in which each field has the same value, twice."""
    form = FORMS[min(FORMS)]
    return Filled(
        form.code,
        tuple(
            Part(section.letter, {field.name: (value, value) for field in section.fields})
            for section in form.sections
        ),
    )


FILLED = every_field(f"{MARK}<&>'\"-: \n{MARK}")


@FEW
@given(filled_forms())
@example(FILLED)
def test_what_is_written_is_read(filled: Filled) -> None:
    again, _ = filled_in(own_xml(filled))
    assert again == filled


@FEW
@given(filled_forms())
@example(FILLED)
def test_nothing_that_is_filled_in_is_told(filled: Filled) -> None:
    """And the same faults are found however often one looks."""
    found = problems_of(filled)
    assert found == problems_of(filled)
    told = "".join(one.say(language) for one in found for language in ("en", "nl"))
    assert not set(MARK) & set(told)
