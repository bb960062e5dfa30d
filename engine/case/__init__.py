"""One case's life, decided without I/O.

Lives here: a case at one moment (`snapshot`), what is asked of it (`command`), what came of it
(`entry`, `refusal`), the shared state machine (`machine`) and the rules that join them (`decide`).
Pure: time and facts come in as arguments, decisions go out as values.
"""
