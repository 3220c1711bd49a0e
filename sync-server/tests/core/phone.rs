//! A phone that speaks the protocol with a core.

use super::{fixture::Fixture, records::*};
use serde_json::{Value, json, value::RawValue};
use shared::{
    Change, DeviceId, HlcClock, Kind, Moment, Op, OpId, OpOutcome, Outcome, Row, RowId, WorkerId,
    chain::Chain,
    digest::Digest,
    ids::{Epoch, Incarnation, OpNo, Rev, Seq},
    protocol::SyncProtocol,
    wire::{EnrolRequest, PullReply, PullRequest, PushReply, PushRequest, PushVerdict, Scope, SyncError, Token},
};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};
use sync_server::{core::TestEnv, data::LocalCore};

/// The request of a device with a code.
pub fn enrol_request(code: &str, device: DeviceId, proof: &str) -> EnrolRequest {
    EnrolRequest {
        proto: 1,
        code: code.into(),
        device,
        proof: proof.repeat(64),
        label: "Android 12".into(),
        client_now: Moment::shanghai(START_MS),
        sign_key: None,
    }
}

/// A phone: its outbox, the rows it holds of each scope, the error of its clock.
pub struct Phone {
    pub core: LocalCore,
    env: Arc<TestEnv>,
    pub id: DeviceId,
    pub token: Token,
    pub worker: WorkerId,
    pub incarnation: Incarnation,
    pub sent: OpNo,
    pub chain: Chain,
    clock: HlcClock,
    /// Milliseconds that this phone's clock is ahead.
    pub skew: i64,
    pub outbox: Vec<Op>,
    pub epoch: Option<Epoch>,
    pub cursors: BTreeMap<Scope, Seq>,
    /// Operations whose late outcome it asks for.
    pub ask: Vec<OpId>,
    pub held: BTreeMap<Scope, BTreeSet<RowId>>,
    pub rows: HashMap<RowId, Row>,
}

impl Phone {
    pub fn new(fixture: &Fixture, id: DeviceId, token: Token, worker: WorkerId) -> Self {
        Self {
            core: fixture.core.clone(),
            env: fixture.env.clone(),
            id,
            token,
            worker,
            incarnation: Incarnation(1),
            sent: OpNo(0),
            chain: Chain::default(),
            clock: HlcClock::default(),
            skew: 0,
            outbox: Vec::new(),
            epoch: None,
            cursors: BTreeMap::new(),
            ask: Vec::new(),
            held: BTreeMap::new(),
            rows: HashMap::new(),
        }
    }

    /// The time on this phone's clock.
    pub fn now(&self) -> i64 {
        use sync_server::core::Env;
        self.env.now_ms() + self.skew
    }

    /// Saves an operation based on the revision that this phone holds.
    pub fn save(&mut self, kind: Kind, row: impl Into<RowId>, change: Change) -> OpId {
        let row = row.into();
        let op = Op {
            id: OpId(fresh()),
            no: OpNo(self.sent.0 + self.outbox.len() as u64 + 1),
            base: self.rows.get(&row).map_or(Rev(0), |r| r.rev),
            hlc: self.clock.tick(self.now()),
            kind,
            row,
            change,
        };
        self.outbox.push(op.clone());
        op.id
    }

    /// Records a home visit now.
    pub fn visit(&mut self, who: &str) -> RowId {
        let at = Moment::shanghai(self.now()).to_string();
        let value = json!({"recipient": recipient(who), "mode": "home", "happened": at, "presence": "found"});
        self.create(Kind::Visit, value)
    }

    /// Records a new row.
    pub fn create(&mut self, kind: Kind, value: Value) -> RowId {
        let row = RowId(fresh());
        self.save(kind, row, Change::Create(fields(value)));
        row
    }

    /// Records a change of fields.
    pub fn set(&mut self, kind: Kind, row: impl Into<RowId>, value: Value) -> OpId {
        self.save(kind, row, Change::Set(fields(value)))
    }

