"""DICOMweb for other programs: search, retrieve and store studies under `/dicomweb`, as PS3.18 says."""
