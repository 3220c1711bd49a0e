//! The form of a visit, and the record that it becomes.

use device_core::command::{NeedText, NewVisit};
use serde::{Deserialize, Serialize};
use shared::{
    Day, RecipientId, UnitId,
    records::{Finding, NeedKind, Presence, RuleSet, Service, VisitMode},
};

use crate::screens::parts::HappenedOn;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct VisitForm {
    mode: VisitMode,
    presence: Presence,
    findings: Vec<Finding>,
    pub services: Vec<Service>,
    pub note: String,
    pub follow_up: String,
    pub when: HappenedOn,
    /// Others of the household, met at the same time.
    pub also: Vec<RecipientId>,
    pub need: NeedForm,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct NeedForm {
    pub raise: bool,
    pub kind: NeedKind,
    /// Empty to use the notes of the findings.
    pub text: String,
    pub unit: Option<UnitId>,
}

impl VisitForm {
    pub fn new(mode: VisitMode) -> Self {
        Self {
            mode,
            presence: Presence::Found,
            findings: vec![],
            services: vec![],
            note: String::new(),
            follow_up: String::new(),
            when: HappenedOn::Now,
            also: vec![],
            need: NeedForm { raise: false, kind: NeedKind::Living, text: String::new(), unit: None },
        }
    }

    pub fn mode(&self) -> &VisitMode {
        &self.mode
    }

    pub fn set_mode(&mut self, mode: VisitMode) {
        self.mode = mode;
    }

    pub fn presence(&self) -> &Presence {
        &self.presence
    }

    pub fn found(&self) -> bool {
        self.presence == Presence::Found
    }

    /// A missed recipient is "away" until another presence is chosen. The findings stay in the form, in case of a slip.
    pub fn set_found(&mut self, found: bool) {
        if found != self.found() {
            self.presence = if found { Presence::Found } else { Presence::Away };
        }
    }

    pub fn set_presence(&mut self, presence: Presence) {
        self.presence = presence;
    }

    pub fn verdict(&self, item: &str) -> Option<bool> {
        self.findings.iter().find(|f| f.item == item).map(|f| f.good)
    }

    pub fn finding_note(&self, item: &str) -> String {
        self.findings.iter().find(|f| f.item == item).and_then(|f| f.note.clone()).unwrap_or_default()
    }

    /// Sets the verdict on one item; its note stays.
    pub fn judge(&mut self, item: &str, good: bool) {
        match self.findings.iter_mut().find(|f| f.item == item) {
            Some(finding) => finding.good = good,
            None => self.findings.push(Finding { item: item.to_owned(), good, note: None }),
        }
    }

    pub fn describe(&mut self, item: &str, text: &str) {
        if let Some(finding) = self.findings.iter_mut().find(|f| f.item == item) {
            finding.note = filled(text);
        }
    }

    /// Sets every item of the check-list to good.
    pub fn judge_all_good(&mut self, rules: &RuleSet) {
        for item in &rules.checklist {
            self.judge(&item.word, true);
        }
    }

    pub fn is_all_good(&self, rules: &RuleSet) -> bool {
        !rules.checklist.is_empty() && rules.checklist.iter().all(|item| self.verdict(&item.word) == Some(true))
    }

    pub fn has_problem(&self) -> bool {
        self.found() && self.findings.iter().any(|f| !f.good)
    }

    /// The text of a need that is raised without a text of its own.
    pub fn need_suggestion(&self) -> String {
        let notes: Vec<_> = self.findings.iter().filter(|f| !f.good).filter_map(|f| f.note.clone()).collect();
        if notes.is_empty() { self.note.trim().to_owned() } else { notes.join("; ") }
    }

    /// The record. Without a meeting it has no findings and no services.
    pub fn record(&self, recipient: RecipientId, draft: &str, today: Day) -> NewVisit {
        let found = self.found();
        let need = self.need.raise.then(|| NeedText {
            kind: self.need.kind.clone(),
            text: filled(&self.need.text).unwrap_or_else(|| self.need_suggestion()),
            unit: self.need.unit,
        });
        let findings = self.findings.iter().map(|f| Finding {
            // An item that turned out good needs no note on what is wrong.
            note: f.note.clone().filter(|_| !f.good),
            ..f.clone()
        });
        NewVisit {
            recipients: std::iter::once(recipient).chain(self.also.iter().copied()).collect(),
            mode: self.mode.clone(),
            presence: self.presence.clone(),
            happened: self.when.moment(today),
            findings: if found { findings.collect() } else { vec![] },
            services: if found { self.services.clone() } else { vec![] },
            note: filled(&self.note),
            follow_up: filled(&self.follow_up),
            need,
            draft: Some(draft.to_owned()),
        }
    }
}

/// The text without surrounding blanks; `None` if it is blank.
fn filled(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screens::sample;

    fn rules() -> RuleSet {
        RuleSet::default_for(sample::village())
    }

    fn saved(form: &VisitForm) -> NewVisit {
        form.record(sample::person(1, "").id, "visit:1", sample::day())
    }

    #[test]
    fn an_ordinary_day_is_one_press_and_nothing_typed() {
        let mut form = VisitForm::new(VisitMode::Home);
        form.judge_all_good(&rules());
        assert!(form.is_all_good(&rules()) && !form.has_problem());
        let visit = saved(&form);
        assert_eq!(visit.findings.len(), 4);
        assert!(visit.findings.iter().all(|f| f.good && f.note.is_none()));
        assert_eq!((visit.happened, visit.note, visit.need), (None, None, None));
        assert_eq!(visit.draft.as_deref(), Some("visit:1"));
    }

    #[test]
    fn nobody_met_means_nothing_looked_at_and_a_slip_of_the_finger_costs_nothing() {
        let mut form = VisitForm::new(VisitMode::Home);
        form.judge_all_good(&rules());
        form.set_found(false);
        let visit = saved(&form);
        assert_eq!(visit.presence, Presence::Away);
        assert!(visit.findings.is_empty() && visit.services.is_empty());
        form.set_found(true);
        assert_eq!(saved(&form).findings.len(), 4);
    }

    #[test]
    fn a_problem_becomes_a_need_in_its_own_words() {
        let mut form = VisitForm::new(VisitMode::Home);
        form.judge_all_good(&rules());
        form.judge("fire", false);
        form.describe("fire", " 烟囱接口松动 ");
        assert!(form.has_problem() && !form.is_all_good(&rules()));
        form.need.raise = true;
        assert_eq!(saved(&form).need.unwrap().text, "烟囱接口松动");
        form.need.text = "修烟囱".into();
        assert_eq!(saved(&form).need.unwrap().text, "修烟囱");
    }

    #[test]
    fn words_about_a_problem_go_when_it_turns_out_good() {
        let mut form = VisitForm::new(VisitMode::Home);
        form.judge("fire", false);
        form.describe("fire", "漏烟");
        form.judge("fire", true);
        assert_eq!(saved(&form).findings[0].note, None);
        form.judge("fire", false);
        assert_eq!(form.finding_note("fire"), "漏烟", "back again, nothing is typed twice");
    }

    #[test]
    fn the_household_is_recorded_together_and_the_day_is_kept() {
        let mut form = VisitForm::new(VisitMode::Wechat);
        form.also.push(sample::person(2, "").id);
        form.when = HappenedOn::ago(1, sample::day());
        let visit = saved(&form);
        assert_eq!(visit.recipients.len(), 2);
        assert_eq!(visit.happened.unwrap().day(), sample::day().plus(-1));
    }

    #[test]
    fn a_draft_comes_back_as_it_was_left() {
        let mut form = VisitForm::new(VisitMode::Video);
        form.judge("health", false);
        form.note = "半句话".into();
        let kept = serde_json::to_string(&form).unwrap();
        assert_eq!(serde_json::from_str::<VisitForm>(&kept).unwrap(), form);
    }
}
