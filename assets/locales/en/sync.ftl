# What is safe, what is counted, what to do.
