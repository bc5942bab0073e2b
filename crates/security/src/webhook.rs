//! Secrets and signatures of webhooks, as Standard Webhooks (standardwebhooks.com, version 1.0) has them.

use std::fmt;

use aws_lc_rs::hmac;
use base64::{Engine as _, prelude::BASE64_STANDARD};

/// What a secret begins with.
const PREFIX: &str = "whsec_";
/// Bytes of the secrets that are made here; the standard asks for 24 to 64.
pub const SECRET_BYTES: usize = 32;

/// The secret that a receiver knows a message by. It cannot be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookSecret(Vec<u8>);

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookSecret(…)")
    }
}

impl WebhookSecret {
    /// Of random bytes.
    #[must_use]
    pub const fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes, to seal them.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The text that the receiver is given: `whsec_` and base64.
    #[must_use]
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}", BASE64_STANDARD.encode(&self.0))
    }

    /// A signature of a message: of its id, the instant of sending in seconds and the body.
    fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, &self.0));
        context.update(format!("{id}.{timestamp}.").as_bytes());
        context.update(body);
        format!("v1,{}", BASE64_STANDARD.encode(context.sign()))
    }
}

/// The header `webhook-signature`: a signature by each secret that is valid, so that a receiver may know either.
#[must_use]
pub fn signatures(secrets: &[WebhookSecret], id: &str, timestamp: i64, body: &[u8]) -> String {
    secrets.iter().map(|secret| secret.sign(id, timestamp, body)).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the standard.
    #[test]
    fn the_signature_is_that_of_the_standard() {
        let bytes = BASE64_STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let secret = WebhookSecret::new(bytes);
        assert_eq!(secret.reveal(), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let found = signatures(&[secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(found, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn each_valid_secret_signs_and_none_is_printed() {
        let secrets = [WebhookSecret::new(vec![1; 32]), WebhookSecret::new(vec![2; 32])];
        let both = signatures(&secrets, "a", 1, b"{}");
        let each: Vec<_> = secrets.iter().map(|s| signatures(std::slice::from_ref(s), "a", 1, b"{}")).collect();
        assert_eq!(both, each.join(" "));
        assert_ne!(each[0], each[1]);
        assert_ne!(signatures(&secrets, "a", 2, b"{}"), both);
        assert_eq!(format!("{:?}", secrets[0]), "WebhookSecret(…)");
    }
}
