"""The Merkle tree: hashes, tiles, bundles and proofs. Pure."""
