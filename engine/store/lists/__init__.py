"""Pages over all cases, along an index; places, and who waits for one."""
