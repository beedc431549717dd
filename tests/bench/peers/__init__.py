"""Named peers: other programs doing the same work in the same run."""
