//! Passwords: Argon2id with its parameters in the stored text (PHC), so that they can rise and old hashes still verify.

mod common;

use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version, password_hash::phc::PasswordHash};

use bazdid_protocol::{
    error::{Error, Result},
    fold,
};

/// Fewest characters of a new password.
pub const MIN_CHARS: usize = 10;
/// Most bytes of a password, new or tried: what would be hashed is bounded before any work is done.
pub const MAX_BYTES: usize = 512;

/// How much work a guess costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Memory of one hash, KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
}

impl Default for Cost {
    /// 19 MiB, two passes: the recommendation of OWASP for Argon2id with one lane.
    fn default() -> Self {
        Self { memory_kib: Params::DEFAULT_M_COST, passes: Params::DEFAULT_T_COST }
    }
}

impl Cost {
    fn hasher(self) -> Result<Argon2<'static>> {
        let params = Params::new(self.memory_kib, self.passes, 1, None).map_err(|e| broken(&e))?;
        Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
    }
}

/// What a tried password turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is the right one.
    Right,
    /// It is the right one, and its hash cost less than today's or was made of what the keyboard gave: a new one is to be stored.
    RightButOld,
    /// It is not.
    Wrong,
}

/// Refuses what cannot be a new password, with what would be right.
///
/// # Errors
/// Too short, too long, a control character, one character over and over, the login itself, or one of those that are guessed first.
pub fn validate_new(password: &str, login: &str, pointer: &str) -> Result<()> {
    let bytes = password.len();
    let password = &*fold::password(password);
    let fault = if fold::is_blank(password) || password.chars().count() < MIN_CHARS {
        format!("must have at least {MIN_CHARS} characters")
    } else if bytes > MAX_BYTES {
        format!("must have at most {MAX_BYTES} bytes")
    } else if password.chars().any(char::is_control) {
        "must not hold control characters".to_owned()
    } else if password.chars().all(|c| password.starts_with(c)) {
        "must not be one character over and over".to_owned()
    } else if !login.is_empty()
        && password.to_lowercase().contains(&login.to_lowercase())
        && password.chars().count() < login.chars().count() + 6
    {
        "must not be made of the login".to_owned()
    } else {
        match common::fault(password) {
            Some(fault) => fault.to_owned(),
            None => return Ok(()),
        }
    };
    Err(Error::field(pointer, fault))
}

/// Hashes a password, as [`fold::password`] writes it, with a fresh random salt.
///
/// # Errors
/// The parameters are impossible.
pub fn hash(password: &str, salt: [u8; 16], cost: Cost) -> Result<String> {
    hash_as_typed(&fold::password(password), salt, cost)
}

fn hash_as_typed(password: &str, salt: [u8; 16], cost: Cost) -> Result<String> {
    let hash: PasswordHash = cost.hasher()?.hash_password_with_salt(password.as_bytes(), &salt).map_err(|e| broken(&e))?;
    Ok(hash.to_string())
}

/// Compares a tried password with a stored hash. It is tried as [`fold::password`] writes it, and if that is another text than was typed, as it was
/// typed too: hashes of former versions were made so, and such a one is to be replaced. Without a stored hash (an unknown login) the same
/// work is done and the answer is [`Verdict::Wrong`]: the time of the answer does not tell which logins exist.
///
/// # Errors
/// The stored text is not a hash.
pub fn verify(password: &str, stored: Option<&str>, cost: Cost) -> Result<Verdict> {
    if password.len() > MAX_BYTES {
        return Ok(Verdict::Wrong);
    }
    let normal = fold::password(password);
    let verdict = verify_as_typed(&normal, stored, cost)?;
    if verdict != Verdict::Wrong || normal == password {
        return Ok(verdict);
    }
    Ok(match verify_as_typed(password, stored, cost)? {
        Verdict::Wrong => Verdict::Wrong,
        Verdict::Right | Verdict::RightButOld => Verdict::RightButOld,
    })
}

fn verify_as_typed(password: &str, stored: Option<&str>, cost: Cost) -> Result<Verdict> {
    let Some(stored) = stored else {
        hash_as_typed(password, [0x5A; 16], cost)?;
        return Ok(Verdict::Wrong);
    };
    let stored = PasswordHash::new(stored).map_err(|e| broken(&e))?;
    // The parameters of the stored hash are used, not ours.
    match Argon2::default().verify_password(password.as_bytes(), &stored) {
        Ok(()) => {}
        Err(argon2::password_hash::Error::PasswordInvalid) => return Ok(Verdict::Wrong),
        Err(e) => return Err(broken(&e)),
    }
    let params = Params::try_from(&stored).map_err(|e| broken(&e))?;
    let cheap = stored.algorithm.as_str() != "argon2id" || params.m_cost() < cost.memory_kib || params.t_cost() < cost.passes;
    Ok(if cheap { Verdict::RightButOld } else { Verdict::Right })
}

