"""The sample: three years in the life of an invented provider, as messages, with planted violations."""
