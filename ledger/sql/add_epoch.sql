-- A new epoch. epoch, now: when it begins, mac.
INSERT INTO epochs (epoch, started_at, mac) VALUES (%(epoch)s, %(now)s, %(mac)s)
