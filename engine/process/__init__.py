"""What an administrator writes, as values.

Lives here: the definition of a process (`definition`), reading it from YAML (`loader`), its
expressions (`expressions`) and what can be wrong with it beyond its shape (`checks`, `flow`).
Pure: text and calendars come in, a Process or problems go out.
"""
