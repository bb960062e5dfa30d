"""History: what happened to a case, told to people step by step, with what was answered."""
