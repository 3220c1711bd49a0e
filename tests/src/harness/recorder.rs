//! A device without a store: it enrols and pushes what it is given, numbered, stamped and chained as the protocol asks.
//! For loading histories through the real push path, and for offices that have no screen for something yet.

use super::folder::random;
use crate::city::Entry;
use serde_json::value::RawValue;
use shared::{
    DeviceId, HlcClock, Moment, Op, OpId, OpOutcome, WorkerId,
    chain::Chain,
    ids::{Incarnation, OpNo, Rev, uuid_v7},
    protocol::{Answer, SyncProtocol},
    wire::{EnrolRequest, ErrorCode, PROTO, PUSH_BYTES_MAX, PUSH_OPS_MAX, PushRequest, PushVerdict, SyncError, Token},
};
use std::time::Duration;
use sync_server::core::{Env, SystemEnv};

/// UTC milliseconds by the clock that the server and the phones of a test go by.
pub fn now_ms() -> i64 {
    SystemEnv.now_ms()
}

fn entropy<const N: usize>() -> Answer<[u8; N]> {
    random().map_err(|e| SyncError::Offline(format!("no randomness: {e}")))
}

/// 60 tries: with the waits that a server asks for, minutes. Whoever is refused longer has found a defect.
const TRIES: u32 = 60;

pub struct Recorder {
    pub worker: WorkerId,
    pub token: Token,
    device: DeviceId,
    next: u64,
    chain: Chain,
    clock: HlcClock,
    /// How often the server asked to come back later.
    pub refused: u64,
    /// How often of these it did not say when.
    pub unguided: u64,
}

impl Recorder {
    /// Turns a one-time code into a device.
    pub async fn enrol<P: SyncProtocol>(server: &P, code: &str, label: &str) -> Answer<Self> {
        let now = now_ms();
        let device = DeviceId(uuid_v7(now, entropy()?));
        let proof = shared::chain::hex(&entropy::<32>()?);
        let request = EnrolRequest {
            proto: PROTO,
            code: code.to_owned(),
            device,
            proof,
            label: label.to_owned(),
            client_now: Moment::shanghai(now),
            sign_key: None,
        };
        let mut waits = Waits::default();
        let reply = patient(&mut waits, || server.enrol(request.clone())).await?;
        let (chain, clock) = (Chain::default(), HlcClock::default());
        let Waits { refused, unguided } = waits;
        Ok(Self { worker: reply.worker, token: reply.token, device, next: 1, chain, clock, refused, unguided })
    }

    /// Pushes `entries` in as many pages as they need. The outcomes that ask for attention come back.
    pub async fn push<P: SyncProtocol>(&mut self, server: &P, entries: &[Entry]) -> Answer<Vec<OpOutcome>> {
        let mut outcomes = Vec::new();
        let mut rest = entries;
        while !rest.is_empty() {
            let (request, taken, chain) = self.page(rest)?;
            let last = OpNo(self.next + taken as u64 - 1);
            let mut waits = Waits::default();
            let reply = patient(&mut waits, || server.push(&self.token, request.clone())).await;
            self.refused += waits.refused;
            self.unguided += waits.unguided;
            match reply?.verdict {
                PushVerdict::Accepted { acked_through, outcomes: some } if acked_through == last => {
                    outcomes.extend(some)
                }
                other => return Err(SyncError::BadReply(format!("a fresh device's push got {other:?}"))),
            }
            self.next += taken as u64;
            self.chain = chain;
            rest = &rest[taken..];
        }
        Ok(outcomes)
    }

    /// Pushes one page of `entries` over a connection that may break at any moment: the same request until it is
    /// acknowledged. How often it broke.
    pub async fn push_stubbornly<P: SyncProtocol>(&mut self, server: &P, entries: &[Entry]) -> Answer<u64> {
        let (request, taken, chain) = self.page(entries)?;
        if taken < entries.len() {
            return Err(SyncError::BadReply("more than a page".to_owned()));
        }
        let last = OpNo(self.next + taken as u64 - 1);
        let mut broken = 0;
        loop {
            match patient(&mut Waits::default(), || server.push(&self.token, request.clone())).await {
                Err(SyncError::Offline(_)) => {
                    broken += 1;
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                Ok(reply) => match reply.verdict {
                    PushVerdict::Accepted { acked_through, .. } if acked_through == last => break,
                    other => return Err(SyncError::BadReply(format!("a repeated push got {other:?}"))),
                },
                Err(error) => return Err(error),
            }
        }
        self.next += taken as u64;
        self.chain = chain;
        Ok(broken)
    }

    /// What the body of one push of `entries` would cost on the wire. Nothing is sent.
    pub fn packed_bytes(&mut self, entries: &[Entry]) -> anyhow::Result<usize> {
        let (request, taken, _) = self.page(entries)?;
        anyhow::ensure!(taken == entries.len(), "the entries do not fit into one push");
        // 3: the level that the app's client packs with.
        Ok(zstd::encode_all(serde_json::to_vec(&request)?.as_slice(), 3)?.len())
    }

    /// As many operations as one push may carry, and the chain after them.
    fn page(&mut self, entries: &[Entry]) -> Answer<(PushRequest, usize, Chain)> {
        let now = now_ms();
        let (mut ops, mut bytes, mut chain) = (Vec::new(), 0, self.chain);
        for (n, entry) in entries.iter().take(PUSH_OPS_MAX).enumerate() {
            let op = Op {
                id: OpId(uuid_v7(now, entropy()?)),
                no: OpNo(self.next + n as u64),
                base: Rev(0),
                hlc: self.clock.tick(now),
                kind: entry.kind.clone(),
                row: entry.row,
                change: entry.change.clone(),
            };
            let bad = |e: serde_json::Error| SyncError::BadReply(format!("operation: {e}"));
            let json = serde_json::to_string(&op).map_err(bad)?;
            if !ops.is_empty() && bytes + json.len() > PUSH_BYTES_MAX {
                break;
            }
            bytes += json.len();
            chain = chain.then(&json);
            ops.push(RawValue::from_string(json).map_err(bad)?);
        }
        let taken = ops.len();
        let request = PushRequest {
            proto: PROTO,
            caps: Vec::new(),
            device: self.device,
            incarnation: Incarnation(1),
            first_op: OpNo(self.next),
            chain: self.chain,
            client_now: Moment::shanghai(now),
            ops,
        };
        Ok((request, taken, chain))
    }
}

#[derive(Default)]
struct Waits {
    refused: u64,
    unguided: u64,
}

/// Asks again as long as the server says "later", after as long as it says; anything else is the answer.
async fn patient<T, F: Future<Output = Answer<T>>>(waits: &mut Waits, ask: impl Fn() -> F) -> Answer<T> {
    for _ in 0..TRIES {
        match ask().await {
            Err(SyncError::Refused(error)) if matches!(error.code, ErrorCode::Busy | ErrorCode::TooManyRequests) => {
                waits.refused += 1;
                waits.unguided += u64::from(error.retry_after.is_none());
                tokio::time::sleep(Duration::from_secs(error.retry_after.unwrap_or(1).into())).await;
            }
            other => return other,
        }
    }
    ask().await
}
