//! Real windows and real pages: the app in its WebView under a display of its own, the console in headless Chromium.
//! One driver per session, each on a fresh port; every wait has an end; a session is closed before its driver is, since
//! an orphaned app that holds a pipe stalls the run.

use super::{folder::Folder, tools::Tool};
use anyhow::{Context, ensure};
use fantoccini::{Client, ClientBuilder, Locator, elements::Element};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

/// 20 s for a page to show what is waited for: a slow machine under load needs 3.
const PATIENCE: Duration = Duration::from_secs(20);
/// 60 s for a driver and what it drives to come up.
const START: Duration = Duration::from_secs(60);

/// A phone's screen, in CSS pixels.
pub const PHONE: (u32, u32) = (412, 915);

/// A child process with everything it started; all of it ends when this is dropped.
struct Group(Child);

impl Group {
    fn spawn(command: &mut Command) -> std::io::Result<Self> {
        use std::os::unix::process::CommandExt;
        // A group of its own, so that what it starts can be ended with it.
        command.process_group(0).spawn().map(Self)
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let group = format!("-{}", self.0.id());
        // Already gone is fine.
        let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
        let _ = self.0.wait();
    }
}

/// An X display that nobody looks at.
pub struct Display {
    _server: Group,
    name: String,
}

impl Display {
    /// Xvfb chooses a free number itself and tells it when it is ready.
    pub fn start((width, height): (u32, u32)) -> anyhow::Result<Self> {
        let mut command = Command::new(Tool::Xvfb.path()?);
        let screen = format!("{width}x{height}x24");
        command.args(["-displayfd", "1", "-screen", "0", &screen, "-nolisten", "tcp"]);
        let mut server = Group::spawn(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()))?;
        let out = server.0.stdout.take().context("the pipe was asked for")?;
        let mut number = String::new();
        BufReader::new(out).read_line(&mut number)?;
        ensure!(!number.trim().is_empty(), "Xvfb did not start; run: scripts/setup.sh test");
        Ok(Self { _server: server, name: format!(":{}", number.trim()) })
    }

    pub fn name(&self) -> &str {
        &self.name
    }
}

/// A page that is driven: the app's or the console's.
pub struct Page {
    client: Client,
    _driver: Group,
    /// What the session leaves on the disk.
    _scratch: Option<Folder>,
}

