"""`python -m partage` is the command `partage`."""

from partage.cli import main

if __name__ == "__main__":
    main()
