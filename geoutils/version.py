"""The version of the study, read by the build without importing anything else."""

VERSION = "0.1.0"
