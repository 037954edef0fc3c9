"""Events, log and promises in an audit, each against the others."""
