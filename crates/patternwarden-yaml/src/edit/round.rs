//! Edits that are done on one reading of the text, because they do not meet.
//!
//! A fix of everything is hundreds of edits; reading a long text again after each
//! would take longer than anybody waits.

use super::path::Obstacle;
use super::pieces::Change;
use super::step::{Step, Task};
use alloc::{string::String, vec::Vec};
use patternwarden_tree::apart;

/// Takes tasks from the end of `tasks`, as many as this reading of the text allows, and returns
/// their changes. What must wait for the next reading stays, in order.
///
/// # Errors
/// What stands in the way of the first task.
pub(crate) fn round(
    step: &Step<'_, '_>,
    tasks: &mut Vec<Task<'_>>,
) -> Result<Vec<Change>, Obstacle> {
    let mut changes: Vec<Change> = Vec::new();
    // Places that have changed, and places that will change later.
    let mut places: Vec<String> = Vec::new();
    let mut waiting: Vec<Task<'_>> = Vec::new();
    while let Some(task) = tasks.pop() {
        let first = places.is_empty();
        let local = task.is_local();
        let free = places.iter().all(|place| apart(place, &task.pointer));
        if !(first || local && free) {
            tasks.push(task);
            break;
        }
        let outcome = match step.run(task.clone()) {
            Ok(outcome) => outcome,
            Err(obstacle) if first => return Err(obstacle),
            // It may be none once the text is read anew.
            Err(_) => {
                tasks.push(task);
                break;
            }
        };
        if !outcome.tasks.is_empty() || outcome.shifts || !local {
            if !first {
                tasks.push(task);
                break;
            }
            tasks.extend(outcome.tasks.into_iter().rev());
            changes = outcome.changes;
            if changes.is_empty() {
                continue;
            }
            break;
        }
        if outcome.changes.is_empty() {
            continue;
        }
        places.push(task.pointer.clone().into_owned());
        if outcome.changes.iter().any(|new| changes.iter().any(|old| meet(new, old))) {
            waiting.push(task);
        } else {
            changes.extend(outcome.changes);
        }
    }
    tasks.extend(waiting.into_iter().rev());
    Ok(changes)
}

/// Whether two changes overlap or touch.
fn meet(a: &Change, b: &Change) -> bool {
    a.at.start <= b.at.end && b.at.start <= a.at.end
}
