"""One step of a case: what a command does to it, decided without I/O."""
