# What is wrong with a field, why a change is in review, and why the server rejected one: `-next` says what to do.
problem-missing = { $field } is missing
problem-too-long = { $field } is too long, please shorten it
problem-too-large = { $field } is too large, please check it
problem-not-positive = { $field } must be above 0
problem-in-future = { $field } cannot lie in the future
problem-wrong-shape = { $field } is not right, please check it
problem-too-many = { $field }: too many, please record them in several goes
problem-other = { $field } needs another look

review-identity_conflict = Someone else changed the name, ID number or category as well
review-status_conflict = Two people reached different results
review-stale_status = The need was reopened; this step was recorded before
review-amendment_conflict = The same record was corrected twice
review-edit_after_void = The record was voided meanwhile
review-likely_duplicate = The same goods for the same household seem to be recorded twice on one day
review-proposal = Only the office changes this
review-grant_ended = The pairing had ended when this was recorded

rejection-invalid = Some fields are not right
rejection-invalid-next = Mend them and save again.
rejection-not-yours = This person is not on your list
rejection-not-yours-next = The record is still on the phone. Ask the township office to check the pairing, then send it again.
rejection-needs-amendment = A submitted record is changed by a correction
rejection-needs-amendment-next = Open the record, press Correct and say why.
rejection-unknown-row = The server does not have this record
rejection-unknown-row-next = Sync once and try again; if that fails, ask the administrator.
rejection-id-taken = The number is taken by another record
rejection-id-taken-next = Send it again, it gets a new number.
rejection-needs-newer-server = The server is too old for this kind of record
rejection-needs-newer-server-next = It is kept, and handled once the server is upgraded.
rejection-malformed = The server cannot read this record
rejection-malformed-next = It is still on the phone. Ask the administrator.
rejection-not-allowed = Only a supervisor may do this
rejection-not-allowed-next = Tell the township's supervisor.
rejection-other = The server did not take it, for a reason this version does not know
rejection-other-next = It is still on the phone. Update the app and sync once.
