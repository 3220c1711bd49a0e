//! The driver for everything that has threads. Two of them:
//!
//! - **store** owns the [`Core`]: it serves commands first, then applies what came back from the network, and begins a
//!   sync when one is due. It never waits for a connection, so saving does not either.
//! - **network** makes the calls, a few at a time, and hands back the replies in the order of the calls.
//!
//! ```text
//! Device ──Request──► store ──Step──► network
//!        ◄─Reply──       ◄─Landed──
//! ```
//!
//! RecordPair end when the last [`Device`] is gone.

use super::{Device, Event, Hub, Request, World};
use crate::{
    Command, Core, Paths, Refusal, Reply, Step, StepReply,
    client::{HttpClient, ServerAddress},
    sync::{Job, STEPS_AT_ONCE},
};
use futures_channel::{mpsc, oneshot};
use futures_util::{
    FutureExt, StreamExt,
    future::{Either, select},
    stream::{self, PollNext},
};
use shared::wire::SyncError;
use std::{cell::RefCell, collections::VecDeque, pin::pin, time::Duration};

/// How the driver behaves.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Sync by itself: on start, after saving, and every so often. Off, a sync happens only when asked for.
    pub automatic: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { automatic: true }
    }
}

/// Starts the driver over the store at `places`. The store itself is opened on its thread; the first command waits for
/// that, the caller does not.
///
/// # Errors
/// When the operating system gives no thread.
pub fn start(places: Paths, options: Options) -> std::io::Result<Device> {
    let (device, requests, hub) = Device::pair();
    let network = Network::start()?;
    let runtime = runtime()?;
    std::thread::Builder::new().name("store".to_owned()).spawn(move || {
        let core = match Core::open(places, Box::new(World::default())) {
            Ok(core) => core,
            Err(refusal) => return runtime.block_on(refuse_all(requests, refusal)),
        };
        let driver = Driver {
            core,
            options,
            hub,
            steps: network.steps,
            in_flight: VecDeque::new(),
            progress: None,
            asked: Vec::new(),
            deferred: VecDeque::new(),
        };
        runtime.block_on(driver.run(requests, network.landed));
    })?;
    Ok(device)
}

fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

/// The store's folder cannot be used: every command says so.
async fn refuse_all(mut requests: mpsc::UnboundedReceiver<Request>, refusal: Refusal) {
    while let Some(request) = requests.next().await {
        let _ = request.answer.send(Reply::Refused(refusal.clone()));
    }
}

/// A reply, with the bytes it cost.
struct Landed {
    reply: StepReply,
    up: u64,
    down: u64,
}

/// A call to make. It is given up when the other end of `wanted` is dropped: nobody waits for a call that hangs after
/// the store was locked.
struct Outgoing {
    step: Step,
    server: String,
    wanted: oneshot::Receiver<()>,
}

/// The network thread's two ends.
struct Network {
    steps: mpsc::UnboundedSender<Outgoing>,
    landed: mpsc::UnboundedReceiver<Landed>,
}

impl Network {
    fn start() -> std::io::Result<Self> {
        let (steps, inbox) = mpsc::unbounded::<Outgoing>();
        let (outbox, landed) = mpsc::unbounded();
        let runtime = runtime()?;
        std::thread::Builder::new().name("network".to_owned()).spawn(move || {
            runtime.block_on(async move {
                let client = RefCell::new(None);
                let calls = inbox.map(|outgoing| make(&client, outgoing)).buffered(STEPS_AT_ONCE);
                let mut calls = pin!(calls);
                while let Some(landed) = calls.next().await {
                    if outbox.unbounded_send(landed).is_err() {
                        return;
                    }
                }
            });
        })?;
        Ok(Self { steps, landed })
    }
}

/// Makes a call, unless it is given up before its reply has come.
async fn make(client: &RefCell<Option<HttpClient>>, outgoing: Outgoing) -> Landed {
    let Outgoing { step, server, wanted } = outgoing;
    let given_up = Step::no_reply();
    let call = pin!(call(client, step, &server));
    match select(call, wanted).await {
        Either::Left((landed, _)) => landed,
        Either::Right(_) => Landed { reply: given_up, up: 0, down: 0 },
    }
}

