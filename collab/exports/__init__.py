"""Documents made from what was signed: a bundle in, bytes out; no database, no clock, no network."""
