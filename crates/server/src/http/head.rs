//! `HEAD` wherever there is `GET`: the same answer without its body.

use actix_web::{
    Error,
    body::{BodySize, BoxBody, MessageBody, SizedStream},
    dev::{ServiceRequest, ServiceResponse},
    http::Method,
    middleware::Next,
    web,
};
use futures_util::stream;

use crate::http::Site;

/// Asks for the resource as `GET` does, and leaves the body away. Paths that know `HEAD` themselves answer it themselves.
pub async fn as_get(mut req: ServiceRequest, next: Next<impl MessageBody + 'static>) -> Result<ServiceResponse<BoxBody>, Error> {
    let own = |site: &web::Data<Site>| site.knows_head(req.path());
    if *req.method() != Method::HEAD || req.app_data::<web::Data<Site>>().is_some_and(own) {
        return next.call(req).await.map(ServiceResponse::map_into_boxed_body);
    }
    req.head_mut().method = Method::GET;
    let response = next.call(req).await?.map_into_boxed_body();
    // An error keeps its body until the outermost layer has given it its one form; a HEAD sends none in any case.
    if response.response().error().is_some() {
        return Ok(response);
    }
    Ok(response.map_body(|_, body| match body.size() {
        BodySize::Sized(length) => SizedStream::new(length, stream::empty::<Result<web::Bytes, Error>>()).boxed(),
        BodySize::None | BodySize::Stream => BoxBody::new(()),
    }))
}
