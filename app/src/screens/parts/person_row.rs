//! A person in a list: name, when due and why, village.

use device_core::views::RecipientItem;
use dioxus::prelude::*;
use shared::due::{Due, DueFor};

use crate::{
    components::{Glyph, ListRow, RowTag, Tone},
    i18n::{tr, tr_args},
    labels,
};

/// `on_press` opens the card; `trailing` may contain a button of its own.
#[component]
pub fn PersonRow(
    item: RecipientItem,
    on_press: EventHandler<RecipientItem>,
    trailing: Option<Element>,
    /// Without the line about the last visit.
    #[props(default)]
    brief: bool,
    testid: String,
) -> Element {
    let overdue = item.days_over.is_some_and(|days| days > 0);
    let mut tags: Vec<RowTag> = due_tag(&item).into_iter().collect();
    if item.waiting {
        tags.push(RowTag::toned(tr("status-waiting"), Tone::Wait, Glyph::Clock));
    }
    rsx! {
        ListRow {
            title: item.name.clone(),
            avatar: initial(&item.name),
            avatar_tone: if overdue { Tone::Danger } else { Tone::Good },
            tags,
            sub: about(&item),
            detail: if brief { None } else { due_line(&item) },
            no_chevron: trailing.is_some(),
            trailing,
            testid,
            on_press: move |()| on_press.call(item.clone()),
        }
    }
}

/// The first character of a name, for the circle.
pub fn initial(name: &str) -> String {
    name.chars().next().map(String::from).unwrap_or_default()
}

/// `特困(分散) · 老庄村 · 68 岁`.
pub fn about(item: &RecipientItem) -> String {
    labels::line([
        labels::word("category", item.category.word()),
        item.area_name.clone(),
        item.age.map(|age| tr_args("recipient-age", &[("age", age.into())])).unwrap_or_default(),
    ])
}

/// The tag for a due visit: days overdue, today, or days left within a week.
pub fn due_tag(item: &RecipientItem) -> Option<RowTag> {
    let days = item.days_over?;
    Some(match days {
        1.. => RowTag::toned(tr_args("recipient-over", &[("days", days.into())]), Tone::Danger, Glyph::Warning),
        0 => RowTag::toned(tr("recipient-due-today"), Tone::Wait, Glyph::Calendar),
        -7..0 => RowTag::new(tr_args("recipient-due-in", &[("days", (-days).into())])),
        _ => return None,
    })
}

/// Why the recipient is due: `上次走访 11月10日 · 每 10 天一次`.
pub fn due_line(item: &RecipientItem) -> Option<String> {
    let Due { what, every_days, last, .. } = item.due.as_ref()?;
    let every = tr_args("recipient-every", &[("days", i64::from(*every_days).into())]);
    let last = match (what, last) {
        (DueFor::Visit, Some(day)) => tr_args("recipient-last-visit", &[("day", labels::day(*day).into())]),
        (DueFor::Contact, Some(day)) => tr_args("recipient-last-contact", &[("day", labels::day(*day).into())]),
        (DueFor::Visit, None) => tr("recipient-never-visited"),
        (DueFor::Contact, None) => tr("recipient-never-contacted"),
    };
    Some(labels::line([last, every]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screens::sample;

    #[test]
    fn overdue_today_and_soon_are_told_apart_in_words() {
        let tag = |days| due_tag(&RecipientItem { days_over: days, ..sample::person(1, "谷军") });
        assert_eq!(tag(Some(3)).unwrap().label, "已超 3 天");
        assert_eq!(tag(Some(3)).unwrap().tone, Tone::Danger);
        assert_eq!(tag(Some(0)).unwrap().label, "今天");
        assert_eq!(tag(Some(-2)).unwrap().label, "还有 2 天");
        assert_eq!(tag(Some(-8)), None);
        assert_eq!(tag(None), None);
    }

    #[test]
    fn the_reason_is_the_rule_and_the_last_time() {
        let mut item = sample::person(1, "谷军");
        assert!(due_line(&item).unwrap().ends_with("每 10 天一次"));
        item.due = None;
        assert_eq!(due_line(&item), None);
    }
}
