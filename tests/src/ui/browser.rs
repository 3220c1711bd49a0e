//! The console in headless Chromium.

use super::patience::PATIENCE;
use crate::harness::{Folder, webdriver::Page};
use anyhow::{Context, bail};
use axum::http::Method;
use fantoccini::{Locator, wd::WebDriverCompatibleCommand};
use reqwest::Url;
use serde_json::{Value, json};
use std::{
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

/// 40 ms between two looks at the page.
const LOOK: Duration = Duration::from_millis(40);

pub struct Browser {
    page: Page,
    downloads: Folder,
}

/// Chromium's own command for what WebDriver has none for.
#[derive(Debug)]
struct Devtools(Value);

impl WebDriverCompatibleCommand for Devtools {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, <Url as FromStr>::Err> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.0.to_string()))
    }
}

impl Browser {
    /// An empty page of that size, in CSS pixels; what it downloads lands in a folder of its own.
    pub async fn open(size: (u32, u32)) -> anyhow::Result<Self> {
        let browser = Self { page: Page::browser(size).await?, downloads: Folder::temporary("downloads")? };
        let folder = browser.downloads.path().display().to_string();
        browser.devtools("Browser.setDownloadBehavior", json!({"behavior": "allow", "downloadPath": folder})).await?;
        browser.size(size).await?;
        Ok(browser)
    }

    async fn devtools(&self, command: &str, parameters: Value) -> anyhow::Result<Value> {
        let command_and_parameters = Devtools(json!({"cmd": command, "params": parameters}));
        self.page.client().issue_cmd(command_and_parameters).await.with_context(|| command.to_owned())
    }

    /// Gives the page that many CSS pixels, whatever the window takes for itself.
    pub async fn size(&self, (width, height): (u32, u32)) -> anyhow::Result<()> {
        let parameters = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600});
        self.devtools("Emulation.setDeviceMetricsOverride", parameters).await.map(drop)
    }

    pub async fn go(&self, url: &str) -> anyhow::Result<()> {
        self.page.client().goto(url).await.with_context(|| format!("open {url}"))
    }

    /// Where the page is, without the server.
    pub async fn path(&self) -> anyhow::Result<String> {
        let url = self.page.client().current_url().await?;
        Ok(url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path())))
    }

    pub async fn run(&self, script: &str, arguments: Vec<Value>) -> anyhow::Result<Value> {
        Ok(self.page.client().execute(script, arguments).await?)
    }

    /// Waits until `script` returns something true, and returns that.
    pub async fn until(&self, what: &str, script: &str, arguments: Vec<Value>) -> anyhow::Result<Value> {
        let seen = async {
            loop {
                match self.run(script, arguments.clone()).await {
                    Ok(value) if !matches!(value, Value::Null | Value::Bool(false)) => return value,
                    // The page may be between two views: asked again until the time is over.
                    _ => tokio::time::sleep(LOOK).await,
                }
            }
        };
        match tokio::time::timeout(PATIENCE, seen).await {
            Ok(value) => Ok(value),
            Err(_) => {
                let page: String = self.page.text().await.unwrap_or_default().chars().take(600).collect();
                bail!("waited for {what}; the page shows: {page}")
            }
        }
    }

    pub async fn shows(&self, text: &str) -> anyhow::Result<()> {
        let script = "return document.readyState === 'complete' && document.body.innerText.includes(arguments[0])";
        self.until(&format!("\u{201c}{text}\u{201d}"), script, vec![json!(text)]).await.map(drop)
    }

    /// Waits until the address is `path`, whatever follows its `?`, and the page is whole.
    pub async fn at(&self, path: &str) -> anyhow::Result<()> {
        let script = "return document.readyState === 'complete' && location.pathname === arguments[0]";
        self.until(path, script, vec![json!(path)]).await.map(drop)
    }

    pub async fn click(&self, css: &str) -> anyhow::Result<()> {
        let element = self.page.client().wait().at_most(PATIENCE).for_element(Locator::Css(css)).await;
        element.with_context(|| format!("waited for {css}"))?.click().await.with_context(|| format!("click on {css}"))
    }

    pub async fn fill(&self, css: &str, text: &str) -> anyhow::Result<()> {
        self.page.fill(css, text).await
    }

    /// The first choice of a list that has this value.
    pub async fn choose(&self, css: &str, value: &str) -> anyhow::Result<()> {
        let list = self.page.find(css).await?;
        list.select_by_value(value).await.with_context(|| format!("choose {value} in {css}"))
    }

    /// The one file that ends so, once it has arrived whole.
    pub async fn downloaded(&self, ending: &str) -> anyhow::Result<PathBuf> {
        let arrived = async {
            loop {
                if let Some(path) = newest(self.downloads.path(), ending) {
                    return path;
                }
                tokio::time::sleep(LOOK).await;
            }
        };
        tokio::time::timeout(PATIENCE, arrived).await.with_context(|| format!("no {ending} was downloaded"))
    }

    /// Logs in through the form.
    pub async fn log_in(&self, url: &str, name: &str, password: &str) -> anyhow::Result<()> {
        self.go(&format!("{url}/console")).await?;
        self.at("/console/login").await?;
        self.fill("input[name=login]", name).await?;
        self.fill("input[name=password]", password).await?;
        self.click("main button[type=submit]").await
    }

    pub async fn picture(&self) -> anyhow::Result<Vec<u8>> {
        self.until("the page to be whole", "return document.readyState === 'complete'", Vec::new()).await?;
        self.page.picture().await
    }

    pub async fn close(self) -> anyhow::Result<()> {
        self.page.close().await
    }
}

/// Chromium renames a file to its name when it has all of it.
fn newest(folder: &Path, ending: &str) -> Option<PathBuf> {
    let files = std::fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
    files.into_iter().find(|path| path.to_string_lossy().ends_with(ending))
}
