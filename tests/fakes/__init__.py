"""Second implementations of ports, in memory: what the unit tests run on."""
