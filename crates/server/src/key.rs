//! The file of the master key: made on the first start, readable by its owner only. And whether the key is that of the database.

use std::{
    fs::{File, OpenOptions},
    io::{ErrorKind, Read as _, Write as _},
    path::Path,
};

use crate::config::{Config, MasterKey, Security};
use bazdid_clock::SharedIds;
use bazdid_protocol::error::{Error, Result};
use bazdid_security::vault::Vault;
use bazdid_service::master_key::{self, Recognised};
use bazdid_store::{self as store, Db};

/// The vault of a database, opened with the master key of the configuration. For a database that is new the key is made if there is none.
///
/// # Errors
/// The key file cannot be read or made; the key is not that of the database; there is none, though the database has data; the database fails.
pub fn unlock(config: &Config, db: &Db, ids: &SharedIds) -> Result<Vault> {
    // A thread of its own: a server is built inside a runtime, where nothing may block.
    std::thread::scope(|scope| scope.spawn(|| unlock_blocking(config, db, ids)).join())
        .map_err(|_| Error::internal("the look at the master key panicked"))?
}

fn unlock_blocking(config: &Config, db: &Db, ids: &SharedIds) -> Result<Vault> {
    let security = &config.security;
    let waits = || store::pending(config.database.url.reveal()).is_ok_and(|waiting| !waiting.is_empty());
    let Some(key) = find(security)? else {
        return match db.read_blocking(master_key::has_data) {
            Ok(false) => make(security, db, ids),
            Ok(true) => Err(missing(security)),
            Err(_) if waits() => Err(Error::internal("migrations wait: run `bazdid migrate up` before the first start")),
            Err(e) => Err(e),
        };
    };
    match db.read_blocking(|tx| master_key::recognise(tx, key.bytes())) {
        Ok(Recognised::Right(vault)) => Ok(vault),
        Ok(Recognised::New(_)) => adopt(db, &key),
        Ok(Recognised::Other) => Err(Error::internal(OTHER)),
        // Tables that a migration has still to make: `/readyz` answers no until it was run.
        Err(_) if waits() => Ok(Vault::new(key.bytes())),
        Err(e) => Err(e),
    }
}

/// Makes the key of a database that is new.
fn make(security: &Security, db: &Db, ids: &SharedIds) -> Result<Vault> {
    let vault = adopt(db, &create(&security.key_file, ids)?);
    if vault.is_err() {
        // Another process was faster; nothing was sealed with this one.
        drop(std::fs::remove_file(&security.key_file));
    }
    vault
}

fn adopt(db: &Db, key: &MasterKey) -> Result<Vault> {
    let bytes = *key.bytes();
    let right = db.write_blocking(move |tx| master_key::adopt(tx, &Vault::new(&bytes)))?;
    if right { Ok(Vault::new(&bytes)) } else { Err(Error::internal(OTHER)) }
}

const OTHER: &str = "the master key is not that of the database. Give it the right one (`security.key_file` or `security.master_key`), or say by \
    `bazdid user reset-keys` that it is lost";

fn missing(security: &Security) -> Error {
    Error::internal(format!(
        "the database has data, and {} with its master key is not there; no new key was made. Put the key back, or say by `bazdid user reset-keys` \
         that it is lost",
        security.key_file.display()
    ))
}

/// Whether the key file holds another key than a running process works with. A file that is not there says nothing: it may have been given to the
/// process for its start only.
#[must_use]
pub fn is_replaced(security: &Security, vault: &Vault) -> bool {
    let same = |key: &MasterKey| Vault::of_version(key.bytes(), vault.version()).is_check_value(&vault.check_value());
    match find(security) {
        Ok(found) => found.is_some_and(|key| !same(&key)),
        Err(_) => true,
    }
}

/// The master key of a configuration; the file is made if it is not there. Whether it is the database's is another question: see [`unlock`].
///
/// # Errors
/// The file cannot be read or made, or holds something else.
pub fn load_or_create(security: &Security, ids: &SharedIds) -> Result<MasterKey> {
    match find(security)? {
        Some(key) => Ok(key),
        None => create(&security.key_file, ids),
    }
}

/// The master key of a configuration, if it has one already.
///
/// # Errors
/// The file cannot be read, or holds something else.
pub fn find(security: &Security) -> Result<Option<MasterKey>> {
    if let Some(key) = &security.master_key {
        return Ok(Some(key.clone()));
    }
    let path = &security.key_file;
    let mut text = String::new();
    match File::open(path).and_then(|mut file| file.read_to_string(&mut text)) {
        Ok(_) => {}
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(fault("cannot be read", path, e)),
    }
    let key = MasterKey::from_hex(text.trim());
    key.map(Some).ok_or_else(|| Error::internal(format!("the key file {} must hold 64 hex digits and nothing else", path.display())))
}

fn create(path: &Path, ids: &SharedIds) -> Result<MasterKey> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|e| fault("cannot be made", path, e))?;
    }
    let mut bytes = [0_u8; 32];
    ids.fill(&mut bytes);
    let key = MasterKey::new(bytes);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| {
        file.write_all(format!("{}\n", key.to_hex()).as_bytes())?;
        file.sync_all()
    });
    written.map_err(|e| fault("cannot be made", path, e))?;
    tracing::info!(key.file = %path.display(), "a new master key was made; keep a copy of it apart from the database's");
    Ok(key)
}

fn fault(what: &str, path: &Path, e: std::io::Error) -> Error {
    Error::internal(format!("the key file {} {what}", path.display())).caused_by(e)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use bazdid_clock::SeededIds;

    #[test]
    fn the_file_is_made_once_and_belongs_to_its_owner() {
        let folder = tempfile::tempdir().unwrap();
        let security = Security { key_file: folder.path().join("below/bazdid.key"), ..Security::default() };
        let ids: SharedIds = Arc::new(SeededIds::new(1));
        assert_eq!(find(&security).unwrap(), None);
        let first = load_or_create(&security, &ids).unwrap();
        assert_eq!(load_or_create(&security, &ids).unwrap(), first, "the second start reads what the first one made");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&security.key_file).unwrap().permissions().mode() & 0o777, 0o600);
        }
        let given = Security { master_key: Some(MasterKey::new([7; 32])), ..security.clone() };
        assert_eq!(load_or_create(&given, &ids).unwrap(), MasterKey::new([7; 32]));
        std::fs::write(&security.key_file, "nonsense").unwrap();
        assert!(load_or_create(&security, &ids).unwrap_err().to_string().contains("64 hex digits"));
    }
}
