-- Which of these roles the login of this session may take. roles: text[].
SELECT name FROM unnest(%(roles)s::text[]) AS name WHERE pg_has_role(session_user, name, 'MEMBER')
