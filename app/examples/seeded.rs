//! For looking at screens while building them: the app on the enrolled store in `LIANXIN_HOME`, unlocked before the
//! window opens. `LIANXIN_PIN` unlocks it; with `LIANXIN_LINK` a new store is made and enrolled by that link first.
//! `LIANXIN_ROUTE` names the screen to open, `LIANXIN_LANG` the language, `LIANXIN_LARGE` asks for large text;
//! `LIANXIN_SYNC` lets it sync by itself.

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
    // Off unless asked for, so that what is looked at stays as it is.
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
    let asked = Prefs {
        lang: std::env::var("LIANXIN_LANG").ok(),
        large_text: std::env::var_os("LIANXIN_LARGE").is_some(),
        ..Prefs::default()
    };
    device.set_prefs(asked).await?;
    Ok(())
}

/// Waits for a future on this thread; the device's own threads carry it on.
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
