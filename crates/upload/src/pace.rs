//! How slowly bytes of a body may come. Who announces some and sends none, or a few now and then, must not keep a place for ever.

use std::{pin::Pin, time::Duration};

use futures_util::{Stream, StreamExt as _};
use tokio::time::{Instant, Sleep, sleep};

/// The least that has to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pacing {
    /// The first bytes come within so long.
    pub first: Duration,
    /// After that it is looked so often whether enough came.
    pub window: Duration,
    /// Bytes a second on average of a window.
    pub bytes_s: u64,
}

impl Pacing {
    /// Bytes of a window. One in which nothing came is too slow whatever the rate.
    #[must_use]
    pub fn least(&self) -> u64 {
        self.bytes_s.saturating_mul(self.window.as_secs()).max(1)
    }
}

/// Less came than has to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooSlow;

/// How a body comes along.
#[derive(Debug)]
pub struct Pace {
    pacing: Pacing,
    /// The end of the window.
    end: Pin<Box<Sleep>>,
    /// Bytes that came within it.
    came: u64,
    /// Bytes that have to.
    least: u64,
}

impl Pace {
    /// A body that begins now.
    #[must_use]
    pub fn new(pacing: Pacing) -> Self {
        Self { pacing, end: Box::pin(sleep(pacing.first)), came: 0, least: 1 }
    }

    /// The next piece of a body.
    ///
    /// # Errors
    /// Too little came.
    pub async fn next<S: Stream<Item = Result<B, E>> + Unpin, B: AsRef<[u8]>, E>(
        &mut self,
        stream: &mut S,
    ) -> Result<Option<S::Item>, TooSlow> {
        loop {
            let next = tokio::select! {
                biased;
                next = stream.next() => next,
                () = &mut self.end => {
                    if self.came < self.least {
                        return Err(TooSlow);
                    }
                    self.come_to_next_window();
                    continue;
                }
            };
            if let Some(Ok(piece)) = &next {
                self.came = self.came.saturating_add(u64::try_from(piece.as_ref().len()).unwrap_or(u64::MAX));
            }
            return Ok(next);
        }
    }

    fn come_to_next_window(&mut self) {
        self.came = 0;
        self.least = self.pacing.least();
        self.end.as_mut().reset(Instant::now() + self.pacing.window);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use futures_util::stream;

    const PACING: Pacing = Pacing { first: Duration::from_secs(5), window: Duration::from_secs(10), bytes_s: 3 };

    /// Whether all pieces of a body that comes like that are taken: after how many seconds each, how many bytes.
    async fn is_taken(pieces: &[(u64, usize)]) -> bool {
        let pieces = pieces.to_vec();
        let mut stream = Box::pin(stream::iter(pieces).then(|(after, bytes)| async move {
            sleep(Duration::from_secs(after)).await;
            Ok::<_, ()>(Bytes::from(vec![0; bytes]))
        }));
        let mut pace = Pace::new(PACING);
        loop {
            match pace.next(&mut stream).await {
                Ok(Some(_)) => {}
                Ok(None) => return true,
                Err(TooSlow) => return false,
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_comes_too_slowly_is_ended_and_what_comes_steadily_is_not() {
        assert!(is_taken(&[]).await);
        assert!(is_taken(&[(4, 1)]).await);
        assert!(!is_taken(&[(6, 1_000)]).await, "nothing came in time");
        assert!(is_taken(&[(1, 1), (6, 40), (10, 40), (9, 40)]).await);
        assert!(!is_taken(&[(1, 1), (6, 20), (10, 40)]).await, "20 bytes in 10 seconds");
        assert!(!is_taken(&[(1, 1_000_000), (15, 1)]).await, "much at first is no licence");
        assert!(!is_taken(&[(1, 1); 30]).await);
    }
}
