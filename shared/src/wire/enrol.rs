//! Enrolment: a device exchanges a one-time code for a token that only it holds.

use crate::{
    AreaCode, Moment,
    ids::{DeviceId, Epoch, WorkerId},
    records::Role,
    seal::{SealPublic, SignPublic},
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// An opaque bearer token. Debug output hides it.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Token(pub String);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

/// `POST /v1/enrol`. A request repeated after a lost reply, with the same `device` and `proof`, gets a new token
/// instead of "code used".
#[derive(Clone, Serialize, Deserialize)]
pub struct EnrolRequest {
    pub proto: u16,
    /// The code as handed out: ten characters; case and hyphens do not matter.
    pub code: String,
    pub device: DeviceId,
    /// 32 random bytes in hex that only this device knows.
    pub proof: String,
    /// "Android 12, Redmi 9A", for the administrator's list.
    #[serde(default)]
    pub label: String,
    pub client_now: Moment,
    /// The public key that verifies this device's bundles. Absent from an app that makes none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sign_key: Option<SignPublic>,
}

impl std::fmt::Debug for EnrolRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EnrolRequest").field("device", &self.device).finish_non_exhaustive()
    }
}

/// The reply: token, worker and areas.
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
    /// The key to which bundles are sealed. Absent from a server that opens none.
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
    /// The link as text.
    pub fn to_text(&self) -> String {
        format!("lianxin://enrol?server={}&code={}", utf8_percent_encode(&self.server, RESERVED), self.code)
    }

    /// Parses a link; `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        let query = text.trim().strip_prefix("lianxin://enrol?")?;
        let get = |name: &str| {
            query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')).and_then(percent_decoded)
        };
        Some(Self { server: get("server")?, code: get("code")? })
    }
}

/// A typed code in the form that the server compares: upper case, without separators, and letters that look like digits
/// replaced by those digits (Crockford base 32).
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

/// Every byte except RFC 3986's unreserved characters.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The decoded text; `None` for a `%` without two hex digits, and for bytes that are not UTF-8.
fn percent_decoded(text: &str) -> Option<String> {
    let is_escape = |tail: &[u8]| tail.len() >= 2 && tail[..2].iter().all(u8::is_ascii_hexdigit);
    let mut escapes = text.as_bytes().iter().enumerate().filter(|(_, b)| **b == b'%');
    if !escapes.all(|(n, _)| is_escape(&text.as_bytes()[n + 1..])) {
        return None;
    }
    percent_decode_str(text).decode_utf8().ok().map(Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_survives_writing_and_reading() {
        let link = EnrolLink { server: "https://连心.example:8443/x?y=1&z".into(), code: "ABCDE-12345".into() };
        let text =
            "lianxin://enrol?server=https%3A%2F%2F%E8%BF%9E%E5%BF%83.example%3A8443%2Fx%3Fy%3D1%26z&code=ABCDE-12345";
        assert_eq!(link.to_text(), text);
        assert_eq!(EnrolLink::parse(text), Some(link));
        assert_eq!(EnrolLink::parse("https://example.org"), None);
        for broken in ["%zz", "%4", "%", "a%", "%+1", "%ff"] {
            assert_eq!(EnrolLink::parse(&format!("lianxin://enrol?server={broken}&code=1")), None, "{broken}");
        }
    }

    #[test]
    fn a_code_is_normalised_from_what_people_type() {
        assert_eq!(normalise_code(" abcde-o1li5 "), "ABCDE01115");
    }

    #[test]
    fn debug_output_hides_a_token() {
        assert!(!format!("{:?}", Token("secret".into())).contains("secret"));
    }
}
