"""Dead letters and withheld messages: what could not be recorded here, sealed."""
