"""A process file, read: names resolved, every problem found with its line and column."""
