"""What an administrator works with: checks, scenarios, coverage, trials, demonstrations and diagrams of processes.

Reads files; runs engines of its own in memory. Never touches the database of a site but through `engine.service`.
"""
