# Errors whose advice for a phone (`error-…` in shared/presentation) does not fit the readers of the server: one text each.
server-error-not-allowed = 您没有这项权限。需要的话请联系管理员。
server-error-malformed = 服务器读不懂这个请求。请更新应用后重试。
server-error-too-large = 内容太大，服务器没有接收。请减小后重试。
server-error-not-found = 没有找到您要的内容。请检查地址或刷新后重试。
server-error-bad-encoding = 内容的压缩格式无法读取。请用 zstd 或不压缩重新发送。
server-error-not-a-photo = 这个文件不是能识别的照片。请换一张 JPEG、PNG 或 WebP 照片。
