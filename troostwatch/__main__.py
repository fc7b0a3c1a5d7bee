"""`python -m troostwatch`."""

from troostwatch.interfaces.cli.main import main

if __name__ == "__main__":
    main()
