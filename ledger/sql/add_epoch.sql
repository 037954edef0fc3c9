-- A new epoch. epoch, now: when it begins.
INSERT INTO epochs (epoch, started_at) VALUES (%(epoch)s, %(now)s)
