//! The way in: which screens may be seen at which stage, and where one is led instead. Every screen stands behind it, so
//! that a kill at any step, a lock or a withdrawal of access leads to the right place and back.

use chrono::{DateTime, Duration, Utc};
use device_core::{Device, views::Phase};
use dioxus::prelude::*;

use super::parts::{Loading, Refused};
use crate::{
    components::{Button, ButtonKind, Glyph, Page, TopBar},
    i18n::tr,
    routes::Route,
    state::{entry, now, use_ask, use_device, use_status},
};

/// 5 minutes out of sight lock the app: long enough to take a call, short enough for a phone that was put down.
const AWAY: Duration = Duration::minutes(5);

/// Where one is led instead of `at`; `None` to stay. `left` is where one was when the app was locked.
fn led_to(phase: Phase, at: &Route, left: Option<&Route>) -> Option<Route> {
    use Route as R;
    // Whom to phone never waits for anything; the gallery and the page that is not found hold nothing of anyone's.
    if matches!(at, R::Emergency {} | R::Gallery {} | R::Lost { .. }) {
        return None;
    }
    let there = match (phase, at) {
        (Phase::New, R::Welcome {} | R::SetPin {}) => return None,
        (Phase::New | Phase::Unenrolled, _) => R::Welcome {},
        (Phase::Locked, _) => R::Unlock {},
        (Phase::Ready, R::Welcome {} | R::SetPin {} | R::Unlock {} | R::Revoked {} | R::Silent {}) => {
            left.cloned().unwrap_or(R::Today {})
        }
        (Phase::Ready, _) => return None,
        // A new code may let one in again; what waits may be looked at, and how one reads may be changed.
        (Phase::Revoked, R::Revoked {} | R::Welcome {} | R::Settings {}) => return None,
        (Phase::Revoked, _) => R::Revoked {},
        // The server reached once, all is open again, and one is back where one was.
        (Phase::InactivityLocked, R::Silent {} | R::Settings {}) => return None,
        (Phase::InactivityLocked, _) => R::Silent {},
    };
    (there != *at).then_some(there)
}

/// The place to come back to after unlocking; the screens of the way in are none.
fn worth_coming_back(at: &Route) -> bool {
    !matches!(at, Route::Welcome {} | Route::SetPin {} | Route::Unlock {} | Route::Revoked {} | Route::Silent {})
}

#[component]
pub fn Gate() -> Element {
    let device = use_device();
    let route = use_route::<Route>();
    let phase = use_status().map(|status| status.phase);
    let mut left = use_signal(|| None::<Route>);
    entry::provide_pending();
    use_lock_when_away();
    let there = phase.and_then(|phase| led_to(phase, &route, left.peek().as_ref()));
    let stays = there.is_none();
    use_effect(use_reactive!(|(phase, route, there)| {
        let (Some(phase), Some(there)) = (phase, there) else { return };
        match phase {
            Phase::Locked | Phase::InactivityLocked if worth_coming_back(&route) => left.set(Some(route)),
            Phase::Ready => {
                left.set(None);
                if route == (Route::Welcome {}) {
                    entry::forget(&device);
                }
            }
            _ => {}
        }
        navigator().replace(there);
    }));
    rsx! {
        if phase.is_none() {
            Silent {}
        } else if stays {
            Outlet::<Route> {}
        }
    }
}

/// Until the core has told where the device stands; and why it cannot, where it cannot.
#[component]
fn Silent() -> Element {
    let status = use_ask(|device| async move { device.status().await });
    rsx! {
        Page {
            testid: "screen-silent",
            top: rsx! {
                TopBar { title: tr("common-app-name") }
            },
            match status.refusal() {
                None => rsx! {
                    Loading {}
                },
                Some(refusal) => rsx! {
                    Refused { refusal, on_retry: move |()| status.again() }
                    EmergencyButton {}
                },
            }
        }
    }
}

/// The way to the phone numbers, from every screen that comes before the PIN.
#[component]
pub fn EmergencyButton() -> Element {
    rsx! {
        Button {
            label: tr("nav-emergency"),
            kind: ButtonKind::Quiet,
            icon: Glyph::Phone,
            testid: "open-emergency",
            on_press: move |()| {
                navigator().push(Route::Emergency {});
            },
        }
    }
}

