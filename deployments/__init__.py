"""Command line, serving, schedules, and the embedded demo. No business logic."""
