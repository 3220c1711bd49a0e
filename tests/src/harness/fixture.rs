//! A plan inside an in-process server: imported by the real import, its history pushed over real HTTP.

use super::{Folder, recorder::Recorder};
use crate::city::{Plan, WorkerLog, roster};
use anyhow::{Context, ensure};
use device_core::client::{HttpClient, ServerAddress};
use shared::op::OpOutcome;
use sync_server::{
    import::{self, File, List},
    testing::TestServer,
    text::Lang,
};

/// Imports the roster of `plan`.
pub fn import(server: &TestServer, plan: &Plan) -> anyhow::Result<()> {
    let folder = Folder::temporary("lists")?;
    roster::write(plan, folder.path())?;
    let mut files = Vec::new();
    for list in List::ALL {
        let name = format!("{}.csv", list.word());
        files.push(File { list, bytes: std::fs::read(folder.join(&name))?, name });
    }
    let report = server.wait(import::import(server.core(), &files, plan.shape.today, false, Lang::En))?;
    ensure!(report.applied, "the roster has errors: {:?}", report.errors);
    ensure!(report.warnings.is_empty(), "the roster has warnings: {:?}", report.warnings);
    Ok(())
}

pub fn client(server: &TestServer) -> anyhow::Result<HttpClient> {
    Ok(HttpClient::new(ServerAddress::parse(&server.url())?)?)
}

/// Pushes every log from a device of its own; the outcomes that ask for attention.
pub async fn push(
    server: &TestServer,
    plan: &Plan,
    logs: impl IntoIterator<Item = WorkerLog>,
) -> anyhow::Result<Vec<OpOutcome>> {
    let client = client(server)?;
    let mut outcomes = Vec::new();
    for log in logs.into_iter().filter(|l| !l.entries.is_empty()) {
        let code = server.code(&plan.workers[log.worker].code);
        let mut recorder = Recorder::enrol(&client, &code, "Android 11, demo phone").await.context("enrol")?;
        outcomes.extend(recorder.push(&client, &log.entries).await.context("push")?);
    }
    Ok(outcomes)
}
