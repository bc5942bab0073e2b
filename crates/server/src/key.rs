//! The file of the master key: made on the first start, readable by its owner only.

use std::{
    fs::{File, OpenOptions},
    io::{ErrorKind, Read as _, Write as _},
    path::Path,
};

use crate::config::{MasterKey, Security};
use bazdid_clock::SharedIds;
use bazdid_protocol::error::{Error, Result};

/// The master key of a configuration; the file is made if it is not there.
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
