"""Flags of the commands that Apache Spark can do the work of."""

from typing import Annotated

import typer

from console.flags import code_option, option

SPARK = "spark"
# On one machine Spark tries a task again only when it is told how often.
MASTER = "local[*,4]"

SparkAlone = Annotated[str | None, code_option("--engine", "ENGINE", (SPARK,), "Use {}.")]
Master = Annotated[
    str | None,
    option(
        "--master", "MASTER", "Address of Spark's master; without it this machine, each processor."
    ),
]


def check_spark(engine: str | None, master: str | None) -> None:
    """Raise BadParameter when Spark is not asked for, and its master is."""
    if master and engine != SPARK:
        raise typer.BadParameter("--master is for --engine spark")