/// Makes one call, over the connections of the calls before where the server is the same.
async fn call(client: &RefCell<Option<HttpClient>>, step: Step, server: &str) -> Landed {
    let failed = |what: &str| Landed { reply: Err(SyncError::Offline(what.to_owned())), up: 0, down: 0 };
    let Ok(address) = ServerAddress::parse(server) else {
        return failed("the server's address is not one");
    };
    let known = client.borrow().clone().filter(|c| *c.address() == address);
    let client = match known.map_or_else(|| HttpClient::new(address), Ok) {
        Ok(known) => client.borrow_mut().insert(known).clone(),
        Err(_) => return failed("TLS could not be set up"),
    };
    let reply = step.run(&client).await;
    let (up, down) = client.traffic().take();
    Landed { reply, up, down }
}

/// The call that is out: given up when its own end is dropped before the reply has come.
enum InFlight {
    Wanted { _hold: oneshot::Sender<()> },
    GivenUp,
}

enum Message {
    Request(Request),
    Landed(Landed),
}

struct Driver {
    core: Core,
    options: Options,
    hub: Hub,
    steps: mpsc::UnboundedSender<Outgoing>,
    /// The steps that are out, in order; exactly one reply comes back for each. Dropped, a call is given up.
    in_flight: VecDeque<InFlight>,
    progress: Option<crate::views::Progress>,
    /// Who waits for a network job to end.
    asked: Vec<(Job, oneshot::Sender<Reply>)>,
    /// Network commands that came while one of their kind was running.
    deferred: VecDeque<Request>,
}

impl Driver {
    async fn run(mut self, requests: mpsc::UnboundedReceiver<Request>, landed: mpsc::UnboundedReceiver<Landed>) {
        // Ends with the last handle: the network's own stream outlives it and must not keep this one going.
        let requests = requests.map(Message::Request).map(Some).chain(stream::iter([None]));
        let landed = landed.map(Message::Landed).map(Some);
        // Commands first: somebody is looking at the screen.
        let mut messages = stream::select_with_strategy(requests, landed, |(): &mut ()| PollNext::Left);
        loop {
            self.go_on();
            let mut message = messages.next().now_or_never();
            if message.is_none() {
                if self.in_flight.is_empty() {
                    self.core.rest();
                }
                message = match self.wait() {
                    Some(pause) => tokio::time::timeout(pause, messages.next()).await.ok(),
                    None => Some(messages.next().await),
                };
            }
            match message {
                Some(Some(Some(Message::Request(request)))) => self.serve(request),
                Some(Some(Some(Message::Landed(landed)))) => self.land(landed),
                Some(_) => return,
                None => self.core.begin_by_itself(),
            }
        }
    }

    /// How long until a sync begins by itself; `None` while there is nothing to begin.
    fn wait(&mut self) -> Option<Duration> {
        if !self.options.automatic || !self.in_flight.is_empty() {
            return None;
        }
        self.core.due_in_ms().map(Duration::from_millis)
    }

    /// Sends the next step, if those before are back, and the one behind it where that is known.
    fn go_on(&mut self) {
        while let Some(step) = self.core.pipeline_step(self.in_flight.len()) {
            if !self.send(step) {
                break;
            }
        }
        // Locked under a call, or what is out was called back: whoever waits is told, and the calls need not come to an end first.
        let over = ![Job::Enrol, Job::Sync, Job::Report].iter().any(|j| self.core.is_running(*j));
        if over || self.core.awaits_nothing() {
            self.in_flight.iter_mut().for_each(|call| *call = InFlight::GivenUp);
        }
        self.report();
    }

    /// False when the network thread is gone.
    fn send(&mut self, step: Step) -> bool {
        let server = self.core.server().unwrap_or_default();
        let (hold, wanted) = oneshot::channel();
        let sent = self.steps.unbounded_send(Outgoing { step, server, wanted }).is_ok();
        if sent {
            self.in_flight.push_back(InFlight::Wanted { _hold: hold });
        }
        sent
    }

