"""The command line: a face of the engine. Commands ask, and print what they are told; no rule lives here."""
