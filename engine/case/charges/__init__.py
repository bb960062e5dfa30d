"""Charges: who is under an allowance on which day, what is due, and what became of it since it was stated."""
