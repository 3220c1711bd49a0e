# What is wrong with a field, why a change is in review, and why the server rejected one: `-next` says what to do.
problem-missing = { $field }还没有填
problem-too-long = { $field }太长了，请写短一些
problem-too-large = { $field }太大了，请核对
problem-not-positive = { $field }要大于 0
problem-in-future = { $field }不能是将来的时间
problem-wrong-shape = { $field }填写不对，请核对
problem-too-many = { $field }太多了，请分成几次记
problem-other = { $field }有问题，请核对

review-identity_conflict = 姓名、身份证号或类别同时被别人改过
review-status_conflict = 两个人办出了不同的结果
review-stale_status = 诉求已重新打开，这一步是之前记的
review-amendment_conflict = 同一条记录有两处更正
review-edit_after_void = 这条记录已经作废
review-likely_duplicate = 同一天、同一户、同样的物资好像记了两次
review-proposal = 这一项要由民政办来改
review-grant_ended = 记录时结对关系已经结束

rejection-invalid = 有几项填写不对
rejection-invalid-next = 请改好后再保存一次。
rejection-not-yours = 这位对象不在您的名单里
rejection-not-yours-next = 记录还在手机里。请联系镇民政办核对结对关系，再重新上传。
rejection-needs-amendment = 已交上去的记录要用“更正”来改
rejection-needs-amendment-next = 请打开这条记录，点“更正”并写明原因。
rejection-unknown-row = 服务器上没有这条记录
rejection-unknown-row-next = 请同步一次再试；还不行请联系管理员。
rejection-id-taken = 编号重复，内容又不一样
rejection-id-taken-next = 请重新上传，会换一个新编号。
rejection-needs-newer-server = 服务器版本较旧，还不认识这种记录
rejection-needs-newer-server-next = 记录已留存，服务器升级后会自动处理。
rejection-malformed = 服务器读不懂这条记录
rejection-malformed-next = 记录还在手机里。请联系管理员。
rejection-not-allowed = 这一步要由督导来做
rejection-not-allowed-next = 请告诉镇督导，由他来处理。
rejection-other = 服务器没有收下，原因这个版本还不认识
rejection-other-next = 记录还在手机里。请升级应用，再同步一次。
