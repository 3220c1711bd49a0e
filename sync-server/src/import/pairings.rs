//! Pairings: `worker,recipient,role,start,end,reason`, both by the office's codes.

use super::{
    builder::RecordBuilder,
    finding::{Findings, shown},
    ids::{pairing_id, recipient_id, worker_id},
    sheet::Sheet,
    values::parse_day,
};
use shared::{
    Kind,
    records::{Pairing, PairingRole, Record},
};

const ROLES: [&str; 5] = ["paired", "tutoring", "medical", "counselling", "family_care"];

/// Reads the list into `builder`; every wrong cell is a finding.
pub fn read(sheet: &Sheet<'_>, builder: &mut RecordBuilder, findings: &mut Findings) {
    for line in sheet.lines() {
        let before = findings.errors.len();
        let worker = line.code("worker", findings);
        let recipient = line.code("recipient", findings);
        let role = line.word("role", "pairing-role", &ROLES, findings).map_or(PairingRole::Paired, PairingRole::from);
        let start = match line.required("start", findings) {
            Some(_) => line.parsed("start", "bad-day", findings, parse_day),
            None => None,
        };
        let end = line.parsed("end", "bad-day", findings, parse_day);
        if let (Some(start), Some(end)) = (start, end)
            && end <= start
        {
            findings.error(line.location(Some("end")), "end-before-start", &[]);
        }
        let (Some(worker), Some(recipient), Some(start)) = (worker, recipient, start) else { continue };
        if findings.errors.len() > before {
            continue;
        }
        let missing =
            findings.make(line.location(Some("worker")), "unknown-worker", &[("value", shown(worker).into())]);
        builder.want(Kind::Worker, worker_id(worker).into(), missing);
        let missing =
            findings.make(line.location(Some("recipient")), "unknown-recipient", &[("value", shown(recipient).into())]);
        builder.want(Kind::Recipient, recipient_id(recipient).into(), missing);
        let pairing = Pairing {
            worker: worker_id(worker),
            recipient: recipient_id(recipient),
            role: role.clone(),
            start,
            end,
            reason: line.owned("reason"),
            // Filled in by `run`, which knows all workers.
            worker_name: None,
        };
        let id = pairing_id(worker, recipient, &role, start);
        let key = format!("{worker} + {recipient} ({start})");
        builder.add(&line, "recipient", &key, Kind::Pairing, id.into(), pairing.to_fields(), findings);
    }
}
