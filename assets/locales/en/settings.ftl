# Settings.
settings-lang = 语言 Language
settings-lang-zh = 中文
settings-lang-en = English
settings-text = Text size
settings-text-normal = Normal
settings-text-large = Large
settings-theme = Colours
settings-theme-light = Light
settings-theme-dark = Dark
settings-theme-contrast = Contrast
settings-reading = Easy to read
settings-safety = PIN
settings-change-pin = Change the PIN
settings-change-pin-sub = Needs the present one first
settings-pin-changed = The PIN is changed
settings-lock = Lock now
settings-lock-sub = Opening needs the PIN again. Unsent records stay.
settings-photos = Photos
settings-photos-metered = Send photos over mobile data too
settings-photos-metered-on = On: photos go whenever records go
settings-photos-metered-off = Off: photos wait for Wi-Fi
settings-photos-here = On this phone
settings-photos-count = { $n ->
    [one] { $n } photo
   *[other] { $n } photos
} · { $size }
settings-photos-rule = Originals that the office has had for 30 days can be let go of. Thumbnails stay.
settings-release = Make { $size } of room
settings-released = { $n ->
    [one] { $n } original was let go of
   *[other] { $n } originals were let go of
}
settings-about = About
settings-version = Version
settings-server = Server
settings-device = This phone
settings-device-hint = Tell this number when you ask the administrator.
settings-auto-lock = Locks by itself after 5 minutes away.
