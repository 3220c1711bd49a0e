# Whom to phone at once.
