"""Pages of people and organisations, of one's own account, and signing in."""
