//! Both phones are killed right after the last save, and opened again.

use super::{
    Narrator, People,
    offline::{DRAFT, Saved},
    people::PIN,
};
use device_core::{Refusal, views::Phase};

pub async fn play(people: &mut People, saved: &Saved, narrator: &mut Narrator) -> anyhow::Result<()> {
    narrator.step("两部手机都被强行杀掉,再打开", "both phones are killed (SIGKILL) and opened again");
    people.a.phone.kill().await?;
    people.b.phone.kill().await?;
    let dead = people.a.phone.device().today().await;
    narrator.check(dead.is_err(), "进程确实没了", "the processes are really gone");
    people.a.phone.start_again()?;
    people.b.phone.start_again()?;
    let (a, b) = (people.a.phone.device(), people.b.phone.device());
    narrator.same(&a.status().await?.phase, &Phase::Locked, "打开后要 PIN", "after a start the PIN is asked for");
    narrator.same(
        &a.today().await.err(),
        &Some(Refusal::Locked),
        "不输 PIN 什么也看不到",
        "nothing is shown before it",
    );
    let wrong = a.unlock("258037").await;
    narrator.check(
        matches!(wrong, Err(Refusal::WrongPin { .. })),
        "PIN 错了会提示,不会删数据",
        "a wrong PIN is told, nothing is deleted",
    );
    narrator.same(&a.unlock(PIN).await?.phase, &Phase::Ready, "PIN 正确,解锁", "the right PIN opens it");
    b.unlock(PIN).await?;

    let state = a.sync_state().await?;
    narrator.same(
        &(state.waiting_total, state.photos_waiting),
        &(saved.waiting, saved.photos),
        &format!("待上传 {} 项、照片 {} 张,一条不少", saved.waiting, saved.photos),
        &format!("{} operations and {} photos wait, none is missing", saved.waiting, saved.photos),
    );
    let card = a.card(people.shared).await?;
    narrator.check(card.history.iter().any(|h| h.row == saved.visit), "走访记录还在", "the visit is still there");
    let handed = a.record(saved.handout[0]).await?;
    narrator.check(!handed.item.photos.is_empty(), "发放记录和照片还在", "the hand-out and its photos are still there");
    let draft = a.load_draft(&saved.draft_key).await?;
    narrator.same(&draft.json.as_deref(), &Some(DRAFT), "写到一半的草稿还在", "the half-written draft is still there");
    let other = b.sync_state().await?;
    narrator.check(other.waiting_total >= 1, "另一部手机的修改也在", "the other phone's change is there too");
    Ok(())
}
