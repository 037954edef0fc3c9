"""The web console and the HTTP API: the same answers as the command line gives, for a browser and for programs."""
