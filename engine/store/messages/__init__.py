"""Tables of what is told outside."""
