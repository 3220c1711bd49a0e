# Words and small sentences that every screen may use.
common-app-name = 连心
common-app-line = 结对关爱，一次记好
common-save = 保存
common-cancel = 取消
common-close = 关闭
common-back = 返回
common-done = 完成
common-next = 下一步
common-retry = 再试一次
common-undo = 撤销
common-delete = 删除
common-clear = 清除
common-add = 添加
common-change = 修改
common-show = 显示
common-hide = 隐藏
common-all = 全部
common-none = 无
common-optional = 可不填
common-search = 搜索
common-working = 正在处理…
common-loading = 正在打开…
common-less = 减少
common-more = 增加
common-yuan = 元
common-today = 今天
common-yesterday = 昨天
common-moment-today = 今天 { $time }
common-moment-yesterday = 昨天 { $time }
common-moment-date = { $date } { $time }
common-money = { $amount } 元
common-wan = { $amount } 万元
common-count-records = { $n } 条
common-count-households = { $n } 户
common-good = 好
common-bad = 有问题
common-on = 已打开
common-off = 已关闭

# Where a record is; always shown with its sign.
status-confirmed = 已确认
status-waiting = 待上传
status-sending = 上传中
status-failed = 没传成
status-review = 待核对
status-draft = 草稿
status-overdue = 已超期
status-due = 该去了
status-offline = 离线
status-with-count = { $status } { $n }

# Number fields.
number-not-a-number = 请填数字，例如 { $example }
number-too-precise = 小数最多 { $places } 位
number-too-large = 数字太大了，请核对
number-below-zero = 不能小于 0

# Photos, signature, PIN pad.
photo-take = 拍照
photo-choose = 选照片
photo-working = 正在处理
photo-remove = 删除这张照片
photo-at-office = 原图在单位
photo-error-unreadable = 这张照片打不开，没有加进来。
photo-error-unreadable-next = 请重拍一张，或换一张照片。
photo-error-too-large = 这个文件太大（超过 { $limit }），没有加进来。
photo-error-too-large-next = 请直接用本应用拍照，会自动缩小。
photo-error-bridge = 相机没有打开。
photo-error-bridge-next = 请返回再进来一次；记录本身可以先保存，不拍照也行。
signature-label = 签名
signature-hint = 请用手指在框内签名
signature-clear = 重签
signature-error = 签名板没有打开。
signature-error-next = 请返回再进来一次，或改用拍纸质签收单。
pin-entered = 已输入 { $n } 位，共 { $length } 位
pin-delete = 删一位
list-label = 共 { $n } 行
