"""One archive of each schema that there was, made by the program of its time."""
