//! Reports to the core whether the connection is metered, at start and after each change.
//! `assets/scripts/connection.js` reads it from the WebView; where the platform does not say, the core gets `None`.

use device_core::{Command, Device};
use dioxus::prelude::*;
use serde::Deserialize;

use super::query::send;

const WATCH: &str = include_str!("../../../assets/scripts/connection.js");

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
struct BridgeMessage {
    metered: Option<bool>,
}

/// Follows the connection while the app runs. Call once, in the root.
pub fn use_connection(device: Device) {
    use_future(move || {
        let device = device.clone();
        async move {
            let mut watch = document::eval(WATCH);
            // The loop ends when the page goes.
            while let Ok(BridgeMessage { metered }) = watch.recv::<BridgeMessage>().await {
                send(&device, Command::SetConnection { metered });
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_platform_that_does_not_say_is_read_as_unknown() {
        let metered = |text: &str| serde_json::from_str::<BridgeMessage>(text).unwrap().metered;
        assert_eq!(metered(r#"{"metered":true}"#), Some(true));
        assert_eq!(metered(r#"{"metered":false}"#), Some(false));
        assert_eq!(metered(r#"{"metered":null}"#), None);
    }
}
