//! Enrolment: a one-time code becomes a token that only this device holds.

use crate::{
    AreaCode, Moment,
    ids::{DeviceId, Epoch, WorkerId},
    records::Role,
    seal::{SealPublic, SignPublic},
};
use serde::{Deserialize, Serialize};

/// An opaque bearer token. Never shown in logs.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Token(pub String);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

/// `POST /v1/enrol`. Sent again after a lost reply, with the same `device` and `proof`, it gives a new token instead
/// of "code used".
#[derive(Clone, Serialize, Deserialize)]
pub struct EnrolRequest {
    pub proto: u16,
    /// As handed out: ten characters, case and hyphens do not matter.
    pub code: String,
    pub device: DeviceId,
    /// 32 random bytes in hex that only this device knows.
    pub proof: String,
    /// "Android 12, Redmi 9A": for the administrator's list.
    #[serde(default)]
    pub label: String,
    pub client_now: Moment,
    /// What this device signs bundles with, the public half. Absent from an app that makes none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign_key: Option<SignPublic>,
}

impl std::fmt::Debug for EnrolRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EnrolRequest").field("device", &self.device).finish_non_exhaustive()
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EnrolReply {
    pub token: Token,
    pub epoch: Epoch,
    pub worker: WorkerId,
    pub name: String,
    pub role: Role,
    /// Where the worker is counted.
    pub area: AreaCode,
    #[serde(default)]
    pub areas: Vec<AreaCode>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<crate::ids::UnitId>,
    pub server_now: Moment,
    /// What bundles are sealed to. Absent from a server that opens none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal_key: Option<SealPublic>,
}

/// A link that opens the app: `lianxin://enrol?server=https%3A%2F%2F…&code=ABCDE-FGHJK`.
#[derive(Clone, PartialEq, Eq)]
pub struct EnrolLink {
    pub server: String,
    pub code: String,
}

impl std::fmt::Debug for EnrolLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EnrolLink").field("server", &self.server).finish_non_exhaustive()
    }
}

impl EnrolLink {
    pub fn to_text(&self) -> String {
        format!("lianxin://enrol?server={}&code={}", percent_encode(&self.server), self.code)
    }

    /// Reads a link; `None` when the text is not one.
    pub fn parse(text: &str) -> Option<Self> {
        let query = text.trim().strip_prefix("lianxin://enrol?")?;
        let get = |name: &str| {
            query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')).and_then(percent_decode)
        };
        Some(Self { server: get("server")?, code: get("code")? })
    }
}

/// A code as people type it, in the form the server compares: upper case, no separators, and the letters that look
/// like digits read as those digits (Crockford base 32).
pub fn normalise_code(code: &str) -> String {
    code.chars()
        .filter(|c| c.is_ascii_alphanumeric())
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            'U' => 'V',
            other => other,
        })
        .collect()
}

fn percent_encode(text: &str) -> String {
    text.bytes()
        .map(|b| match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(b).to_string(),
            _ => format!("%{b:02X}"),
        })
        .collect()
}

fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        if first == b'%' {
            let hex = std::str::from_utf8(tail.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(hex, 16).ok()?);
            rest = &tail[2..];
        } else {
            bytes.push(first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_survives_the_way_out_and_in() {
        let link = EnrolLink { server: "https://连心.example:8443/x?y=1&z".into(), code: "ABCDE-12345".into() };
        assert_eq!(EnrolLink::parse(&link.to_text()), Some(link));
        assert_eq!(EnrolLink::parse("https://example.org"), None);
        assert_eq!(EnrolLink::parse("lianxin://enrol?server=%zz&code=1"), None);
    }

    #[test]
    fn a_code_is_read_as_people_type_it() {
        assert_eq!(normalise_code(" abcde-o1li5 "), "ABCDE01115");
    }

    #[test]
    fn a_token_does_not_show_in_debug_output() {
        assert!(!format!("{:?}", Token("secret".into())).contains("secret"));
    }
}
