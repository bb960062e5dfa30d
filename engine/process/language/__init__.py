"""The expressions of a process: what they are made of, what they mean, and working them out."""
