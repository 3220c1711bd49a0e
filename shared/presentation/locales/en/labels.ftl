# Labels of kinds, of the values that fields may hold, and of indicators. A value without a label is shown as it is.
category-orphan = Orphan
category-unattended_child = De facto unattended child
category-severe_disability = Severely disabled
category-destitute_institution = Destitute (institution)
category-destitute_home = Destitute (at home)
category-unclassified = Other

mode-home = Home
mode-phone = Phone
mode-wechat = WeChat
mode-video = Video

presence-found = Met in person
presence-away = Away
presence-hospital = In hospital
presence-refused = Refused
presence-died = Deceased
presence-moved = Moved

service-tutoring = Tutoring
service-medical = Medical care
service-counselling = Counselling
service-family_care = Family care
service-chores = Chores
service-errand = Errands

assistance-publicise = Policy explained
assistance-implement = Policy put in place
assistance-solve = Difficulty solved
assistance-deed = Good deed
assistance-money = Money
assistance-goods = Goods
assistance-donation = Donation

need-living = Living
need-housing = Housing
need-heating = Heating
need-medical = Medical
need-schooling = Schooling
need-employment = Work
need-benefit = Benefits
need-unclassified = Other

status-opened = Raised
status-assigned = Assigned
status-in_hand = In hand
status-solved = Solved
status-cannot = Cannot be solved
status-open = In review
status-accepted = Accepted
status-declined = Declined
status-active = Active
status-withdrawn = Withdrawn
status-merged = Merged
status-rejected = Not taken
status-void = Voided

receipt-signed = Signature
receipt-thumbprint = Thumb-print
receipt-collected = Collected by another
receipt-refused = Refused to sign

role-worker = Worker
role-supervisor = Supervisor
role-administrator = Administrator
role-paired = Paired
role-tutoring = Tutoring
role-medical = Medical care
role-counselling = Counselling
role-family_care = Family care

tag-dibao-1 = Allowance class 1
tag-dibao-2 = Allowance class 2
tag-dibao-3 = Allowance class 3
tag-dibao-4 = Allowance class 4
tag-lives-alone = Lives alone
tag-empty-nest = Empty nest
tag-left-behind = Left behind
tag-advanced-age = Advanced age
tag-unstable-out-of-poverty = May fall back into poverty
tag-marginal = At risk of poverty
tag-sudden-hardship = Sudden hardship

risk-high = High risk
risk-middle = Medium risk
risk-low = Low risk

sex-male = Male
sex-female = Female

ability-eating = Eating
ability-dressing = Dressing
ability-toileting = Toilet
ability-turning = Getting out of bed
ability-washing = Washing
ability-walking = Walking indoors

disability-1 = Sight
disability-2 = Hearing
disability-3 = Speech
disability-4 = Limbs
disability-5 = Intellectual
disability-6 = Mental
disability-7 = Multiple

kind-area = Area
kind-unit = Unit
kind-worker = Worker
kind-household = Household
kind-recipient = Person's details
kind-pairing = Pairing
kind-visit = Visit
kind-assistance = Help
kind-receipt = Receipt
kind-need = Need
kind-activity = Activity
kind-facility = Facility
kind-disbursement = Disbursement
kind-photo = Photo
kind-task = Task
kind-notice = Notice
kind-rule_set = Rules
kind-report_snapshot = Report
kind-access_log = Access log
kind-feedback = Feedback
kind-review = Review

change-create = New record
change-set = Details changed
change-elements = Tags changed
change-amend = Correction
change-advance = Progress
change-void = Voided
change-reopen = Reopened
change-resolve = Review decided

activity-meals = Meals
activity-day_care = Day care
activity-training = Training
activity-job_fair = Job fair
activity-free_clinic = Free clinic
activity-home_service = Home service

facility-township_centre = Township care centre
facility-village_home = Village mutual-help home
facility-meal_point = Meal point
facility-care_house = Care house

indicator-home_visit = Home visits
indicator-not_found = Not met
indicator-contact = Contacts
indicator-publicised = Policies explained
indicator-implemented = Policies put in place
indicator-solved = Difficulties solved
indicator-deed = Good deeds
indicator-aid_money = Money given
indicator-aid_goods = Goods given
indicator-benefit = Benefits obtained
indicator-donation = Donations
indicator-activity_people = Activity attendance
indicator-activity_session = Activity sessions
indicator-tutoring = Tutoring
indicator-medical = Medical care
indicator-counselling = Counselling
indicator-family_care = Family care
indicator-policies = Policies
indicator-aid = Aid
