# Complaints and suggestions.
feedback-what = This is
feedback-suggestion = An idea
feedback-fault = A fault
feedback-complaint = A complaint
feedback-text = In your words
feedback-text-hint = Please leave out the names, phones and ID numbers of people in care.
feedback-missing = Please write a few words first.
feedback-send = Send
feedback-how = Kept on this phone and sent to the county when there is signal. Only administrators see who wrote it.
feedback-saved = Taken down, and sent when there is signal. Thank you!
feedback-danger = Is someone being harmed? Do not write here, phone at once.
