"""Keys, subject index and journal in an audit."""
