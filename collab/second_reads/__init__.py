"""Second reads of primary reports, for quality: no document, no recipient, nothing of an expertise (DOMAIN 6)."""
