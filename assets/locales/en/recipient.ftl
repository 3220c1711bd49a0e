# A recipient's card.
recipient-age = age{ "\u00A0" }{ $age }
recipient-over = { $days ->
    [one] { $days } day over
   *[other] { $days } days over
}
recipient-due-today = today
recipient-due-in = { $days ->
    [one] in { $days } day
   *[other] in { $days } days
}
recipient-every = { $days ->
    [one] every day
   *[other] every { $days } days
}
recipient-last-visit = Last visit { $day }
recipient-last-contact = Last contact { $day }
recipient-never-visited = Not visited yet
recipient-never-contacted = Not contacted yet
recipient-problems = { $n ->
    [one] { $n } problem
   *[other] { $n } problems
}
recipient-photos = { $n ->
    [one] { $n } photo
   *[other] { $n } photos
}
recipient-colleague = a colleague
recipient-edit = Change details
recipient-edit-tags = Change tags
recipient-needs = Needs
recipient-add-need = Raise a need
recipient-no-needs = No open needs.
recipient-history = Records
recipient-no-history = No records yet
recipient-no-history-text = Press Record a visit below, and the first visit appears here.
recipient-profile = About
recipient-no-phone = No phone number yet. The pen above adds one.
recipient-call = Call
recipient-show-to-call = Call
recipient-record-call = Record a call or message
recipient-level = level { $level }
recipient-disability = Disability
recipient-manages = Manages alone
recipient-needs-help = Needs help with: { $with }
recipient-minor = Under 14: looking is logged, photos and names are never exported.
recipient-household = Same household
recipient-carers = Who else cares
recipient-contested = Two versions
recipient-contested-text = Two people changed this. Both are kept; tell your supervisor if they differ.
recipient-stands = In use: { $value }
recipient-gave-way = The other: { $value } ({ $when })
recipient-new-phone = New phone number
recipient-new-phone-hint = Leave it empty to keep the present one.
recipient-note = Note
recipient-note-hint = What to know before knocking: hard of hearing, a dog.
recipient-all-records = All { $n } records
recipient-name-hint = Only where it is misspelt. If somebody else changes it too, a supervisor decides.
