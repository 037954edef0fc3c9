"""The HTTP API: every resource under `/api/v1`, described by itself."""
