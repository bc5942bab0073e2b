//! Who asks, and whether they may: the permission stands as a type in the signature of every handler.
//!
//! The access token is looked at before the route is chosen, so that an extractor of the body never answers somebody who may not
//! ask at all. A handler without [`May`] or [`Anyone`] gets no [`Ctx`], and so can call no use case.

use std::{
    future::{Ready, ready},
    marker::PhantomData,
    net::IpAddr,
    ops::Deref,
};

use actix_web::{
    Error, FromRequest, HttpMessage as _, HttpRequest,
    body::{BoxBody, MessageBody},
    dev::{Payload, ServiceRequest, ServiceResponse},
    http::{Method, header},
    middleware::Next,
    web,
};

use crate::http::{
    State,
    edge::{RequestId, language_of},
    party::Party,
    problem::Problem,
    v1::{photo::content, sync, watermelon},
};
use bazdid_domain::policy::Permission;
use bazdid_protocol::{
    error::{Code, Error as Fault, Result},
    ids::{DeviceId, SessionId},
    phrase::Phrase,
    words::language::Language,
};
use bazdid_service::{
    Ctx,
    auth::{Authenticated, authenticate, authenticate_to_hand_in},
    device,
    photo::link,
};

/// A permission as a type.
pub trait Needs: 'static {
    /// The permission.
    const PERMISSION: Permission;
}

macro_rules! permissions {
    ($($name:ident),+ $(,)?) => {$(
        #[doc = concat!("Stands for `Permission::", stringify!($name), "` in a handler's signature.")]
        #[derive(Debug, Clone, Copy)]
        pub enum $name {}
        impl Needs for $name {
            const PERMISSION: Permission = Permission::$name;
        }
    )+};
}

permissions! {
    Own, AccountManage, AccountRead, DeviceManage, AreaManage, AreaRead, CatalogueManage, CatalogueRead, ContractManage, ContractRead,
    TicketCreate, TicketRead, TicketManage, CallManage, CallerReveal, WorkRead, WorkManage, WorkPerform, RoundVerify, ConflictRead,
    ConflictResolve, Sync, AuditRead, ImportRun, WebhookManage,
}

/// The context of somebody who has logged in and holds a permission.
#[derive(Debug)]
pub struct May<P> {
    ctx: Ctx,
    session: SessionId,
    devices: Vec<DeviceId>,
    permission: PhantomData<P>,
}

impl<P> May<P> {
    /// The context, to move it into a transaction.
    #[must_use]
    pub fn ctx(self) -> Ctx {
        self.ctx
    }

    /// The login that the access token comes from.
    #[must_use]
    pub const fn session(&self) -> SessionId {
        self.session
    }

    /// The context, for what is done with a device: the login is noted with it before, so that it ends when the device is revoked.
    ///
    /// # Errors
    /// The database fails.
    pub async fn with_device(self, state: &State, device: DeviceId) -> Result<Ctx> {
        let Self { ctx, session, devices, .. } = self;
        if !devices.contains(&device) && !ctx.actor()?.hands_in() {
            let ctx = ctx.clone();
            state.db.write(move |tx| device::note_use(tx, &ctx, session, device)).await?;
        }
        Ok(ctx)
    }
}

impl<P> Deref for May<P> {
    type Target = Ctx;
    fn deref(&self) -> &Ctx {
        &self.ctx
    }
}

/// The context of a public route.
#[derive(Debug)]
pub struct Anyone(pub Ctx);

/// The language of the account that asks.
#[derive(Debug, Clone, Copy)]
pub struct AccountLanguage(pub Language);

/// What the access token of a request says; taken by the extractor.
struct Identified(Result<Option<Authenticated>>);

impl<P: Needs> FromRequest for May<P> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(may::<P>(req).map_err(Into::into))
    }
}

fn may<P: Needs>(req: &HttpRequest) -> Result<May<P>> {
    let identified = req.extensions_mut().remove::<Identified>();
    let somebody = match identified {
        Some(Identified(outcome)) => outcome?,
        None => return Err(Fault::internal("nobody looked at the access token")),
    };
    let Some(Authenticated { actor, session, devices, .. }) = somebody else { return Err(Fault::new(Code::Unauthenticated)) };
    if !actor.may(P::PERMISSION) {
        return Err(Fault::with(
            Code::Forbidden,
            Phrase::with("this needs the permission {permission}", &[("permission", &P::PERMISSION)]),
        ));
    }
    Ok(May { ctx: Ctx { actor: Some(actor), ..context(req)? }, session, devices, permission: PhantomData })
}

