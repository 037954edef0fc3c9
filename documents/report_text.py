"""A document for a person as lines of text, to be copied into a form or a message. Pure."""

from documents.letter import Document


def report_text(document: Document) -> bytes:
    """The document in UTF-8; a table is a list."""
    facts = [f"{name}: {value}" for name, value in document.facts]
    whom = [*document.addressee, ""] if document.addressee else []
    lines = [*whom, document.title, document.law, *facts]
    lines += [line for text in document.intro for line in ("", text)]
    for section in document.sections:
        lines += ["", section.title, *([section.text] if section.text else [])]
        lines += [
            f"- {name.removesuffix('.')}: {'; '.join(filter(None, values))}"
            for name, *values in section.rows
        ]
    lines += ["", *document.closing] if document.closing else []
    return "".join(f"{line}\n" for line in lines).encode()
