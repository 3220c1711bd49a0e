# Reports for supervisors.
