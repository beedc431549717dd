"""The evidence of a meeting in one signed file, and its proof without any database; it decides nothing."""
