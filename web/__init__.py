"""The console and the HTTP API: pages, answers and files over the application."""
