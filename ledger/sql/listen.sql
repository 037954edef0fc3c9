-- Be told when events are recorded. {channel}.
LISTEN {channel}
