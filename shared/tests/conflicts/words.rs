//! The sentences of the two conflict pages. Names of kinds, fields and statuses come from the app's own locale files, so
//! that the page and the screens call a thing by the same name.

use shared::{
    merge::rules::{Alternative, AuthorKind, ConcurrentChange, RuleOutcome},
    records::{Creator, FieldRule, Kind, NeedStatus, ReviewReason},
};
use std::{collections::HashMap, path::Path};

pub struct Words {
    chinese: bool,
    locale: HashMap<String, String>,
}

impl Words {
    pub fn english() -> Self {
        Self::of(false, "en")
    }
    pub fn chinese() -> Self {
        Self::of(true, "zh-CN")
    }

    fn of(chinese: bool, lang: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../assets/locales").join(lang).join("words.ftl");
        let text = std::fs::read_to_string(path).unwrap();
        let entry = |line: &str| line.split_once(" = ").map(|(key, text)| (key.to_owned(), text.to_owned()));
        Self { chinese, locale: text.lines().filter_map(entry).collect() }
    }

    pub fn file(&self) -> &'static str {
        if self.chinese { "conflicts.zh-CN.md" } else { "conflicts.md" }
    }

    /// One of two texts.
    pub fn t(&self, english: &str, chinese: &str) -> String {
        if self.chinese { chinese } else { english }.to_owned()
    }

    fn word(&self, area: &str, word: &str) -> String {
        self.locale.get(&format!("{area}-{word}")).cloned().unwrap_or_else(|| word.to_owned())
    }
    pub fn kind(&self, kind: &Kind) -> String {
        self.word("kind", kind.word())
    }
    pub fn field(&self, field: &str) -> String {
        self.word("field", field)
    }
    pub fn status(&self, status: &NeedStatus) -> String {
        self.word("status", status.word())
    }

    pub fn opening(&self) -> String {
        self.t(
            "# Which change stands\n\n\
             Two people change the same thing, each on a phone without signal. This page says what becomes of each change; it \
             is printed from the program's own tables and a test keeps it so. Nothing typed ever disappears: a value that \
             does not stand stays readable, and its author is told.\n\n\
             Read it with a finger: first the record as a whole, then the field's rule, then what happened meanwhile.\n\n\
             [中文](conflicts.zh-CN.md)\n\n",
            "# 以谁改的为准\n\n\
             两个人在没有信号的地方，各自在手机上改了同一处。这一页说明每处改动的结果。本页由程序自己的规则表打印出来，\
             并有测试保证两者一致。写下的内容不会消失：没有采用的值仍能看到，也会告诉写的人。\n\n\
             用手指着往下看：先看整条记录，再看这一项的规则，再看中间发生了什么。\n\n\
             [English](conflicts.md)\n\n",
        )
    }

    pub fn endings(&self) -> String {
        self.t(
            "- **stands**: the new value is in force. Another one that gives way to it stays readable in the history.\n\
             - **yields**: the other's value is in force. The new one stays readable in the history, and its author is told.\n\
             - **a supervisor decides**: nothing changes until then. Both values, both authors and both times are shown; who \
             decided, when and why is shown to both.\n\
             - **passed over**: others were as far already. Notes that came along are kept.\n\
             - **another way**: refused, and the app says which way leads on.",
            "- **采用**：新值生效。被它替下的值留在历史里，仍能看到。\n\
             - **不采用，留底**：以对方的值为准。新值留在历史里，并告诉写的人。\n\
             - **督导来定**：定之前什么都不变。两个值、两位填写人、两个时间都列出来；谁定的、何时、为什么，双方都能看到。\n\
             - **略过**：别人已经办到这一步。随着写的说明照样留下。\n\
             - **换个办法**：不收，并说明该怎么改。",
        )
    }

    /// (situation, what becomes of it), looked at before any field; `decide` and `guard` in `shared/src/merge/`.
    pub fn whole(&self) -> Vec<Vec<String>> {
        let reason = |reason: ReviewReason| self.word("review", reason.word());
        let pair = |situation: String, ending: String| vec![situation, ending];
        let decides = self.t("a supervisor decides", "督导来定");
        let held = |why: ReviewReason| self.with(format!("**{decides}**"), &reason(why));
        vec![
            pair(
                self.t("the author never cared for this person or place", "填写人从来没有负责过这个人、这个地方"),
                self.t(
                    "refused; the record stays on the phone and can be sent again",
                    "不收；记录留在手机里，可以再传",
                ),
            ),
            pair(
                self.t("the author's pairing had ended when it was recorded", "记录时结对关系已经结束"),
                held(ReviewReason::GrantEnded),
            ),
            pair(
                self.t("the record was withdrawn meanwhile", "这条记录已经作废"),
                held(ReviewReason::EditAfterVoid) + &self.t(". It is never brought back.", "。作废的不会恢复。"),
            ),
            pair(
                self.t(
                    "a worker makes, corrects or withdraws what only the office makes",
                    "干部新建、更正或作废只由民政办建的记录",
                ),
                held(ReviewReason::Proposal),
            ),
            pair(
                self.t(
                    "aid of the same kind and value, for the same person on the same day, from another phone",
                    "另一部手机同一天给同一个人记了同类、同值的帮扶",
                ),
                self.with(
                    self.t("**stands** and counts, and a supervisor looks", "**采用**并计数，同时请督导核对"),
                    &reason(ReviewReason::LikelyDuplicate),
                ),
            ),
            pair(
                self.t("withdrawn by its author or a supervisor, with a reason", "填写人本人或督导作废，写明原因"),
                self.t("**stands**; the record counts no longer and stays readable", "**采用**；不再计数，仍能看到"),
            ),
            pair(self.t("withdrawn or corrected by somebody else", "别人来作废或更正"), self.t("refused", "不收")),
            pair(self.t("the same record sent twice", "同一条记录传了两次"), self.t("counts once", "只算一次")),
            pair(
                self.t(
                    "a supervisor opens a finished need again, with a reason",
                    "督导写明原因，把已办结的诉求重新打开",
                ),
                self.t(
                    "**stands**; a new round begins, and it counts as solved once it is solved again",
                    "**采用**；开始新的一轮，再次解决才计数",
                ),
            ),
        ]
    }

    pub fn how_to_read(&self) -> String {
        self.t(
            "“Earlier” and “later” are by the moment of writing, corrected for wrong phone clocks, not by the moment of \
             sending. A change of several fields holds as a whole or not at all: one field that must wait holds back the \
             others with it.",
            "“先”“后”看的是写下的时间（手机时间不准会校正），不看上传的先后。一次改几项的，要么都采用，要么都等：有一项要等，\
             其他几项一起等。",
        )
    }

    pub fn about_amending(&self) -> String {
        self.t(
            "What was submitted is corrected by its author or a supervisor, with a reason. The former value stays readable. \
             Whom and where a record is about cannot be corrected: it is withdrawn and recorded anew.",
            "交上去的内容由填写人本人或督导更正，要写原因，原来的值仍能看到。记的是谁、在哪里，不能更正：请作废后重记。",
        )
    }

    pub fn about_elements(&self) -> String {
        self.t(
            "Each tag goes by itself: one adding a tag and another taking out a different one do not meet at all. Only when \
             two people say opposite things about the same tag, the later word holds.",
            "每个标签各算各的：一个人加、另一个人去掉别的标签，互不影响。只有对同一个标签说法相反时，以后说的为准。",
        )
    }

    pub fn about_steps(&self) -> String {
        self.t(
            "A need goes forward only. Of two moments of solving the earlier counts. Each reopening begins a new round.",
            "诉求只往前走。两个人都报解决的，以先解决的时间为准。每重新打开一次，开始新的一轮。",
        )
    }

    pub fn about_kinds(&self) -> String {
        self.t(
            "A field that no line names, such as one of a newer app, follows “everything else”.",
            "没有列出的项目（例如新版应用才有的），按“其他各项”办。",
        )
    }

    pub fn by(&self, by: AuthorKind) -> String {
        match by {
            AuthorKind::Worker => self.t("changed by a worker", "干部改"),
            AuthorKind::Supervisor => self.t("by a supervisor", "督导改"),
            AuthorKind::Import => self.t("by an import", "名册导入"),
        }
    }

    pub fn meanwhile(&self, meanwhile: ConcurrentChange) -> String {
        match meanwhile {
            ConcurrentChange::Nothing => self.t("nobody else changed it", "没有别人改过"),
            ConcurrentChange::Same => self.t("somebody else set the same value", "别人改成了一样的"),
            ConcurrentChange::Earlier => self.t("somebody else changed it, earlier", "别人先改过"),
            ConcurrentChange::Later => self.t("somebody else changed it, later", "别人后改过"),
        }
    }

    pub fn meanwhile_of_element(&self, meanwhile: ConcurrentChange) -> String {
        match meanwhile {
            ConcurrentChange::Earlier => {
                self.t("somebody else said otherwise about this tag, earlier", "别人先对这个标签说了相反的")
            }
            ConcurrentChange::Later => {
                self.t("somebody else said otherwise about this tag, later", "别人后对这个标签说了相反的")
            }
            other => self.meanwhile(other),
        }
    }

    pub fn ruling(&self, ruling: &RuleOutcome) -> String {
        match ruling {
            RuleOutcome::Review(reason) => self.with(self.ruling_short(ruling), &self.word("review", reason.word())),
            RuleOutcome::Otherwise(way) => {
                format!("{}{}{}", self.ruling_short(ruling), self.t(": ", "："), self.way(*way))
            }
            other => self.ruling_short(other),
        }
    }

    pub fn ruling_short(&self, ruling: &RuleOutcome) -> String {
        match ruling {
            RuleOutcome::Stands => self.t("stands", "采用"),
            RuleOutcome::Yields => self.t("yields", "不采用，留底"),
            RuleOutcome::Review(_) => self.t("**a supervisor decides**", "**督导来定**"),
            RuleOutcome::Passed => self.t("passed over", "略过"),
            RuleOutcome::Otherwise(_) => self.t("another way", "换个办法"),
        }
    }

    /// Something with an explanation in brackets.
    fn with(&self, text: String, why: &str) -> String {
        if self.chinese { format!("{text}（{why}）") } else { format!("{text} ({why})") }
    }

    fn way(&self, way: Alternative) -> String {
        match way {
            Alternative::Amendment => self.t("correct it with a reason", "写明原因更正"),
            Alternative::Step => self.t("step by step", "按步骤办"),
            Alternative::Element => self.t("add or take out single tags", "一个一个加减标签"),
            Alternative::Edit => self.t("just edit it", "直接改"),
            Alternative::Reopening => self.t("a supervisor opens it again first", "先由督导重新打开"),
        }
    }

    pub fn rule_name(&self, rule: FieldRule) -> String {
        match rule {
            FieldRule::Register => self.t("the later holds", "以后改的为准"),
            FieldRule::Coupled(_) => self.t("the later holds, together", "几项一起，以后改的为准"),
            FieldRule::Identity => self.t("identity", "身份信息"),
            FieldRule::Server => self.t("the office's", "民政办定"),
            FieldRule::Set => self.t("tags", "标签"),
            FieldRule::Fixed => self.t("submitted", "交上去的"),
            FieldRule::Status => self.t("progress", "办理进度"),
        }
    }

    /// The rule of one field, in a sentence.
    pub fn field_rule(&self, kind: &Kind, field: &str, rule: FieldRule) -> String {
        match (rule, field) {
            (FieldRule::Register, _) => {
                self.t("The later change holds; the other stays readable.", "以后改的为准，另一个留底。")
            }
            (FieldRule::Coupled(group), _) => {
                let with: Vec<String> = kind
                    .rules()
                    .iter()
                    .filter(|(name, rule)| *name != field && *rule == FieldRule::Coupled(group))
                    .map(|(name, _)| self.field(name))
                    .collect();
                let with = with.join(self.t(", ", "、").as_str());
                if self.chinese {
                    format!("和“{with}”算一项：以后改的为准，另一个留底。")
                } else {
                    format!("One with “{with}”: the later change holds; the other stays readable.")
                }
            }
            (FieldRule::Identity, _) => self.t(
                "Applied when nobody else changed it; two different values wait for a supervisor.",
                "没有别人改过就采用；两个不同的值由督导来定。",
            ),
            (FieldRule::Server, _) => self.t(
                "The office sets it; what a worker sends is a proposal.",
                "由民政办定；干部改的算建议，由督导来定。",
            ),
            (FieldRule::Set, _) => {
                self.t("Each one added or taken out by itself; the later word holds.", "一个一个加减，以后说的为准。")
            }
            (FieldRule::Fixed, "recipient" | "area") => {
                self.t("Never changed: withdraw the record and record it anew.", "不能改：请作废后重记。")
            }
            (FieldRule::Fixed, _) => self.t(
                "Only corrected, with a reason, by the author or a supervisor; two corrections wait for a supervisor.",
                "只能由本人或督导写明原因更正；两处更正由督导来定。",
            ),
            (FieldRule::Status, _) => {
                self.t("Forward only; two different ends wait for a supervisor.", "只往前走；两种不同结果由督导来定。")
            }
        }
    }

    pub fn made_by(&self, kind: &Kind) -> String {
        if kind.is_sealed() {
            return self.t(
                "Evidence: nobody changes or withdraws it, the office included.",
                "证据：谁都不能改、不能作废，民政部门也不能。",
            );
        }
        if *kind == Kind::Review {
            return self.t(
                "Made by the server. A supervisor of the area decides it once, with a reason; nobody changes anything else of it.",
                "由服务器建立。由本区划的督导写明原因定一次；其他内容谁都不能改。",
            );
        }
        match kind.creator() {
            Creator::Worker => self.t("Made by workers.", "由干部记录。"),
            Creator::Supervisor => self.t(
                "Made by the office; a worker's new one is a proposal.",
                "由民政办建立；干部新建的算建议，由督导来定。",
            ),
            Creator::Server => self.t("Made by imports and the server.", "由名册导入和服务器建立。"),
        }
    }
}
