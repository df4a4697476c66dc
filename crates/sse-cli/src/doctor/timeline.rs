//! Draws a timeline of the arrivals, with one lane per request.

use std::fmt::Write as _;
use std::time::Duration;

use super::escape::escape_html;
use super::observation::{End, Kind, Observation, Purpose, Stream, Visit};

const WIDTH: f64 = 960.0;
const LEFT: f64 = 8.0;
const LANE: f64 = 64.0;
const LABEL: f64 = 20.0;
const LANE_STEP: f64 = LANE + LABEL + 14.0;
/// The number of columns. The frames of one column form one bar.
const COLUMNS: usize = 470;
/// The shortest silence to mark, as a part of the whole time.
const GAP_PART: f64 = 0.04;

/// Returns a figure with an SVG image, or an empty string if there was no stream.
pub(crate) fn timeline(observation: &Observation) -> String {
    if observation.answer().and_then(|answer| answer.stream()).is_none() {
        return String::new();
    }
    let end = observation.visits.iter().map(end_of).max().unwrap_or_default();
    let scale = Scale { seconds: end.as_secs_f64().max(0.001) };
    let height = observation.visits.len() as f64 * LANE_STEP + 24.0;
    let mut svg = String::from("<figure>\n");
    let _ = writeln!(
        svg,
        "<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"Arrivals over {:.1} seconds\">",
        scale.seconds
    );
    for (number, visit) in observation.visits.iter().enumerate() {
        lane(&mut svg, &scale, number as f64 * LANE_STEP, visit);
    }
    axis(&mut svg, &scale, height - 24.0);
    svg.push_str(
        "</svg>\n<figcaption>Blue: events. Grey: comments. Higher bars: more at once. Shaded: silence. Dashed line: request. \
         Green line: response. Red line: the server ended the stream, or the connection was lost.</figcaption>\n</figure>\n",
    );
    svg
}

/// The time scale of the timeline.
struct Scale {
    seconds: f64,
}

impl Scale {
    fn x(&self, at: Duration) -> f64 {
        LEFT + at.as_secs_f64() / self.seconds * (WIDTH - 2.0 * LEFT)
    }

    fn column(&self, at: Duration) -> usize {
        ((at.as_secs_f64() / self.seconds * COLUMNS as f64) as usize).min(COLUMNS - 1)
    }
}

/// Returns the end of a visit.
fn end_of(visit: &Visit) -> Duration {
    match &visit.outcome {
        Err(no_answer) => no_answer.at,
        Ok(answer) => answer.stream().map_or(answer.at, |stream| stream.ended_at),
    }
}

fn lane(svg: &mut String, scale: &Scale, top: f64, visit: &Visit) {
    let (from, to) = (scale.x(visit.asked_at), scale.x(end_of(visit)));
    let label = match &visit.purpose {
        Purpose::Watch => "watched".to_owned(),
        Purpose::Resume { after } => {
            format!("reconnected after ID {:?}", super::reading::beginning(after, 32))
        }
        Purpose::Browser => "as a page of another origin (head only)".to_owned(),
        Purpose::Preflight { .. } => "OPTIONS (head only)".to_owned(),
    };
    let status = match &visit.outcome {
        Ok(answer) => answer.status.as_u16().to_string(),
        Err(_) => "no response".to_owned(),
    };
    let (y, bottom) = (top + LABEL, top + LABEL + LANE);
    let _ = writeln!(
        svg,
        "<text class=\"label\" x=\"{LEFT}\" y=\"{:.1}\">{}: {status}</text>\n\
         <rect class=\"lane\" x=\"{from:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{LANE}\"/>\n\
         <line class=\"asked\" x1=\"{from:.1}\" x2=\"{from:.1}\" y1=\"{y:.1}\" y2=\"{bottom:.1}\"/>",
        top + LABEL - 6.0,
        escape_html(&label),
        (to - from).max(1.0),
    );
    let Ok(answer) = &visit.outcome else { return };
    if let Some(stream) = answer.stream() {
        gaps(svg, scale, y, answer.at, stream);
        bars(svg, scale, bottom, stream);
        if stream.end != End::Watched {
            line(svg, "end", to, y, bottom);
        }
    }
    line(svg, "open", scale.x(answer.at), y, bottom);
}

