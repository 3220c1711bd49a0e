//! One phone with one hand. Elements are named by their `data-testid`; taps and letters are counted, because how few
//! are needed is a promise of the product.

use super::patience::PATIENCE;
use crate::{
    day::people::PIN,
    harness::{
        Tool,
        webdriver::{Display, PHONE, Page},
    },
};
use anyhow::{Context, bail, ensure};
use fantoccini::{
    Locator,
    actions::{InputSource, MOUSE_BUTTON_LEFT, MouseActions, PointerAction},
    elements::Element,
    error::{CmdError, ErrorStatus},
};
use serde_json::{Value, json};
use std::{
    path::{Path, PathBuf},
    time::Duration,
};

/// 40 ms between two looks at the page.
const LOOK: Duration = Duration::from_millis(40);

pub struct Handset {
    home: PathBuf,
    display: Display,
    page: Option<Page>,
    taps: u32,
    letters: u32,
}

/// Whether a click failed for a reason that passes: the element was replaced, or something slid over it.
fn is_passing(error: &CmdError) -> bool {
    use ErrorStatus as E;
    let CmdError::Standard(said) = error else { return false };
    matches!(
        said.error,
        E::NoSuchElement | E::StaleElementReference | E::ElementClickIntercepted | E::ElementNotInteractable
    )
}

fn is_unknown(error: &CmdError) -> bool {
    matches!(error, CmdError::Standard(said) if said.error == ErrorStatus::UnknownError)
}

/// The selector of an element by its test id.
pub fn by_id(id: &str) -> String {
    format!("[data-testid=\"{id}\"]")
}

/// The selector of the elements whose test id begins so.
pub fn by_start(start: &str) -> String {
    format!("[data-testid^=\"{start}\"]")
}

impl Handset {
    /// A phone that is switched off, with its store in `home`.
    ///
    /// # Errors
    /// When the app, its driver or a display is missing; the message says what to run.
    pub fn new(home: PathBuf) -> anyhow::Result<Self> {
        Tool::App.path()?;
        Tool::WebKitWebDriver.path()?;
        std::fs::create_dir_all(&home)?;
        Ok(Self { home, display: Display::start(PHONE)?, page: None, taps: 0, letters: 0 })
    }

    pub fn home(&self) -> &Path {
        &self.home
    }

    /// Opens the app.
    pub async fn open(&mut self) -> anyhow::Result<()> {
        ensure!(self.page.is_none(), "the app is open already");
        self.page = Some(Page::app(&self.display, &self.home).await.with_context(|| {
            format!("open the app, which must be built with feature automation; it said: {}", self.said())
        })?);
        Ok(())
    }

    fn page(&self) -> anyhow::Result<&Page> {
        self.page.as_ref().context("the app is closed")
    }

    /// Closes the app as its user would.
    pub async fn close(&mut self) -> anyhow::Result<()> {
        match self.page.take() {
            Some(page) => page.close().await,
            None => Ok(()),
        }
    }

    /// SIGKILL to the app alone, as when the system needs its memory. Returns when the process is gone.
    pub async fn kill(&mut self) -> anyhow::Result<()> {
        let page = self.page.take().context("the app is closed")?;
        let process = self.process()?;
        let killed = std::process::Command::new("kill").args(["-KILL", &process.to_string()]).status()?;
        ensure!(killed.success(), "the app could not be killed");
        let gone = async {
            while self.process().is_ok() {
                tokio::time::sleep(LOOK).await;
            }
        };
        tokio::time::timeout(PATIENCE, gone).await.context("the app survived SIGKILL")?;
        // The session went with the app; its driver goes here.
        drop(page);
        Ok(())
    }

