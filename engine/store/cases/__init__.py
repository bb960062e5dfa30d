"""Tables of cases: the cases with their history, what finds them, and who looked at them."""
