# Today: visits that are due, unfinished drafts, tasks.
today-offline-waiting = 离线 · { $n } 条待传
today-all-sent = 都已上传
today-attention = 有 { $n } 条记录要您看一看
today-attention-sub = 两处改动不一致，或服务器没有收下
today-drafts = 接着写
today-over = 已超期 · { $n } 位
today-now = 今天该去看看 · { $n } 位
today-soon = 七天之内 · { $n } 位
today-show-all = 全部 { $n } 位
today-record = 记
today-tasks = 镇里的任务
today-task-progress = { $day }前 · { $of } 户中已完成 { $done } 户，由走访自动计入
today-task-until = { $day }前
today-needs = 诉求
today-notices = 通知
today-rules-open = 走访周期和检查项还在等民政局确认，以后可能调整。
today-nobody = 还没有结对对象
today-nobody-text = 管理员分好对象以后，同步一次就会出现在这里。
today-sync = 现在同步
today-done = 这几天都走访过了
today-done-text = 七天之内没有到期的。想多去一次，点下面的 ＋。
today-locks = { $n ->
    [0] 这部手机今天就要锁定
   *[other] 再过 { $n } 天这部手机会锁定
 }
today-locks-text = 太久没有连上服务器。请到有信号的地方打开一次应用；记录都在，不会丢。
