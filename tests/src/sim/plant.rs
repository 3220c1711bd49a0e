//! The bugs of a device, planted on its own store between replies. Never reached without one.

use super::{handset::Handset, mutants::Bug, world::World};
use device_core::{Step, StepReply, store::meta};
use shared::{
    ids::Epoch,
    wire::{PushVerdict, SyncError},
};

impl Handset {
    /// The epoch that its cursors belong to.
    pub fn epoch(&self) -> Option<Epoch> {
        meta::get(self.conn(), meta::key::EPOCH).ok().flatten()
    }
}

impl World {
    pub(super) fn plant_before_reply(&mut self, at: usize, step: &Step, reply: &StepReply) -> anyhow::Result<()> {
        let conn = self.handsets[at].conn();
        match (self.bug, step, reply) {
            (
                Some(Bug::LostReplyTakenForYes),
                Step::Push { request, .. },
                StepReply::Push(Err(SyncError::Offline(_) | SyncError::BadReply(_))),
            ) => {
                let last = request.first_op.0 + request.ops.len() as u64 - 1;
                let sql = "UPDATE op SET acked = 1 WHERE incarnation = ?1 AND wire_no <= ?2";
                conn.execute(sql, (request.incarnation.0, last))?;
            }
            (Some(Bug::NewIncarnationForgetsUnsent), _, StepReply::Push(Ok(reply))) => {
                if matches!(reply.verdict, PushVerdict::NewIncarnation { .. }) {
                    conn.execute("DELETE FROM op WHERE acked = 0", [])?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    pub(super) fn plant_after_reply(&mut self, at: usize) -> anyhow::Result<()> {
        if self.bug == Some(Bug::EvictedBeforeAccepted) {
            let sql = "DELETE FROM record WHERE id NOT IN (SELECT row FROM member) AND rev > 0";
            self.handsets[at].conn().execute(sql, [])?;
        }
        Ok(())
    }

    /// Evictions only after pending work was accepted: what waits can be looked at.
    pub(super) fn nothing_evicted_too_early(&mut self, at: usize) -> anyhow::Result<()> {
        self.trace.checks += 1;
        let missing: Vec<([u8; 16], [u8; 16])> = {
            // The access log lives in the outbox only.
            let mut statement = self.handsets[at].conn().prepare_cached(
                "SELECT row, id FROM op WHERE acked = 0 AND kind <> 'access_log'
                 AND row NOT IN (SELECT id FROM record)",
            )?;
            statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<rusqlite::Result<_>>()?
        };
        for (row, op) in missing {
            let (row, op) = (shared::RowId(uuid::Uuid::from_bytes(row)), shared::OpId(uuid::Uuid::from_bytes(op)));
            // What was accepted once and waits again, since the server was put back, may have left meanwhile; what this
            // build cannot read was never shown.
            let unknown = |saved: &super::ledger::Saved| saved.foreign || matches!(saved.kind, shared::Kind::Other(_));
            let excused = self.ledger.ops.get(&op).is_none_or(|saved| saved.acked_at.is_some() || unknown(saved));
            if !excused {
                let what = format!("{} no longer shows {row}, on which work waits", self.handsets[at].name);
                self.fail("nothing is evicted before its work was accepted", what, vec![row]);
            }
        }
        Ok(())
    }
}
