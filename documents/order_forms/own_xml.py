"""Forms as XML of our own: sections and values by the names of the catalogue.

It is ours and no standard (ADR 72): the Commission's schemas could not be read. What is written here is read
back to the same form.
"""

from collections.abc import Iterator
from html import escape

from documents.order_forms.catalogue import FORMS
from documents.order_forms.filled import Filled, Part, gathered
from documents.order_forms.problems import FormRefused, Problem
from documents.order_forms.safe_xml import Element

NAMESPACE = "urn:nl:voipzeker:ledger:order-form:1"
ROOT = "OrderForm"


def is_own(root: Element) -> bool:
    """Whether a document is one of these."""
    return root.namespace == NAMESPACE and root.name == ROOT


def read_own(root: Element) -> Filled:
    """The form that a document holds. Raises FormRefused for what no such form has."""
    code = root.attributes.get("form", "")
    if code not in FORMS:
        raise FormRefused([Problem("unknown-form")])
    problems = [*_strangers(root, code)]
    if problems:
        raise FormRefused(problems)
    return Filled(code, tuple(Part(_of(one), gathered(_values(one))) for one in root.children))


def _of(element: Element) -> str:
    return element.attributes.get("of", "")


def _values(section: Element) -> Iterator[tuple[str, str]]:
    return ((_of(value), value.text) for value in section.children)


def _strangers(root: Element, code: str) -> Iterator[Problem]:
    """What has no place in such a document."""
    if root.attributes.keys() - {"form"} or root.text:
        yield Problem("stray-text", code)
    for section in root.children:
        if not _is(section, "Section"):
            yield Problem("unknown-section", code)
        if section.text:
            yield Problem("stray-text", code, _of(section))
        if not all(_is(value, "Value") and not value.children for value in section.children):
            yield Problem("unknown-field", code, _of(section))


def _is(element: Element, name: str) -> bool:
    own = (element.namespace, element.name) == (NAMESPACE, name)
    return own and not element.attributes.keys() - {"of"}


def own_xml(filled: Filled) -> bytes:
    """A form as a document in UTF-8."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    lines.append(f'<{ROOT} xmlns="{NAMESPACE}" form="{escape(filled.code)}">')
    for part in filled.parts:
        lines.append(f'  <Section of="{escape(part.letter)}">')
        lines += [
            f'    <Value of="{escape(name)}">{_text(value)}</Value>'
            for name, values in part.values.items()
            for value in values
        ]
        lines.append("  </Section>")
    lines.append(f"</{ROOT}>")
    return "".join(f"{line}\n" for line in lines).encode()


def _text(value: str) -> str:
    # A parser reads a carriage return as the end of a line, unless it is written as a reference.
    return escape(value).replace("\r", "&#13;")
