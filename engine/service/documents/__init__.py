"""Documents: what may be kept with a case, whoever brings it."""
