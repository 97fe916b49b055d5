"""The kind of output that holds an interactive map's contents in a notebook."""

MAP_TYPE = "application/vnd.geoutils.prediction-map+json"
