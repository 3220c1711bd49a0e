# Today: who is due, what waits, tasks.
