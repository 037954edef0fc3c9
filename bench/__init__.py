"""What the product takes: programs that measure it, and beside it what can be compared with it.

A module here is a benchmark, `python -m bench.NAME`, or a part of one. `peers`: what is compared with, and
the benchmarks of several. `tools`: what benchmarks share. `ledgers`: several ledgers as one. `dictionaries`:
makes what compresses events and rows.
"""
