"""The HTTP API: a face of the engine for programs. Requests go in, JSON comes out; no rule lives here."""
