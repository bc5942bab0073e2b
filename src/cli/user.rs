//! `bazdid user`: accounts from the command line, straight in the database. The first administrator is made here.
//!
//! A password comes from the terminal without an echo or from standard input, never from an argument: arguments are seen by
//! everybody on the machine and stay in the shell's history.

mod code;

use std::{
    collections::HashMap,
    io::{BufRead as _, Read as _},
    sync::Arc,
};

use clap::Subcommand;
use uuid::Uuid;

use crate::cli::office::{OfficeClient, account_of};
use bazdid_command::{Env, Failure, out};
use bazdid_domain::{
    account::{Account, Role, RoleGrant},
    date_text::Instants,
    organisation::ActiveState,
};
use bazdid_protocol::{
    error::{Error, Result},
    ids::{AreaId, GrantId, OrganisationId},
    time::Timestamp,
};
use bazdid_security::password::MAX_BYTES;
use bazdid_server::{self as server, Migrations, key};
use bazdid_service::{
    Ctx, Shared,
    account::{
        self, AccountQuery, NewAccount, Person,
        grant::{self, NewGrant},
        password::{self, NewPassword},
    },
    auth::normal_login,
    keys, master_key,
};
use bazdid_store::{self as store, Tx};

/// Options of `user`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    bazdid user add maryam --name \"مریم ک\" --role admin --own     maryam types a password of their own\n  \
    bazdid user add i-1 --name Inspector --role inspector --area qazvin-1 --password-stdin < secret.txt\n  \
    bazdid user grant maryam supervisor --area qazvin --to 2027-03-20\n  \
    bazdid user revoke maryam supervisor\n  \
    bazdid user passwd maryam                                     ends every login of maryam\n  \
    bazdid user invite maryam                                     a code with which maryam sets a password\n  \
    bazdid user enrol crew-7                                      a QR that the app of crew-7 scans\n  \
    bazdid user list\n\n\
    Works on the database of the configuration, whether or not a server runs.")]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    #[command(flatten)]
    Change(Change),
    /// Say that the master key of the database is lost, and that the configured one takes its place.
    #[command(
        after_help = "Stop every server before. Every login ends; passwords stay. The phones of callers and accounts that were kept so far cannot be read any more, nor\n\
        callers be found by them, and receivers of webhooks need new secrets (`bazdid webhook rotate`). The key file is made if it is not there."
    )]
    ResetKeys {
        /// That the phone numbers kept so far are lost with the key.
        #[arg(long, required = true)]
        accept_loss: bool,
    },
}

#[derive(Debug, Subcommand)]
enum Change {
    /// Make an account; whoever was given its password chooses another one when they log in.
    Add {
        /// Login name.
        login: String,
        /// Name that colleagues see; the login if it is not given.
        #[arg(long)]
        name: Option<String>,
        /// Language of messages.
        #[arg(long, default_value = "fa", value_parser = ["fa", "en"])]
        locale: String,
        /// Phone with its country, such as +982833333333.
        #[arg(long)]
        phone: Option<String>,
        /// A role to grant at once; more by `user grant`.
        #[arg(long)]
        role: Option<Role>,
        #[command(flatten)]
        reach: Reach,
        #[command(flatten)]
        secret: Secret,
        /// No password yet: nobody can log in.
        #[arg(long, conflicts_with_all = ["password_stdin", "own"])]
        no_password: bool,
    },
    /// Set a password for somebody; every login of the account ends, and they choose another one when they log in.
    Passwd {
        /// Login name.
        login: String,
        #[command(flatten)]
        secret: Secret,
    },
    /// Grant a role.
    Grant {
        /// Login name.
        login: String,
        /// admin, operator, supervisor, inspector, contractor_manager, crew or auditor.
        role: Role,
        #[command(flatten)]
        reach: Reach,
    },
    /// End grants: those of a role, or one by its id.
    Revoke {
        /// Login name.
        login: String,
        /// The role of which every grant ends.
        #[arg(required_unless_present = "grant")]
        role: Option<Role>,
        /// The one grant that ends, as `user list` shows it.
        #[arg(long, conflicts_with = "role")]
        grant: Option<Uuid>,
    },
    /// Close an account.
    Disable {
        /// Login name.
        login: String,
    },
    /// Open a closed account again.
    Enable {
        /// Login name.
        login: String,
    },
    /// Make a one-time code with which somebody sets their password: an invitation, or help for who has forgotten it.
    Invite {
        /// Login name.
        login: String,
    },
    /// Make a one-time code for a phone, and show it as a QR that the app scans.
    Enrol {
        /// Login name.
        login: String,
        /// Under which address the phone reaches the server; server.public_url if it is not given.
        #[arg(long, value_name = "URL")]
        server: Option<String>,
    },
    /// Show accounts with their grants.
    List {
        /// Part of a login or a name.
        text: Option<String>,
    },
    /// Sign access tokens with a new key; nobody is logged out.
    RotateKeys,
}

