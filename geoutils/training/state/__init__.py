"""What a training run leaves on disk: its lock, its key, checkpoints, the record and the log."""
