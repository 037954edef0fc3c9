"""The web room: the console in a browser and the HTTP API, on the same application as the command line."""