/// Where, for whom and when a role is held.
#[derive(Debug, clap::Args)]
struct Reach {
    /// Code of an area, which stands for all below it; may be given several times.
    #[arg(long = "area", value_name = "CODE")]
    areas: Vec<String>,
    /// Code of the organisation on whose behalf.
    #[arg(long, value_name = "CODE")]
    organisation: Option<String>,
    /// First day (2027-03-21, or 1406/01/01 in the Jalali calendar) or instant (RFC 3339); now if it is not given.
    #[arg(long, value_name = "WHEN")]
    from: Option<String>,
    /// First day or instant at which it is not held any more.
    #[arg(long, value_name = "WHEN")]
    to: Option<String>,
}

#[derive(Debug, clap::Args)]
struct Secret {
    /// Take the password from the first line of standard input.
    #[arg(long)]
    password_stdin: bool,
    /// The owner of the account has typed the password: they need not choose another one when they log in.
    #[arg(long)]
    own: bool,
}

/// Does what was asked.
///
/// # Errors
/// The configuration has faults, the database cannot be reached, or the change is refused.
pub fn run(args: &Args, env: &Env) -> std::result::Result<(), Failure> {
    match &args.action {
        Action::ResetKeys { .. } => reset_keys(env),
        Action::Change(action) => change(action, &OfficeClient::open(env)?),
    }
}

fn change(action: &Change, office: &OfficeClient) -> std::result::Result<(), Failure> {
    match action {
        Change::Add { login, name, locale, phone, role, reach, secret, no_password } => {
            let new = NewAccount {
                login: login.clone(),
                display_name: name.clone().unwrap_or_else(|| login.clone()),
                locale: locale.clone(),
                phone: phone.clone(),
                password: if *no_password { None } else { Some(office.password(login, secret)?) },
            };
            office.add(new, *role, reach)
        }
        Change::Passwd { login, secret } => {
            let (new, ctx) = (office.password(login, secret)?, office.ctx.clone());
            office.change(login, "has a new password; every login has ended", move |tx, a| password::reset(tx, &ctx, a.id, a.rev, &new))
        }
        Change::Grant { login, role, reach } => {
            let (new, ctx) = (office.grant(*role, reach)?, office.ctx.clone());
            office.change(login, &format!("holds the role {role}"), move |tx, a| grant::grant(tx, &ctx, a.id, a.rev, &new).map(|(p, _)| p))
        }
        Change::Revoke { login, role, grant } => office.revoke(login, *role, grant.map(GrantId::new)),
        Change::Disable { login } => {
            let ctx = office.ctx.clone();
            office.change(login, "is disabled", move |tx, a| account::disable(tx, &ctx, a.id, a.rev))
        }
        Change::Enable { login } => {
            let ctx = office.ctx.clone();
            office.change(login, "is enabled", move |tx, a| account::enable(tx, &ctx, a.id, a.rev))
        }
        Change::Invite { login } => office.invite(login),
        Change::Enrol { login, server } => office.enrol(login, server.as_deref()),
        Change::List { text } => office.list(text.clone()),
        Change::RotateKeys => {
            let ctx = office.ctx.clone();
            office.db.write_blocking(move |tx| keys::rotate_keys(tx, &ctx))?;
            out("a new key signs; servers that run take it up within half a minute");
            Ok(())
        }
    }
}

