"""Questions to an archive as SQL, in words of Spark, which DuckDB gets as macros."""

from importlib import resources

QUESTIONS = ("register", "disclosures", "transfers", "consents")


def sql_of(name: str) -> str:
    """The text of a question, or of a statement that prepares them."""
    return (resources.files(__name__) / f"{name}.sql").read_text("utf-8")
