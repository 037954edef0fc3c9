"""Following, rebuilding and inspecting views: their rows in PostgreSQL."""
