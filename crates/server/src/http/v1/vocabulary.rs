//! The words on the wire in the language of who reads them.

use actix_web::{HttpRequest, HttpResponse, get};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::http::{edge::language_of, params::Listed, reply};
use bazdid_texts::vocabulary::{Words, vocabulary};

/// The routes of this module.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list);
}

/// A word and its label.
#[derive(Debug, Serialize, ToSchema)]
pub struct VocabularyWord {
    /// The word on the wire.
    #[schema(example = "in_work")]
    pub word: &'static str,
    /// What people read.
    #[schema(example = "در دست اقدام")]
    pub label: String,
}

/// The words of one enumeration.
#[derive(Debug, Serialize, ToSchema)]
pub struct VocabularyKind {
    /// The enumeration.
    #[schema(example = "ticket_status")]
    pub kind: &'static str,
    /// Its words, in their order.
    pub words: Vec<VocabularyWord>,
}

impl From<Words> for VocabularyKind {
    fn from(words: Words) -> Self {
        let words_of = words.words.into_iter().map(|w| VocabularyWord { word: w.word, label: w.label });
        Self { kind: words.kind, words: words_of.collect() }
    }
}

/// List words
///
/// Every enumeration of the API and the sync with what people read in the place of each word, in the language of `Accept-Language` (`fa` or
/// `en`); where neither is asked for in that of the account that asks, else in English. Labels may change; words do not.
#[utoipa::path(tag = "vocabulary", responses((status = 200, body = Listed<VocabularyKind>)), extensions(("x-permission" = json!("public"))))]
#[get("/v1/vocabulary")]
async fn list(req: HttpRequest) -> HttpResponse {
    let language = language_of(&req);
    let items = vocabulary(language).into_iter().map(VocabularyKind::from).collect();
    reply::spoken(language, &Listed::all(items))
}