fn free_port() -> std::io::Result<u16> {
    Ok(std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

async fn connect(port: u16, capabilities: serde_json::Value) -> anyhow::Result<Client> {
    let serde_json::Value::Object(capabilities) = capabilities else { anyhow::bail!("capabilities are an object") };
    let url = format!("http://127.0.0.1:{port}");
    let session = async {
        // The driver listens a moment after it was started and has no way to say so.
        while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        ClientBuilder::new(HttpConnector::new()).capabilities(capabilities).connect(&url).await
    };
    tokio::time::timeout(START, session).await.context("the driver did not begin a session in time")?.context("session")
}

impl Page {
    /// Opens the app on the store in `home` (see `LIANXIN_HOME`).
    pub async fn app(display: &Display, home: &Path) -> anyhow::Result<Self> {
        let port = free_port()?;
        let mut command = Command::new(Tool::WebKitWebDriver.path()?);
        command
            .args([format!("--port={port}"), "--host=127.0.0.1".to_owned()])
            // The app inherits the driver's environment.
            .env("LIANXIN_HOME", home)
            .env("DISPLAY", display.name())
            .env("GDK_BACKEND", "x11")
            .env_remove("WAYLAND_DISPLAY");
        // What the app has to say when it fails, beside its store.
        let log = std::fs::File::options().create(true).append(true).open(home.with_extension("log"))?;
        let driver = Group::spawn(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log))?;
        let binary = Tool::App.path()?;
        let client = connect(port, json!({"webkitgtk:browserOptions": {"binary": binary, "args": []}})).await?;
        Ok(Self { client, _driver: driver, _scratch: None })
    }

    /// Opens an empty page in headless Chromium.
    pub async fn browser((width, height): (u32, u32)) -> anyhow::Result<Self> {
        let port = free_port()?;
        let profile = Folder::temporary("browser")?;
        let mut command = Command::new(Tool::Chromedriver.path()?);
        command.arg(format!("--port={port}"));
        let driver = Group::spawn(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()))?;
        let options = json!({"goog:chromeOptions": {
            "binary": Tool::Chromium.path()?,
            "args": [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--lang=zh-CN",
                format!("--window-size={width},{height}"),
                format!("--user-data-dir={}", profile.path().display()),
            ],
        }});
        let client = connect(port, options).await?;
        Ok(Self { client, _driver: driver, _scratch: Some(profile) })
    }

    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The element, once it is there.
    pub async fn find(&self, css: &str) -> anyhow::Result<Element> {
        let found = self.client.wait().at_most(PATIENCE).for_element(Locator::Css(css)).await;
        match found {
            Ok(element) => Ok(element),
            Err(error) => {
                let text = self.text().await.unwrap_or_default();
                let text: String = text.chars().take(600).collect();
                Err(error).with_context(|| format!("waited for {css}; the page shows: {text}"))
            }
        }
    }

    pub async fn click(&self, css: &str) -> anyhow::Result<()> {
        self.find(css).await?.click().await.with_context(|| format!("click on {css}"))
    }

    /// Types into a field, over what it holds.
    pub async fn fill(&self, css: &str, text: &str) -> anyhow::Result<()> {
        let field = self.find(css).await?;
        field.clear().await.with_context(|| format!("clear {css}"))?;
        field.send_keys(text).await.with_context(|| format!("type into {css}"))
    }

    /// All text that the page shows.
    pub async fn text(&self) -> anyhow::Result<String> {
        let text = self.client.execute("return document.body.innerText", Vec::new()).await?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// Waits until the page shows `text`.
    pub async fn shows(&self, text: &str) -> anyhow::Result<()> {
        let seen = async {
            loop {
                match self.text().await {
                    Ok(page) if page.contains(text) => return,
                    // The page may be between two views: asked again until the time is over.
                    _ => tokio::time::sleep(Duration::from_millis(40)).await,
                }
            }
        };
        if tokio::time::timeout(PATIENCE, seen).await.is_err() {
            let page: String = self.text().await.unwrap_or_default().chars().take(600).collect();
            anyhow::bail!("waited for \u{201c}{text}\u{201d}; the page shows: {page}");
        }
        Ok(())
    }

    /// A picture of the page as PNG.
    pub async fn picture(&self) -> anyhow::Result<Vec<u8>> {
        Ok(self.client.screenshot().await?)
    }

    /// Ends the session, then the driver.
    pub async fn close(self) -> anyhow::Result<()> {
        let closing = self.client.clone().close();
        tokio::time::timeout(PATIENCE, closing).await.context("the session did not end in time")??;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_page_in_the_browser_is_read_clicked_and_filled() {
        let page = Page::browser((900, 700)).await.unwrap();
        let html = "data:text/html;charset=utf-8,<input id=a><button onclick=\"b.innerText='收到'%2Ba.value\">x</button><p id=b>";
        page.client().goto(html).await.unwrap();
        page.fill("#a", "样方").await.unwrap();
        page.click("button").await.unwrap();
        page.shows("收到样方").await.unwrap();
        assert!(page.picture().await.unwrap().starts_with(b"\x89PNG"));
        page.close().await.unwrap();
    }

    #[test]
    fn a_display_has_a_number_of_its_own() {
        let (one, two) = (Display::start(PHONE).unwrap(), Display::start(PHONE).unwrap());
        assert_ne!(one.name(), two.name());
        assert!(one.name().starts_with(':'));
    }
}
