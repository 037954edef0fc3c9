"""The web console and the HTTP API: the answers of the command line, for browsers and for programs."""
