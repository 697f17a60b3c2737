"""Benchmarks, each beside a floor measured in the same run: `make bench`, `python -m tests.benchmarks NAME --rows N`.

Never part of `make test`: what they say depends on the machine, ratios to the floors less so.
"""
