//! Enrolment: a one-time code becomes a token. The reply to a wrong code reveals nothing; only a caller with the right
//! code learns that it is used or expired.

use crate::{
    core::{
        apply::scopes::{areas_of, role_of},
        auth,
        error::{CoreError, refuse},
        feed_state,
        server::ServerCore,
    },
    store::{
        Job, Store, Txn,
        tables::{Device, EnrolCode, Worker},
    },
};
use shared::{
    DeviceId, Hlc, Moment,
    chain::{Chain, hex},
    ids::{Incarnation, OpNo},
    seal::{SealPublic, SignPublic},
    wire::{EnrolReply, EnrolRequest, ErrorCode, Token, enrol::normalise_code},
};

/// 200 characters: "Android 12, Redmi 9A" has twenty.
const LABEL_MAX: usize = 200;

struct Enrol {
    code_hash: Vec<u8>,
    proof_hash: Vec<u8>,
    device: DeviceId,
    label: String,
    sign_key: Option<SignPublic>,
    seal_key: SealPublic,
    token: Token,
    now_ms: i64,
}

impl<S: Store> ServerCore<S> {
    #[tracing::instrument(name = "enrol", skip_all, fields(device = %request.device, worker))]
    pub(in crate::core) async fn enrol_step(&self, request: EnrolRequest) -> Result<EnrolReply, CoreError> {
        auth::check_proto(request.proto)?;
        if request.device.is_nil() || request.proof.len() < 32 {
            return refuse(ErrorCode::Malformed);
        }
        let job = Enrol {
            code_hash: auth::hash(&normalise_code(&request.code)),
            proof_hash: auth::hash(&request.proof),
            device: request.device,
            label: request.label.chars().take(LABEL_MAX).collect(),
            sign_key: request.sign_key,
            seal_key: self.inner.seal_public,
            token: Token(hex(&self.random::<32>())),
            now_ms: self.now_ms(),
        };
        let reply = self.inner.store.write(job).await?;
        tracing::Span::current().record("worker", tracing::field::display(reply.worker));
        Ok(reply)
    }
}

impl Job for Enrol {
    type Out = EnrolReply;
    type Err = CoreError;

    async fn run<T: Txn>(self, txn: &mut T) -> Result<EnrolReply, CoreError> {
        let code = txn.get::<EnrolCode>(&[(self.code_hash.clone(),)]).await?.into_iter().next().flatten();
        let Some(code) = code else { return refuse(ErrorCode::CodeUnknown) };
        let repeated = code.used_by == Some(self.device) && code.proof_hash.as_ref() == Some(&self.proof_hash);
        if code.used_by.is_some() && !repeated {
            return refuse(ErrorCode::CodeUsed);
        }
        if code.expires <= self.now_ms {
            return refuse(ErrorCode::CodeExpired);
        }
        let worker = txn.get::<Worker>(&[(code.worker,)]).await?.into_iter().next().flatten();
        let Some(worker) = worker.filter(|w| !w.left) else { return refuse(ErrorCode::NotAllowed) };
        let known = txn.get::<Device>(&[(self.device,)]).await?.into_iter().next().flatten();
        let device = match known {
            // A device's store holds one worker's data: another worker enrols with a store of their own.
            Some(device) if device.worker != worker.id => return refuse(ErrorCode::NotAllowed),
            // The device was revoked after it used this code: the code is void.
            Some(device) if repeated && device.revoked.is_some() => return refuse(ErrorCode::TokenRevoked),
            // A known device resumes where it was: its operations are in the log.
            Some(device) => Device { revoked: None, last_seen: self.now_ms, ..device },
            None => Device {
                id: self.device,
                worker: worker.id,
                token_hash: Vec::new(),
                incarnation: Incarnation(1),
                last_op: OpNo(0),
                chain: Chain::default(),
                last_hlc: Hlc::ZERO,
                label: String::new(),
                enrolled: self.now_ms,
                last_seen: self.now_ms,
                revoked: None,
                sign_key: None,
            },
        };
        // The code proves whose phone this is; therefore a key may change here and nowhere else.
        let sign_key = self.sign_key.map(|key| key.0).or(device.sign_key);
        let device = Device { token_hash: auth::token_hash(&self.token), label: self.label, sign_key, ..device };
        txn.put(&[device]).await?;
        let used = EnrolCode { used_by: Some(self.device), proof_hash: Some(self.proof_hash), ..code };
        txn.put(&[used]).await?;
        Ok(EnrolReply {
            token: self.token,
            epoch: feed_state::epoch(txn).await?,
            worker: worker.id,
            role: role_of(&worker),
            areas: areas_of(&worker),
            name: worker.name,
            area: worker.area,
            unit: worker.unit,
            server_now: Moment::shanghai(self.now_ms),
            seal_key: Some(self.seal_key),
        })
    }
}
