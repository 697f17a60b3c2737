"""Rendering, templates and transport of mails. Knows digests, not the warehouse."""
