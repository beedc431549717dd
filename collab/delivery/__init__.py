"""Live news for signed-in people, in this process: it carries topics and events as words and knows no feature."""
