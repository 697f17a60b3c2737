# One word each. Needs Python >= 3.11 and make; everything else is set up in .venv/.
