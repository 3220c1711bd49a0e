# Labels of kinds, of the values that fields may hold, and of indicators. A value without a label is shown as it is.
category-orphan = 孤儿
category-unattended_child = 事实无人抚养儿童
category-severe_disability = 重度残疾人
category-destitute_institution = 特困（集中）
category-destitute_home = 特困（分散）
category-unclassified = 其他

mode-home = 上门
mode-phone = 电话
mode-wechat = 微信
mode-video = 视频

presence-found = 见到本人
presence-away = 外出
presence-hospital = 住院
presence-refused = 拒访
presence-died = 去世
presence-moved = 搬迁

service-tutoring = 帮学助教
service-medical = 医疗康复
service-counselling = 心理抚慰
service-family_care = 亲情关怀
service-chores = 打扫做饭
service-errand = 代办代购

assistance-publicise = 宣传政策
assistance-implement = 落实政策
assistance-solve = 解决困难
assistance-deed = 帮办实事
assistance-money = 资助资金
assistance-goods = 资助物资
assistance-donation = 社会捐赠

need-living = 生活
need-housing = 住房
need-heating = 取暖
need-medical = 看病
need-schooling = 上学
need-employment = 就业
need-benefit = 补贴待遇
need-unclassified = 其他

status-opened = 已提出
status-assigned = 已交办
status-in_hand = 办理中
status-solved = 已解决
status-cannot = 无法解决
status-open = 待核对
status-accepted = 已采纳
status-declined = 未采纳
status-active = 在册
status-withdrawn = 已退出
status-merged = 已合并
status-rejected = 没收下
status-void = 已作废

receipt-signed = 签字
receipt-thumbprint = 按手印
receipt-collected = 代领
receipt-refused = 拒签

role-worker = 结对干部
role-supervisor = 督导
role-administrator = 管理员
role-paired = 结对帮扶
role-tutoring = 帮学助教
role-medical = 医疗康复
role-counselling = 心理抚慰
role-family_care = 亲情关怀

tag-dibao-1 = 低保一类
tag-dibao-2 = 低保二类
tag-dibao-3 = 低保三类
tag-dibao-4 = 低保四类
tag-lives-alone = 独居
tag-empty-nest = 空巢
tag-left-behind = 留守
tag-advanced-age = 高龄
tag-unstable-out-of-poverty = 脱贫不稳定户
tag-marginal = 边缘易致贫户
tag-sudden-hardship = 突发严重困难户

risk-high = 高风险
risk-middle = 中风险
risk-low = 低风险

sex-male = 男
sex-female = 女

ability-eating = 吃饭
ability-dressing = 穿衣
ability-toileting = 上厕所
ability-turning = 上下床
ability-washing = 洗澡
ability-walking = 室内走动

disability-1 = 视力
disability-2 = 听力
disability-3 = 言语
disability-4 = 肢体
disability-5 = 智力
disability-6 = 精神
disability-7 = 多重

kind-area = 区划
kind-unit = 单位
kind-worker = 干部
kind-household = 户
kind-recipient = 对象资料
kind-pairing = 结对关系
kind-visit = 走访
kind-assistance = 帮扶
kind-receipt = 签收
kind-need = 诉求
kind-activity = 服务活动
kind-facility = 服务设施
kind-disbursement = 资金发放
kind-photo = 照片
kind-task = 任务
kind-notice = 通知
kind-rule_set = 规则
kind-report_snapshot = 报表
kind-access_log = 访问日志
kind-feedback = 投诉建议
kind-review = 核对

change-create = 新记录
change-set = 改资料
change-elements = 改标签
change-amend = 更正
change-advance = 办理进展
change-void = 作废
change-reopen = 重新打开
change-resolve = 核对决定

activity-meals = 助餐
activity-day_care = 日托
activity-training = 培训
activity-job_fair = 招聘会
activity-free_clinic = 义诊
activity-home_service = 居家上门服务

facility-township_centre = 乡镇综合养老服务中心
facility-village_home = 村级互助幸福院
facility-meal_point = 老年助餐点
facility-care_house = 爱心屋

indicator-home_visit = 走访探视
indicator-not_found = 没见到
indicator-contact = 联系交流
indicator-publicised = 宣传政策
indicator-implemented = 落实政策
indicator-solved = 解决困难
indicator-deed = 帮办实事
indicator-aid_money = 资助资金
indicator-aid_goods = 资助物资
indicator-benefit = 落实补贴
indicator-donation = 社会捐赠
indicator-activity_people = 服务活动人次
indicator-activity_session = 服务活动场次
indicator-tutoring = 帮学助教
indicator-medical = 医疗康复
indicator-counselling = 心理抚慰
indicator-family_care = 亲情关怀
indicator-policies = 宣传落实政策
indicator-aid = 资助资金