fn line(svg: &mut String, class: &str, x: f64, top: f64, bottom: f64) {
    let _ = writeln!(
        svg,
        "<line class=\"{class}\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{top:.1}\" y2=\"{bottom:.1}\"/>"
    );
}

/// Marks silences that are long on this scale with their lengths.
fn gaps(svg: &mut String, scale: &Scale, top: f64, opened: Duration, stream: &Stream) {
    let times = core::iter::once(opened).chain(stream.arrivals.iter().map(|arrival| arrival.at));
    let later = stream.arrivals.iter().map(|arrival| arrival.at).chain([stream.ended_at]);
    for (from, to) in times.zip(later) {
        let silence = to.saturating_sub(from).as_secs_f64();
        if silence < scale.seconds * GAP_PART {
            continue;
        }
        let (from, to) = (scale.x(from), scale.x(to));
        let _ = writeln!(
            svg,
            "<rect class=\"gap\" x=\"{from:.1}\" y=\"{top:.1}\" width=\"{:.1}\" height=\"{LANE}\"/>\n\
             <text class=\"gaptext\" text-anchor=\"middle\" x=\"{:.1}\" y=\"{:.1}\">{silence:.1} s</text>",
            to - from,
            (from + to) / 2.0,
            top + 14.0,
        );
    }
}

/// Draws one bar for each column with frames: events on top of comments.
fn bars(svg: &mut String, scale: &Scale, bottom: f64, stream: &Stream) {
    let mut columns = vec![(0_usize, 0_usize); COLUMNS];
    for item in &stream.items {
        let column = &mut columns[scale.column(item.at)];
        match item.kind {
            Kind::Event(_) | Kind::Oversize { .. } => column.0 += 1,
            Kind::Comment => column.1 += 1,
            Kind::Retry(_) => {}
        }
    }
    let most = columns.iter().map(|(events, comments)| events + comments).max().unwrap_or(0);
    let width = (WIDTH - 2.0 * LEFT) / COLUMNS as f64;
    for (number, (events, comments)) in columns.iter().enumerate().filter(|(_, column)| **column != (0, 0)) {
        let x = LEFT + number as f64 * width;
        let (all, of_comments) = (bar(events + comments, most), bar(*comments, most));
        let _ = writeln!(
            svg,
            "<g><title>{events} events, {comments} comments</title>\
             <rect class=\"event\" x=\"{x:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\"/>\
             <rect class=\"comment\" x=\"{x:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{of_comments:.1}\"/></g>",
            bottom - all,
            width - 0.4,
            all - of_comments,
            bottom - of_comments,
            width - 0.4,
        );
    }
}

/// Returns the height of a bar for `count` frames. One frame is visible, and `most` frames fit.
fn bar(count: usize, most: usize) -> f64 {
    if count == 0 {
        return 0.0;
    }
    let part = (1.0 + count as f64).ln() / (1.0 + most as f64).ln();
    (LANE - 20.0) * part.max(0.25) * if most == 1 { 0.6 } else { 1.0 }
}

fn axis(svg: &mut String, scale: &Scale, y: f64) {
    let steps = [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0, 7200.0];
    let step = steps.into_iter().find(|step| scale.seconds / step <= 12.0).unwrap_or(scale.seconds / 10.0);
    line(svg, "axis", LEFT, y, y + 4.0);
    let mut at = 0.0;
    while at <= scale.seconds {
        let x = scale.x(Duration::from_secs_f64(at));
        let anchor = if at == 0.0 {
            "start"
        } else if x > WIDTH - 24.0 {
            "end"
        } else {
            "middle"
        };
        let unit = if at == 0.0 { "0 s".to_owned() } else { format!("{} s", (at * 10.0).round() / 10.0) };
        let _ =
            writeln!(svg, "<text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{unit}</text>", y + 16.0);
        line(svg, "axis", x, 0.0, y + 4.0);
        at += step;
    }
}
