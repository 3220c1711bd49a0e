# Telephone numbers for emergencies.
emergency-first = If someone is harmed or in danger of life, phone first and record later.
emergency-first-text = Try even without signal: emergency calls go over any network nearby.
emergency-call = Call { $phone }
emergency-say = Say three things: where, what happened, how many people.
emergency-when-110 = Someone is beaten, abused, missing, or about to harm themselves.
emergency-when-120 = Fainted, fell, cannot breathe, chest pain, swallowed the wrong medicine.
emergency-when-119 = Fire, fumes from the stove, someone trapped, a house about to fall.
emergency-when-12345 = No food, no clothes, no roof, a child without care: they pass you on to relief and child protection.
emergency-when-other = A number named by your own area.
