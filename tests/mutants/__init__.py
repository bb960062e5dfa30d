"""Mutants: small changes of the rooms that decide, each of which the tests of its room must notice."""
