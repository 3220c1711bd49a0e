//! Two phones enrol with one-time codes.

use super::{Narrator, People, Township, people::PIN};
use device_core::{Refusal, views::Phase};
use shared::wire::{ErrorCode, enrol::EnrolLink};
use std::collections::HashSet;

pub async fn play(township: &Township, people: &mut People, narrator: &mut Narrator) -> anyhow::Result<()> {
    narrator.step("两部手机用一次性登记码登记", "two phones enrol with one-time codes");
    let (a, b) = (people.a.phone.device(), people.b.phone.device());

    let simple = a.create_vault("1111").await;
    narrator.same(
        &simple.err(),
        &Some(Refusal::PinTooSimple),
        "太简单的 PIN 被拒绝",
        "a PIN that is too simple is refused",
    );
    a.create_vault(PIN).await?;
    b.create_vault(PIN).await?;

    let wrong = a.enrol(&people.a.line.url(), "22222-22222").await;
    narrator.same(
        &wrong.err(),
        &Some(Refusal::Server(ErrorCode::CodeUnknown)),
        "错误的登记码被拒绝",
        "a wrong code is refused",
    );
    let code = township.server.code_for(&people.a.code).await?;
    let link = EnrolLink { server: people.a.line.url(), code: code.clone() };
    let status = a.enrol("", &link.to_text()).await?;
    narrator.check(
        status.phase == Phase::Ready && status.me.as_ref().is_some_and(|m| m.worker == people.a.worker),
        &format!("{} 点链接完成登记", people.a.name),
        &format!("{} enrols by link", people.a.name),
    );
    let used = b.enrol(&people.b.line.url(), &code).await;
    narrator.same(
        &used.err(),
        &Some(Refusal::Server(ErrorCode::CodeUsed)),
        "用过的登记码不能再用",
        "a code works only once",
    );
    let code = township.server.code_for(&people.b.code).await?;
    let status = b.enrol(&people.b.line.url(), &code.to_lowercase()).await?;
    narrator.check(
        status.phase == Phase::Ready && status.me.as_ref().is_some_and(|m| m.worker == people.b.worker),
        &format!("{} 手输登记码完成登记", people.b.name),
        &format!("{} types the code", people.b.name),
    );

    for actor in [&people.a, &people.b] {
        let device = actor.phone.device();
        device.sync_now().await?;
        let today = device.today().await?;
        let wanted: HashSet<_> = township.plan.pairs_of(actor.index).iter().map(|p| p.recipient).collect();
        let wanted = wanted.len() as u32;
        narrator.same(
            &today.recipients,
            &wanted,
            &format!("{} 的手机上正好是本人的 {wanted} 名关爱对象", actor.name),
            &format!("{}'s phone holds exactly the {wanted} recipients in care", actor.name),
        );
        narrator.check(
            !today.tasks.is_empty() && !today.notices.is_empty() && !today.due.is_empty(),
            &format!(
                "今日:逾期 {},今天到期 {},近期 {};任务 {},通知 {}",
                today.overdue,
                today.due_today,
                today.due_soon,
                today.tasks.len(),
                today.notices.len()
            ),
            &format!(
                "today: {} overdue, {} due, {} soon, {} tasks, {} notices",
                today.overdue,
                today.due_today,
                today.due_soon,
                today.tasks.len(),
                today.notices.len()
            ),
        );
    }
    Ok(())
}
