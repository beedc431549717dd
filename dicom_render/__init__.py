"""From DICOM file to picture: reading, geometry, decoding, grey scale, wire format; no network, no database."""
