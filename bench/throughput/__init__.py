"""How fast grading is, beside the bare pair of programs: `python -m bench.throughput`."""
