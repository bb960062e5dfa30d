"""Tables of people, organisations, tokens and accounts."""
