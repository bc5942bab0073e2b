//! `bazdid webhook`: receivers of webhooks from the command line, straight in the database. Running servers take changes up at once.

use clap::Subcommand;
use uuid::Uuid;

use crate::cli::office::OfficeClient;
use bazdid_command::{Env, Failure, out};
use bazdid_domain::webhook::WebhookState;
use bazdid_protocol::{error::Result, event::EventKind, ids::WebhookId};
use bazdid_security::webhook::WebhookSecret;
use bazdid_service::{
    Ctx,
    area::Run,
    webhook::{self, OVERLAP_HOURS, Overview, WebhookData},
};
use bazdid_store::Tx;

/// Options of `webhook`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    bazdid webhook add https://hooks.example.org/bazdid --event ticket.created --event ticket.status_changed\n  \
    bazdid webhook list\n  \
    bazdid webhook ping 0192f000-0000-7000-8000-000000000091\n  \
    bazdid webhook rotate 0192f000-0000-7000-8000-000000000091 --overlap-hours 48\n  \
    bazdid webhook retry 0192f000-0000-7000-8000-000000000091      sends what is dead or waits\n\n\
    Works on the database of the configuration, whether or not a server runs. The events are listed in docs/events.md.")]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Add a receiver; prints its secret, this once.
    Add {
        /// Where events are posted.
        url: String,
        /// What it is.
        #[arg(long, default_value = "")]
        description: String,
        /// An event, may be given several times; every event if none is.
        #[arg(long = "event", value_name = "EVENT")]
        events: Vec<EventKind>,
    },
    /// Show receivers and how it goes with their deliveries.
    List,
    /// Give a receiver a new secret; prints it, this once.
    Rotate {
        /// The receiver, as `list` shows it.
        id: Uuid,
        /// How long the secret before signs too.
        #[arg(long, default_value_t = OVERLAP_HOURS)]
        overlap_hours: i64,
    },
    /// Send nothing to a receiver until it is enabled.
    Disable {
        /// The receiver.
        id: Uuid,
    },
    /// Send to a receiver again that was switched off.
    Enable {
        /// The receiver.
        id: Uuid,
    },
    /// Send a test.
    Ping {
        /// The receiver.
        id: Uuid,
    },
    /// Send again what is dead, and now what waits for its next attempt.
    Retry {
        /// The receiver.
        id: Uuid,
        /// Only the event with this `seq`.
        #[arg(long)]
        seq: Option<i64>,
    },
    /// Remove a receiver with its deliveries.
    Remove {
        /// The receiver.
        id: Uuid,
    },
}

/// Does what was asked.
///
/// # Errors
/// The configuration has faults, the database cannot be reached, or the change is refused.
pub fn run(args: &Args, env: &Env) -> std::result::Result<(), Failure> {
    let office = OfficeClient::open(env)?;
    match &args.action {
        Action::Add { url, description, events } => {
            let events = (!events.is_empty()).then(|| events.clone());
            let data = WebhookData { url: url.clone(), description: description.clone(), events, is_active: true };
            office.secret(move |tx, ctx| webhook::create(tx, ctx, &data))
        }
        Action::List => office.list_webhooks(),
        Action::Rotate { id, overlap_hours } => {
            let (id, hours) = (WebhookId::new(*id), *overlap_hours);
            office.secret(move |tx, ctx| {
                let rev = webhook::get(tx, id)?.webhook.rev;
                webhook::rotate(tx, ctx, id, rev, hours)
            })
        }
        Action::Disable { id } => office.switch(WebhookId::new(*id), false),
        Action::Enable { id } => office.switch(WebhookId::new(*id), true),
        Action::Ping { id } => {
            let id = WebhookId::new(*id);
            let sent = office.change_webhook(move |tx, ctx| webhook::ping(tx, ctx, id))?;
            out(format_args!("a running server sends the test with webhook-id {}", sent.event.id));
            Ok(())
        }
        Action::Retry { id, seq } => {
            let (id, seq) = (WebhookId::new(*id), *seq);
            let again = office.change_webhook(move |tx, ctx| webhook::retry(tx, ctx, id, seq))?;
            out(format_args!("a running server sends {again} deliveries again"));
            Ok(())
        }
        Action::Remove { id } => {
            let id = WebhookId::new(*id);
            office.change_webhook(move |tx, ctx| webhook::remove(tx, ctx, id))?;
            out(format_args!("{id} is removed"));
            Ok(())
        }
    }
}

impl OfficeClient {
    fn change_webhook<T: Send + 'static>(&self, f: impl Fn(&mut Tx<'_>, &Ctx) -> Result<T> + Send + 'static) -> Result<T> {
        let ctx = self.ctx.clone();
        self.write(Run::Real, move |tx| f(tx, &ctx))
    }

    /// Makes a secret and prints it.
    fn secret(
        &self,
        f: impl Fn(&mut Tx<'_>, &Ctx) -> Result<(Overview, WebhookSecret)> + Send + 'static,
    ) -> std::result::Result<(), Failure> {
        let (made, secret) = self.change_webhook(f)?;
        out(format_args!("webhook {}", made.webhook.id));
        out(format_args!("secret  {}", secret.reveal()));
        Ok(())
    }

    fn switch(&self, id: WebhookId, on: bool) -> std::result::Result<(), Failure> {
        let made = self.change_webhook(move |tx, ctx| {
            let Overview { webhook, .. } = webhook::get(tx, id)?;
            let data = WebhookData { url: webhook.url, description: webhook.description, events: webhook.kinds, is_active: on };
            webhook::update(tx, ctx, id, webhook.rev, &data)
        })?;
        out(format_args!("{id} is {}", made.webhook.state));
        Ok(())
    }

    fn list_webhooks(&self) -> std::result::Result<(), Failure> {
        for Overview { webhook, pending, dead, fault } in self.db.read_blocking(webhook::list)? {
            let events = webhook
                .kinds
                .as_ref()
                .map_or_else(|| "every event".to_owned(), |kinds| kinds.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "));
            out(format_args!("{}  {}  {}", webhook.id, webhook.state, webhook.url));
            if !webhook.description.is_empty() {
                out(format_args!("    {}", webhook.description));
            }
            out(format_args!("    {events}; {pending} pending, {dead} dead"));
            if let Some(since) = webhook.failing_since.filter(|_| webhook.state != WebhookState::Disabled) {
                let why = fault.map_or_else(String::new, |fault| format!(", the last by `{fault}`"));
                out(format_args!("    fails since {since}, {} attempts{why}", webhook.failures));
            }
        }
        Ok(())
    }
}
