"""The application: one folder a feature, stacked; each imports only below itself."""
