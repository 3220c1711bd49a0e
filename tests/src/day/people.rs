//! Who plays: two workers of one village, each with a phone and a connection of its own, and a recipient both care for.

use super::township::{DayPaths, Township};
use crate::{
    city::plan::{recipient_id, worker_id},
    harness::{Proxy, phone::Phone},
};
use anyhow::Context;
use shared::{RecipientId, WorkerId};

/// A PIN that is not too simple; the demo prints it, since its people are invented.
pub const PIN: &str = "258036";

/// One worker with a phone.
pub struct Actor {
    /// Index in the plan.
    pub index: usize,
    pub worker: WorkerId,
    pub code: String,
    pub name: String,
    pub phone: Phone,
    /// The way to the server; the phone knows only this.
    pub line: Proxy,
}

pub struct People {
    pub a: Actor,
    pub b: Actor,
    /// Cared for by both.
    pub shared: RecipientId,
    pub shared_name: String,
    /// Ten households of the first worker.
    pub households: Vec<RecipientId>,
}

impl People {
    /// The first village's grid worker, a colleague who shares a recipient, and their phones, switched on and empty.
    pub fn choose(township: &Township, paths: &DayPaths) -> anyhow::Result<Self> {
        let plan = &township.plan;
        let first = plan.carers().next().context("the township has carers")?;
        let own: Vec<usize> = plan.pairs_of(first).iter().map(|p| p.recipient).collect();
        let (second, common) = plan
            .carers()
            .filter(|w| *w != first)
            .find_map(|w| plan.pairs_of(w).iter().find(|p| own.contains(&p.recipient)).map(|p| (w, p.recipient)))
            .context("a grid worker shares recipients with colleagues")?;
        let actor = |index: usize, name: &str, line: Proxy| -> anyhow::Result<Actor> {
            let worker = &plan.workers[index];
            Ok(Actor {
                index,
                worker: worker_id(worker),
                code: worker.code.clone(),
                name: worker.name.clone(),
                phone: Phone::start(&paths.program, &paths.folder.join(name))?,
                line,
            })
        };
        let mut lines = township.lines.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut line = || lines.pop().context("the township has two lines");
        Ok(Self {
            a: actor(first, "phone-a", line()?)?,
            b: actor(second, "phone-b", line()?)?,
            shared: recipient_id(&plan.recipients[common]),
            shared_name: plan.recipients[common].name.clone(),
            households: own.iter().take(10).map(|r| recipient_id(&plan.recipients[*r])).collect(),
        })
    }
}
