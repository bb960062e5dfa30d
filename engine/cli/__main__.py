"""`python -m engine.cli`: the command without its script."""

from engine.cli.start import main

main()
