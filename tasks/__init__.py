"""Thin Prefect tasks, one verb a module. This docstring is all: importing tasks.rules must load nothing else."""
