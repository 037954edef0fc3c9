"""The erasure journal and the traces of an erasure: fences, tombstones, ties to a person."""
