"""Time in a case: instants as text, when timers and tasks fall due, from when on something is late."""
