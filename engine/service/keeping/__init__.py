"""Keeping a database sound: verifying it, writing its index anew."""