/// Gives the database the configured master key in place of one that was lost.
fn reset_keys(env: &Env) -> std::result::Result<(), Failure> {
    let config = env.config()?;
    let db = server::database(&config, Migrations::Run)?;
    let master = key::load_or_create(&config.security, &env.ids)?;
    let (settings, clock, ids) = (server::settings(&config), Arc::clone(&env.clock), Arc::clone(&env.ids));
    let lost = db.write_blocking(move |tx| {
        let vault = master_key::successor(tx, master.bytes())?;
        let ctx = Ctx::of_machine(&clock, &ids, &Arc::new(Shared::with_vault(settings.clone(), vault)));
        master_key::reset(tx, &ctx)
    })?;
    out(format_args!(
        "the database has a new master key; keep a copy of it apart from the database's. {} login(s) ended, {} phone number(s) cannot be read any more",
        lost.sessions, lost.phones
    ));
    if !lost.webhooks.is_empty() {
        out(format_args!("these receivers of webhooks need a new secret (`bazdid webhook rotate`):\n  {}", lost.webhooks.join("\n  ")));
    }
    Ok(())
}

impl OfficeClient {
    fn add(&self, new: NewAccount, role: Option<Role>, reach: &Reach) -> std::result::Result<(), Failure> {
        let first = role.map(|role| self.grant(role, reach)).transpose()?;
        if first.is_none() && !(reach.areas.is_empty() && reach.organisation.is_none()) {
            return Err(Failure::said("--area and --organisation say where a role is held: name it with --role"));
        }
        let ctx = self.ctx.clone();
        // One transaction: an account without the role it was made for is of no use.
        let person = self.db.write_blocking(move |tx| {
            let person = account::create(tx, &ctx, &new)?;
            match &first {
                Some(new) => grant::grant(tx, &ctx, person.account.id, person.account.rev, new).map(|(p, _)| p),
                None => Ok(person),
            }
        })?;
        self.db.read_blocking(|tx| show(tx, std::slice::from_ref(&person), self.ctx.now)).map_err(Failure::from)
    }