/// True when the app was out of sight for too long. A clock that went backwards counts as too long.
fn too_long(hidden: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now < hidden || now - hidden >= AWAY
}

/// Locks when the app comes back after [`AWAY`]. The time is measured on the way back: timers sleep in the background.
fn use_lock_when_away() {
    let device = use_device();
    let status = use_status();
    let open = status.is_some_and(|status| {
        matches!(status.phase, Phase::Ready | Phase::Unenrolled | Phase::Revoked | Phase::InactivityLocked)
    });
    let mut may_lock = use_signal(|| open);
    use_effect(use_reactive!(|open| may_lock.set(open)));
    use_future(move || watch(device.clone(), may_lock));
}

async fn watch(device: Device, may_lock: Signal<bool>) {
    let mut page = document::eval(
        "document.addEventListener('visibilitychange', () => dioxus.send(document.visibilityState === 'hidden'));
         await new Promise(() => {});",
    );
    let mut hidden = None;
    // Ends when there is no page that could tell.
    while let Ok(out_of_sight) = page.recv::<bool>().await {
        if out_of_sight {
            hidden = Some(now());
        } else if hidden.take().is_some_and(|since| too_long(since, now())) && *may_lock.peek() {
            // Already locked is as good.
            let _ = device.lock().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const ALL: [Phase; 6] =
        [Phase::New, Phase::Locked, Phase::Unenrolled, Phase::Ready, Phase::Revoked, Phase::InactivityLocked];

    /// Where the app opens; past the PIN, where unlocking leads.
    fn first(phase: Phase) -> Route {
        let from = if phase == Phase::New { Route::Welcome {} } else { Route::Unlock {} };
        led_to(phase, &from, None).unwrap_or(from)
    }

    #[test]
    fn each_stage_of_the_first_run_starts_where_it_was_left() {
        assert_eq!(
            ALL.map(first),
            [
                Route::Welcome {},
                Route::Unlock {},
                Route::Welcome {},
                Route::Today {},
                Route::Revoked {},
                Route::Silent {}
            ]
        );
    }

    #[test]
    fn nobody_is_ever_led_in_a_circle() {
        let id = Uuid::from_u128(1);
        let places = [
            Route::Welcome {},
            Route::SetPin {},
            Route::Unlock {},
            Route::Revoked {},
            Route::Silent {},
            Route::Today {},
            Route::Sync {},
            Route::Mine {},
            Route::Settings {},
            Route::Visit { recipient: id },
        ];
        for phase in ALL {
            for at in &places {
                if let Some(there) = led_to(phase, at, None) {
                    assert_eq!(led_to(phase, &there, None), None, "{phase:?}: {at} → {there}");
                }
            }
        }
    }

    #[test]
    fn nothing_of_anyones_is_seen_before_the_pin() {
        for at in [Route::Today {}, Route::Mine {}, Route::Sync {}, Route::RecipientCard { id: Uuid::nil() }] {
            for phase in [Phase::New, Phase::Locked, Phase::Unenrolled, Phase::Revoked, Phase::InactivityLocked] {
                assert!(led_to(phase, &at, None).is_some(), "{phase:?} {at}");
            }
        }
    }

    #[test]
    fn the_emergency_numbers_are_open_at_every_stage() {
        for phase in ALL {
            assert_eq!(led_to(phase, &Route::Emergency {}, None), None);
        }
    }

    #[test]
    fn after_unlocking_one_is_back_where_one_was() {
        let visit = Route::Visit { recipient: Uuid::from_u128(1) };
        assert_eq!(led_to(Phase::Ready, &Route::Unlock {}, Some(&visit)), Some(visit.clone()));
        assert!(worth_coming_back(&visit) && !worth_coming_back(&Route::Unlock {}));
    }

    #[test]
    fn five_minutes_out_of_sight_lock_and_so_does_a_clock_that_went_back() {
        let then = now();
        assert!(!too_long(then, then + Duration::seconds(299)));
        assert!(too_long(then, then + Duration::seconds(300)));
        assert!(too_long(then, then - Duration::seconds(1)));
    }
}
