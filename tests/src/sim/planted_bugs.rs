//! Bugs planted outside of the server's store: in requests and replies on their way, and in a device's store between
//! replies. Without a bug nothing here changes anything.

use super::{device::SimDevice, mutants::Bug, simulation::Simulation};
use device_core::{
    ReplyBody, Step, StepReply,
    store::{chain, meta},
};
use shared::{
    ids::{Epoch, OpNo},
    wire::{MediaState, MediaStatus, PushVerdict, SyncError},
};

impl SimDevice {
    /// The epoch of its cursors.
    pub fn epoch(&self) -> Option<Epoch> {
        meta::get(self.conn(), meta::key::EPOCH).ok().flatten()
    }
}

impl Simulation {
    /// Plants a bug in a request. Returns the last number of the original push if operations were removed.
    pub(super) fn plant_in_request(&self, step: &mut Step) -> Option<OpNo> {
        if let (Some(Bug::PhotoVerifiedWithoutBytes), Step::MediaChunk { chunk, .. }) = (self.bug, &mut *step) {
            chunk.bytes.clear();
        }
        let Step::Push { request, .. } = step else { return None };
        match self.bug {
            Some(Bug::OpsBehindUnreadableDropped) => {
                let last = OpNo(request.first_op.0 + request.ops.len() as u64 - 1);
                let unreadable =
                    request.ops.iter().position(|op| serde_json::from_str::<shared::Op>(op.get()).is_err());
                request.ops.truncate(unreadable? + 1);
                Some(last)
            }
            // The server takes the device's clock for slow and shifts every stamp to the present.
            Some(Bug::ArrivalWins) => {
                request.client_now.utc_ms = self.clock.now_ms() - super::fixture::days(400);
                None
            }
            Some(Bug::SkewNotCorrected) => {
                request.client_now.utc_ms = self.clock.now_ms();
                None
            }
            _ => None,
        }
    }

    pub(super) fn plant_in_reply(&mut self, at: usize, step: &Step, reply: &mut StepReply, dropped: Option<OpNo>) {
        match (self.bug, reply) {
            (Some(Bug::OutcomeNotSent), Ok(ReplyBody::Push(reply))) => {
                if let PushVerdict::Accepted { outcomes, .. } = &mut reply.verdict {
                    outcomes.clear();
                }
            }
            (Some(Bug::OpsBehindUnreadableDropped), Ok(ReplyBody::Push(reply))) => {
                if let (PushVerdict::Accepted { acked_through, .. }, Some(last)) = (&mut reply.verdict, dropped) {
                    *acked_through = last;
                }
            }
            (Some(Bug::EpochIgnored), Ok(ReplyBody::Push(reply))) => {
                reply.epoch = self.devices[at].epoch().unwrap_or(reply.epoch);
            }
            (Some(Bug::EpochIgnored), Ok(ReplyBody::Pull(reply))) => {
                reply.epoch = self.devices[at].epoch().unwrap_or(reply.epoch);
            }
            (Some(Bug::EpochIgnored), Ok(ReplyBody::Enrol(reply))) => {
                reply.epoch = self.devices[at].epoch().unwrap_or(reply.epoch);
            }
            (Some(Bug::CursorSkipsCommit), Ok(ReplyBody::Pull(reply))) if !self.quiesced => {
                for page in reply.scopes.iter_mut().filter(|p| p.rows.len() > 1) {
                    page.rows.remove(0);
                }
            }
            (Some(Bug::LateOutcomeNotSent), Ok(ReplyBody::Pull(reply))) => reply.told.clear(),
            (Some(Bug::TombstonesNotSent), Ok(ReplyBody::Pull(reply))) => {
                reply.scopes.iter_mut().for_each(|page| page.gone.clear());
            }
            (Some(Bug::PhotoVerifiedWithoutBytes), Ok(ReplyBody::Media(status))) => {
                if let Step::MediaChunk { chunk, .. } = step {
                    *status = MediaStatus {
                        upload: chunk.upload,
                        state: MediaState::Verified,
                        offset: chunk.offset + chunk.bytes.len() as u64,
                    };
                }
            }
            _ => {}
        }
    }

