"""``python -m shepherd.cli``: the same as ``shepherd``."""

from shepherd.cli import main

if __name__ == "__main__":
    main()
