"""What claims of speed rest on. Each measure is a ratio to a floor or a peer from the same run.

    python -m benchmarks            all of them
    python -m benchmarks fire due   some of them
    python -m benchmarks --quick    fewer rounds and cases, to see that they run

Prints a table on standard error and JSON on standard output.
"""
