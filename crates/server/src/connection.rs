//! The connections of clients: how many come from one address, and that each takes what it asked for. Who asks for much and reads nothing would keep the
//! answer in memory for ever.

use std::{
    collections::HashMap,
    io,
    net::{IpAddr, TcpListener},
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, ready},
    time::Duration,
};

use actix_http::{HttpService, KeepAlive, error::DispatchError};
use actix_server::Server;
use actix_service::{IntoServiceFactory as _, ServiceFactoryExt as _, fn_service, map_config};
use actix_web::dev::AppConfig;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Sleep, sleep},
};

use crate::http::{Site, app};
use bazdid_upload::pace::Pacing;

/// How long a connection without a request is kept. Longer than clients keep an idle connection: who closes first decides whether a request meets a connection
/// that has just gone.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// How long the head of the first request may take.
const HEAD: Duration = Duration::from_secs(5);
/// How long a connection that was ended may take to close.
const CLOSE: Duration = Duration::from_secs(1);

/// What a server of connections is built from.
#[derive(Debug, Clone, Copy)]
pub struct Setup {
    /// Threads.
    pub workers: usize,
    /// How long requests under way may take after the first signal, seconds.
    pub grace_s: u64,
    /// How slowly a client may read.
    pub pacing: Pacing,
    /// Connections from one address; 0: they are not counted.
    pub address_connections: usize,
}

/// Serves a site on a listener. Must be called inside a runtime.
///
/// # Errors
/// The listener cannot be used.
pub fn serve(listener: TcpListener, setup: Setup, site: Site) -> io::Result<Server> {
    let builder = Server::build().workers(setup.workers).shutdown_timeout(setup.grace_s).disable_signals();
    let (address, ends) = (listener.local_addr()?, builder.graceful_shutdown_signal());
    let connections = Arc::new(Connections { most: setup.address_connections, of: Mutex::default() });
    let service = move || {
        let (connections, ends) = (Arc::clone(&connections), ends.clone());
        let accept = move |stream: TcpStream| {
            let connections = Arc::clone(&connections);
            async move {
                let from = stream.peer_addr()?;
                let counted = connections.enter(from.ip())?;
                // Otherwise the last packet of every longer answer waits 40 ms for the acknowledgement of the one before.
                stream.set_nodelay(true)?;
                Ok::<_, DispatchError>((Connection::new(stream, setup.pacing, counted), Some(from)))
            }
        };
        let site = app(&site).into_factory().map_err(|e| e.as_response_error().error_response());
        let http = HttpService::build()
            .graceful_shutdown_signal(move || {
                let ends = ends.clone();
                async move { ends.notified().await }
            })
            .keep_alive(KeepAlive::Timeout(KEEP_ALIVE))
            .client_request_timeout(HEAD)
            .client_disconnect_timeout(CLOSE)
            .local_addr(address)
            .h1(map_config(site, |()| AppConfig::default()));
        fn_service(accept).and_then(http)
    };
    Ok(builder.listen("bazdid", listener, service)?.run())
}

/// The connections of every address.
#[derive(Debug)]
struct Connections {
    most: usize,
    of: Mutex<HashMap<IpAddr, usize>>,
}

/// A connection that is counted; not any more when dropped.
#[derive(Debug)]
struct Counted {
    connections: Arc<Connections>,
    from: IpAddr,
}

impl Connections {
    fn enter(self: &Arc<Self>, from: IpAddr) -> io::Result<Option<Counted>> {
        if self.most == 0 {
            return Ok(None);
        }
        let mut of = self.of.lock().unwrap_or_else(PoisonError::into_inner);
        let there = of.entry(from).or_default();
        if *there >= self.most {
            // There is no request yet that could be answered.
            return Err(io::ErrorKind::ConnectionRefused.into());
        }
        *there += 1;
        Ok(Some(Counted { connections: Arc::clone(self), from }))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut of = self.connections.of.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(there) = of.get_mut(&self.from) {
            *there = there.saturating_sub(1);
            if *there == 0 {
                of.remove(&self.from);
            }
        }
    }
}

/// A connection whose client has to take what it is sent.
#[derive(Debug)]
struct Connection<S = TcpStream> {
    stream: S,
    pacing: Pacing,
    /// While the client takes nothing: the end of the window.
    blocked: Option<Pin<Box<Sleep>>>,
    /// Bytes that it took within the window.
    taken: u64,
    _counted: Option<Counted>,
}

impl<S> Connection<S> {
    const fn new(stream: S, pacing: Pacing, counted: Option<Counted>) -> Self {
        Self { stream, pacing, blocked: None, taken: 0, _counted: counted }
    }

    /// Whether the client took enough while there was more than it took.
    fn poll_taken(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        loop {
            let end = self.blocked.get_or_insert_with(|| Box::pin(sleep(self.pacing.window)));
            ready!(end.as_mut().poll(cx));
            if self.taken < self.pacing.least() {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            (self.blocked, self.taken) = (None, 0);
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Connection<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Connection<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let Poll::Ready(written) = Pin::new(&mut self.stream).poll_write(cx, buf) else { return self.poll_taken(cx) };
        let written = written?;
        self.taken = self.taken.saturating_add(u64::try_from(written).unwrap_or(u64::MAX));
        if written == buf.len() {
            (self.blocked, self.taken) = (None, 0);
        }
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;

    const PACING: Pacing = Pacing { first: Duration::from_secs(1), window: Duration::from_secs(10), bytes_s: 10 };

    /// A client that takes so many bytes each second.
    struct Client {
        each_s: usize,
        next: Pin<Box<Sleep>>,
    }

    impl AsyncWrite for Client {
        fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
            ready!(self.next.as_mut().poll(cx));
            if self.each_s == 0 {
                return Poll::Pending;
            }
            self.next = Box::pin(sleep(Duration::from_secs(1)));
            Poll::Ready(Ok(self.each_s.min(buf.len())))
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    async fn sent(each_s: usize, bytes: usize) -> io::Result<()> {
        let mut connection = Connection::new(Client { each_s, next: Box::pin(sleep(Duration::ZERO)) }, PACING, None);
        let mut left = vec![0; bytes];
        while !left.is_empty() {
            let written = poll_fn(|cx| Pin::new(&mut connection).poll_write(cx, &left)).await?;
            left.drain(..written);
        }
        Ok(())
    }

    #[tokio::test(start_paused = true)]
    async fn who_reads_nothing_or_next_to_nothing_is_cut_and_who_reads_slowly_is_not() {
        assert_eq!(sent(0, 1).await.unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert_eq!(sent(5, 10_000).await.unwrap_err().kind(), io::ErrorKind::TimedOut);
        sent(15, 10_000).await.unwrap();
    }

    #[test]
    fn of_one_address_so_many_lines_come_in_and_of_others_as_many() {
        let connections = Arc::new(Connections { most: 2, of: Mutex::default() });
        let (here, there) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        let (first, _second) = (connections.enter(here).unwrap(), connections.enter(here).unwrap());
        assert!(connections.enter(here).is_err());
        let other = connections.enter(there).unwrap();
        drop(first);
        let third = connections.enter(here).unwrap();
        drop((other, third, _second));
        assert!(connections.of.lock().unwrap().is_empty());
    }
}
