//! The sync screen's sentences and pages, with states made up.

use device_core::views::{OutboxItem, PhotosHeld, RecordState, SyncProblem};
use shared::{
    RowId,
    ids::{OpNo, ReviewId},
    op::{Outcome, Rejection},
    records::{Kind, ReviewReason},
    wire::ErrorCode,
};
use uuid::Uuid;

use super::{
    attention::{explained, may_resend},
    standing::{clock_words, problem_words},
    *,
};
use crate::screens::{sample, tests::drawn};

pub fn quiet() -> SyncView {
    SyncView {
        month_confirmed: 23,
        month_waiting: 0,
        waiting: vec![],
        waiting_total: 0,
        attention: vec![],
        recent: vec![],
        waiting_bytes: 0,
        photos_waiting: 0,
        photos_bytes: 0,
        photos_failed: 0,
        last_up: 0,
        last_down: 0,
        last_success: Some(sample::at(sample::day())),
        next_attempt: None,
        last_problem: None,
        running: None,
        clock_off_s: None,
        photos_held: None,
        photo_space: Default::default(),
        relayed_bundles: vec![],
    }
}

fn item(n: u64, state: RecordState, outcome: Option<Outcome>) -> OutboxItem {
    OutboxItem {
        op_no: OpNo(n),
        row: RowId(Uuid::from_u128(n.into())),
        kind: Kind::Visit,
        change: "create".into(),
        title: "mode-home".into(),
        recipient: Some(sample::person(1, "").id),
        recipient_name: Some("谷军".into()),
        saved: sample::at(sample::day()),
        bytes: 1126,
        state,
        outcome,
        values: vec![],
        decided: None,
    }
}

fn merged() -> OutboxItem {
    OutboxItem {
        kind: Kind::Recipient,
        change: "set".into(),
        title: "kind-recipient".into(),
        values: vec![("phone".into(), "13800000011".into(), "13900000022".into())],
        ..item(7, RecordState::Merged, Some(Outcome::Merged { lost: vec!["phone".into()] }))
    }
}

fn waiting() -> SyncView {
    SyncView {
        month_waiting: 3,
        waiting: vec![item(1, RecordState::Waiting, None)],
        waiting_total: 3,
        waiting_bytes: 4096,
        photos_waiting: 2,
        photos_bytes: 612 * 1024,
        last_problem: Some(SyncProblem::Offline),
        ..quiet()
    }
}

#[test]
fn what_is_on_this_phone_only_is_said_to_be_kept_safely() {
    let (tone, _, what, text) = safe(&waiting());
    assert_eq!((tone, what.as_str()), (Tone::Wait, "3 条记录、2 张照片在这部手机里"));
    assert!(text.contains("加密"), "{text}");
    assert_eq!(safe(&quiet()).0, Tone::Good);
    assert_eq!(safe(&SyncView { last_success: None, ..quiet() }).0, Tone::Neutral, "nothing was ever confirmed");
    let failed = SyncView { photos_failed: 1, ..quiet() };
    assert_eq!(safe(&failed).0, Tone::Wait, "a photo that failed is not on the server");
}

#[test]
fn confirmed_and_waiting_are_told_apart_and_their_sum_stands_above() {
    let page = drawn(|| rsx! { SyncBody { view: waiting(), running: None } });
    for text in ["26", "已确认 23", "待上传 3", "已确认的 23 条都已计入", "612 KB", "上门 · 谷军", "1.1 KB"]
    {
        assert!(page.contains(text), "no {text} in {page}");
    }
}

#[test]
fn the_button_says_how_much_will_travel() {
    assert_eq!(now_label(&waiting(), false), "现在上传 · 约 616 KB");
    assert_eq!(now_label(&quiet(), false), "现在同步");
    assert_eq!(now_label(&waiting(), true), "正在同步…");
}

#[test]
fn photos_that_wait_for_wifi_say_so_and_can_be_sent_all_the_same() {
    let held = SyncView { photos_held: Some(PhotosHeld::Metered), last_problem: None, ..waiting() };
    assert_eq!(now_label(&held, false), "现在上传 · 约 4.0 KB", "the photos do not go with this one");
    let page = drawn(|| {
        let view = SyncView { photos_held: Some(PhotosHeld::Metered), last_problem: None, ..waiting() };
        rsx! { SyncBody { view, running: None } }
    });
    for text in ["照片等无线网", "照片 2 张 · 612 KB", "sync-photos-now", "用流量传照片 · 612 KB"] {
        assert!(page.contains(text), "no {text} in {page}");
    }
    let page = drawn(|| rsx! { SyncBody { view: waiting(), running: None } });
    assert!(!page.contains("sync-photos-now") && !page.contains("无线网"), "{page}");
}

#[test]
fn no_signal_is_not_red_and_a_refusal_is() {
    let page = drawn(|| rsx! { SyncBody { view: waiting(), running: None } });
    assert!(page.contains("note neutral") && !page.contains("note danger"), "{page}");
    let page = drawn(|| {
        let view = SyncView { last_problem: Some(SyncProblem::Refused(ErrorCode::StorageFull)), ..quiet() };
        rsx! { SyncBody { view, running: None } }
    });
    assert!(page.contains("note danger"), "{page}");
}

