//! A field device in ten lines: log in, fetch the copy, record a note, send it.
//!
//! With `bazdid demo` running, and a login of its table:
//!
//! ```sh
//! cargo run -p bazdid-client --example device -- http://127.0.0.1:8080 inspector.1a PASSWORD
//! ```
//!
//! The file `device.db` keeps the copy and the outbox: run it again, and the device goes on where it was. Started without a server
//! after the first time, an app would skip the login and record all the same; what was recorded goes with the next sync.

#![expect(clippy::print_stdout, reason = "an example talks to a person")]

use std::{env, error::Error, sync::Arc};

use bazdid_client::{Device, clocks::DeviceClock, http::HttpTransport};
use bazdid_clock::{SharedIds, SystemClock, SystemIds};

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = env::args().skip(1).collect();
    let [server, login, password] = args.as_slice() else { return Err("usage: device SERVER LOGIN PASSWORD".into()) };

    let mut transport = HttpTransport::new(server);
    let account = transport.login(login, password)?.id;
    let ids: SharedIds = Arc::new(SystemIds);
    // An app knows its boot: see `DeviceClock::of_boot`.
    let clock = DeviceClock::new(Arc::new(SystemClock), Arc::clone(&ids));
    let mut device = Device::open("device.db".as_ref(), transport, account, "example", clock, ids)?.of_app("example", "1");

    device.sync()?;
    let ticket = device.view().list("ticket").keys().next().copied().ok_or("this person sees no ticket")?;
    device.add_note(ticket, "recorded with or without a network");
    device.sync()?;

    println!("{} rows in the copy; answers so far: {:?}", device.state.copy.len(), device.tally());
    Ok(())
}
