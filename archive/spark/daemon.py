"""The process of an executor that forks Python's workers: it has loaded this program, so each starts at once.

Spark runs it as `python -m archive.spark.daemon pyspark.worker`.
"""

from pyspark.daemon import manager

from archive.spark import folding
from ledger.cycles import settle

PRELOADED = (folding,)

if __name__ == "__main__":
    settle()  # workers look for cycles after each task: not among modules
    manager()