#[test]
fn every_problem_says_what_to_do_next() {
    let problems = [
        SyncProblem::Offline,
        SyncProblem::Refused(ErrorCode::Busy),
        SyncProblem::BadReply,
        SyncProblem::Revoked,
        SyncProblem::StorageFull,
    ];
    for problem in problems {
        let (what, next) = problem_words(&problem);
        assert!(!what.is_empty() && !next.is_empty() && what != next, "{problem:?}");
    }
}

#[test]
fn both_values_of_a_merge_can_be_read_with_what_stands() {
    let page = drawn(|| {
        let view = SyncView { attention: vec![merged()], ..quiet() };
        rsx! { SyncBody { view, running: None } }
    });
    for text in ["改资料 · 谷军", "138****0011", "139****0022", "以别人后改的为准", "sync-aside-7", "sync-see-7"]
    {
        assert!(page.contains(text), "no {text} in {page}");
    }
    assert!(!page.contains("sync-resend-7") && !page.contains("13800000011"), "{page}");
}

#[test]
fn a_refused_record_says_why_and_can_be_sent_again_or_put_aside() {
    let page = drawn(|| {
        let refused = item(4, RecordState::Rejected, Some(Outcome::Rejected(Rejection::NotYours)));
        let view = SyncView { attention: vec![refused], ..quiet() };
        rsx! { SyncBody { view, running: None } }
    });
    for text in ["这位对象不在您的名单里", "sync-resend-4", "sync-aside-4", "sync-see-4", "card attention"] {
        assert!(page.contains(text), "no {text} in {page}");
    }
}

#[test]
fn what_only_others_can_mend_is_not_offered_to_be_sent_again() {
    for why in [Rejection::NeedsNewerServer, Rejection::NotAllowed, Rejection::Malformed { detail: String::new() }] {
        assert!(!may_resend(Some(&Outcome::Rejected(why))));
    }
    let review = Outcome::InReview { review: ReviewId::NIL, reason: ReviewReason::LikelyDuplicate, applied: true };
    assert!(!may_resend(Some(&review)) && !may_resend(None));
    assert!(may_resend(Some(&Outcome::Rejected(Rejection::IdTaken))));
}

#[test]
fn a_review_says_whether_it_counts_meanwhile() {
    let of = |applied| {
        let outcome = Outcome::InReview { review: ReviewId::NIL, reason: ReviewReason::LikelyDuplicate, applied };
        explained(&item(1, RecordState::InReview { applied }, Some(outcome))).1
    };
    assert!(of(true).contains("照常计数") && of(false).contains("才计数"));
}

#[test]
fn a_clock_that_is_off_is_told_in_units_people_use() {
    assert_eq!(clock_words(420), "手机时间快了 7 分钟");
    assert_eq!(clock_words(-7200), "手机时间慢了 2 小时");
    assert_eq!(clock_words(-40 * 86_400), "手机时间慢了 40 天");
}

#[test]
fn a_running_sync_shows_how_far_it_is() {
    let progress = Progress { ops_done: 2, ops_total: 5, rows_pulled: 40, bytes_up: 2048, ..Progress::default() };
    assert_eq!(sent(&progress), "记录 2/5");
    assert_eq!(moved(&progress), "已收到 40 条 · 2.0 KB");
    assert_eq!(moved(&Progress::default()), "正在连接…");
}

#[test]
fn each_page_of_an_item_is_one_that_exists() {
    assert_eq!(items::route(&merged()), Some(crate::nav::Destination::RecipientCard { id: merged().row.0 }));
    let feedback = OutboxItem { kind: Kind::Feedback, ..merged() };
    assert_eq!(items::route(&feedback), None);
}

#[test]
fn what_the_phone_notes_by_itself_is_not_shown_among_ones_work() {
    let page = drawn(|| {
        let log = OutboxItem {
            kind: Kind::AccessLog,
            title: "kind-access_log".into(),
            ..item(3, RecordState::Confirmed, None)
        };
        let view = SyncView { recent: vec![log, item(2, RecordState::Confirmed, None)], ..quiet() };
        rsx! { SyncBody { view, running: None } }
    });
    assert!(page.contains("sync-item-2") && !page.contains("sync-item-3"), "{page}");
}

#[test]
fn saving_to_a_file_stands_open_once_sending_failed_and_is_folded_away_otherwise() {
    let page = drawn(|| rsx! { SyncBody { view: waiting(), running: None } });
    assert!(page.contains("save-file") && !page.contains("sync-files-more"), "{page}");
    let page = drawn(|| rsx! { SyncBody { view: SyncView { last_problem: None, ..waiting() }, running: None } });
    assert!(page.contains("save-file") && page.contains("sync-files-more"), "{page}");
    let page = drawn(|| rsx! { SyncBody { view: quiet(), running: None } });
    assert!(
        !page.contains("save-file") && page.contains("sync-carry"),
        "nothing to save, a colleague's can be taken: {page}"
    );
}