impl FromRequest for Anyone {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(context(req).map(Self).map_err(Into::into))
    }
}

/// The context of a request of which nobody knows who asks.
fn context(req: &HttpRequest) -> Result<Ctx> {
    let state = req.app_data::<web::Data<State>>().ok_or_else(|| Fault::internal("the application has no state"))?;
    let request_id = req.extensions().get::<RequestId>().map(|r| r.0).ok_or_else(|| Fault::internal("the request has no id"))?;
    let language = language_of(req);
    Ok(Ctx { now: state.clock.now(), ids: state.ids.clone(), request_id, actor: None, language, shared: state.shared.clone() })
}

/// Looks at the access token of a request, if it has one.
pub async fn identify(req: ServiceRequest, next: Next<impl MessageBody + 'static>) -> Result<ServiceResponse<BoxBody>, Error> {
    if req.headers().get_all(header::AUTHORIZATION).nth(1).is_some() {
        // A proxy in front may look at another one than the server.
        return Err(Problem::from(Fault::with(Code::Malformed, "send one `Authorization` header, not several")).into());
    }
    if let Some(Err(early)) = req.app_data::<web::Data<State>>().map(|s| s.early.check(&req, s.clock.now())) {
        return Ok(req.error_response(Problem::from(early)).map_into_boxed_body());
    }
    let outcome = who(req.request()).await;
    if let Ok(Some(Authenticated { language: Some(language), .. })) = &outcome {
        req.extensions_mut().insert(AccountLanguage(*language));
    }
    let party = match &outcome {
        Ok(Some(somebody)) => Party::Account(somebody.actor.account_id),
        Ok(None) | Err(_) => Party::at_address(req.request()),
    };
    req.extensions_mut().insert(party);
    req.extensions_mut().insert(Identified(outcome));
    next.call(req).await.map(ServiceResponse::map_into_boxed_body)
}

async fn who(req: &HttpRequest) -> Result<Option<Authenticated>> {
    let ctx = context(req)?;
    let state = req.app_data::<web::Data<State>>().ok_or_else(|| Fault::internal("the application has no state"))?;
    let Some(token) = bearer(req)? else {
        // A link stands for who made it, for one picture: what they may is looked at as ever.
        let Some((photo, size, token)) = content::by_link(req.method(), req.path(), req.query_string()) else { return Ok(None) };
        return state.db.read(move |tx| link::authenticate(tx, &ctx, photo, size, &token)).await.map(Some);
    };
    // Somebody who was put out of service may still push: what they send is set aside for a supervisor.
    let hands_in = req.method() == Method::POST && matches!(req.path(), sync::PUSH | watermelon::PUSH);
    let look = if hands_in { authenticate_to_hand_in } else { authenticate };
    state.db.read(move |tx| look(tx, &ctx, &token)).await.map(Some)
}

/// The address that a request comes from: of the connection, or of the client as the proxies in front tell it.
pub fn address(req: &HttpRequest, proxies: usize) -> Option<IpAddr> {
    let peer = req.peer_addr().map(|a| a.ip());
    let Some(back) = proxies.checked_sub(1) else { return peer };
    // The last entry was added by the nearest proxy; what stands before the entry of the farthest one is the client's own word.
    let header = req.headers().get_all("x-forwarded-for").filter_map(|v| v.to_str().ok()).collect::<Vec<_>>().join(",");
    header.rsplit(',').nth(back).and_then(|text| text.trim().parse().ok()).or(peer)
}

/// The token of the header `Authorization: Bearer …`.
fn bearer(req: &HttpRequest) -> Result<Option<String>> {
    let Some(value) = req.headers().get(header::AUTHORIZATION) else { return Ok(None) };
    let token = value.to_str().ok().and_then(|text| {
        let (scheme, token) = text.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
    });
    match token {
        Some(token) if !token.is_empty() => Ok(Some(token)),
        _ => Err(Fault::with(Code::Unauthenticated, "send the access token as `Authorization: Bearer …`")),
    }
}