fn broken(e: &dyn std::fmt::Display) -> Error {
    Error::internal(format!("password hashing: {e}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: Cost = Cost { memory_kib: 64, passes: 1 };

    #[test]
    fn the_parameters_stand_in_the_hash_and_a_rise_asks_for_a_new_one() {
        let stored = hash("چاله‌ی خیابان ۱۲", [7; 16], CHEAP).unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{stored}");
        let tried = |password, cost| verify(password, Some(&stored), cost).unwrap();
        assert_eq!(tried("چاله‌ی خیابان ۱۲", CHEAP), Verdict::Right);
        assert_eq!(tried("چاله‌ی خیابان ۱۳", CHEAP), Verdict::Wrong);
        assert_eq!(tried("چاله‌ی خیابان ۱۲", Cost { memory_kib: 128, ..CHEAP }), Verdict::RightButOld);
        assert_eq!(tried("چاله‌ی خیابان ۱۲", Cost { passes: 2, ..CHEAP }), Verdict::RightButOld);
        assert_eq!(tried("چاله‌ی خیابان ۱۲", Cost { memory_kib: 32, passes: 1 }), Verdict::Right, "never downwards");
        for same in ["چاله‌ی خیابان ۱۲", "چاله‌ي خيابان 12", "چالهی خیابان ١٢", "چاله‌ی\u{a0}خیابان ۱۲"]
        {
            assert_eq!(tried(same, CHEAP), Verdict::Right, "another keyboard: {same}");
        }
        assert_eq!(verify("whatever it is", None, CHEAP).unwrap(), Verdict::Wrong);
        assert!(verify("x", Some("not a hash"), CHEAP).is_err());
        assert_eq!(verify(&"x".repeat(MAX_BYTES + 1), Some(&stored), CHEAP).unwrap(), Verdict::Wrong);
    }

    #[test]
    fn a_hash_of_a_former_version_is_verified_as_it_was_typed_and_asks_for_a_new_one() {
        let stored = hash_as_typed("چاله‌ي خيابان ۱۲", [7; 16], CHEAP).unwrap();
        let tried = |password| verify(password, Some(&stored), CHEAP).unwrap();
        assert_eq!(tried("چاله‌ي خيابان ۱۲"), Verdict::RightButOld);
        assert_eq!(tried("چاله‌ی خیابان ۱۲"), Verdict::Wrong, "until it is replaced it is the keyboard's");
        let ascii = hash_as_typed("correct horse battery", [7; 16], CHEAP).unwrap();
        assert_eq!(verify("correct horse battery", Some(&ascii), CHEAP).unwrap(), Verdict::Right);
        assert_eq!(verify("correct horse ۱", Some(&ascii), CHEAP).unwrap(), Verdict::Wrong);
    }

    #[test]
    fn the_same_password_gives_another_hash_with_another_salt() {
        assert_ne!(hash("one password", [1; 16], CHEAP).unwrap(), hash("one password", [2; 16], CHEAP).unwrap());
    }

    #[test]
    fn what_cannot_be_a_password_is_refused_with_a_reason() {
        for (password, fault) in [
            ("short", "at least"),
            ("short\u{200c}\u{200b}\u{2060}\u{200c}\u{200b}\u{2060}", "at least"),
            ("\u{2800}\u{2800}\u{2800}\u{2800}\u{2800}\u{2800}\u{2800}\u{2800}\u{2800}\u{2800}", "at least"),
            ("aaaaaaaaaaaa", "one character"),
            ("tab\tulator and more", "control"),
            ("operator-1!", "login"),
            (&"x1".repeat(MAX_BYTES), "at most"),
        ] {
            let refusal = validate_new(password, "operator-1", "/password").unwrap_err();
            assert!(refusal.fields[0].detail.contains(fault), "{password}: {refusal}");
            assert_eq!(refusal.fields[0].pointer, "/password");
        }
        for fine in ["correct horse battery", "کلمه‌ی عبور من", "operator-1 has a longer one"] {
            validate_new(fine, "operator-1", "/password").unwrap();
        }
    }
}
