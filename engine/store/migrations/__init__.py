"""The history of the tables, one file a change. Never edit a file that has been released."""
