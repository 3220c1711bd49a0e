# The list of recipients.
recipients-search = Name or pinyin initials, for example gj
recipients-total = { $n } in all
recipients-none = Nobody found
recipients-none-text = Try another letter, or clear the filters.
recipients-filter = Filter
recipients-filter-n = { $n ->
    [one] { $n } filter
   *[other] { $n } filters
}
recipients-filter-clear = Clear filters
recipients-filter-due = Only who is due
recipients-village = Village
