# Choosing a PIN, and unlocking with it.
pin-step = You enter it to open the app
pin-old = Enter the present PIN
pin-choose = Choose a PIN of 6 digits
pin-choose-hint = No birthday, no run, not all the same
pin-again = Enter it once more
pin-again-hint = It is set when both are the same
pin-not-the-same = The two differ. Please choose again.
pin-too-simple = This PIN is too simple. Not all the same, and no run of digits.
pin-why = What you know of people is encrypted on this phone, and only this PIN opens it. Remember it and tell no one.
pin-enter = Enter your PIN
pin-enter-hint = 6 digits
pin-wrong = { $left ->
    [one] Wrong PIN, { $left } try left
   *[other] Wrong PIN, { $left } tries left
}
pin-delay = Too many wrong PINs. Try again in { $wait }
pin-wait-title = Too many wrong PINs, please wait
pin-wait-text = All records are safe, nothing is deleted. You can try again after this.
pin-seconds = { $s } s
pin-minutes = { $m } min { $s } s
pin-hours = { $h } h { $m } min
pin-forgot = Forgot your PIN?
pin-forgot-text = Only you know it; nobody can look it up. Ask the township office or the administrator, and say whether records are still unsent. Do not remove the app before.
pin-sealed-text = What was unsent when access ended is sealed in a file. It can be handed to the administrator without the PIN.
pin-sealed-save = Save the sealed file
