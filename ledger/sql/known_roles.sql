-- Which of these roles exist. roles: text[].
SELECT rolname FROM pg_roles WHERE rolname = ANY(%(roles)s)
