//! The store's thread: serves commands, sends the steps of the sync to the network, and applies the replies.

use super::{
    events::{Event, EventHub},
    handle::Request,
    network::{Call, Returned},
};
use crate::{
    command::Effect,
    core::Core,
    reply::{Refusal, Reply},
    sync::{Job, Step},
    views::Progress,
};
use futures_channel::{mpsc, oneshot};
use futures_util::{
    FutureExt, StreamExt,
    stream::{self, PollNext},
};
use std::{collections::VecDeque, time::Duration};

/// A call that is not answered yet. Dropping the sender cancels it.
enum InFlight {
    Awaited { _cancel_on_drop: oneshot::Sender<()> },
    Cancelled,
}

enum Message {
    Request(Request),
    Returned(Returned),
}

pub(super) struct Driver {
    core: Core,
    /// Sync without being asked.
    automatic: bool,
    hub: EventHub,
    calls: mpsc::UnboundedSender<Call>,
    /// The calls in flight, in order; exactly one reply comes back for each.
    in_flight: VecDeque<InFlight>,
    progress: Option<Progress>,
    /// Requests that wait for a network job to end.
    waiters: Vec<(Job, oneshot::Sender<Reply>)>,
    /// Network commands that came while one of their kind was running.
    deferred: VecDeque<Request>,
}

impl Driver {
    pub fn new(core: Core, automatic: bool, hub: EventHub, calls: mpsc::UnboundedSender<Call>) -> Self {
        Self {
            core,
            automatic,
            hub,
            calls,
            in_flight: VecDeque::new(),
            progress: None,
            waiters: Vec::new(),
            deferred: VecDeque::new(),
        }
    }

    /// Runs until the last handle is dropped.
    pub async fn run(
        mut self,
        requests: mpsc::UnboundedReceiver<Request>,
        returned: mpsc::UnboundedReceiver<Returned>,
    ) {
        // The `None` at the end tells that the last handle is gone: the network's stream outlives the requests.
        let requests = requests.map(Message::Request).map(Some).chain(stream::iter([None]));
        let returned = returned.map(Message::Returned).map(Some);
        // Commands first: a user waits for them.
        let mut messages = stream::select_with_strategy(requests, returned, |(): &mut ()| PollNext::Left);
        loop {
            self.send_steps();
            let mut message = messages.next().now_or_never();
            if message.is_none() {
                if self.in_flight.is_empty() {
                    self.core.idle();
                }
                message = match self.until_due() {
                    Some(pause) => tokio::time::timeout(pause, messages.next()).await.ok(),
                    None => Some(messages.next().await),
                };
            }
            match message {
                Some(Some(Some(Message::Request(request)))) => self.serve(request),
                Some(Some(Some(Message::Returned(returned)))) => self.apply(returned),
                Some(_) => return,
                None => self.core.begin_by_itself(),
            }
        }
    }

    /// The time until a sync is due; `None` while none can begin without being asked.
    fn until_due(&mut self) -> Option<Duration> {
        if !self.automatic || !self.in_flight.is_empty() {
            return None;
        }
        self.core.due_in_ms().map(Duration::from_millis)
    }

    /// Sends the next step once the replies before it are in, and those that may be pipelined behind it.
    fn send_steps(&mut self) {
        while let Some(step) = self.core.pipeline_step(self.in_flight.len()) {
            if !self.send(step) {
                break;
            }
        }
        // The store was locked during a call, or the calls in flight are obsolete: their replies need not be awaited.
        let over = ![Job::Enrol, Job::Sync, Job::Report].iter().any(|j| self.core.is_running(*j));
        if over || self.core.awaits_nothing() {
            self.in_flight.iter_mut().for_each(|call| *call = InFlight::Cancelled);
        }
        self.report();
    }

    /// False when the network's thread is gone.
    fn send(&mut self, step: Step) -> bool {
        let server = self.core.server().unwrap_or_default();
        let (cancel_on_drop, cancelled) = oneshot::channel();
        let sent = self.calls.unbounded_send(Call { step, server, cancelled }).is_ok();
        if sent {
            self.in_flight.push_back(InFlight::Awaited { _cancel_on_drop: cancel_on_drop });
        }
        sent
    }

    fn apply(&mut self, returned: Returned) {
        self.in_flight.pop_front();
        if self.in_flight.is_empty()
            && let Some(step) = self.core.pipeline_behind(&returned.reply)
        {
            self.send(step);
        }
        self.core.count_traffic(returned.up, returned.down);
        let applied = self.core.apply(returned.reply);
        // Published here too: after the last reply the session ends before `report` could read its progress.
        if let Some(progress) = self.core.progress() {
            self.progress = Some(progress);
            self.hub.publish(Event::Sync(progress));
        }
        if applied.changed {
            self.hub.publish(Event::Changed);
        }
        if applied.status {
            self.hub.publish(Event::Status);
        }
    }

    /// Publishes progress, and answers the requests whose job has ended.
    fn report(&mut self) {
        let progress = self.core.progress();
        if progress != self.progress {
            let ended = progress.is_none();
            self.progress = progress;
            match progress {
                Some(progress) => self.hub.publish(Event::Sync(progress)),
                // The end of a session changes when it last succeeded, and when the next one is due.
                None if ended => self.hub.publish(Event::Changed),
                None => {}
            }
        }
        for job in [Job::Enrol, Job::Sync, Job::Report] {
            if self.core.is_running(job) || !self.waiters.iter().any(|(j, _)| *j == job) {
                continue;
            }
            // A job that ended without a reply: the store was locked during it.
            let reply = self.core.take_reply(job).unwrap_or(Reply::Refused(Refusal::Locked));
            for (_, waiter) in self.waiters.extract_if(.., |(j, _)| *j == job) {
                // The screen that waited may be closed.
                let _ = waiter.send(reply.clone());
            }
        }
        if let Some(next) = self.deferred.pop_front() {
            self.serve(next);
        }
    }

    fn serve(&mut self, request: Request) {
        let Some(job) = Job::of(&request.command) else { return self.carry_out(request) };
        if self.core.is_running(job) && job != Job::Sync {
            self.deferred.push_back(request);
            return;
        }
        match self.core.begin(&request.command) {
            Some(reply) => {
                let _ = request.reply.send(reply);
            }
            None => self.waiters.push((job, request.reply)),
        }
    }

    /// Carries out a command that needs no network, and publishes its effect.
    fn carry_out(&mut self, request: Request) {
        let effect = request.command.changes();
        let reply = self.core.handle(request.command);
        match &reply {
            // The inactivity lock set in since the screen last read the status.
            Reply::Refused(Refusal::InactivityLocked) => self.hub.publish(Event::Status),
            Reply::Refused(_) => {}
            _ => match effect {
                Effect::None => {}
                Effect::Status => self.hub.publish(Event::Status),
                Effect::Content => self.hub.publish(Event::Changed),
                Effect::Outgoing => {
                    self.core.saved();
                    self.hub.publish(Event::Changed);
                }
            },
        }
        let _ = request.reply.send(reply);
    }
}
