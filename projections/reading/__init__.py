"""Reading views, for the application."""
