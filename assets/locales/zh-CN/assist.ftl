# Recording help: policy, difficulty, deed, money, goods.
