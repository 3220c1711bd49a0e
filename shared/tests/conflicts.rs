//! `docs/conflicts.md` and `docs/conflicts.zh-CN.md` are printed from the tables of `merge::rules` and from the rule
//! beside each field, so that they always agree with the code. `UPDATE_DOCS=1 cargo test -p shared --test conflicts`
//! prints them again.

#![allow(clippy::unwrap_used)]

#[path = "conflicts/words.rs"]
mod words;

use shared::{
    merge::rules::{self, AuthorKind, ConcurrentChange, RuleOutcome},
    records::{Creator, FieldRule, Kind, NeedStatus},
};
use std::{cmp::Ordering, fmt::Write as _, path::Path};
use words::Wording;

/// Prints a table with its heading row.
fn table(out: &mut String, head: &[String], lines: &[Vec<String>]) {
    writeln!(out, "| {} |\n|{}", head.join(" | "), " --- |".repeat(head.len())).unwrap();
    for line in lines {
        writeln!(out, "| {} |", line.join(" | ")).unwrap();
    }
    out.push('\n');
}

/// Setting a field: one line per rule and concurrent change. Neighbouring lines with equal outcomes are merged.
fn set_lines(w: &Wording) -> Vec<Vec<String>> {
    let mut lines: Vec<Vec<String>> = Vec::new();
    for rule in FieldRule::EACH {
        let outcomes = |m| AuthorKind::EACH.map(|author| w.outcome(&rules::set(rule, author, m)));
        let mut groups: Vec<(Vec<ConcurrentChange>, [String; 3])> = Vec::new();
        for concurrent in ConcurrentChange::EACH {
            match groups.last_mut() {
                Some((of, ends)) if *ends == outcomes(concurrent) => of.push(concurrent),
                _ => groups.push((vec![concurrent], outcomes(concurrent))),
            }
        }
        for (at, (of, ends)) in groups.into_iter().enumerate() {
            let name = if at == 0 { format!("**{}**", w.rule_name(rule)) } else { String::new() };
            let when = if of.len() == ConcurrentChange::EACH.len() {
                w.t("in every case", "不论中间怎样")
            } else {
                of.iter().map(|m| w.concurrent(*m)).collect::<Vec<_>>().join(w.t("; or ", "；或者").as_str())
            };
            lines.push([vec![name, when], ends.to_vec()].concat());
        }
    }
    lines
}

fn amend_lines(w: &Wording) -> Vec<Vec<String>> {
    let line = |m: ConcurrentChange| vec![w.concurrent(m), w.outcome(&rules::amend(FieldRule::Fixed, m))];
    ConcurrentChange::EACH.map(line).to_vec()
}

fn element_lines(w: &Wording) -> Vec<Vec<String>> {
    let cases = [ConcurrentChange::Nothing, ConcurrentChange::Earlier, ConcurrentChange::Later];
    cases.map(|m| vec![w.concurrent_of_element(m), w.outcome(&rules::element(FieldRule::Set, m))]).to_vec()
}

/// Steps of a need within one round: from each status to each.
fn step_lines(w: &Wording) -> Vec<Vec<String>> {
    let line = |now: &NeedStatus| {
        let ends = NeedStatus::ALL.iter().map(|to| w.outcome_short(&rules::step(Ordering::Equal, now, to)));
        [format!("**{}**", w.status(now))].into_iter().chain(ends).collect()
    };
    NeedStatus::ALL.iter().map(line).collect()
}

fn field_lines(w: &Wording, kind: &Kind) -> Vec<Vec<String>> {
    let mut lines: Vec<Vec<String>> = kind
        .rules()
        .iter()
        .map(|(name, rule)| vec![w.field(name), format!("`{name}`"), w.field_rule(kind, name, *rule)])
        .collect();
    let unnamed = kind.rule("field_of_tomorrow");
    lines.push(vec![w.t("everything else", "其他各项"), String::new(), w.field_rule(kind, "", unnamed)]);
    lines
}

