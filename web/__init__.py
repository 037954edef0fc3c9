"""The web console and the HTTP API: what the command line answers, for a browser and for programs."""
