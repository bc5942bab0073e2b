//! Paths that were renamed and are served under their earlier name for one version more: `docs/versioning.md`.

use actix_web::{
    Error,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Uri,
        header::{HeaderName, HeaderValue, LINK},
        uri::PathAndQuery,
    },
    middleware::Next,
};

/// The earlier name, the name, the `Deprecation` header (RFC 9745: seconds since 1970) and the `Link` to the name.
const RENAMED: &[(&str, &str, &str, &str)] =
    &[("/v1/kept-mutations", "/v1/quarantine", "@1796083200", "</v1/quarantine>; rel=\"successor-version\"")];

/// Serves an earlier path by the one that took its place, and says so in the answer.
pub async fn rewrite(mut req: ServiceRequest, next: Next<impl MessageBody + 'static>) -> Result<ServiceResponse, Error> {
    let renamed = RENAMED.iter().find(|(earlier, ..)| is_below(req.path(), earlier));
    let Some((earlier, name, since, link)) = renamed else { return Ok(next.call(req).await?.map_into_boxed_body()) };
    let path = req.uri().path_and_query().map_or("", PathAndQuery::as_str).replacen(earlier, name, 1);
    let mut parts = req.uri().clone().into_parts();
    parts.path_and_query = PathAndQuery::try_from(path).ok();
    if let Ok(uri) = Uri::from_parts(parts) {
        req.match_info_mut().get_mut().update(&uri);
        req.head_mut().uri = uri;
    }
    let mut response = next.call(req).await?.map_into_boxed_body();
    let headers = response.headers_mut();
    headers.insert(HeaderName::from_static("deprecation"), HeaderValue::from_static(since));
    headers.insert(LINK, HeaderValue::from_static(link));
    Ok(response)
}

fn is_below(path: &str, prefix: &str) -> bool {
    path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::is_below;

    #[test]
    fn a_path_is_renamed_by_whole_segments() {
        for (path, below) in
            [("/v1/kept-mutations", true), ("/v1/kept-mutations/1/adopt", true), ("/v1/kept-mutations-of", false), ("/v1", false)]
        {
            assert_eq!(is_below(path, "/v1/kept-mutations"), below, "{path}");
        }
    }
}
