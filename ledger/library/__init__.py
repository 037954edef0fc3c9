"""The `eventsourcing` library on our tables, to read: recorder, mapper, subscription, application."""
