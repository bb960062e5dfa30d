"""Lists over all cases: pages of cases, tasks and timers; places, and who holds or waits for one. Reads only."""
