"""The repository checks itself: what was agreed once stays true."""
