"""Pages of meetings and of what is due when."""
