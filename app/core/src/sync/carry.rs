//! Carrying: colleagues' bundles are handed to the server as they are. What the server refuses is shown and holds up nothing; what does
//! not get through is tried again, after the phone's own records and before its photos; how long the server asks to wait is kept.

use super::{
    Step,
    push::ends_access,
    session::{Applied, Desk, Trouble},
};
use crate::store::{Tx, carried};
use shared::{
    protocol::Answer,
    wire::{BundleReply, ErrorCode as E, SyncError},
};

/// 3: after that a file waits for a person to ask for another try, so that it costs no more traffic by itself.
const TRIES_MAX: u32 = 3;

pub(super) fn next(desk: &mut Desk<'_>) -> Result<Option<(Step, i64)>, Trouble> {
    let Some(run) = &desk.session.run else { return Ok(None) };
    let waiting = carried::waiting(desk.store.conn())?;
    let next = waiting.into_iter().find(|(id, tries)| !run.carried.contains(id) && (run.by_user || *tries < TRIES_MAX));
    let Some((id, _)) = next else { return Ok(None) };
    desk.run()?.carried.insert(id);
    let Some(bytes) = carried::bytes(desk.store.conn(), id)? else { return Ok(None) };
    Ok(Some((Step::Bundle { token: desk.token()?, bytes }, id)))
}

pub(super) fn apply(desk: &mut Desk<'_>, id: i64, answer: Answer<BundleReply>) -> Result<Applied, Trouble> {
    let write =
        |desk: &mut Desk<'_>, work: &dyn Fn(&mut Tx<'_>) -> crate::store::Result<()>| desk.write(|tx| Ok(work(tx)?));
    match answer {
        Ok(reply) => write(desk, &|tx| carried::set_verdict(tx, id, &reply.verdict))?,
        Err(error) if ends_access(&error) => return Err(error.into()),
        // About this file, for good.
        Err(SyncError::Refused(error)) if SyncError::Refused(error.clone()).is_permanent() => {
            write(desk, &|tx| carried::set_error(tx, id, &error.code))?;
        }
        // About this device or the server as a whole, as with a push.
        Err(error) if matches!(error.code(), Some(E::TooManyRequests | E::StorageFull)) => return Err(error.into()),
        // Servers open few files at a time: that says nothing of this one, and nothing of photos. All files wait.
        Err(error) if error.code() == Some(&E::Busy) => {
            let all = carried::waiting(desk.store.conn())?;
            desk.run()?.carried.extend(all.into_iter().map(|(id, _)| id));
            desk.run()?.note(&Trouble::Server(error));
            return Ok(Applied::default());
        }
        // Perhaps it is the file's length that breaks this connection: the rest goes on, and the next run begins with another.
        Err(error) => {
            write(desk, &|tx| carried::tried(tx, id))?;
            desk.run()?.note(&Trouble::Server(error));
            return Ok(Applied::default());
        }
    }
    Ok(Applied { changed: true, status: false })
}
