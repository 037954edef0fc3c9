-- name, digest: of the file. now: time of the installation.
INSERT INTO migrations (name, digest, applied_at) VALUES (%(name)s, %(digest)s, %(now)s)
