# Today: visits that are due, unfinished drafts, tasks.
today-offline-waiting = Offline · { $n } waiting
today-all-sent = All sent
today-attention = { $n ->
    [one] { $n } record needs a look
   *[other] { $n } records need a look
}
today-attention-sub = Two changes differ, or the server did not take it
today-drafts = Go on writing
today-over = Overdue · { $n }
today-now = Due today · { $n }
today-soon = Within seven days · { $n }
today-show-all = Show all { $n }
today-record = Record
today-tasks = Tasks from the township
today-task-progress = By { $day } · { $done } of { $of } done, counted from visits
today-task-until = By { $day }
today-needs = Needs
today-notices = Notices
today-rules-open = How often and what to check still awaits the bureau's confirmation and may change.
today-nobody = Nobody on your list yet
today-nobody-text = Once the administrator has paired you, sync once and they appear here.
today-sync = Sync now
today-done = Everyone has been seen
today-done-text = Nobody is due within seven days. For one visit more, press ＋ below.
today-locks = { $n ->
    [0] This phone locks today
    [one] This phone locks in one day
   *[other] This phone locks in { $n } days
}
today-locks-text = It has not reached the server for long. Please open the app once where there is signal; nothing is lost.
