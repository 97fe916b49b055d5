"""The scripts here are programs of their own, which find each other in this folder."""

collect_ignore = ["install.py", "server.py", "world.py"]
