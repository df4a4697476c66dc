//! A page that follows a stream whose server drops the connection, and counts the events. `.ci/web
//! page` builds it, and `sse demo --web` serves it together with the stream.
#![cfg(target_arch = "wasm32")]

use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;

use sse_web::{Answer, BoxError, Client, Event, State};
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::{Document, Element};

/// The elements of `index.html` that the program changes.
#[derive(Clone)]
struct Page {
    document: Document,
    state: Element,
    events: Element,
    steps: Element,
    summary: Element,
}

#[wasm_bindgen(start)]
async fn start() {
    let Some(page) = Page::find() else { return };
    let summary = match follow(&page).await {
        Ok(summary) => summary,
        Err(error) => format!("error: {error}"),
    };
    page.summary.set_text_content(Some(&summary));
}

/// Follows the stream of this page's server to its end, and returns a summary.
async fn follow(page: &Page) -> Result<String, BoxError> {
    let origin = web_sys::window()
        .ok_or("this page has no window")?
        .location()
        .origin()
        .map_err(|_| "this page has no origin")?;
    let (client, opened) = (Client::new(), Rc::new(Cell::new(0)));
    let request = client.get(format!("{origin}/events")).on_state({
        let (page, opened) = (page.clone(), Rc::clone(&opened));
        move |state| page.show_state(state, &opened)
    });
    let mut session = request.open().await?;
    let mut received = Vec::new();
    while let Some(event) = session.next().await {
        let event = event?;
        page.show_event(&event);
        received.push(event.last_event_id);
    }
    let sent = match client.get(format!("{origin}/ids")).send().await? {
        Answer::Other(response) => response.text().await?,
        _ => return Err("expected a list of IDs, got an event stream".into()),
    };
    Ok(summary(&sent.lines().collect::<Vec<_>>(), &received, opened.get()))
}

/// Compares the IDs of the events that the server sent with those that arrived.
fn summary(sent: &[&str], received: &[String], opened: u32) -> String {
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for id in received {
        *times.entry(id).or_default() += 1;
    }
    let lost = sent.iter().filter(|id| !times.contains_key(*id)).count();
    let duplicated = times.values().filter(|times| **times > 1).count();
    let reconnections = opened.saturating_sub(1);
    let (arrived, all) = (times.len(), sent.len());
    format!(
        "{arrived} of {all} events arrived over {reconnections} reconnections: {lost} lost, {duplicated} duplicated"
    )
}

impl Page {
    fn find() -> Option<Self> {
        let document = web_sys::window()?.document()?;
        let element = |id| document.get_element_by_id(id);
        let (state, events, steps, summary) =
            (element("state")?, element("events")?, element("steps")?, element("summary")?);
        Some(Self { document, state, events, steps, summary })
    }

    fn show_state(&self, state: &State, opened: &Cell<u32>) {
        let (name, step) = match state {
            State::Connecting { attempt, .. } => ("connecting", format!("attempt {attempt}")),
            State::Open { response, .. } => {
                opened.set(opened.get() + 1);
                ("open", format!("open: {}", response.status()))
            }
            State::Disconnected { cause, retry_in, .. } => {
                ("connecting", format!("disconnected: {cause}; reconnecting in {retry_in:.1?}"))
            }
            State::Closed { reason, .. } => ("closed", format!("closed: {reason}")),
            _ => return,
        };
        self.state.set_text_content(Some(name));
        self.state.set_class_name(name);
        self.append(&self.steps, "li", &step);
    }

    fn show_event(&self, event: &Event) {
        let Ok(row) = self.document.create_element("tr") else { return };
        for text in [&*event.last_event_id, &*event.event_type, &*event.data] {
            self.append(&row, "td", text);
        }
        let _ = self.events.append_child(&row);
    }

    fn append(&self, parent: &Element, name: &str, text: &str) {
        if let Ok(child) = self.document.create_element(name) {
            child.set_text_content(Some(text));
            let _ = parent.append_child(&child);
        }
    }
}
