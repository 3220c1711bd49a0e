# Errors whose advice for a phone (`error-…` in shared/presentation) does not fit the readers of the server: one text each.
server-error-not-allowed = You may not do this. Ask your administrator if you need to.
server-error-malformed = The server cannot read this request. Update the app and try again.
server-error-too-large = This is too large and was not accepted. Make it smaller and try again.
server-error-not-found = There is nothing here. Check the address, or refresh and try again.
server-error-bad-encoding = The compressed content cannot be read. Send it with zstd or uncompressed.
server-error-not-a-photo = This file is not a photo we can read. Use a JPEG, PNG or WebP photo.
