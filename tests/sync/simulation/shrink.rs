//! Fewer steps that still fail.

use std::any::Any;

/// Leaves out steps, many at once and then fewer, as long as the rest still fails; asks at most `budget` times.
pub fn shrink(steps: &[u64], mut budget: usize, fails: impl Fn(&[u64]) -> bool) -> Vec<u64> {
    let mut kept = steps.to_vec();
    let mut size = kept.len() / 2;
    while size > 0 {
        let mut at = 0;
        let before = kept.len();
        while at < kept.len() && budget > 0 {
            let mut fewer = kept.clone();
            fewer.drain(at..(at + size).min(kept.len()));
            budget -= 1;
            if fails(&fewer) {
                kept = fewer;
            } else {
                at += size;
            }
        }
        if size > 1 || kept.len() == before {
            size /= 2;
        }
        if budget == 0 {
            break;
        }
    }
    kept
}

/// What a panic said.
pub fn words(why: &(dyn Any + Send)) -> String {
    let text = why.downcast_ref::<String>().cloned().or_else(|| why.downcast_ref::<&str>().map(|s| (*s).to_owned()));
    text.unwrap_or_default()
}
