"""Days, terms and durations: what "six weeks" and "ten school days" mean.

Lives here: `Duration` (what an administrator writes) and `Calendar` (which days are school days).
Pure: instants come in and go out; nothing here asks what time it is.
"""
