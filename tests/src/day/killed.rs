//! Both phones are killed right after the last save, and opened again.

use super::{
    Cast, Narrator,
    offline::{DRAFT, Saved},
    people::PIN,
};
use device_core::{Refusal, views::Phase};

pub async fn play(cast: &mut Cast, saved: &Saved, teller: &mut Narrator) -> anyhow::Result<()> {
    teller.step("两部手机都被强行杀掉,再打开", "both phones are killed (SIGKILL) and opened again");
    cast.a.phone.kill().await?;
    cast.b.phone.kill().await?;
    let dead = cast.a.phone.device().today().await;
    teller.check(dead.is_err(), "进程确实没了", "the processes are really gone");
    cast.a.phone.start_again()?;
    cast.b.phone.start_again()?;
    let (a, b) = (cast.a.phone.device(), cast.b.phone.device());
    teller.same(&a.status().await?.phase, &Phase::Locked, "打开后要 PIN", "after a start the PIN is asked for");
    teller.same(&a.today().await.err(), &Some(Refusal::Locked), "不输 PIN 什么也看不到", "nothing is shown before it");
    let wrong = a.unlock("258037").await;
    teller.check(
        matches!(wrong, Err(Refusal::WrongPin { .. })),
        "PIN 错了会提示,不会删数据",
        "a wrong PIN is told, nothing is deleted",
    );
    teller.same(&a.unlock(PIN).await?.phase, &Phase::Ready, "PIN 正确,解锁", "the right PIN opens it");
    b.unlock(PIN).await?;

    let state = a.sync_state().await?;
    teller.same(
        &(state.waiting_total, state.photos_waiting),
        &(saved.waiting, saved.photos),
        &format!("待上传 {} 项、照片 {} 张,一条不少", saved.waiting, saved.photos),
        &format!("{} operations and {} photos wait, none is missing", saved.waiting, saved.photos),
    );
    let card = a.card(cast.shared).await?;
    teller.check(card.history.iter().any(|h| h.row == saved.visit), "走访记录还在", "the visit is still there");
    let handed = a.record(saved.handout[0]).await?;
    teller.check(!handed.item.photos.is_empty(), "发放记录和照片还在", "the hand-out and its photos are still there");
    let draft = a.load_draft(&saved.draft_key).await?;
    teller.same(&draft.json.as_deref(), &Some(DRAFT), "写到一半的草稿还在", "the half-written draft is still there");
    let other = b.sync_state().await?;
    teller.check(other.waiting_total >= 1, "另一部手机的修改也在", "the other phone's change is there too");
    Ok(())
}
