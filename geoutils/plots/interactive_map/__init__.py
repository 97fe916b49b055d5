"""Interactive map of one prediction: a piece of HTML that needs no network.

`drawing` makes one in a notebook; `markup` and `ground` write its HTML, and import no torch.
"""