    /// The running app on this store. One that was killed and is not yet buried runs no more.
    fn process(&self) -> anyhow::Result<u32> {
        let app = Tool::App.path()?.canonicalize()?;
        let home = format!("LIANXIN_HOME={}", self.home.display());
        for entry in std::fs::read_dir("/proc")?.flatten() {
            let Some(id) = entry.file_name().to_str().and_then(|n| n.parse().ok()) else { continue };
            let ours = std::fs::read_link(entry.path().join("exe")).is_ok_and(|exe| exe == app)
                && std::fs::read(entry.path().join("environ"))
                    .is_ok_and(|all| all.split(|b| *b == 0).any(|one| one == home.as_bytes()));
            if ours {
                return Ok(id);
            }
        }
        bail!("no app runs on {}", self.home.display())
    }

    pub async fn run(&self, script: &str, arguments: Vec<Value>) -> anyhow::Result<Value> {
        let answer = self.page()?.client().execute(script, arguments).await;
        answer.with_context(|| format!("the app said: {}", self.said()))
    }

    /// Waits until `script` returns something true, and returns that.
    pub async fn until(&self, what: &str, script: &str, arguments: Vec<Value>) -> anyhow::Result<Value> {
        let client = self.page()?.client();
        let seen = async {
            loop {
                match client.execute(script, arguments.clone()).await {
                    Ok(value) if !matches!(value, Value::Null | Value::Bool(false)) => return value,
                    // The page may be between two views: asked again until the time is over.
                    _ => tokio::time::sleep(LOOK).await,
                }
            }
        };
        match tokio::time::timeout(PATIENCE, seen).await {
            Ok(value) => Ok(value),
            Err(_) => bail!("waited for {what}; the page shows: {}", self.glance().await),
        }
    }

    /// What the page shows and what the app said last, for messages.
    async fn glance(&self) -> String {
        let page: String = self.text().await.unwrap_or_default().chars().take(700).collect();
        format!("{page}\n{}", self.said())
    }

