//! Shows screens during development: opens the app on the enrolled store in `LIANXIN_HOME`, unlocked with
//! `LIANXIN_PIN`. With `LIANXIN_LINK` it first creates a store and enrols it by that link. `LIANXIN_ROUTE` is the
//! screen, `LIANXIN_LANG` the language, `LIANXIN_LARGE` sets large text, and `LIANXIN_SYNC` enables automatic sync.

use std::{
    error::Error,
    future::Future,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
    thread::Thread,
};

use device_core::{
    Device, Paths, Refusal,
    command::Prefs,
    device::{Options, start},
    views::Phase,
};

fn main() -> Result<(), Box<dyn Error>> {
    let code = std::env::var("LIANXIN_PIN")?;
    // Off by default, so that the shown data does not change.
    let automatic = std::env::var_os("LIANXIN_SYNC").is_some();
    let device = start(Paths { dir: Some(lianxin_app::home::home()) }, Options { automatic })?;
    wait(prepare(&device, &code))?;
    lianxin_app::run_on(device);
    Ok(())
}

async fn prepare(device: &Device, code: &str) -> Result<(), Refusal> {
    let phase = device.status().await?.phase;
    if phase == Phase::New {
        device.create_vault(code).await?;
    } else {
        device.unlock(code).await?;
    }
    if let Ok(link) = std::env::var("LIANXIN_LINK") {
        device.enrol("", &link).await?;
        device.sync_now().await?;
    }
    let prefs = Prefs {
        lang: std::env::var("LIANXIN_LANG").ok(),
        large_text: std::env::var_os("LIANXIN_LARGE").is_some(),
        ..Prefs::default()
    };
    device.set_prefs(prefs).await?;
    Ok(())
}

/// Blocks this thread until the future is ready; the threads of the device drive it.
fn wait<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(answer) => return answer,
            Poll::Pending => std::thread::park(),
        }
    }
}
