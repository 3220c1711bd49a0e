# Telephone numbers for emergencies.
emergency-first = 有人受伤害、有生命危险，请先打电话，再记录。
emergency-first-text = 没有信号也可以试：紧急电话会用附近任何一家的网络。
emergency-call = 拨打 { $phone }
emergency-say = 接通后说清三件事：在哪里、出了什么事、有几个人。
emergency-when-110 = 有人被打、被虐待、走失，或有人要伤害自己。
emergency-when-120 = 昏倒、摔伤、喘不上气、胸口疼、误服药物。
emergency-when-119 = 着火、煤烟中毒、有人被困、房屋要塌。
emergency-when-12345 = 缺吃少穿、没地方住、孩子没人管：可转救助和未成年人保护。
emergency-when-other = 本地指定的联系电话。
