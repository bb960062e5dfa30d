"""Carrying a whole database away, and putting it back."""
