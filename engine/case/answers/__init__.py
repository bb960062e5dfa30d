"""What somebody filled in, turned into values of the right type, or faults."""
