"""``python -m shepherd``: the terminal."""

from shepherd.cli import main

if __name__ == "__main__":
    main()
