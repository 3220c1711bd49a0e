# Complaints and suggestions.
