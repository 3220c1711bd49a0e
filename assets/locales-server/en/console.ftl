# The console's pages.
console-brand = Lianxin
console-skip = To the content
console-menu = Menu
console-menu-report = Report
console-menu-devices = Devices
console-menu-enrol = Enrol a device
console-menu-bundle = Sealed file
console-language = English
console-refused = Could not open
console-show = Show
console-back = Back to the report
console-cancel = Cancel
console-search = Name, code or device

console-log-in = Log in
console-log-in-hint = Supervisors and administrators log in with their own code.
console-log-out = Log out
console-account = Account (code)
console-password = Password
console-form-expired = This page was open too long and has run out. Please log in again.
console-wait = Too many wrong passwords. Wait { $seconds } seconds, or ask your administrator for a new password.

console-report-of = paired support
console-crumbs = Where this area lies
console-my-areas = My areas
console-period = Period
console-category = Category
console-area = Area
console-all-categories = All categories
console-csv = Download CSV
console-group-years = All and years
console-group-quarters = Quarters
console-group-months = Months
console-month = { $month ->
    [1] Jan
    [2] Feb
    [3] Mar
    [4] Apr
    [5] May
    [6] Jun
    [7] Jul
    [8] Aug
    [9] Sep
    [10] Oct
    [11] Nov
   *[12] Dec
 } { $year }
console-month-short = { $month ->
    [1] Jan
    [2] Feb
    [3] Mar
    [4] Apr
    [5] May
    [6] Jun
    [7] Jul
    [8] Aug
    [9] Sep
    [10] Oct
    [11] Nov
   *[12] Dec
 }
console-month-head = Month
console-quarter = { $year }, quarter { $quarter }
console-year = { $year }
console-since = Since { $year }
console-range = { $from } to { $to }

console-six = Six headline figures
console-visits = Home visits
console-visits-unit = {""}
console-contacts = Contacts
console-contacts-unit = {""}
console-policies = Policy actions
console-policies-unit = {""}
console-solved = Difficulties solved
console-solved-unit = {""}
console-deeds = Good deeds
console-deeds-unit = {""}
console-aid = Aid
console-aid-unit = {" "}(10,000 yuan)

console-by-month = Visits and contacts by month
console-as-table = As a table
console-chart-words = Line chart, { $from } to { $to }: { $visits } home visits and { $contacts } contacts in all. The figures of each month are in the table below.
console-attention = Needs attention
console-attention-overdue = Overdue for a visit
console-attention-overdue-n = { $n } people
console-attention-reviews = Changes that disagree, to be decided
console-attention-reviews-n = { $n } records
console-attention-photos = Photos not arrived yet
console-attention-photos-n = { $n } photos
console-attention-needs = Needs not settled yet
console-attention-needs-n = { $n } needs
console-attention-silent = Devices silent for 30 days
console-attention-silent-n = { $n } devices
console-by-area = Areas below
console-by-category = By category
console-no-areas-below = There are no areas below this one.
console-total = Total
console-more = More figures
console-as-of = Figures as of { $at }, derived from the records; nobody fills in a form.
console-csv-line = Line
console-csv-code = Code
console-csv-name = Name

indicator-home_visit = Home visits
indicator-not_found = Home visits, nobody met
indicator-contact = Contacts
indicator-publicised = Policies explained
indicator-implemented = Policies put into effect
indicator-solved = Difficulties solved
indicator-deed = Good deeds
indicator-aid_money = Aid in money (10,000 yuan)
indicator-aid_goods = Aid in goods, at value (10,000 yuan)
indicator-benefit = Benefits obtained (10,000 yuan)
indicator-donation = Donations (10,000 yuan)
indicator-activity_people = Activities, people
indicator-activity_session = Activities, sessions
indicator-tutoring = Tutoring, person-times
indicator-medical = Medical care, person-times
indicator-counselling = Counselling, person-times
indicator-family_care = Family care, person-times

console-devices-n = { $n } in all
console-no-devices = No device is enrolled yet.
console-none-found = Nothing found. Try another name or code.
console-first-n = Only the { $n } heard of last are shown. Find others by name or code.
console-device-worker = Worker
console-device-label = Device
console-device-seen = Last heard of
console-device-enrolled = Enrolled
console-device-ops = Records received
console-device-state = State
console-device-do = Action
console-device-good = In order
console-device-silent = Long silent
console-device-revoked = Withdrawn
console-revoke = Withdraw
console-revoke-title = Withdraw this device's access?
console-revoke-explain = The device locks at its next contact. What it sent is kept; unsent records on it are sealed and not lost. If it is found again, it must be enrolled anew.
console-revoke-do = Withdraw access

