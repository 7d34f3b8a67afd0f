"""``python -m shardcalc``: the command line."""

from shardcalc.cli import main

if __name__ == "__main__":
    main()
