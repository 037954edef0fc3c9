"""A document for a person as lines of text, to be read on a terminal or copied into a mail. Pure."""

from documents.letter import Document


def report_text(letter: Document) -> bytes:
    """All that the document says, in UTF-8."""
    facts = [f"{name}: {value}" for name, value in letter.facts]
    head = [letter.title, letter.law, *facts, *letter.intro]
    lines = [*letter.addressee, "", *head] if letter.addressee else head
    for section in letter.sections:
        lines += ["", section.title, *([section.text] if section.text else [])]
        lines += [
            f"- {name.removesuffix('.')}: {'; '.join(filter(None, values))}"
            for name, *values in section.rows
        ]
    lines += ["", *letter.closing] if letter.closing else []
    return "".join(f"{line}\n" for line in lines).encode()
