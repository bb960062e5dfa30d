"""Charges: what is due from whom, and the figures and histories that it is worked out of. Reads only."""