    pub(super) fn plant_before_reply(&mut self, at: usize, step: &Step, reply: &StepReply) -> anyhow::Result<()> {
        let conn = self.devices[at].conn();
        match (self.bug, step, reply) {
            (
                Some(Bug::LostReplyCountsAsAck),
                Step::Push { request, .. },
                Err(SyncError::Offline(_) | SyncError::BadReply(_)),
            ) => {
                let last = request.first_op.0 + request.ops.len() as u64 - 1;
                let sql = "UPDATE op SET acked = 1 WHERE incarnation = ?1 AND wire_no <= ?2";
                conn.execute(sql, (request.incarnation.0, last))?;
            }
            (Some(Bug::NewIncarnationDropsUnsent), _, Ok(ReplyBody::Push(reply))) => {
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
            self.devices[at].conn().execute(sql, [])?;
        }
        if self.bug == Some(Bug::CompactedTooEarly) {
            self.compact_after_days(at, 25)?;
        }
        Ok(())
    }

    /// Compacts the outbox as the product does, but after `kept` days.
    fn compact_after_days(&self, at: usize, kept: i64) -> anyhow::Result<()> {
        let conn = self.devices[at].conn();
        let incarnation = meta::get(conn, meta::key::INCARNATION)?.unwrap_or(meta::FIRST_INCARNATION);
        let mut base = chain::base(conn, incarnation)?;
        let old_ms = self.clock.now_ms() - super::fixture::days(kept);
        let ops: Vec<(u64, [u8; 16], String, bool)> = {
            let sql = "SELECT wire_no, id, json, acked AND settled AND outcome IS NULL FROM op
                       WHERE incarnation = ?1 AND wire_no > ?2 ORDER BY wire_no";
            let mut statement = conn.prepare_cached(sql)?;
            let ops = statement
                .query_map((incarnation.0, base.no.0), |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?)))?;
            ops.collect::<rusqlite::Result<_>>()?
        };
        for (no, id, json, done) in ops {
            let made = self.ledger.ops.get(&shared::OpId(uuid::Uuid::from_bytes(id))).map(|saved| saved.saved_ms);
            if !done || no != base.no.0 + 1 || made.is_none_or(|made| made > old_ms) {
                break;
            }
            base = chain::ChainBase { no: OpNo(no), chain: base.chain.then(&json), ..base };
            conn.execute("DELETE FROM op WHERE incarnation = ?1 AND wire_no = ?2", (incarnation.0, no))?;
        }
        Ok(meta::set(conn, "outbox_base", &base)?)
    }

    /// Fails when a record with waiting operations is no longer on the device.
    pub(super) fn check_evictions(&mut self, at: usize) -> anyhow::Result<()> {
        self.trace.checks += 1;
        let missing: Vec<([u8; 16], [u8; 16])> = {
            // The access log exists in the outbox only; an acknowledged rejection of a creation removes its record.
            let mut statement = self.devices[at].conn().prepare_cached(
                "SELECT row, id FROM op WHERE acked = 0 AND kind <> 'access_log'
                 AND row NOT IN (SELECT id FROM record)
                 AND row NOT IN (SELECT row FROM op WHERE seen = 1 AND outcome LIKE '%rejected%')",
            )?;
            statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<rusqlite::Result<_>>()?
        };
        for (row, op) in missing {
            let (row, op) = (shared::RowId(uuid::Uuid::from_bytes(row)), shared::OpId(uuid::Uuid::from_bytes(op)));
            // An operation acknowledged before a restore waits again, and its record may have left meanwhile. Under a
            // new incarnation that includes operations that this server has. Unreadable operations were never shown.
            let excused = self.ledger.ops.get(&op).is_none_or(|saved| {
                let again = saved.acked_in.is_some() && self.server.epochs > 0;
                again || saved.other_build || matches!(saved.kind, shared::Kind::Other(_))
            });
            if !excused {
                let what = format!("{} no longer shows {row}, on which work waits", self.devices[at].name);
                self.fail("nothing is evicted before its work was accepted", what, vec![row]);
            }
        }
        Ok(())
    }
}
