//! One-time codes from the command line.

use qrcode::{QrCode, render::unicode::Dense1x2};

use crate::cli::office::{OfficeClient, account_of};
use bazdid_command::{Failure, out};
use bazdid_protocol::words::account::CodePurpose;
use bazdid_service::{
    account::access_code::{self, NewCode},
    auth::normal_login,
};

impl OfficeClient {
    /// Makes a code with which somebody sets their password.
    pub(super) fn invite(&self, login: &str) -> Result<(), Failure> {
        let made = self.code(login, CodePurpose::Password)?;
        out(format_args!("{}\ngood once, until {}; it is shown only here", made.code, made.expires_at));
        Ok(())
    }

    /// Makes a code for a phone, and shows it as a QR.
    pub(super) fn enrol(&self, login: &str, server: Option<&str>) -> Result<(), Failure> {
        let server = server.unwrap_or(&self.public_url).trim_end_matches('/');
        if server.is_empty() {
            return Err(Failure::said(
                "say under which address the phone reaches the server: --server URL, or server.public_url of the configuration",
            ));
        }
        let made = self.code(login, CodePurpose::Phone)?;
        let payload = made.payload(server);
        let qr = QrCode::new(&payload).map_err(|e| Failure::said(format!("the QR cannot be made: {e}")))?;
        out(qr.render::<Dense1x2>().build());
        out(format_args!("{payload}\ngood once, until {}; it is shown only here", made.expires_at));
        Ok(())
    }

    fn code(&self, login: &str, purpose: CodePurpose) -> Result<NewCode, Failure> {
        let (login, ctx) = (normal_login(login), self.ctx.clone());
        let made = self.db.write_blocking(move |tx| {
            let account = account_of(tx, &login)?;
            access_code::create(tx, &ctx, account.id, purpose)
        });
        Ok(made?)
    }
}
