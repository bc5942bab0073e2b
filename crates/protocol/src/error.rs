//! The one error type of the use cases and the one table of error codes. No HTTP framework, no diesel.
//!
//! An error has a public half, which a client sees, and an internal half, which only the log sees.

use std::fmt;

use serde::Serialize;

use crate::phrase::Phrase;

/// One line of the table of codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct CodeInfo {
    /// The word on the wire; also the last part of the problem's `type`.
    pub slug: &'static str,
    /// HTTP status.
    pub status: u16,
    /// What it means, in a few words.
    pub title: &'static str,
    /// Whether the same request may succeed later.
    pub retryable: bool,
}

macro_rules! codes {
    ($($variant:ident = $slug:literal, $status:literal, $retryable:literal, $title:literal;)*) => {
        /// Every error that a client can see.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $(#[doc = $title] $variant),* }
        impl Code {
            /// Every code, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
            /// The code's line of the table.
            #[must_use]
            pub const fn info(self) -> CodeInfo {
                match self { $(Self::$variant => CodeInfo { slug: $slug, status: $status, title: $title, retryable: $retryable }),* }
            }
        }
    };
}

codes! {
    Validation = "validation", 422, false, "A field has a value that cannot be accepted";
    Malformed = "malformed", 400, false, "The request could not be read";
    BadEnvelope = "bad_envelope", 400, false, "The sync envelope could not be read";
    Unauthenticated = "unauthenticated", 401, false, "Log in first";
    BadCredentials = "bad_credentials", 401, false, "The login or the password is wrong";
    TokenExpired = "token_expired", 401, false, "The access token has expired";
    TokenReused = "token_reused", 401, false, "The refresh token was used before; log in again";
    PasswordChangeRequired = "password_change_required", 403, false, "Somebody else has set the password: log in with a new one beside it";
    Forbidden = "forbidden", 403, false, "Your roles do not allow this";
    AccountDisabled = "account_disabled", 403, false, "The account is disabled";
    LinkInvalid = "link_invalid", 403, false, "This is no link to this picture in this size";
    LinkExpired = "link_expired", 403, false, "The link is not good any more: make a new one";
    DeviceRevoked = "device_revoked", 403, false, "The device was taken out of service";
    NotFound = "not_found", 404, false, "Not found, or you do not have access";
    NoPicture = "no_picture", 404, false, "No smaller picture can be made of these bytes";
    MethodNotAllowed = "method_not_allowed", 405, false, "The resource does not know this method";
    TooSlow = "too_slow", 408, true, "Too little of the request came; send it again";
    AlreadyExists = "already_exists", 409, false, "Something with this identity exists with other content";
    InvalidTransition = "invalid_transition", 409, false, "The state does not allow this";
    PhotoNotStored = "photo_not_stored", 409, true, "The photo is declared, and its bytes have not all arrived";
    PictureNotReady = "picture_not_ready", 409, true, "The bytes are stored, and the smaller pictures are not made yet";
    EvidencePending = "evidence_pending", 409, true, "The category asks for stored photos, and their bytes have not all arrived";
    Conflict = "conflict", 409, false, "The resource was changed concurrently";
    DeviceLimit = "device_limit", 409, false, "The account has as many devices in service as it may: have one taken out of service";
    DeviceForked = "device_forked", 409, false, "The device's history differs from the server's: register anew and send again";
    SeqGap = "seq_gap", 409, false, "Mutations are missing before the first of this push";
    DeviceBusy = "device_busy", 409, true, "Another push of this device is under way";
    PhotoUnknown = "photo_unknown", 409, true, "No photo with this id is known, or you may not know of it: push its declaration first";
    AlreadyStored = "already_stored", 409, false, "All bytes of this photo are stored; there is nothing to send";
    TooManyUploads = "too_many_uploads", 409, false, "Too many uploads of this photo are open; go on with one of them or end one";
    OffsetMismatch = "offset_mismatch", 409, false, "The upload goes on at another offset: ask for it by HEAD";
    UploadGone = "upload_gone", 410, false, "The upload has ended; begin a new one";
    UnsupportedTus = "unsupported_tus_version", 412, false, "Send Tus-Resumable with a version that the server speaks";
    PreconditionFailed = "precondition_failed", 412, false, "The resource has changed since you read it";
    TooLarge = "too_large", 413, false, "The request is larger than allowed";
    BatchTooLarge = "batch_too_large", 413, false, "The batch is larger than allowed";
    UnsupportedMediaType = "unsupported_media_type", 415, false, "The media type or encoding is not supported";
    RangeNotSatisfiable = "range_not_satisfiable", 416, false, "The file has no such bytes";
    BytesMismatch = "bytes_mismatch", 422, false, "All bytes arrived and are not those that were declared: send the original";
    IdempotencyMismatch = "idempotency_mismatch", 422, false, "The idempotency key was used with another request";
    UploadLocked = "upload_locked", 423, true, "Another request sends bytes of this upload";
    UpgradeRequired = "upgrade_required", 426, false, "The app is too old to pull";
    PreconditionRequired = "precondition_required", 428, false, "Send If-Match with the revision that you read";
    OutsideAreas = "outside_areas", 422, false, "The point lies outside every area";
    TooManyAttempts = "too_many_attempts", 429, true, "Too many attempts; wait";
    RateLimited = "rate_limited", 429, true, "You have used your share for now; go on later, nothing is lost";
    UploadQuota = "upload_quota", 429, true, "This device has sent its share of the day";
    ChecksumMismatch = "checksum_mismatch", 460, true, "The checksum of this part is another: send the part again";
    Overloaded = "overloaded", 503, true, "The server is busy; try again";
    Unavailable = "unavailable", 503, true, "The database cannot be reached; try again";
    NoSpace = "insufficient_storage", 507, true, "The server has no room for this now; what has arrived is kept";
    Internal = "internal", 500, false, "The server made a mistake; it was logged under this request id";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.info().slug)
    }
}

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// JSON pointer (RFC 6901) into the request's body, or `?name` for a query parameter.
    pub pointer: String,
    /// What is wrong and what would be right.
    pub detail: Phrase,
}

