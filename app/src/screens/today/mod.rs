//! The start page: who is due, drafts, tasks, needs and notices.

mod drafts;

use device_core::views::{RecipientItem, TaskItem, TodayView};
use dioxus::prelude::*;

use super::{
    parts::{LinkPill, NeedRow, PersonRow, answered},
    sync::FirstSync,
};
use crate::{
    components::{
        Button, ButtonKind, Card, EmptyState, Glyph, ListRow, Meter, MeterPart, Note, Page, Section, Tone, TopBar,
    },
    i18n::{tr, tr_args},
    labels,
    nav::{self, Destination},
    state::{today, use_device, use_link, use_query, use_status},
};
use drafts::Drafts;

/// 20 rows of a group are shown before the button for all: about three screens.
const SHOWN: usize = 20;

#[component]
pub fn TodayScreen() -> Element {
    let view = use_query(|device| async move { device.today().await });
    let link = use_link();
    let place = use_status().and_then(|status| status.me).map(|me| me.area_name).unwrap_or_default();
    rsx! {
        Page {
            testid: "screen-today",
            top: rsx! {
                TopBar {
                    title: tr("nav-today"),
                    subtitle: labels::line([labels::day(view.ready().map_or_else(today, |view| view.day)), place]),
                    trailing: rsx! {
                        LinkPill { link }
                    },
                }
            },
            {answered(view, |view| rsx! { TodayBody { view } })}
        }
    }
}

