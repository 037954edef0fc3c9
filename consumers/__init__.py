"""Inbound: messages from Kafka and from files, each to one event, one dead letter or one duplicate."""