    /// What the app wrote about itself: a panic with what followed it, else the last lines.
    fn said(&self) -> String {
        let log = std::fs::read_to_string(self.home.with_extension("log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        let panic = lines.iter().rposition(|line| line.contains("panicked at"));
        let from = panic.unwrap_or(lines.len().saturating_sub(12));
        lines[from..].iter().filter(|l| !l.contains("/rustc/")).take(40).copied().collect::<Vec<_>>().join("\n")
    }

    /// All text that the page shows.
    pub async fn text(&self) -> anyhow::Result<String> {
        self.page()?.text().await
    }

    pub async fn shows(&self, text: &str) -> anyhow::Result<()> {
        let script = "return document.body.innerText.includes(arguments[0])";
        self.until(&format!("\u{201c}{text}\u{201d}"), script, vec![json!(text)]).await.map(drop)
    }

    /// Waits until the element is there and has a size.
    pub async fn see(&self, id: &str) -> anyhow::Result<()> {
        self.see_css(&by_id(id)).await
    }

    pub async fn see_css(&self, css: &str) -> anyhow::Result<()> {
        let script = "const e = document.querySelector(arguments[0]);
                      return e !== null && e.getClientRects().length > 0";
        self.until(css, script, vec![json!(css)]).await.map(drop)
    }

    /// Waits until the element has left.
    pub async fn gone(&self, id: &str) -> anyhow::Result<()> {
        let script = "return document.querySelector(arguments[0]) === null";
        self.until(&format!("{id} to leave"), script, vec![json!(by_id(id))]).await.map(drop)
    }

    /// Whether the element is there now.
    pub async fn has(&self, id: &str) -> anyhow::Result<bool> {
        self.present(&by_id(id)).await
    }

    /// Waits for the first of several to be there; which one.
    pub async fn first_of<'a>(&self, ids: &[&'a str]) -> anyhow::Result<&'a str> {
        let script = "const at = arguments[0].findIndex(css => document.querySelector(css) !== null);
                      return at < 0 ? false : at + 1";
        let all: Vec<String> = ids.iter().map(|id| by_id(id)).collect();
        let at = self.until(&format!("one of {ids:?}"), script, vec![json!(all)]).await?;
        let at = at.as_u64().context("a number")? as usize;
        Ok(ids[at - 1])
    }

    /// The test ids on the page that begin so, in order.
    pub async fn ids(&self, start: &str) -> anyhow::Result<Vec<String>> {
        let script = "return [...document.querySelectorAll(arguments[0])].map(e => e.dataset.testid)";
        let found = self.run(script, vec![json!(by_start(start))]).await?;
        Ok(serde_json::from_value(found)?)
    }

    /// The text of an element, once it is there.
    pub async fn text_of(&self, id: &str) -> anyhow::Result<String> {
        self.see(id).await?;
        let script = "return document.querySelector(arguments[0]).innerText";
        let text = self.run(script, vec![json!(by_id(id))]).await?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// What a field holds.
    pub async fn value_of(&self, id: &str) -> anyhow::Result<String> {
        self.see(id).await?;
        let value = self.run("return document.querySelector(arguments[0]).value", vec![json!(by_id(id))]).await?;
        Ok(value.as_str().unwrap_or_default().to_owned())
    }

    async fn element(&self, css: &str) -> anyhow::Result<Element> {
        Ok(self.page()?.client().find(Locator::Css(css)).await?)
    }

    /// Taps an element, which is brought into sight first. Waits until it is there, can be pressed and is not covered.
    pub async fn tap(&mut self, id: &str) -> anyhow::Result<()> {
        self.tap_css(&by_id(id)).await
    }

    pub async fn tap_css(&mut self, css: &str) -> anyhow::Result<()> {
        // At rest, uncovered and enabled: what a finger needs. A page that is still sliding in, or a list that arrives
        // above and pushes everything down, would take the tap elsewhere; so the place must be the same in two looks.
        // Where the click really lands is noted by the page.
        let script = "const css = arguments[0], e = document.querySelector(css);
            if (!e || e.disabled) return false;
            let box = e.getBoundingClientRect();
            const mid = () => [box.left + box.width / 2, box.top + box.height / 2];
            const free = () => { const hit = document.elementFromPoint(...mid()); return hit && e.contains(hit); };
            if (!free()) { e.scrollIntoView({block: 'center'}); box = e.getBoundingClientRect(); }
            const place = css + [box.left, box.top, box.width, box.height], before = window.lastLook;
            window.lastLook = place;
            const ready = place === before && free()
                && !document.getAnimations().some(a => a.playState === 'running'
                && a.effect.getComputedTiming().iterations !== Infinity && a.effect.target && a.effect.target.contains(e));
            if (ready) {
                window.landed = null;
                document.addEventListener('click', ({target}) => {
                    const other = target.closest('[data-testid], button, a, label');
                    window.landed = e.contains(target) ? 'here' : other ? (other.dataset.testid || other.innerText) : 'nowhere';
                }, {capture: true, once: true});
            }
            return ready";
        let pressed = async {
            loop {
                if self.run(script, vec![json!(css)]).await? == json!(true)
                    && let Ok(element) = self.element(css).await
                {
                    match element.click().await {
                        Ok(()) => match self.run("return window.landed", Vec::new()).await?.as_str() {
                            // Between look and click the page moved, and what lay there does nothing: look again.
                            Some("nowhere") => {}
                            Some("here") | None => return Ok(()),
                            Some(other) => bail!("the tap on {css} landed on {other}"),
                        },
                        // Drawn anew or covered since the look: nothing was pressed, look again.
                        Err(error) if is_passing(&error) => {}
                        // The driver's answer when the press made the element go away.
                        Err(error) if is_unknown(&error) && !self.present(css).await? => return Ok(()),
                        Err(error) if is_unknown(&error) => {}
                        Err(error) => bail!("tap {css}: {error:?}"),
                    }
                }
                tokio::time::sleep(LOOK).await;
            }
        };
        match tokio::time::timeout(PATIENCE, pressed).await {
            Ok(done) => done?,
            Err(_) => bail!("waited for {css} to be pressable; the page shows: {}", self.glance().await),
        }
        self.taps += 1;
        Ok(())
    }

    async fn present(&self, css: &str) -> anyhow::Result<bool> {
        Ok(self.run("return document.querySelector(arguments[0]) !== null", vec![json!(css)]).await? == json!(true))
    }

    /// Goes back and waits for the screen that is to come.
    pub async fn back_to(&mut self, screen: &str) -> anyhow::Result<()> {
        self.tap("back").await?;
        self.see(screen).await
    }

    /// Taps a choice and waits until it is taken.
    pub async fn choose(&mut self, id: &str) -> anyhow::Result<()> {
        self.tap(id).await?;
        self.see_css(&format!("{}[aria-checked=true]", by_id(id))).await
    }

    /// Types into a field at full speed, behind what it holds.
    pub async fn write(&mut self, id: &str, text: &str) -> anyhow::Result<()> {
        self.see(id).await?;
        self.element(&by_id(id)).await?.send_keys(text).await.with_context(|| format!("type into {id}"))?;
        self.letters += text.chars().count() as u32;
        Ok(())
    }

    /// Takes a picture with the camera: hands a file to the input behind the tile.
    pub async fn photograph(&self, tile: &str, file: &Path) -> anyhow::Result<()> {
        let css = by_id(&format!("{tile}-input"));
        let there = "return document.querySelector(arguments[0]) !== null";
        self.until(&css, there, vec![json!(css)]).await?;
        let path = file.to_str().context("the file has a plain name")?;
        self.element(&css).await?.send_keys(path).await.with_context(|| format!("hand a file to {tile}"))
    }

    /// Draws a line with the finger, as one signs.
    pub async fn sign(&mut self, id: &str) -> anyhow::Result<()> {
        self.see(id).await?;
        let script = "const e = document.querySelector(arguments[0]); e.scrollIntoView({block: 'center'});
                      const b = e.getBoundingClientRect(); return [b.left, b.top, b.width, b.height]";
        let place: [f64; 4] = serde_json::from_value(self.run(script, vec![json!(by_id(id))]).await?)?;
        let at = |x: f64, y: f64| PointerAction::MoveTo {
            duration: Some(Duration::from_millis(8)),
            x: place[0] + place[2] * x,
            y: place[1] + place[3] * y,
        };
        let mut hand = MouseActions::new("hand".to_owned())
            .then(at(0.15, 0.4))
            .then(PointerAction::Down { button: MOUSE_BUTTON_LEFT });
        for n in 1..=24 {
            let t = f64::from(n) / 24.0;
            hand = hand.then(at(0.15 + 0.7 * t, 0.5 + 0.28 * (t * 14.0).sin()));
        }
        hand = hand.then(PointerAction::Up { button: MOUSE_BUTTON_LEFT });
        self.page()?.client().perform_actions(hand).await.context("draw a signature")?;
        self.taps += 1;
        Ok(())
    }

    /// Throws away what was begun on this screen, which leaves it.
    pub async fn drop_draft(&mut self) -> anyhow::Result<()> {
        self.tap("draft-drop").await?;
        self.tap("draft-drop-yes").await?;
        self.gone("draft-drop-yes").await
    }

    /// Types the PIN on the pad.
    pub async fn pin(&mut self, pin: &str) -> anyhow::Result<()> {
        for digit in pin.chars() {
            self.tap(&format!("pin-{digit}")).await?;
        }
        Ok(())
    }

    /// First run by link, to the first screen with people on it.
    pub async fn first_run(&mut self, link: &str) -> anyhow::Result<()> {
        self.first_run_with(link, async |_, _| Ok(())).await
    }

    /// The same, with something to do at each screen on the way.
    pub async fn first_run_with(
        &mut self,
        link: &str,
        mut at: impl AsyncFnMut(&Handset, &str) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        self.open().await?;
        self.see("screen-welcome").await?;
        at(self, "01-welcome").await?;
        self.write("welcome-code", link).await?;
        self.see("welcome-link-found").await?;
        at(self, "02-welcome-link").await?;
        self.tap("welcome-next").await?;
        self.see("screen-set-pin").await?;
        at(self, "03-set-pin").await?;
        self.pin_twice().await
    }

    /// First run with a code that was read out, to the first screen.
    pub async fn first_run_by_code(&mut self, server: &str, code: &str) -> anyhow::Result<()> {
        self.open().await?;
        self.write("welcome-code", code).await?;
        self.write("welcome-server", server).await?;
        self.tap("welcome-next").await?;
        self.pin_twice().await
    }

    async fn pin_twice(&mut self) -> anyhow::Result<()> {
        self.pin(PIN).await?;
        self.pin(PIN).await?;
        self.see("screen-today").await
    }

    /// Opens the app and unlocks it, to the first screen.
    pub async fn open_unlocked(&mut self) -> anyhow::Result<()> {
        self.open().await?;
        if self.first_of(&["screen-unlock", "screen-today"]).await? == "screen-unlock" {
            self.pin(PIN).await?;
        }
        self.see("screen-today").await
    }

    /// Taps and letters since the last call.
    pub fn effort(&mut self) -> (u32, u32) {
        (std::mem::take(&mut self.taps), std::mem::take(&mut self.letters))
    }

    /// What is wider than the screen, as `element: its width > the screen's`. What scrolls sideways by design does so
    /// in a box of its own and is not counted.
    pub async fn overflow(&self) -> anyhow::Result<Vec<String>> {
        let script = "const root = document.documentElement, out = [];
            if (root.scrollWidth > root.clientWidth) out.push(`page: ${root.scrollWidth} > ${root.clientWidth}`);
            const scrolls = e => ['auto', 'scroll', 'hidden', 'clip'].includes(getComputedStyle(e).overflowX);
            const inside = e => { for (let p = e.parentElement; p; p = p.parentElement) if (p !== document.body && p !== root
                && scrolls(p) && p.scrollWidth > p.clientWidth && !p.matches('main, .page-body, .body')) return true; return false; };
            for (const e of document.querySelectorAll('.app *')) {
                const box = e.getBoundingClientRect();
                if (box.width && box.right > root.clientWidth + 1 && !inside(e))
                    out.push(`${e.tagName} ${e.className} ${e.dataset.testid || ''}: ${Math.round(box.right)} > ${root.clientWidth}`);
            }
            for (const e of document.querySelectorAll('main, .page-body, .body'))
                if (e.scrollWidth > e.clientWidth) out.push(`${e.className}: ${e.scrollWidth} > ${e.clientWidth}`);
            return out";
        Ok(serde_json::from_value(self.run(script, Vec::new()).await?)?)
    }

    /// A picture of the screen, as PNG, once nothing moves any more and nothing has been drawn for a quarter of a
    /// second.
    pub async fn picture(&self) -> anyhow::Result<Vec<u8>> {
        let still = "const done = arguments[0];
            let last = performance.now();
            const watch = new MutationObserver(() => { last = performance.now(); });
            watch.observe(document.body, {subtree: true, childList: true, attributes: true, characterData: true});
            const moving = () => document.getAnimations().some(a =>
                a.playState === 'running' && a.effect.getComputedTiming().iterations !== Infinity);
            const look = () => {
                if (moving()) last = performance.now();
                if (performance.now() - last > 250) { watch.disconnect(); done(true); } else setTimeout(look, 30);
            };
            look()";
        let client = self.page()?.client();
        tokio::time::timeout(PATIENCE, client.execute_async(still, Vec::new()))
            .await
            .context("the screen never rests")??;
        self.page()?.picture().await
    }

    /// Scrolls the screen to its end or back to its beginning.
    pub async fn scroll(&self, to_end: bool) -> anyhow::Result<()> {
        let script = "for (const e of [document.scrollingElement, ...document.querySelectorAll('*')])
            if (e.scrollHeight > e.clientHeight + 8 && e.clientHeight > 200) e.scrollTop = arguments[0] ? e.scrollHeight : 0;
            return true";
        self.run(script, vec![json!(to_end)]).await.map(drop)
    }
}
