-- What a superuser can do: the triggers that refuse changes are off.
ALTER TABLE events DISABLE TRIGGER ALL
