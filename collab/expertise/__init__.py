"""The expertise request: who asks whom, about which patient, in which state, up to the signed conclusion."""
