"""People, hospitals, teams, and how a browser or a program shows who it is."""
