# Texts that every screen may use.
common-app-name = Lianxin
common-app-line = Care in pairs, written down once
common-save = Save
common-cancel = Cancel
common-close = Close
common-back = Back
common-done = Done
common-next = Next
common-retry = Try again
common-undo = Undo
common-delete = Delete
common-clear = Clear
common-add = Add
common-change = Change
common-show = Show
common-hide = Hide
common-all = All
common-none = None
common-optional = optional
common-search = Search
common-working = Working…
common-loading = Opening…
common-less = Less
common-more = More
common-yuan = yuan
common-today = Today
common-yesterday = Yesterday
common-count-records = { $n ->
    [one] { $n } record
   *[other] { $n } records
}
common-count-households = { $n ->
    [one] { $n } household
   *[other] { $n } households
}
common-good = Good
common-bad = Problem
common-on = On
common-off = Off

# The state of a record, always shown with its icon.
status-confirmed = Confirmed
status-waiting = Waiting
status-sending = Sending
status-failed = Not sent
status-review = In review
status-draft = Draft
status-overdue = Overdue
status-due = Due
status-offline = Offline
status-with-count = { $status } { $n }

# Number fields.
number-not-a-number = Please enter a number, for example { $example }
number-too-precise = { $places ->
    [0] Whole numbers only
    [one] At most { $places } decimal
   *[other] At most { $places } decimals
}
number-too-large = That number is too large, please check it
number-below-zero = It cannot be below 0

# Photos, signature, PIN pad.
photo-take = Take photo
photo-choose = Choose photo
photo-working = Working
photo-remove = Remove this photo
photo-at-office = Original at the office
photo-error-unreadable = This picture cannot be opened and was not added.
photo-error-unreadable-next = Take it again, or choose another one.
photo-error-too-large = This file is too large (over { $limit }) and was not added.
photo-error-too-large-next = Take the photo with this app: it is made smaller by itself.
photo-error-bridge = The camera did not open.
photo-error-bridge-next = Go back and come in again; the record can be saved without a photo.
signature-label = Signature
signature-hint = Sign in the box with a finger
signature-clear = Sign again
signature-error = The signature pad did not open.
signature-error-next = Go back and come in again, or photograph a signed sheet.
pin-entered = { $n } of { $length } digits entered
pin-delete = Delete one digit
list-label = { $n ->
    [one] { $n } row
   *[other] { $n } rows
}
file-error-too-large = This file is too large for a sealed file
file-error-too-large-next = Please choose one that ends in .lxb.
file-error-unreadable = This file cannot be read
file-error-unreadable-next = Please copy it again, then choose it once more.
file-error-bridge = Files cannot be chosen now
file-error-bridge-next = Please close the app and open it again.
