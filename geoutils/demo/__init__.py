"""The demo: a photo goes in; where it may be, why, and how far to believe it come out.

Nothing is imported here: what serves the page needs none of what the page needs.
"""
