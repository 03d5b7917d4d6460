"""What a large class costs when nothing has to be run: `python -m bench.rescore`."""
