# First run: enrol, set a PIN, unlock.
