"""Narration: one deployable flow a file; order, branching, final state. No SQL, no rules, no SMTP."""
