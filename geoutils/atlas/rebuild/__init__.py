"""Rebuild the atlas from published packages; nothing here is needed to use it."""
