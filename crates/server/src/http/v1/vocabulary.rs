//! The words on the wire in the language of who reads them.

use std::sync::LazyLock;

use actix_web::{HttpRequest, get, http::header};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::http::{edge::language_of, params::Listed, problem::Answer, ready::Ready, reply::SPOKEN_BY};
use bazdid_protocol::{error::Error, text_enum::TextEnum as _};
use bazdid_texts::{
    Language,
    vocabulary::{Words, vocabulary},
};

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
/// `en`); where neither is asked for in that of the account that asks, else in English. Labels may change; words do not. Has an `ETag`.
#[utoipa::path(tag = "vocabulary", responses((status = 200, body = Listed<VocabularyKind>), (status = 304, description = "What `If-None-Match` names is still the answer")), extensions(("x-permission" = json!("public"))))]
#[get("/v1/vocabulary")]
async fn list(req: HttpRequest) -> Answer {
    let language = language_of(&req);
    let words = match language {
        Language::English => &ENGLISH,
        Language::Persian => &PERSIAN,
    };
    let ready = words.as_ref().map_err(|e| Error::internal("the words cannot be written").caused_by(e.to_owned()))?;
    Ok(ready.answer(&req, |response| {
        response
            .content_type("application/json")
            .insert_header((header::CONTENT_LANGUAGE, language.as_str()))
            .append_header((header::VARY, SPOKEN_BY))
            .insert_header((header::CACHE_CONTROL, "no-cache"));
    }))
}

static ENGLISH: LazyLock<Result<Ready, String>> = LazyLock::new(|| ready(Language::English));
static PERSIAN: LazyLock<Result<Ready, String>> = LazyLock::new(|| ready(Language::Persian));

fn ready(language: Language) -> Result<Ready, String> {
    let items = vocabulary(language).into_iter().map(VocabularyKind::from).collect();
    serde_json::to_vec(&Listed::all(items)).map(Ready::new).map_err(|e| e.to_string())
}
