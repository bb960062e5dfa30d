"""Logic: what the conditions of a process come to in any case there can be, without running one. Pure."""
