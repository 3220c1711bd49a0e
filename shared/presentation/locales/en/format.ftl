# How numbers, days, periods and lists are written.
format-list-separator = ,{" "}
format-sentence-separator = ;{" "}
format-sentences = { $what }. { $next }
format-none = None
format-record = The record
format-money = ¥{ $amount }
format-moment-today = today { $time }
format-moment-yesterday = yesterday { $time }
format-moment-date = { $date }, { $time }
format-month-name = { $month ->
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
format-day = { $day } { $month }
format-day-full = { $day } { $month } { $year }
format-month = { $month } { $year }
format-quarter = { $year } Q{ $quarter }
format-year = { $year }
format-since = Since { $year }
format-range = { $from } to { $to }

# Parts of a record.
format-finding = { $name }: { $verdict }
format-good = Good
format-bad = Problem
format-unit-bag = bag
format-unit-can = can
format-unit-lot = lot
format-unit-piece = piece
format-unit-box = box
