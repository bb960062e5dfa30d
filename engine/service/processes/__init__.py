"""The published processes and calendars: which version is in force, and keeping a new one."""
