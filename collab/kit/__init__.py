"""What every feature stands on: settings, database, refusals, languages, and the doors of HTTP."""
