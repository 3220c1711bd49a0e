//! No signal: a home visit with findings and a need, goods for ten households, one phone number edited on both phones.

use super::{Narrator, People, Township, township::phone_figures};
use crate::harness::picture;
use device_core::{
    command::{NeedText, NewAssistance, NewReceipt, NewVisit, RecipientShare},
    device::calls::CallResult,
    views::{RecordState, SyncProblem},
};
use shared::{
    Fen, Fields, RowId,
    indicators::{Figures, Indicator},
    records::{AssistanceKind, Finding, GoodsLine, NeedKind, PhotoOf, Presence, ReceiptMode, Service, VisitMode},
};

/// What the first phone had saved when it was killed.
pub struct Saved {
    pub visit: RowId,
    pub handout: Vec<RowId>,
    pub waiting: u32,
    pub photos: u32,
    pub confirmed: Figures,
    pub unsent: Figures,
    pub draft_key: String,
    pub phone_a: String,
    pub phone_b: String,
}

pub const DRAFT: &str = r#"{"note":"写到一半"}"#;

pub async fn play(township: &Township, people: &mut People, narrator: &mut Narrator) -> anyhow::Result<Saved> {
    narrator.step("进山,没有信号", "into the hills, no signal");
    let (a, b) = (people.a.phone.device(), people.b.phone.device());
    people.a.line.offline();
    people.b.line.offline();
    let state = a.sync_now().await?;
    narrator.check(
        state.last_problem == Some(SyncProblem::Offline),
        "同步提示没有信号,照样可以记录",
        "a sync says there is no connection; recording goes on",
    );
    let (before, _) = phone_figures(a, township.months()).await?;

    let visit = a
        .save_visit(NewVisit {
            recipients: vec![people.shared],
            mode: VisitMode::Home,
            presence: Presence::Found,
            happened: None,
            findings: vec![
                finding("living", None),
                finding("health", None),
                finding("housing", None),
                finding("fire", Some("炉子离床太近,当场挪开")),
            ],
            services: vec![Service::FamilyCare],
            note: Some("老人精神尚好,炕上暖和".to_owned()),
            follow_up: None,
            need: Some(NeedText {
                kind: NeedKind::Heating, text: "炉子旧了倒烟,想换一个".to_owned(), unit: None
            }),
            draft: None,
        })
        .await?[0];
    let card = a.card(people.shared).await?;
    let seen = card.history.iter().find(|h| h.row == visit);
    narrator.check(
        seen.is_some_and(|h| h.state == RecordState::Waiting && h.problems == 1) && !card.needs.is_empty(),
        &format!("走访{}:一项隐患、一条困难诉求,已存在手机里,待上传", people.shared_name),
        &format!("a home visit to {}, one finding, one need: saved, waiting", people.shared_name),
    );

    let handout = hand_out(people, narrator).await?;

    let draft_key = format!("visit:{}", people.households[1]);
    a.save_draft(&draft_key, DRAFT.to_owned()).await?;
    narrator.note("下一户的走访写到一半", "the next visit is half written");

    let (phone_a, phone_b) = ("10109991111".to_owned(), "10109992222".to_owned());
    a.edit_recipient(people.shared, Fields::new().with("phone", phone_a.as_str())).await?;
    b.edit_recipient(people.shared, Fields::new().with("phone", phone_b.as_str())).await?;
    narrator.check(
        true,
        &format!("两人各自改了{}的电话", people.shared_name),
        &format!("both change {}'s phone number, each to another", people.shared_name),
    );

    let (confirmed, unsent) = phone_figures(a, township.months()).await?;
    narrator.same(&confirmed, &before, "“已确认”的数字没有动", "confirmed figures have not moved");
    narrator.check(
        unsent.visits() == 1 && unsent.get(Indicator::AidGoods).n == 10 && unsent.aid() == Fen(10 * (4200 + 6500)),
        &format!("“待上传”:走访 1,物资 10 户,价值 {} 元", unsent.aid().to_yuan_string()),
        &format!("waiting: 1 visit, goods for 10 households worth {} yuan", unsent.aid().to_yuan_string()),
    );
    let state = a.sync_state().await?;
    Ok(Saved {
        visit,
        handout,
        waiting: state.waiting_total,
        photos: state.photos_waiting,
        confirmed,
        unsent,
        draft_key,
        phone_a,
        phone_b,
    })
}

fn finding(item: &str, bad: Option<&str>) -> Finding {
    Finding { item: item.to_owned(), good: bad.is_none(), note: bad.map(str::to_owned) }
}

/// One truck, ten households: rice and oil, three photos of the group, a receipt each.
async fn hand_out(people: &People, narrator: &mut Narrator) -> CallResult<Vec<RowId>> {
    let a = people.a.phone.device();
    let draft = "handout";
    for n in 0..3 {
        a.add_photo(draft, PhotoOf::Handout, Some(format!("发放现场 {}", n + 1)), picture::jpeg(n, 1600, 1200)).await?;
    }
    let signature = a.add_photo(draft, PhotoOf::Signature, None, picture::signature(1)).await?;
    let paper = a.add_photo(draft, PhotoOf::Receipt, None, picture::jpeg(9, 900, 1200)).await?;
    let receipt = |n: usize| {
        let plain = |mode| NewReceipt { mode, happened: None, photo: None, name: None, relation: None, reason: None };
        match n {
            0 => NewReceipt { photo: Some(signature.id), ..plain(ReceiptMode::Signed) },
            1 => NewReceipt { photo: Some(paper.id), ..plain(ReceiptMode::Thumbprint) },
            2 => NewReceipt {
                name: Some("示例邻居".to_owned()),
                relation: Some("邻居".to_owned()),
                ..plain(ReceiptMode::Collected)
            },
            3 => NewReceipt { reason: Some("手上有伤,不便签字".to_owned()), ..plain(ReceiptMode::Refused) },
            _ => plain(ReceiptMode::Signed),
        }
    };
    let line = |item: &str, unit: &str, fen| GoodsLine {
        item: item.to_owned(),
        quantity: 1,
        unit: unit.to_owned(),
        unit_value: Fen(fen),
    };
    let shares = people.households.iter().enumerate().map(|(n, recipient)| RecipientShare {
        recipient: *recipient,
        amount: None,
        lines: vec![line("rice-10kg", "袋", 4200), line("oil-5l", "桶", 6500)],
        receipt: Some(receipt(n)),
    });
    let rows = a
        .save_assistance(NewAssistance {
            kind: AssistanceKind::Goods,
            happened: None,
            policy: None,
            note: Some("寒潮来临前送上门".to_owned()),
            donor: None,
            need: None,
            shares: shares.collect(),
            draft: Some(draft.to_owned()),
        })
        .await?;
    narrator.check(
        rows.len() >= 20 && a.sync_state().await?.photos_waiting == 5,
        "米油发放 10 户:现场照片 3 张;签字、按手印、代领、拒签各有",
        "rice and oil for 10 households: 3 photos; signed, thumb-printed, collected by a neighbour, refused to sign",
    );
    let left = a.load_draft(draft).await?;
    narrator.check(
        left.json.is_none() && left.photos.is_empty(),
        "草稿随保存一并清掉,照片归到记录名下",
        "the draft went with the save, its photos belong to the records",
    );
    Ok(rows)
}
