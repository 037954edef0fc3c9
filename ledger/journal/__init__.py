"""The erasure journal and what an erasure leaves behind: fences, tombstones, ties to a person."""