/// The due list in its three groups.
fn groups(due: &[RecipientItem]) -> [(&'static str, Vec<RecipientItem>); 3] {
    let within = |from: i32, to: i32| {
        due.iter().filter(|item| item.days_over.is_some_and(|d| (from..=to).contains(&d))).cloned().collect()
    };
    [("over", within(1, i32::MAX)), ("now", within(0, 0)), ("soon", within(i32::MIN, -1))]
}

#[component]
pub(super) fn TodayBody(view: TodayView) -> Element {
    let [over, now, soon] = groups(&view.due);
    let nobody_due = view.due.is_empty();
    let link = use_link();
    rsx! {
        if view.attention > 0 {
            AttentionRow { n: view.attention }
        }
        if let Some(days) = view.locks_in_days {
            LocksSoon { days }
        }
        Drafts { drafts: view.drafts }
        if let (0, Some(progress)) = (view.recipients, link.running) {
            FirstSync { progress }
        } else if view.recipients == 0 {
            EmptyState {
                icon: Glyph::People,
                title: tr("today-nobody"),
                text: tr("today-nobody-text"),
                testid: "today-nobody",
                action: rsx! {
                    SyncButton {}
                },
            }
        } else if nobody_due {
            EmptyState { icon: Glyph::Check, title: tr("today-done"), text: tr("today-done-text"), testid: "today-done" }
        }
        for (name, people) in [over, now, soon] {
            if !people.is_empty() {
                DueGroup { key: "{name}", name, people }
            }
        }
        Tasks { tasks: view.tasks }
        if !view.needs.is_empty() {
            Section { title: tr("today-needs"), testid: "today-needs",
                for need in view.needs {
                    NeedRow {
                        key: "{need.id}",
                        testid: "today-need-{need.id}",
                        item: need,
                        on_press: move |need: device_core::views::NeedItem| nav::open(Destination::NeedDetail { need: need.id.0 }),
                    }
                }
            }
        }
        if !view.notices.is_empty() {
            Section { title: tr("today-notices"), testid: "today-notices",
                for notice in view.notices {
                    Card { key: "{notice.id}", title: notice.title,
                        p { class: "prose", {notice.text} }
                        p { class: "small", {labels::day(notice.from)} }
                    }
                }
            }
        }
        if view.rules_to_be_confirmed {
            Note { tone: Tone::Neutral, icon: Glyph::Question, text: tr("today-rules-open"), testid: "today-rules-open" }
        }
    }
}

/// Leads to the outcomes that the worker should look at.
#[component]
fn AttentionRow(n: u32) -> Element {
    rsx! {
        ListRow {
            title: tr_args("today-attention", &[("n", n.into())]),
            sub: tr("today-attention-sub"),
            icon: Glyph::Question,
            avatar_tone: Tone::Info,
            testid: "today-attention",
            on_press: move |()| nav::replace_with(Destination::Sync),
        }
    }
}

/// The tasks of the area, each with its progress or its due day.
#[component]
fn Tasks(tasks: Vec<TaskItem>) -> Element {
    if tasks.is_empty() {
        return VNode::empty();
    }
    rsx! {
        Section { title: tr("today-tasks"), testid: "today-tasks",
            for task in tasks {
                Card { key: "{task.id}", title: task.title, testid: "today-task-{task.id}",
                    if let Some(text) = task.text {
                        p { class: "small", {text} }
                    }
                    if task.of > 0 {
                        Meter {
                            parts: vec![MeterPart::new(u64::from(task.done), Tone::Good)],
                            total: u64::from(task.of),
                            label: tr_args(
                                "today-task-progress",
                                &[("day", labels::day(task.due).into()), ("of", task.of.into()), ("done", task.done.into())],
                            ),
                        }
                    } else {
                        p { class: "small", {tr_args("today-task-until", &[("day", labels::day(task.due).into())])} }
                    }
                }
            }
        }
    }
}

/// Warns some days before the inactivity lock.
#[component]
fn LocksSoon(days: u32) -> Element {
    rsx! {
        Note {
            tone: Tone::Wait,
            icon: Glyph::Lock,
            what: tr_args("today-locks", &[("n", days.into())]),
            text: tr("today-locks-text"),
            testid: "today-locks",
        }
    }
}

#[component]
fn DueGroup(name: &'static str, people: Vec<RecipientItem>) -> Element {
    let mut all = use_signal(|| false);
    let n = people.len();
    let title = match name {
        "over" => tr_args("today-over", &[("n", n.into())]),
        "now" => tr_args("today-now", &[("n", n.into())]),
        _ => tr_args("today-soon", &[("n", n.into())]),
    };
    let shown = if all() { n } else { n.min(SHOWN) };
    rsx! {
        Section { title, testid: "today-{name}",
            for person in people.into_iter().take(shown) {
                PersonRow {
                    key: "{person.id}",
                    testid: "today-due-{person.id}",
                    trailing: {
                        let id = person.id;
                        rsx! {
                            Button {
                                label: tr("today-record"),
                                kind: ButtonKind::Line,
                                fit: true,
                                testid: "today-record-{id}",
                                on_press: move |()| nav::open(Destination::Visit { recipient: id.0 }),
                            }
                        }
                    },
                    item: person,
                    on_press: move |person: RecipientItem| nav::open(Destination::RecipientCard { id: person.id.0 }),
                }
            }
            if shown < n {
                Button {
                    label: tr_args("today-show-all", &[("n", n.into())]),
                    kind: ButtonKind::Quiet,
                    testid: "today-{name}-all",
                    on_press: move |()| all.set(true),
                }
            }
        }
    }
}

/// Starts a sync, on a phone that has no recipients yet.
#[component]
fn SyncButton() -> Element {
    let device = use_device();
    let mut busy = use_signal(|| false);
    rsx! {
        Button {
            label: tr("today-sync"),
            icon: Glyph::Sync,
            fit: true,
            busy: busy(),
            testid: "today-sync",
            on_press: move |()| {
                let device = device.clone();
                busy.set(true);
                spawn(async move {
                    // The pill above and the list show the outcome.
                    let _ = device.sync_now().await;
                    busy.set(false);
                });
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::screens::{sample, tests::drawn};

    #[test]
    fn overdue_comes_first_then_today_then_soon() {
        let [over, now, soon] = groups(&sample::today().due).map(|(_, people)| people);
        assert_eq!(over[0].name, "谷军");
        assert_eq!(now[0].name, "牛海");
        assert_eq!(soon[0].name, "杨秀兰");
    }

    #[test]
    fn the_page_names_who_is_due_and_how_far_the_task_is() {
        let page = drawn(|| rsx! { TodayBody { view: sample::today() } });
        for text in ["谷军", "已超 3 天", "杨秀兰", "还有 2 天", "入冬取暖排查", "烟囱漏烟", "镇应急办 办理中"]
        {
            assert!(page.contains(text), "no {text} in {page}");
        }
        let id = sample::person(1, "").id;
        assert!(page.contains(&format!("today-due-{id}")) && page.contains(&format!("today-record-{id}")), "{page}");
    }

    #[test]
    fn a_phone_that_will_lock_says_so_some_days_before() {
        let page = drawn(|| rsx! { TodayBody { view: TodayView { locks_in_days: Some(3), ..sample::today() } } });
        assert!(page.contains("today-locks") && page.contains("3 天"), "{page}");
        assert!(!drawn(|| rsx! { TodayBody { view: sample::today() } }).contains("today-locks"));
    }

    #[test]
    fn a_phone_without_people_says_how_to_get_them() {
        let page = drawn(|| {
            let view = TodayView { due: vec![], recipients: 0, tasks: vec![], needs: vec![], ..sample::today() };
            rsx! { TodayBody { view } }
        });
        assert!(page.contains("today-nobody") && page.contains("today-sync"), "{page}");
    }
}
