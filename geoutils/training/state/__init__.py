"""What a training run leaves on disk: its key, checkpoints, the record and the log."""
