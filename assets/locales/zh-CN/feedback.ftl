# Complaints and suggestions.
feedback-what = 您要说的是
feedback-suggestion = 建议
feedback-fault = 不好用
feedback-complaint = 投诉
feedback-text = 请写下来
feedback-text-hint = 请不要写对象的姓名、电话和身份证号。
feedback-missing = 请写几个字再发送。
feedback-send = 发送
feedback-how = 先存在手机里，有信号时自动送到县里。是谁写的，只有管理员能看到。
feedback-saved = 已收下，有信号时自动送出。谢谢您！
feedback-danger = 有人正受伤害？请不要写在这里，马上打电话。
