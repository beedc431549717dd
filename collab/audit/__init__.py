"""The append-only, hash-chained record of every act and every reading; it decides nothing."""
