"""Studies: originals kept as received, prepared for viewing, shown to those who may see them; it knows no request."""