console-enrol-hint = Enter a worker's code to get a one-time enrolment code. Hand it over in person or by a safe way.
console-worker-code = Worker code
console-enrol-do = Issue a code
console-no-worker = There is no worker with the code "{ $worker }", or not in your areas. Check the code.
console-worker-left = The worker with the code "{ $worker }" has left. Take that back in the roster first if needed.
console-enrol-for = Enrolment code for { $name }
console-qr = QR code for enrolment
console-enrol-expires = Scan it with the phone or enter the code. Valid until { $at }, and only once.
console-server = Server
console-link = Link
console-enrol-once = It is not shown again after you leave this page. You can issue another one.
console-enrol-next = Issue another

console-bundle-hint = A phone without signal, or one whose access has ended, saves its unsent records to a file that only this server can open. Choose it here; nobody, you included, sees what is in it. The same file twice does no harm.
console-bundle-file = File ending in .lxb
console-bundle-do = Take in

bundle-accepted = Taken in. The records are on the server now, in their author's name.
bundle-repeated = Everything in this file was on the server already. Nothing more to do.
bundle-other-server = This file was made for another server. Take it in there, or on the server whose backup this one once was.
bundle-bad-signature = This file does not come from the phone it names, or was changed on the way. Save it anew on the phone.
bundle-damaged = This file is damaged, cut short, or no sealed file. Copy it again, or save it anew on the phone.
bundle-author-unknown = This server does not know the phone that made this file. Enrol that phone here first, then save the file anew.
bundle-newer-format = This file was made by a newer app. Update the server, then take it in.
console-menu-reviews = To decide
console-reviews-n = { $n } open
console-reviews-hint = Changes that no rule may decide wait here for you. Both values are kept, and both authors see your decision.
console-reviews-open = Open, oldest first
console-reviews-none = Nothing waits for your decision.
console-reviews-done = Decided, newest first
console-review-open = Open
console-review-new-value = New value
console-review-new-value-do = Take the new value
console-review-kept = Kept as it stands
console-review-kept-do = Keep what stands
console-review-both-count = Both count
console-review-both-count-do = Given twice indeed, both count
console-review-withdrawn = Later one withdrawn
console-review-withdrawn-do = Recorded twice, withdraw the later one
console-review-counts = Counts
console-review-counts-do = It counts
console-review-counts-not = Does not count
console-review-counts-not-do = It does not count
console-review-agreed = Agreed
console-review-agreed-do = Agree
console-review-not-agreed = Not agreed
console-review-not-agreed-do = Do not agree
console-review-since = { $who } · sent { $at }
console-review-decided = { $who } · decided { $at }: { $why }
console-review-somebody = a supervisor
console-review-office = the office or an import
console-review-empty = empty
console-review-counts-meanwhile = It counts until you decide.
console-review-waits = It is not in force until you decide.
console-review-standing = What stands
console-review-proposed = What came later
console-review-change = Change
console-review-given-reason = Its author’s reason: { $why }
console-review-decide = Please decide
console-review-decision = Decision
console-review-by = Who
console-review-when = When
console-review-why = Reason
console-review-device = Phone
console-review-outcome = Outcome
console-review-other-reason = Or another reason
console-review-choose = Choose the new value or what stands.
console-review-reason-missing = Choose a reason, or write one.
console-review-cannot = This cannot be accepted any more: the record no longer allows it. Choose the other.
console-review-never-back = A withdrawn record is never brought back, so this cannot be accepted.
console-review-history = What happened
console-review-back = Back to what is to decide
console-quick-papers = Saw the papers
console-quick-phoned = Checked by phone
console-quick-visited = Checked at the door
console-quick-asked-both = Asked both authors
console-quick-twice-given = Given twice indeed
console-quick-recorded-twice = One hand-out, recorded twice
console-quick-was-there = Was there indeed
console-quick-handed-over = The new worker has taken over
console-quick-stays-withdrawn = Rightly withdrawn
console-outcome-applied = in force
console-outcome-passed = others were as far
console-outcome-merged = a later value stands
console-outcome-review = sent to be decided
console-outcome-rejected = refused
console-outcome-other = of a newer server
console-pages = Pages
console-page-before = Before
console-page-after = Next
console-page-of = Page { $page } of { $pages }
console-yuan = ¥{ $amount }
console-good = good
console-bad = a problem