/// The boxed cause of an error, for the log.
pub type Source = Box<dyn std::error::Error + Send + Sync>;

/// An error of a use case.
#[derive(Debug)]
pub struct Error {
    /// Line of the table.
    pub code: Code,
    /// What a client is told beyond the title.
    pub detail: Option<Phrase>,
    /// Which fields are wrong.
    pub fields: Vec<FieldError>,
    /// Facts that a program can act on, such as `{"expected_seq": 12}`.
    pub facts: serde_json::Map<String, serde_json::Value>,
    /// Seconds to wait before another try.
    pub retry_after_s: Option<u64>,
    /// What only the log is told.
    pub internal: Option<String>,
    /// The cause.
    pub source: Option<Source>,
}

/// Result of a use case.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error of a code, with nothing more to say.
    #[must_use]
    pub fn new(code: Code) -> Self {
        Self { code, detail: None, fields: Vec::new(), facts: serde_json::Map::new(), retry_after_s: None, internal: None, source: None }
    }

    /// An error of a code with a sentence for the client.
    pub fn with(code: Code, detail: impl Into<Phrase>) -> Self {
        Self { detail: Some(detail.into()), ..Self::new(code) }
    }

    /// One field is wrong.
    pub fn field(pointer: impl Into<String>, detail: impl Into<Phrase>) -> Self {
        Self::invalid(vec![FieldError { pointer: pointer.into(), detail: detail.into() }])
    }

    /// Several fields are wrong.
    #[must_use]
    pub fn invalid(fields: Vec<FieldError>) -> Self {
        Self { fields, ..Self::new(Code::Validation) }
    }

    /// There is no such thing, or the actor may not know of it.
    #[must_use]
    pub fn not_found(what: &str) -> Self {
        Self::with(Code::NotFound, Phrase::with("no such {what}", &[("what", &what)]))
    }

    /// A fault of the server: the text goes to the log only.
    pub fn internal(message: impl Into<String>) -> Self {
        Self { internal: Some(message.into()), ..Self::new(Code::Internal) }
    }

    /// Adds the cause.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Source>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Adds a fact that a program can act on.
    #[must_use]
    pub fn fact(mut self, name: &str, value: impl Into<serde_json::Value>) -> Self {
        self.facts.insert(name.to_owned(), value.into());
        self
    }

    /// Says when to try again.
    #[must_use]
    pub const fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.code.info().title)?;
        if let Some(detail) = &self.detail {
            write!(f, ": {detail}")?;
        }
        for field in &self.fields {
            write!(f, "; {}: {}", field.pointer, field.detail)?;
        }
        if let Some(internal) = &self.internal {
            write!(f, " [{internal}]")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {
    #[expect(clippy::as_conversions, reason = "an upcast that drops Send + Sync; there is no From for it")]
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|s| &**s as &(dyn std::error::Error + 'static))
    }
}
