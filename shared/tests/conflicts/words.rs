//! The sentences of the two conflict pages. Names of kinds, fields and statuses come from the app's own locale files,
//! so that page and screens use the same names.

use shared::{
    merge::rules::{Alternative, AuthorKind, ConcurrentChange, RuleOutcome},
    records::{Creator, FieldRule, Kind, NeedStatus, ReviewReason},
};
use std::{collections::HashMap, path::Path};

pub struct Wording {
    chinese: bool,
    locale: HashMap<String, String>,
}

impl Wording {
    pub fn english() -> Self {
        Self::of(false, "en")
    }
    pub fn chinese() -> Self {
        Self::of(true, "zh-CN")
    }

    fn of(chinese: bool, lang: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("presentation/locales").join(lang);
        let text = ["labels.ftl", "fields.ftl", "problems.ftl"]
            .map(|name| std::fs::read_to_string(folder.join(name)).unwrap())
            .join("\n");
        let entry = |line: &str| line.split_once(" = ").map(|(key, text)| (key.to_owned(), text.to_owned()));
        Self { chinese, locale: text.lines().filter_map(entry).collect() }
    }

    pub fn file(&self) -> &'static str {
        if self.chinese { "conflicts.zh-CN.md" } else { "conflicts.md" }
    }

    /// The English or the Chinese text.
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
             Two people change the same record, each on a phone without signal. This page gives the outcome of each change. \
             It is printed from the program's own tables, and a test keeps both in agreement. No entry is ever lost: a \
             value that does not stand stays readable, and its author is told.\n\n\
             Follow it with a finger: first the record as a whole, then the rule of the field, then what happened since you \
             saw it.\n\n\
             [中文](conflicts.zh-CN.md)\n\n",
            "# 以谁改的为准\n\n\
             两个人在没有信号的地方，各自在手机上改了同一处。这一页说明每处改动的结果。本页由程序自己的规则表打印出来，\
             并有测试保证两者一致。写下的内容不会消失：没有采用的值仍能看到，也会告诉写的人。\n\n\
             用手指着往下看：先看整条记录，再看这一项的规则，再看中间发生了什么。\n\n\
             [English](conflicts.md)\n\n",
        )
    }

    pub fn outcomes(&self) -> String {
        self.t(
            "- **stands**: the new value is in force. A value that gives way to it stays readable in the history.\n\
             - **yields**: the other value is in force. The new one stays readable in the history, and its author is told.\n\
             - **a supervisor decides**: nothing changes until then. The supervisor sees both values, authors and times. Both \
             authors see who decided, when and why.\n\
             - **no effect**: the need has reached this step already. Notes in the change are kept.\n\
             - **another way**: refused, and the app says how to make the change instead.",
            "- **采用**：新值生效。被它替下的值留在历史里，仍能看到。\n\
             - **不采用，留底**：以对方的值为准。新值留在历史里，并告诉写的人。\n\
             - **督导来定**：定之前什么都不变。两个值、两位填写人、两个时间都列出来；谁定的、何时、为什么，双方都能看到。\n\
             - **略过**：别人已经办到这一步。随着写的说明照样留下。\n\
             - **换个办法**：不收，并说明该怎么改。",
        )
    }

    /// (situation, outcome), checked before any field; see `decide` and `guard` in `shared/src/merge/`.
    pub fn whole(&self) -> Vec<Vec<String>> {
        let reason = |reason: ReviewReason| self.word("review", reason.word());
        let pair = |situation: String, ending: String| vec![situation, ending];
        let decides = self.t("a supervisor decides", "督导来定");
        let held = |why: ReviewReason| self.with(format!("**{decides}**"), &reason(why));
        vec![
            pair(
                self.t(
                    "the author was never responsible for this person or place",
                    "填写人从来没有负责过这个人、这个地方",
                ),
                self.t(
                    "refused; the record stays on the phone and can be sent again",
                    "不收；记录留在手机里，可以再传",
                ),
            ),
            pair(
                self.t("the author's pairing had ended before the change was recorded", "记录时结对关系已经结束"),
                held(ReviewReason::GrantEnded),
            ),
            pair(
                self.t("the record was voided before the change arrived", "这条记录已经作废"),
                held(ReviewReason::EditAfterVoid)
                    + &self.t(". A voided record is never brought back.", "。作废的不会恢复。"),
            ),
            pair(
                self.t(
                    "a worker creates, corrects or voids a record that only the office creates",
                    "干部新建、更正或作废只由民政办建的记录",
                ),
                held(ReviewReason::Proposal),
            ),
            pair(
                self.t(
                    "another phone recorded aid of the same kind and value for the same person on the same day",
                    "另一部手机同一天给同一个人记了同类、同值的帮扶",
                ),
                self.with(
                    self.t("**stands** and counts; a supervisor checks it", "**采用**并计数，同时请督导核对"),
                    &reason(ReviewReason::LikelyDuplicate),
                ),
            ),
            pair(
                self.t("the author or a supervisor voids the record, with a reason", "填写人本人或督导作废，写明原因"),
                self.t("**stands**; the record stays readable and counts for nothing", "**采用**；不再计数，仍能看到"),
            ),
            pair(self.t("someone else voids or corrects the record", "别人来作废或更正"), self.t("refused", "不收")),
            pair(self.t("the same record is sent twice", "同一条记录传了两次"), self.t("it counts once", "只算一次")),
            pair(
                self.t("a supervisor reopens a finished need, with a reason", "督导写明原因，把已办结的诉求重新打开"),
                self.t(
                    "**stands**; a new round begins, and the need counts as solved once it is solved again",
                    "**采用**；开始新的一轮，再次解决才计数",
                ),
            ),
        ]
    }

    pub fn how_to_read(&self) -> String {
        self.t(
            "“Earlier” and “later” refer to the time of the entry, corrected for wrong phone clocks, not to the time of \
             sending. A change of several fields applies as a whole or not at all: if one field waits for a supervisor, \
             all of them wait.",
            "“先”“后”看的是写下的时间（手机时间不准会校正），不看上传的先后。一次改几项的，要么都采用，要么都等：有一项要等，\
             其他几项一起等。",
        )
    }

    pub fn about_amending(&self) -> String {
        self.t(
            "The author or a supervisor corrects a submitted field, with a reason. The former value stays readable. The \
             person and the area of a record cannot be corrected: void the record and record it again.",
            "交上去的内容由填写人本人或督导更正，要写原因，原来的值仍能看到。记的是谁、在哪里，不能更正：请作废后重记。",
        )
    }

    pub fn about_elements(&self) -> String {
        self.t(
            "Each tag is a change of its own: adding one tag and removing another do not conflict. Only when one person adds \
             and another removes the same tag, the later change stands.",
            "每个标签各算各的：一个人加、另一个人去掉别的标签，互不影响。只有对同一个标签说法相反时，以后说的为准。",
        )
    }

    pub fn about_steps(&self) -> String {
        self.t(
            "A need moves forward only. Of two times of solving the earlier one counts. Each reopening begins a new round.",
            "诉求只往前走。两个人都报解决的，以先解决的时间为准。每重新打开一次，开始新的一轮。",
        )
    }

    pub fn about_kinds(&self) -> String {
        self.t(
            "A field without a line of its own, such as one of a newer app, follows “everything else”.",
            "没有列出的项目（例如新版应用才有的），按“其他各项”办。",
        )
    }

    pub fn author(&self, author: AuthorKind) -> String {
        match author {
            AuthorKind::Worker => self.t("changed by a worker", "干部改"),
            AuthorKind::Supervisor => self.t("by a supervisor", "督导改"),
            AuthorKind::Import => self.t("by an import", "名册导入"),
        }
    }

    pub fn concurrent(&self, concurrent: ConcurrentChange) -> String {
        match concurrent {
            ConcurrentChange::Nothing => self.t("no one else changed it", "没有别人改过"),
            ConcurrentChange::Same => self.t("someone else set the same value", "别人改成了一样的"),
            ConcurrentChange::Earlier => self.t("someone else changed it earlier", "别人先改过"),
            ConcurrentChange::Later => self.t("someone else changed it later", "别人后改过"),
        }
    }

    pub fn concurrent_of_element(&self, concurrent: ConcurrentChange) -> String {
        match concurrent {
            ConcurrentChange::Earlier => {
                self.t("someone else did the opposite with this tag earlier", "别人先对这个标签说了相反的")
            }
            ConcurrentChange::Later => {
                self.t("someone else did the opposite with this tag later", "别人后对这个标签说了相反的")
            }
            other => self.concurrent(other),
        }
    }

    pub fn outcome(&self, outcome: &RuleOutcome) -> String {
        match outcome {
            RuleOutcome::Review(reason) => self.with(self.outcome_short(outcome), &self.word("review", reason.word())),
            RuleOutcome::Otherwise(alternative) => {
                format!("{}{}{}", self.outcome_short(outcome), self.t(": ", "："), self.alternative(*alternative))
            }
            other => self.outcome_short(other),
        }
    }

    pub fn outcome_short(&self, outcome: &RuleOutcome) -> String {
        match outcome {
            RuleOutcome::Stands => self.t("stands", "采用"),
            RuleOutcome::Yields => self.t("yields", "不采用，留底"),
            RuleOutcome::Review(_) => self.t("**a supervisor decides**", "**督导来定**"),
            RuleOutcome::Passed => self.t("no effect", "略过"),
            RuleOutcome::Otherwise(_) => self.t("another way", "换个办法"),
        }
    }

    /// A text with an explanation in brackets.
    fn with(&self, text: String, why: &str) -> String {
        if self.chinese { format!("{text}（{why}）") } else { format!("{text} ({why})") }
    }

    fn alternative(&self, alternative: Alternative) -> String {
        match alternative {
            Alternative::Amendment => self.t("correct it with a reason", "写明原因更正"),
            Alternative::Step => self.t("step by step", "按步骤办"),
            Alternative::Element => self.t("add or remove single tags", "一个一个加减标签"),
            Alternative::Edit => self.t("edit it without a reason", "直接改"),
            Alternative::Reopening => self.t("a supervisor reopens it first", "先由督导重新打开"),
        }
    }

    pub fn rule_name(&self, rule: FieldRule) -> String {
        match rule {
            FieldRule::Register => self.t("the later change stands", "以后改的为准"),
            FieldRule::Coupled(_) => self.t("the later change stands, together", "几项一起，以后改的为准"),
            FieldRule::Identity => self.t("identity", "身份信息"),
            FieldRule::Server => self.t("set by the office", "民政办定"),
            FieldRule::Set => self.t("tags", "标签"),
            FieldRule::Fixed => self.t("submitted", "交上去的"),
            FieldRule::Status => self.t("progress", "办理进度"),
        }
    }

    /// The rule of one field, in a sentence.
    pub fn field_rule(&self, kind: &Kind, field: &str, rule: FieldRule) -> String {
        match (rule, field) {
            (FieldRule::Register, _) => {
                self.t("The later change stands; the other value stays readable.", "以后改的为准，另一个留底。")
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
                    format!("One with “{with}”: the later change stands; the other value stays readable.")
                }
            }
            (FieldRule::Identity, _) => self.t(
                "Applied when no one else changed it; of two different values a supervisor chooses.",
                "没有别人改过就采用；两个不同的值由督导来定。",
            ),
            (FieldRule::Server, _) => self
                .t("The office sets it; a worker's change is a proposal.", "由民政办定；干部改的算建议，由督导来定。"),
            (FieldRule::Set, _) => self
                .t("Each tag is added or removed by itself; the later change stands.", "一个一个加减，以后说的为准。"),
            (FieldRule::Fixed, "recipient" | "area") => {
                self.t("Never changed: void the record and record it again.", "不能改：请作废后重记。")
            }
            (FieldRule::Fixed, _) => self.t(
                "The author or a supervisor corrects it, with a reason; of two corrections a supervisor chooses.",
                "只能由本人或督导写明原因更正；两处更正由督导来定。",
            ),
            (FieldRule::Status, _) => self
                .t("Forward only; of two different ends a supervisor chooses.", "只往前走；两种不同结果由督导来定。"),
        }
    }

    pub fn creator(&self, kind: &Kind) -> String {
        if kind.is_sealed() {
            return self.t(
                "Evidence: no one changes or voids it, the office included.",
                "证据：谁都不能改、不能作废，民政部门也不能。",
            );
        }
        if *kind == Kind::Review {
            return self.t(
                "Created by the server. A supervisor of the area decides it once, with a reason; no one changes its other fields.",
                "由服务器建立。由本区划的督导写明原因定一次；其他内容谁都不能改。",
            );
        }
        match kind.creator() {
            Creator::Worker => self.t("Created by workers.", "由干部记录。"),
            Creator::Supervisor => self.t(
                "Created by the office; a worker's new record is a proposal.",
                "由民政办建立；干部新建的算建议，由督导来定。",
            ),
            Creator::Server => self.t("Created by imports and the server.", "由名册导入和服务器建立。"),
        }
    }
}
