# Failures of a step: what failed, and in `-next` what to do. Each pair is shown in an ErrorNote.
errors-title = 没有成功
errors-unknown = 刚才的操作没有成功。
errors-unknown-next = 已填的内容还在。请再试一次；还不行请联系管理员。
errors-offline = 现在没有网络。
errors-offline-next = 记录已存在手机里，有信号时自动上传，不用守着。
errors-storage-full = 手机存储空间满了，没有保存。
errors-storage-full-next = 请删掉一些不用的文件或应用，再点一次保存。已填的内容还在。
