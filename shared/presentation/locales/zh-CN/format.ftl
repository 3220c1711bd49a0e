# How numbers, days, periods and lists are written.
format-list-separator = 、
format-sentence-separator = ；
format-sentences = { $what }。{ $next }
format-none = 无
format-record = 记录
format-money = { $amount } 元
format-moment-today = 今天 { $time }
format-moment-yesterday = 昨天 { $time }
format-moment-date = { $date } { $time }
format-month-name = { $month }月
format-day = { $month }{ $day }日
format-day-full = { $year }年{ $month }{ $day }日
format-month = { $year }年{ $month }
format-quarter = { $year }年第{ $quarter }季度
format-year = { $year }年
format-since = { $year }年以来
format-range = { $from }至{ $to }

# Parts of a record.
format-finding = { $name }：{ $verdict }
format-good = 好
format-bad = 有问题
format-unit-bag = 袋
format-unit-can = 桶
format-unit-lot = 份
format-unit-piece = 件
format-unit-box = 箱
