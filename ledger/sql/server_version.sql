-- Major version of the server.
SELECT current_setting('server_version_num')::integer / 10000