    fn land(&mut self, landed: Landed) {
        self.in_flight.pop_front();
        if self.in_flight.is_empty()
            && let Some(step) = self.core.pipeline_behind(&landed.reply)
        {
            self.send(step);
        }
        self.core.count_traffic(landed.up, landed.down);
        let applied = self.core.apply(landed.reply);
        // Told here too: after the last reply the session ends before anybody could look.
        if let Some(progress) = self.core.progress() {
            self.progress = Some(progress);
            self.hub.tell(Event::Sync(progress));
        }
        if applied.changed {
            self.hub.tell(Event::Changed);
        }
        if applied.status {
            self.hub.tell(Event::Status);
        }
    }

    /// Tells of progress, and answers those whose job has ended.
    fn report(&mut self) {
        let progress = self.core.progress();
        if progress != self.progress {
            let ended = progress.is_none();
            self.progress = progress;
            match progress {
                Some(progress) => self.hub.tell(Event::Sync(progress)),
                // The last word of a session: when it succeeded, when the next one is due.
                None if ended => self.hub.tell(Event::Changed),
                None => {}
            }
        }
        for job in [Job::Enrol, Job::Sync, Job::Report] {
            if self.core.is_running(job) || !self.asked.iter().any(|(j, _)| *j == job) {
                continue;
            }
            // No answer from a job that is over: the store was locked under it.
            let receipt = self.core.take_reply(job).unwrap_or(Reply::Refused(Refusal::Locked));
            for (_, answer) in self.asked.extract_if(.., |(j, _)| *j == job) {
                // Whoever asked may have left.
                let _ = answer.send(receipt.clone());
            }
        }
        if let Some(next) = self.deferred.pop_front() {
            self.serve(next);
        }
    }

    fn serve(&mut self, request: Request) {
        let Request { command, answer } = request;
        let Some(job) = Job::of(&command) else {
            let news = news_of(&command);
            let goes_out = matches!(command, Command::RelayBundle { .. });
            let receipt = self.core.handle(command);
            if matches!(receipt, Reply::Saved { .. }) || goes_out && receipt == Reply::Done {
                self.core.saved();
            }
            // The screen that asked does not know yet that the days without contact are over the limit.
            if receipt == Reply::Refused(Refusal::InactivityLocked) {
                self.hub.tell(Event::Status);
            }
            if let Some(event) = news
                && !matches!(receipt, Reply::Refused(_))
            {
                self.hub.tell(event);
            }
            let _ = answer.send(receipt);
            return;
        };
        if self.core.is_running(job) && job != Job::Sync {
            self.deferred.push_back(Request { command, answer });
            return;
        }
        match self.core.begin(&command) {
            Some(receipt) => {
                let _ = answer.send(receipt);
            }
            None => self.asked.push((job, answer)),
        }
    }
}

/// What others should hear of, once the command was carried out.
fn news_of(command: &Command) -> Option<Event> {
    match command {
        Command::CreateVault { .. } | Command::Unlock { .. } | Command::Lock | Command::SetPrefs(_) => {
            Some(Event::Status)
        }
        Command::SaveVisit(_)
        | Command::SaveAssistance(_)
        | Command::OpenNeed(_)
        | Command::AdvanceNeed { .. }
        | Command::EditRecipient { .. }
        | Command::EditTags { .. }
        | Command::Amend { .. }
        | Command::ReopenNeed { .. }
        | Command::Resolve { .. }
        | Command::Void { .. }
        | Command::Undo { .. }
        | Command::SendFeedback { .. }
        | Command::Resend { .. }
        | Command::Acknowledge { .. }
        | Command::ExportBundle
        | Command::RelayBundle { .. }
        | Command::DropRelayedBundle { .. }
        | Command::DropDraft { .. }
        | Command::SetConnection { .. }
        | Command::ReleasePhotos => Some(Event::Changed),
        _ => None,
    }
}
