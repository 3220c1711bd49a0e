//! Enrolment: a one-time code becomes a token. The proof is made once and kept, so that a reply lost on the way back
//! does not use the code up.

use super::{
    clock,
    clock::Sent,
    epoch,
    report::refusal,
    session::{Applied, Job, SyncFailure},
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

/// Key of the proof, 32 random bytes in hex.
const PROOF: &str = "enrol_proof";

/// An enrolment under way.
#[derive(Clone, Debug)]
pub(super) struct Enrolling {
    pub server: String,
    pub request: EnrolRequest,
}

impl Core {
    /// `code` may be a whole link, which then says which server.
    pub(super) fn begin_enrol(&mut self, server: &str, code: &str) -> Result<(), Refusal> {
        if self.session.enrol.is_some() {
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
        self.session.version = super::version::Version::default();
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
        self.session.enrol = Some(Enrolling { server, request });
        Ok(())
    }

    pub(super) fn apply_enrol(&mut self, answer: Answer<EnrolReply>, sent: Sent) -> Applied {
        let Some(enrolling) = self.session.enrol.take() else { return Applied::default() };
        let enrolled = match answer {
            Ok(reply) => self.write(|tx| enrolled(tx, &enrolling.server, reply, sent)),
            Err(error) => Err(refusal(&error)),
        };
        let receipt = match enrolled {
            Ok(()) => {
                let now = self.env.monotonic_ms();
                self.session.pace.now(now);
                self.handle(Command::Status)
            }
            Err(refusal) => Reply::Refused(refusal),
        };
        let status = !matches!(receipt, Reply::Refused(_));
        self.answer(Job::Enrol, receipt);
        Applied { changed: status, status }
    }
}

fn enrolled(tx: &mut Tx<'_>, server: &str, reply: EnrolReply, sent: Sent) -> Result<(), Refusal> {
    if let Some(before) = meta::enrolment(tx)?
        && before.worker != reply.worker
    {
        // What is stored and waits here is another person's work and would be sent under this one's name.
        return Err(Refusal::NotNow);
    }
    let failure = |t: SyncFailure| match t {
        SyncFailure::Store(error) => Refusal::from(error),
        SyncFailure::Server(error) => refusal(&error),
    };
    clock::note(tx, sent, reply.server_now).map_err(failure)?;
    epoch::note(tx, reply.epoch).map_err(failure)?;
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
    // Who is "mine" follows from who I am.
    Ok(roster::new_day(tx)?)
}
