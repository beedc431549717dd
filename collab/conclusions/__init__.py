"""The signed expert opinion: its frozen content, its document and its signature; it knows no request and no room."""
