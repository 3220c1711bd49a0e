# The screens for recording assistance.
assist-kind = What was done
assist-who = For whom
assist-nobody = Choose people
assist-deed = What was done for them
assist-solved = How it was solved
assist-photos = Photos · one for the group is enough
assist-other-day = Not today? Change the day
assist-saved = { $n ->
    [one] { $n } household, saved in the phone, sent when there is signal
   *[other] { $n } households, saved in the phone, sent when there is signal
}
assist-save-n = Done · { $n } households
assist-amount = Amount
assist-benefit = Benefit obtained
assist-each = For each household.
assist-no-need = No open need. Say what was solved and a need is recorded with it.
assist-which-need = Which need was solved
assist-worth = { $value } per { $unit }
assist-per-household = Each
assist-loaded = Loaded
assist-short = { $n } short
assist-pick = Choose people
assist-picked = { $n ->
    [one] { $n } household chosen
   *[other] { $n } households chosen
}
assist-pick-done = Done · { $n }
assist-pick-village = Choose the whole village
assist-pick-shown = Choose all found
assist-receipts = Receipts · { $done }/{ $of }
assist-sign = Sign
assist-received = Received
assist-not-yet = Not signed yet
assist-how = How they confirm
assist-son = Son
assist-daughter = Daughter
assist-spouse = Spouse
assist-neighbour = Neighbour
assist-cadre = Village cadre
assist-other-relation = Other
assist-who-took = Name of who collected it
assist-paper = Photograph the signed or thumb-printed sheet. Only the photo is kept, never a fingerprint.
assist-take-out = Leave out this time
assist-no-signature = There is no signature yet
assist-no-paper = The sheet is not photographed yet
assist-missing-next = Add it and save; or choose another way to confirm.
