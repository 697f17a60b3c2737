"""One module per one-stop product, behind the small protocol in base.py. Knows wires, not the warehouse."""
