//! Signal comes back, badly: a push reply is cut, a photo is cut, the server is killed. In the end nothing is missing
//! and nothing is there twice.

use super::{Narrator, People, Township, offline::Saved, township::phone_figures};
use crate::harness::{Fault, phone::Phone};
use device_core::{
    Device,
    command::RevealField,
    device::calls::CallResult,
    views::{RecordState, SyncView},
};
use shared::{id_number::masked_phone, indicators::Figures, op::Outcome};

pub async fn play(
    township: &mut Township,
    people: &mut People,
    saved: &Saved,
    narrator: &mut Narrator,
) -> anyhow::Result<()> {
    narrator.step("回到有信号的地方,信号很差", "back to a bad signal");
    people.b.line.online(township.server.address()?);
    let state = until_quiet(people.b.phone.device()).await?;
    narrator.check(
        state.waiting_total == 0 && state.attention.is_empty(),
        &format!("{} 先同步完,没有问题", people.b.name),
        &format!("{} syncs first, without trouble", people.b.name),
    );

    let a = people.a.phone.device();
    people.a.line.online(township.server.address()?);
    // Twice each: a call over a broken connection is made once more by itself.
    people.a.line.inject("POST /v1/push", Fault::CutReply { after: 40 });
    people.a.line.inject("POST /v1/push", Fault::CutReply { after: 90 });
    let state = a.sync_now().await?;
    narrator.check(
        people.a.line.fired() == ["POST /v1/push"; 2] && state.waiting_total > 0 && state.last_problem.is_some(),
        "上传的回执在半路断了:手机当作没送到,仍显示待上传",
        "the push's reply is cut after the server has committed: the phone takes nothing for granted",
    );

    narrator.note("这时服务器也被强行杀掉并重启", "now the server is killed (SIGKILL) and started again");
    township.server.kill().await?;
    township.server.start().await?;
    people.a.line.online(township.server.address()?);
    people.b.line.online(township.server.address()?);
    people.a.line.inject("PATCH /v1/media", Fault::CutRequest { after: 30_000 });
    people.a.line.inject("PATCH /v1/media", Fault::CutRequest { after: 60_000 });
    let state = until_quiet(a).await?;
    narrator.check(
        people.a.line.fired().iter().filter(|f| *f == "PATCH /v1/media").count() == 2,
        "照片传到一半又断了,从断点接着传",
        "a photo is cut half-way and goes on from there",
    );
    narrator.same(
        &(state.waiting_total, state.photos_waiting, state.photos_failed),
        &(0, 0, 0),
        "全部送达:记录 0 条待传,照片 0 张待传",
        "all sent: nothing waits, no photo waits",
    );

    let (confirmed, waiting) = phone_figures(a, township.months()).await?;
    let mut wanted = saved.confirmed.clone();
    wanted.merge(&saved.unsent);
    narrator.same(
        &confirmed,
        &wanted,
        "“已确认”正好等于原来的加上待上传的:不重不漏",
        "confirmed is what was confirmed plus what waited: nothing twice, nothing lost",
    );
    narrator.same(&waiting, &Figures::default(), "“待上传”归零", "nothing is waiting any more");
    let card = a.card(people.shared).await?;
    narrator.check(
        card.history.iter().filter(|h| h.row == saved.visit).all(|h| h.state == RecordState::Confirmed),
        "走访记录显示“已确认”",
        "the visit is shown as confirmed",
    );

    both_numbers(people, saved, &state, narrator).await?;
    Ok(())
}

/// The later of the two numbers stands on both phones; the other is kept and its author told.
async fn both_numbers(people: &People, saved: &Saved, state: &SyncView, narrator: &mut Narrator) -> anyhow::Result<()> {
    let told =
        state.attention.iter().find(|i| matches!(&i.outcome, Some(Outcome::Merged { lost }) if lost == &["phone"]));
    narrator.check(
        told.is_some(),
        &format!("{} 被告知:电话以后改的为准", people.a.name),
        &format!("{} is told that the later number stands", people.a.name),
    );
    until_quiet(people.b.phone.device()).await?;
    for actor in [&people.a, &people.b] {
        let device = actor.phone.device();
        let number = device.reveal(people.shared, RevealField::Phone).await?;
        narrator.same(
            &number.as_deref(),
            &Some(saved.phone_b.as_str()),
            &format!("{} 的手机上是同一个号码", actor.name),
            &format!("{}'s phone shows that number", actor.name),
        );
    }
    let former = people.b.phone.device().card(people.shared).await?.former;
    narrator.check(
        former.iter().any(|f| f.field == "phone" && f.value.as_str() == Some(&masked_phone(&saved.phone_a))),
        "另一个号码留在历史里,中间几位遮住",
        "the other number stays in the history, its middle masked",
    );
    let seen = people.b.phone.device().card(people.shared).await?;
    narrator.check(
        seen.history.iter().any(|h| h.row == saved.visit && !h.mine),
        &format!("{} 也看到了同事的走访", people.b.name),
        &format!("{} sees the colleague's visit", people.b.name),
    );
    Ok(())
}

/// Syncs until nothing waits. 20 rounds are far more than the faults in the way.
pub async fn until_quiet(device: &Device) -> CallResult<SyncView> {
    let mut state = device.sync_now().await?;
    for _ in 0..20 {
        if state.waiting_total == 0 && state.photos_waiting == 0 && state.last_problem.is_none() {
            break;
        }
        state = device.sync_now().await?;
    }
    Ok(state)
}

/// Syncs a phone that has nothing in its way.
pub async fn sync_plainly(phone: &Phone) -> CallResult<SyncView> {
    until_quiet(phone.device()).await
}
