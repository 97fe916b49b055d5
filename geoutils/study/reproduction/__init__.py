"""Does a study made again say the same? What is compared with the committed results, and how."""