    /// A push of everything in the outbox.
    pub fn request(&self) -> PushRequest {
        let raw = |op: &Op| serde_json::value::to_raw_value(op).unwrap();
        self.request_of(self.outbox.iter().map(raw).collect())
    }

    /// A push of the given operations.
    pub fn request_of(&self, ops: Vec<Box<RawValue>>) -> PushRequest {
        PushRequest {
            proto: 1,
            caps: Vec::new(),
            device: self.id,
            incarnation: self.incarnation,
            first_op: self.sent.next(),
            chain: self.chain,
            client_now: Moment::shanghai(self.now()),
            ops,
        }
    }

    /// Sends a push without changing the phone.
    pub async fn send(&self, request: PushRequest) -> Result<PushReply, SyncError> {
        self.core.push(&self.token, request).await
    }

    /// Marks a push as acknowledged.
    pub fn acknowledge(&mut self, request: &PushRequest) {
        self.chain = request.ops.iter().fold(request.chain, |chain, op| chain.then(op.get()));
        self.sent = OpNo(request.first_op.0 - 1 + request.ops.len() as u64);
        self.outbox.clear();
    }

    /// Sends the outbox and returns the outcomes that need attention.
    pub async fn push(&mut self) -> Vec<OpOutcome> {
        let request = self.request();
        let reply = self.send(request.clone()).await.unwrap();
        let PushVerdict::Accepted { acked_through, outcomes } = reply.verdict else {
            panic!("not accepted: {:?}", reply.verdict)
        };
        self.acknowledge(&request);
        assert_eq!(acked_through, self.sent);
        outcomes
    }

    /// Pushes and expects exactly one outcome.
    pub async fn push_one(&mut self) -> Outcome {
        let mut outcomes = self.push().await;
        assert!(outcomes.len() <= 1, "{outcomes:?}");
        outcomes.pop().map_or(Outcome::Applied, |o| o.outcome)
    }

    /// Pulls one page and takes it in.
    pub async fn pull_page(&mut self) -> PullReply {
        let request = PullRequest {
            proto: 1,
            device: self.id,
            epoch: self.epoch,
            cursors: self.cursors.clone(),
            client_now: Moment::shanghai(self.now()),
            ask: self.ask.clone(),
            keys: None,
        };
        let reply = self.core.pull(&self.token, request).await.unwrap();
        self.epoch = Some(reply.epoch);
        for scope in &reply.dropped {
            self.cursors.remove(scope);
            self.held.remove(scope);
        }
        for page in &reply.scopes {
            let held = self.held.entry(page.scope).or_default();
            if page.reset {
                held.clear();
            }
            for raw in &page.rows {
                let row: Row = serde_json::from_str(raw.get()).unwrap();
                held.insert(row.id);
                self.rows.insert(row.id, row);
            }
            for gone in &page.gone {
                held.remove(gone);
            }
            self.cursors.insert(page.scope, page.cursor);
        }
        if !reply.dropped.is_empty() || reply.scopes.iter().any(|p| p.reset || !p.gone.is_empty()) {
            let everything: BTreeSet<RowId> = self.held.values().flatten().copied().collect();
            self.rows.retain(|id, _| everything.contains(id));
        }
        reply
    }

    /// Pulls to the end and compares every digest with the rows of this phone. Returns the number of pages.
    pub async fn pull(&mut self) -> usize {
        for pages in 1.. {
            assert!(pages < 1000, "the pull does not end");
            let reply = self.pull_page().await;
            if reply.more {
                continue;
            }
            for page in &reply.scopes {
                let mut own = Digest::default();
                for id in &self.held[&page.scope] {
                    own.add(*id, self.rows[id].rev);
                }
                assert_eq!(page.digest, Some(own), "digest of {}", page.scope);
            }
            return pages;
        }
        0
    }

    /// True if the phone holds the row.
    pub fn holds(&self, row: impl Into<RowId>) -> bool {
        self.rows.contains_key(&row.into())
    }

    /// How many records of a kind it holds.
    pub fn count(&self, kind: &Kind) -> usize {
        self.rows.values().filter(|r| r.kind == *kind).count()
    }
}
