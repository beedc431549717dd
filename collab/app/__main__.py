"""`python -m collab.app` is the command `consilium`."""

from collab.app.cli import main

main()
