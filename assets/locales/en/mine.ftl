# My month.
