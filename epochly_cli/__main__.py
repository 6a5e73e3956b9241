"""``python -m epochly_cli``, where the command is not on the path."""

from epochly_cli.app import main

if __name__ == "__main__":
    main()
