# First start: introduction, enrolment by link or code; a device whose access was revoked.
welcome-what = Write down each visit, call and piece of help once: without signal too, and it reports itself when signal is back.
welcome-enter = Enter your code
welcome-code = Link or code
welcome-code-hint = From your township or county. If it is a link, paste all of it.
welcome-paste = Paste
welcome-paste-failed = Could not paste by itself. Press the field for long and choose “Paste”.
welcome-link-found = The link is fine. Press the button below to go on.
welcome-server = Server address
welcome-server-hint = Stands beside the code and begins with https://
welcome-code-missing = Please enter the code, or paste the link.
welcome-code-length = A code has 10 characters; there are { $n } now. Please compare it with your note or message.
welcome-link-broken = The link is not complete. Please copy all of it from the message.
welcome-server-missing = Please enter the server address. A link makes it needless.
welcome-server-wrong = This server address will not do. It should begin with https://
welcome-enrol = Enrol
welcome-pin-set = Your PIN is set. Last step: enrol this phone.
welcome-enrolling = Enrolling…
welcome-enrolling-text = Asking { $server }. Please keep the app open.
welcome-offline = The server cannot be reached.
welcome-offline-next = Your code is not used up. Check the signal and the server address, then try again.
welcome-no-server = There is no Lianxin server at this address.
welcome-no-server-next = Please check the address, or ask the administrator to send the link again.
welcome-other-person = This phone is enrolled for someone else.
welcome-other-person-next = Their records are still on it. To hand it over, ask the administrator.
welcome-revoked = This phone’s access was withdrawn
welcome-revoked-text = Perhaps the phone or the post changed, or it was reported lost. Nothing can be looked up or recorded now.
welcome-revoked-work = Unsent records are still here
welcome-revoked-waiting = { $n ->
    [one] { $n } item was not sent yet. It stays on this phone, encrypted, and is not deleted. After enrolling again it is sent by itself.
   *[other] { $n } items were not sent yet. They stay on this phone, encrypted, and are not deleted. After enrolling again they are sent by themselves.
}
welcome-revoked-sent = Everything recorded before was sent. Nothing is left behind.
welcome-revoked-whom = Whom to ask
welcome-revoked-whom-text = Ask the township office or the county’s administrator for a new code. Please do not remove the app.
welcome-revoked-server = Server: { $server }
welcome-revoked-code = Enter a new code
welcome-revoked-sealed = They are in a sealed file as well, which only the server opens. The administrator can take it in.
welcome-revoked-save = Save the sealed file
welcome-inactivity = Too long without the server
welcome-inactivity-text = To protect people’s data, a phone locks after too many days without reaching the server. Once reached, all is open again.
welcome-inactivity-do = What to do
welcome-inactivity-do-text = Please go where there is signal, then press the button below.
welcome-inactivity-last = Last reached: { $when }
welcome-inactivity-work = Unsent records are still here
welcome-inactivity-waiting = Kept encrypted on this phone: { $what }. They can also go into a file that a colleague or the township takes to the server.
welcome-inactivity-try = Try once more
