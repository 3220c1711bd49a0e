//! Enrolment: a one-time code becomes a token. The proof is created once and stored, so that a reply lost on the way
//! back does not use up the code.

use super::{
    clock::{self, SentAt},
    epoch,
    failure::{SyncFailure, refusal},
    job::Job,
    session::Enrolling,
    step::Applied,
    version::Version,
};
use crate::{
    Command, Core, Refusal, Reply, bundle,
    client::ServerAddress,
    store::{Enrolment, Tx, meta, roster},
};
use shared::{
    chain::hex,
    protocol::Answer,
    records::{Problem, ProblemCode},
    wire::{EnrolReply, EnrolRequest, PROTO, enrol::EnrolLink, enrol::normalise_code},
};

/// Key of the proof in the store: 32 random bytes in hex.
const PROOF: &str = "enrol_proof";

impl Core {
    /// Begins an enrolment. `code` may be a whole link, whose server then takes the place of `server`.
    ///
    /// # Errors
    /// [`Refusal::NotNow`] while another enrolment runs, [`Refusal::Invalid`] for an empty code or a bad address, and
    /// those of the store.
    pub(super) fn begin_enrol(&mut self, server: &str, code: &str) -> Result<(), Refusal> {
        if self.session.enrolling.is_some() {
            return Err(Refusal::NotNow);
        }
        let link = EnrolLink::parse(code);
        let (server, code) = link.as_ref().map_or((server, code), |l| (l.server.as_str(), l.code.as_str()));
        let code = normalise_code(code);
        if code.is_empty() {
            return Err(Refusal::Invalid(vec![Problem::new("code", ProblemCode::Missing)]));
        }
        let server = ServerAddress::parse(server)?.text().to_owned();
        // Another server may speak another version.
        self.session.version = Version::default();
        let request = self.write(|tx| {
            let proof = match meta::get(tx, PROOF)? {
                Some(proof) => proof,
                None => {
                    let proof = hex(&tx.random::<32>());
                    meta::set(tx, PROOF, &proof)?;
                    proof
                }
            };
            let device = meta::get(tx, meta::key::DEVICE)?.ok_or(Refusal::Store { detail: "no device id".into() })?;
            let random = tx.random();
            let sign_key = Some(bundle::sign_key(tx, || random)?.public());
            let label = format!("{} {}", std::env::consts::OS, std::env::consts::ARCH);
            Ok(EnrolRequest { proto: PROTO, code, device, proof, label, client_now: tx.now(), sign_key })
        })?;
        self.session.enrolling = Some(Enrolling { server, request });
        Ok(())
    }

    pub(super) fn apply_enrol(&mut self, answer: Answer<EnrolReply>, sent: SentAt) -> Applied {
        let Some(enrolling) = self.session.enrolling.take() else { return Applied::default() };
        let stored = match answer {
            Ok(reply) => self.write(|tx| store_enrolment(tx, &enrolling.server, reply, sent)),
            Err(error) => Err(refusal(&error)),
        };
        let result = match stored {
            Ok(()) => {
                let now = self.env.monotonic_ms();
                self.session.schedule.at_once(now);
                self.handle(Command::Status)
            }
            Err(refusal) => Reply::Refused(refusal),
        };
        let status = !matches!(result, Reply::Refused(_));
        self.finish_job(Job::Enrol, result);
        Applied { changed: status, status }
    }
}

fn store_enrolment(tx: &mut Tx<'_>, server: &str, reply: EnrolReply, sent: SentAt) -> Result<(), Refusal> {
    if let Some(before) = meta::enrolment(tx)?
        && before.worker != reply.worker
    {
        // The stored records and unsent operations are another worker's and would be sent under this worker's name.
        return Err(Refusal::NotNow);
    }
    let failure = |f: SyncFailure| match f {
        SyncFailure::Store(error) => Refusal::from(error),
        SyncFailure::Server(error) => refusal(&error),
    };
    clock::record_offset(tx, sent, reply.server_now).map_err(failure)?;
    epoch::record(tx, reply.epoch).map_err(failure)?;
    meta::remove(tx, meta::key::REVOKED)?;
    if let Some(key) = reply.seal_key {
        meta::set(tx, meta::key::SEAL_KEY, &key)?;
        meta::set(tx, meta::key::SIGN_KEY_SENT, &true)?;
    }
    tx.set_enrolment(&Enrolment {
        server: server.to_owned(),
        token: reply.token,
        worker: reply.worker,
        name: reply.name,
        role: reply.role,
        area: reply.area,
        areas: reply.areas,
        unit: reply.unit,
    })?;
    // Which recipients are the worker's own depends on who the worker is.
    Ok(roster::new_day(tx)?)
}
