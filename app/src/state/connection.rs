//! Tells the core what the platform says of the connection, now and whenever it changes. The asking itself is
//! `assets/scripts/connection.js`; where a platform says nothing, nothing is claimed.

use device_core::{Command, Device};
use dioxus::prelude::*;
use serde::Deserialize;

use super::tell;

const WATCH: &str = include_str!("../../../assets/scripts/connection.js");

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
struct Heard {
    metered: Option<bool>,
}

/// Follows the connection for as long as the app runs. Call once, in the root.
pub fn use_connection(device: Device) {
    use_future(move || {
        let device = device.clone();
        async move {
            let mut watch = document::eval(WATCH);
            // A page without scripts says nothing, as does a platform that does not know.
            while let Ok(Heard { metered }) = watch.recv::<Heard>().await {
                tell(&device, Command::SetConnection { metered });
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_platform_does_not_say_is_not_claimed() {
        let heard = |text: &str| serde_json::from_str::<Heard>(text).unwrap().metered;
        assert_eq!(heard(r#"{"metered":true}"#), Some(true));
        assert_eq!(heard(r#"{"metered":false}"#), Some(false));
        assert_eq!(heard(r#"{"metered":null}"#), None);
    }
}