fn page(w: &Wording) -> String {
    let mut out = w.opening();
    writeln!(out, "## {}\n\n{}\n", w.t("Possible outcomes of a change", "一处改动的几种结果"), w.outcomes()).unwrap();
    writeln!(out, "## {}\n", w.t("First: the record as a whole", "第一步：先看整条记录")).unwrap();
    table(&mut out, &[w.t("situation", "情形"), w.t("outcome", "结果")], &w.whole());
    writeln!(out, "## {}\n\n{}\n", w.t("Second: each field by its rule", "第二步：再看每一项"), w.how_to_read())
        .unwrap();
    let head = [
        w.t("rule", "规则"),
        w.t("since you saw it", "您看到以后"),
        w.author(AuthorKind::Worker),
        w.author(AuthorKind::Supervisor),
        w.author(AuthorKind::Import),
    ];
    table(&mut out, &head, &set_lines(w));
    writeln!(out, "### {}\n\n{}\n", w.t("Corrections", "更正"), w.about_amending()).unwrap();
    table(&mut out, &[w.t("since you saw it", "您看到以后"), w.t("outcome", "结果")], &amend_lines(w));
    writeln!(out, "### {}\n\n{}\n", w.t("Tags", "标签"), w.about_elements()).unwrap();
    table(&mut out, &[w.t("since you saw it", "您看到以后"), w.t("outcome", "结果")], &element_lines(w));
    writeln!(out, "### {}\n\n{}\n", w.t("Steps of a need", "诉求的办理"), w.about_steps()).unwrap();
    let to = NeedStatus::ALL.iter().map(|s| format!("→ {}", w.status(s)));
    let head: Vec<String> = [w.t("current status", "现在")].into_iter().chain(to).collect();
    table(&mut out, &head, &step_lines(w));
    let rounds = [
        (Ordering::Less, w.t("an earlier round", "更早的一轮")),
        (Ordering::Greater, w.t("a later round", "更晚的一轮")),
    ];
    let line = |(round, name): (Ordering, String)| {
        vec![name, w.outcome(&rules::step(round, &NeedStatus::Opened, &NeedStatus::Solved))]
    };
    let head = [w.t("the step belongs to", "这一步属于"), w.t("outcome", "结果")];
    table(&mut out, &head, &rounds.map(line));
    writeln!(out, "## {}\n\n{}\n", w.t("Every record, field by field", "每种记录的每一项"), w.about_kinds()).unwrap();
    for kind in Kind::ALL {
        writeln!(out, "### {} `{kind}`\n\n{}\n", w.kind(kind), w.creator(kind)).unwrap();
        if kind.is_sealed() || *kind == Kind::Review {
            continue;
        }
        let head = [w.t("field", "项目"), w.t("code", "代码"), w.t("rule", "规则")];
        table(&mut out, &head, &field_lines(w, kind));
    }
    out.trim_end().to_owned() + "\n"
}

fn check(w: &Wording) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(w.file());
    let text = page(w);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let current = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(text == current, "docs/{} differs from the rules: run this test with UPDATE_DOCS=1", w.file());
}

#[test]
fn the_conflict_page_says_what_the_rules_do() {
    check(&Wording::english());
}

#[test]
fn the_chinese_conflict_page_says_what_the_rules_do() {
    check(&Wording::chinese());
}

#[test]
fn every_field_has_a_name_in_both_languages() {
    for w in [Wording::english(), Wording::chinese()] {
        for kind in Kind::ALL {
            for (field, _) in kind.rules() {
                assert_ne!(w.field(field), *field, "{kind}.{field} in {}", w.file());
            }
        }
    }
}

#[test]
fn an_outcome_that_needs_a_supervisor_says_so() {
    let w = Wording::english();
    let review = rules::set(FieldRule::Identity, AuthorKind::Worker, ConcurrentChange::Later);
    assert!(matches!(review, RuleOutcome::Review(_)) && w.outcome(&review).contains("supervisor"));
    assert!(matches!(Kind::Pairing.creator(), Creator::Supervisor));
}
