"""XML that a stranger wrote, read into plain elements, or refused before it can do anything.

The bytes are looked through first: a document type, an entity, an instruction for another program, another
encoding or a name of a namespace without end is refused before a parser sees it. Then expat reads them
through defusedxml, which refuses the same things, and the limits below are asked as each element arrives, so
no tree of a hostile document is ever built. Work and memory grow linearly with the bytes, which are limited.
Nothing of a document is in an error.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Literal

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, ParseError

MOST_BYTES = 512 * 1024
"""A form of a few pages has some tens of kilobytes; a large scan does not belong in it."""

MOST_DEEP = 32
MOST_ELEMENTS = 20_000
MOST_ATTRIBUTES = 16
"""Of one element."""

MOST_NAMESPACES = 64
"""Declarations in the whole document."""

LONGEST_TEXT = 256 * 1024
"""Characters of one element, or of one attribute: a message of TS 103 120 may hold a scanned warrant."""

LONGEST_NAME = 512
"""Characters of a name with its namespace."""

_XINCLUDE = "http://www.w3.org/2001/XInclude"
# They have no place in a form, not even in a comment: so no parser has to be trusted with them.
_FORBIDDEN = re.compile(rb"<!DOCTYPE|<!ENTITY|<\?(?!xml\s)")
# Expat hashes the whole name of a namespace for each attribute that uses it.
_LONG_NAMESPACE = re.compile(rb"xmlns[^=<>]{0,99}=\s{0,99}[\"'][^\"'<]{256}")
_BLOCK = 16 * 1024  # what expat still reads of a document that was refused halfway
_DECLARED = re.compile(rb"""\A<\?xml[^>]{0,200}?\sencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\x00")

Fault = Literal[
    "too-many-bytes",
    "encoding",
    "forbidden",
    "not-well-formed",
    "too-deep",
    "too-many-elements",
    "too-many-attributes",
    "too-many-namespaces",
    "text-too-long",
    "name-too-long",
]


class HostileXml(Exception):
    """The document is no XML, or does what no form does. `fault` says which."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault: Fault = fault


class Element:
    """An element: namespace and local name, attributes, text, and the elements in it."""

    __slots__ = ("_pieces", "attributes", "children", "name", "namespace")

    def __init__(self, tag: str, attributes: Mapping[str, str]) -> None:
        namespace, _, name = tag.rpartition("}")
        self.namespace, self.name = namespace.removeprefix("{"), name
        self.attributes = attributes
        self.children: list[Element] = []
        self._pieces: list[str] = []

    @property
    def text(self) -> str:
        """The text between the tags of this element itself, without white space around it."""
        return "".join(self._pieces).strip()

    def add(self, piece: str) -> None:
        """More of the text."""
        self._pieces.append(piece)

    def named(self, name: str) -> Iterator["Element"]:
        """The elements right below that have a local name."""
        return (child for child in self.children if child.name == name)

    def every(self) -> Iterator["Element"]:
        """This element and all below it, in the order of the document."""
        waiting = [self]
        while waiting:
            element = waiting.pop()
            yield element
            waiting.extend(reversed(element.children))


def parsed(data: bytes) -> Element:
    """The root element of a document. Raises HostileXml."""
    if len(data) > MOST_BYTES:
        raise HostileXml("too-many-bytes")
    # UTF-8 and nothing else: other encodings hide from whoever looks at the bytes.
    declared = _DECLARED.match(data.removeprefix(_BYTE_ORDER_MARK))
    if data.startswith(_WIDE_MARKS) or (declared and declared[1].lower() != b"utf-8"):
        raise HostileXml("encoding")
    try:
        data.decode()
    except UnicodeDecodeError:
        raise HostileXml("encoding") from None
    _check_declarations(data)
    builder = _Builder()
    parser = DefusedXMLParser(
        target=builder, encoding="utf-8", forbid_dtd=True, forbid_entities=True
    )
    try:
        for start in range(0, len(data), _BLOCK):
            parser.feed(data[start : start + _BLOCK])
        root = parser.close()
    except DefusedXmlException:
        raise HostileXml("forbidden") from None
    except (ParseError, ValueError):
        raise HostileXml("not-well-formed") from None
    if not isinstance(root, Element):
        raise HostileXml("not-well-formed")
    return root


def _check_declarations(data: bytes) -> None:
    if _FORBIDDEN.search(data):
        raise HostileXml("forbidden")
    if _LONG_NAMESPACE.search(data):
        raise HostileXml("name-too-long")


class _Builder:
    """Makes elements as the parser meets them, and asks each limit first."""

    def __init__(self) -> None:
        self._open: list[Element] = []
        self._lengths: list[int] = []
        self._elements = self._namespaces = 0
        self._root: Element | None = None

    def start_ns(self, _prefix: str, uri: str) -> None:
        """A namespace is declared."""
        self._namespaces += 1
        if self._namespaces > MOST_NAMESPACES:
            raise HostileXml("too-many-namespaces")
        if uri == _XINCLUDE:
            raise HostileXml("forbidden")

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        self._elements += 1
        if self._elements > MOST_ELEMENTS:
            raise HostileXml("too-many-elements")
        if len(self._open) >= MOST_DEEP:
            raise HostileXml("too-deep")
        if len(attributes) > MOST_ATTRIBUTES:
            raise HostileXml("too-many-attributes")
        if any(len(name) > LONGEST_NAME for name in (tag, *attributes)):
            raise HostileXml("name-too-long")
        if any(len(text) > LONGEST_TEXT for text in attributes.values()):
            raise HostileXml("text-too-long")
        element = Element(tag, attributes)
        if self._open:
            self._open[-1].children.append(element)
        else:
            self._root = element
        self._open.append(element)
        self._lengths.append(0)

    def data(self, piece: str) -> None:
        """A piece of text."""
        self._lengths[-1] += len(piece)
        if self._lengths[-1] > LONGEST_TEXT:
            raise HostileXml("text-too-long")
        self._open[-1].add(piece)

    def end(self, _tag: str) -> None:
        """An element ends."""
        self._open.pop()
        self._lengths.pop()

    def close(self) -> Element | None:
        """The document ends."""
        return self._root
