"""People, organisations, tokens, and how people sign in. Nothing here looks at a case."""