    fn change(
        &self,
        login: &str,
        done: &str,
        f: impl Fn(&mut Tx<'_>, &Account) -> Result<Person> + Send + 'static,
    ) -> std::result::Result<(), Failure> {
        let login = normal_login(login);
        let person = self.db.write_blocking(move |tx| {
            let account = account_of(tx, &login)?;
            f(tx, &account)
        })?;
        out(format_args!("{} {done}", person.account.login));
        Ok(())
    }

    fn revoke(&self, login: &str, role: Option<Role>, one: Option<GrantId>) -> std::result::Result<(), Failure> {
        let (login, ctx) = (normal_login(login), self.ctx.clone());
        let ended = self.db.write_blocking(move |tx| {
            let account = account_of(tx, &login)?;
            let open = |g: &RoleGrant| g.valid_to.is_none_or(|end| end > ctx.now.max(g.valid_from));
            let grants: Vec<GrantId> = store::account::list_grants_of(tx, &[account.id])?
                .into_iter()
                .filter(|g| one.map_or_else(|| Some(g.role) == role && open(g), |id| g.id == id))
                .map(|g| g.id)
                .collect();
            let mut rev = account.rev;
            for grant in &grants {
                rev = grant::revoke(tx, &ctx, account.id, rev, *grant)?.account.rev;
            }
            Ok(grants.len())
        })?;
        if ended == 0 {
            return Err(Failure::said("there is no such grant in force or to come; see `bazdid user list`"));
        }
        out(format_args!("{ended} ended"));
        Ok(())
    }

    fn list(&self, text: Option<String>) -> std::result::Result<(), Failure> {
        let mut query = AccountQuery { text, limit: 200, ..AccountQuery::default() };
        loop {
            let next = self.db.read_blocking(|tx| {
                let (people, next) = account::list(tx, &self.ctx, &query)?;
                show(tx, &people, self.ctx.now).map(|()| next)
            })?;
            if next.is_none() {
                return Ok(());
            }
            query.after = next;
        }
    }

    /// A grant with codes and days resolved.
    fn grant(&self, role: Role, reach: &Reach) -> std::result::Result<NewGrant, Failure> {
        let (areas, organisation_id) = self.db.read_blocking(|tx| {
            let areas = reach.areas.iter().map(|code| area(tx, code)).collect::<Result<Vec<_>>>()?;
            Ok((areas, reach.organisation.as_deref().map(|code| organisation(tx, code)).transpose()?))
        })?;
        let when = |text: &Option<String>| text.as_deref().map(|t| self.instant(t)).transpose();
        Ok(NewGrant { role, organisation_id, areas, valid_from: when(&reach.from)?, valid_to: when(&reach.to)? })
    }

    /// An instant, or the beginning of a day in the municipality's time zone.
    fn instant(&self, text: &str) -> std::result::Result<Timestamp, Failure> {
        let instants = Instants::new(self.ctx.shared.settings.time_zone, None);
        instants.read(text).map_err(|fault| {
            Failure::said(format!("\"{text}\" {fault}; write a day (1406/01/01, 2027-03-21) or an instant (2027-03-21T08:00:00+03:30)"))
        })
    }

    fn password(&self, login: &str, secret: &Secret) -> std::result::Result<NewPassword, Failure> {
        let typed = if secret.password_stdin { from_stdin() } else { from_terminal(login) }?;
        let new = NewPassword::new(&self.ctx, &typed, &normal_login(login), "password")?;
        Ok(if secret.own { new } else { new.to_be_changed() })
    }
}

fn from_stdin() -> std::result::Result<String, Failure> {
    let most = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX).saturating_add(3);
    let mut line = String::new();
    std::io::stdin().lock().take(most).read_line(&mut line).map_err(|e| Failure::said(format!("no password on standard input: {e}")))?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn from_terminal(login: &str) -> std::result::Result<String, Failure> {
    let terminal = console::Term::stderr();
    if !(terminal.is_term() && std::io::IsTerminal::is_terminal(&std::io::stdin())) {
        return Err(Failure::said("there is no terminal to ask for the password at: give it on standard input with --password-stdin"));
    }
    let ask = |what: &str| {
        let asked = terminal.write_str(what).and_then(|()| terminal.read_secure_line());
        asked.map_err(|e| Failure::said(format!("the terminal gives no password: {e}")))
    };
    let typed = ask(&format!("Password of {login}: "))?;
    if ask("Once more: ")? == typed { Ok(typed) } else { Err(Failure::said("the two differ; nothing was changed")) }
}

fn area(tx: &mut Tx<'_>, code: &str) -> Result<AreaId> {
    store::area::find_area_by_code(tx, code)?.map(|a| a.id).ok_or_else(|| Error::not_found(&format!("area: {code}")))
}

fn organisation(tx: &mut Tx<'_>, code: &str) -> Result<OrganisationId> {
    let found = store::organisation::find_organisation_by_code(tx, code)?;
    found.map(|o| o.id).ok_or_else(|| Error::not_found(&format!("organisation: {code}")))
}

fn show(tx: &mut Tx<'_>, people: &[Person], now: Timestamp) -> Result<()> {
    let areas: HashMap<AreaId, String> = store::area::list_areas(tx)?.into_iter().map(|a| (a.id, a.code)).collect();
    let organisations: HashMap<OrganisationId, String> =
        store::organisation::list_organisations(tx)?.into_iter().map(|o| (o.id, o.code)).collect();
    for Person { account, grants } in people {
        let closed = if account.state == ActiveState::Active { "" } else { "   (disabled)" };
        out(format_args!("{}   {}{closed}", account.login, account.display_name));
        for g in grants {
            let state = match g.valid_to {
                Some(end) if end <= now.max(g.valid_from) => "ended",
                _ if now < g.valid_from => "to come",
                _ => "in force",
            };
            let until = g.valid_to.map(|end| format!(" to {end}")).unwrap_or_default();
            let codes = g.organisation_id.iter().filter_map(|o| organisations.get(o)).chain(g.areas.iter().filter_map(|a| areas.get(a)));
            let reach = codes.map(String::as_str).collect::<Vec<_>>().join(" ");
            out(format_args!("    {:<18} {state:<8} from {}{until}   {reach}   {}", g.role.to_string(), g.valid_from, g.id));
        }
    }
    Ok(())
}
