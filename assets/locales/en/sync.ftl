# The state of sync: saved, sent, and what needs attention.
sync-now = Sync now
sync-upload-now = Send now · about { $size }
sync-running = Syncing…
sync-connecting = Connecting…
sync-never = Never synced yet
sync-last-success = Last success { $when }
sync-safe-new = Not synced with the server yet
sync-safe-new-text = Your people are fetched by themselves when there is signal.
sync-safe-all = Everything is sent
sync-safe-all-text = The server has confirmed all records and photos of this phone.
sync-safe-records = { $n ->
    [one] { $n } record
   *[other] { $n } records
}
sync-safe-photos = { $n ->
    [one] { $n } photo
   *[other] { $n } photos
}
sync-safe-here = On this phone: { $what }
sync-safe-here-text = Encrypted and safe, even without battery. Sent by themselves when there is signal.
sync-month = My records this month
sync-month-none = No records this month yet.
sync-counted = As in the township’s report: all { $n } are counted.
sync-counted-none = { $m } will be counted once sent.
sync-counted-and = The { $n } confirmed are in the report; { $m } more once sent.
sync-to-do = What must I do
sync-nothing-to-do = Nothing needs you.
sync-merged = Someone else changed this too ({ $fields }): the later value stands, yours is kept.
sync-merged-next = If what stands is wrong, open the card and change it once more.
sync-review-counts = A supervisor will look; it counts meanwhile. Nothing more for you to do.
sync-review-waits = It counts once a supervisor has looked. If it is urgent, phone them.
sync-newer = The server has it; what became of it can be read after an update.
sync-newer-next = Nothing is lost, do not record it again.
sync-own-value = Mine: { $value }
sync-standing-value = Stands now: { $value }
sync-see = Have a look
sync-both-values = See both values
sync-resend = Send again
sync-resent = Waiting to be sent again
sync-put-aside = Put aside
sync-seen = Got it
sync-waiting = Waiting · { $n }
sync-show-all = Show all { $n }
sync-and-more = { $n } more are not listed and will be sent too.
sync-photos = { $n ->
    [one] { $n } photo
   *[other] { $n } photos
}
sync-photos-apart = words first, photos after
sync-photos-held = Photos wait for Wi-Fi
sync-photos-held-text = this is mobile data; records are sent
sync-photos-now = Send photos over mobile data · { $size }
sync-photos-failed = { $n ->
    [one] { $n } photo was not sent
   *[other] { $n } photos were not sent
}
sync-photos-failed-text = The pictures are still on this phone and are tried again at the next sync. Records are not held up.
sync-recent = Sent last
sync-sent-records = Records { $n }/{ $of }
sync-sent-photos = Photos { $n }/{ $of }
sync-received = { $n } received
sync-problem-offline = The server was not reached
sync-problem-offline-next = No harm done: all is on this phone and is tried again when there is signal.
sync-problem-reply = The server’s answer made no sense
sync-problem-reply-next = Perhaps this Wi-Fi wants a log-in. Please try with mobile data.
sync-problem-full = The phone’s storage is full
sync-problem-full-next = Please remove some files or apps, then press the button below.
sync-next = Next try: { $when }
sync-next-none = when something is recorded
sync-soon = any moment
sync-clock-fast = This phone’s clock is { $by } fast
sync-clock-slow = This phone’s clock is { $by } slow
sync-clock-next = Please turn on automatic date and time in the phone’s settings. Records are put right by the server’s time, none is lost.
sync-minutes = { $n ->
    [one] { $n } minute
   *[other] { $n } minutes
}
sync-hours = { $n ->
    [one] { $n } hour
   *[other] { $n } hours
}
sync-days = { $n ->
    [one] { $n } day
   *[other] { $n } days
}
sync-times = When it syncs
sync-times-success = Last success
sync-times-next = Next by itself
sync-times-traffic = Last one used
sync-traffic = { $up } up, { $down } down
sync-by-itself = It syncs by itself when the app opens, after saving, and every now and then.
sync-first = Fetching your people
sync-first-text = The first time takes a little longer. Use what is there already; if it breaks off, it goes on from there.
sync-files = Records by file
sync-files-more = More: records by file
sync-file-explain = Where there is no signal for long, unsent records can go into a sealed file: give it to a colleague who is online, or take it to the township. Only the server opens it; nobody else sees what is in it.
sync-file-save = Save unsent work to a file
sync-file-saved = Saved to a file: records { $n }, photos { $photos }
sync-file-saved-in = The file is { $path }.{" "}
sync-file-ops-left = Records that did not fit: { $n }.{" "}
sync-file-photos-left = Photos that did not fit: { $n }; they go when there is signal.{" "}
sync-file-saved-next = Everything stays on this phone too and is sent as usual; nothing doubles.
sync-file-no-place = The file was not saved
sync-file-no-place-next = Please free some storage and try again. Nothing is lost.
sync-carry-explain = A colleague has no signal? Choose their sealed file, and the next sync takes it to the server.
sync-carry = Carry a colleague’s file
sync-carried = { $n ->
    [one] A colleague’s record
   *[other] A colleague’s { $n } records
}
sync-carried-waiting = to be carried
sync-carried-delivered = delivered
sync-carried-refused = not taken
sync-carried-remove = Put this file away
