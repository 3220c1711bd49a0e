# The list of recipients.
recipients-search = 姓名或拼音首字母，例如 gj
recipients-total = 共 { $n } 位
recipients-none = 没有找到
recipients-none-text = 换个字，或去掉筛选再看看。
recipients-filter = 筛选
recipients-filter-n = 筛选 { $n } 项
recipients-filter-clear = 清除筛选
recipients-filter-due = 只看该走访的
recipients-village = 村（社区）
