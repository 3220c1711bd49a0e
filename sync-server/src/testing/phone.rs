//! [`Phone`]: a device reduced to its requests. It numbers operations, keeps the chain and makes push requests, with no
//! store and no merge; for tests of the server alone.

use shared::{
    Change, DeviceId, Fields, Hlc, Kind, Moment, Op, RecipientId, RowId,
    chain::Chain,
    ids::{Incarnation, OpId, OpNo, Rev, uuid_v7},
    wire::{EnrolRequest, PROTO, PushRequest},
};

pub struct Phone {
    pub device: DeviceId,
    pub incarnation: Incarnation,
    pub now_ms: i64,
    next: OpNo,
    /// The chain before the first pending operation.
    chain: Chain,
    /// JSON of the pending operations; the first has number `next`.
    pending: Vec<String>,
    made: u64,
}

impl Phone {
    pub fn new(device: DeviceId, now_ms: i64) -> Self {
        Self {
            device,
            incarnation: Incarnation(1),
            now_ms,
            next: OpNo(1),
            chain: Chain::default(),
            pending: Vec::new(),
            made: 0,
        }
    }

    /// Records a change and returns its row. `row`: `None` for a new row.
    pub fn record(&mut self, kind: Kind, row: Option<RowId>, base: Rev, change: Change) -> RowId {
        let row = row.unwrap_or_else(|| RowId(self.id(1)));
        let no = OpNo(self.next.0 + self.pending.len() as u64);
        let hlc = Hlc::new(self.now_ms, no.0 as u16);
        let op = Op { id: OpId(self.id(2)), no, base, hlc, kind, row, change };
        self.raw(serde_json::to_string(&op).expect("an operation is JSON"));
        row
    }

    /// Records an operation of any JSON, as a newer or broken app would write it.
    pub fn raw(&mut self, json: String) {
        self.pending.push(json);
    }

    /// Records a visit or contact where the recipient was found.
    pub fn visit(&mut self, recipient: RecipientId, mode: &str, happened: &str) -> RowId {
        let fields = Fields::new()
            .with("recipient", recipient.to_string())
            .with("mode", mode)
            .with("happened", happened)
            .with("presence", "found");
        self.record(Kind::Visit, None, Rev(0), Change::Create(fields))
    }

    /// An enrolment request.
    pub fn enrol(&self, code: &str) -> EnrolRequest {
        EnrolRequest {
            proto: PROTO,
            code: code.to_owned(),
            device: self.device,
            proof: shared::chain::sha256_hex(self.device.as_bytes()),
            label: "test".to_owned(),
            client_now: Moment::shanghai(self.now_ms),
            sign_key: None,
        }
    }

    /// A push request with all pending operations.
    pub fn push(&self) -> PushRequest {
        let raw = |json: &String| serde_json::value::RawValue::from_string(json.clone()).expect("it is JSON");
        PushRequest {
            proto: PROTO,
            caps: Vec::new(),
            device: self.device,
            incarnation: self.incarnation,
            first_op: self.next,
            chain: self.chain,
            client_now: Moment::shanghai(self.now_ms),
            ops: self.pending.iter().map(raw).collect(),
        }
    }

    /// Number of the last recorded operation.
    pub fn last(&self) -> OpNo {
        OpNo(self.next.0 + self.pending.len() as u64 - 1)
    }

    /// Removes the operations up to `no`, which the server acknowledged.
    pub fn acknowledged(&mut self, no: OpNo) {
        let count = (no.0 + 1).saturating_sub(self.next.0) as usize;
        for json in self.pending.drain(..count.min(self.pending.len())) {
            self.chain = self.chain.then(&json);
            self.next = self.next.next();
        }
    }

    fn id(&mut self, salt: u8) -> uuid::Uuid {
        self.made += 1;
        let mut random = [salt; 10];
        random[..2].copy_from_slice(&self.device.as_bytes()[14..]);
        random[2..].copy_from_slice(&self.made.to_be_bytes());
        uuid_v7(self.now_ms, random)
    }
}
