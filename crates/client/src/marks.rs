//! What of a device's state is not in its file yet.

use std::collections::BTreeSet;

/// Which of many things the next transaction has to write.
///
/// A state that no file holds, and so every copy of a state, has all of it to be written: a backup that is put in the place of
/// another state replaces the file's content without anybody having to say so. As long as there is no file nothing is collected.
#[derive(Debug, Default)]
pub(crate) enum Marks<K> {
    /// Everything; what the file holds beside it goes.
    #[default]
    All,
    /// What changed since the last transaction.
    Only(BTreeSet<K>),
}

impl<K: Ord + Clone> Marks<K> {
    /// Nothing: all of it stands in the file.
    pub(crate) const fn none() -> Self {
        Self::Only(BTreeSet::new())
    }

    /// Whether a thing is to be written.
    pub(crate) fn has(&self, key: &K) -> bool {
        match self {
            Self::All => true,
            Self::Only(keys) => keys.contains(key),
        }
    }

    /// A thing came, changed or went.
    pub(crate) fn mark(&mut self, key: &K) {
        if let Self::Only(keys) = self
            && !keys.contains(key)
        {
            keys.insert(key.clone());
        }
    }
}

impl<K> Clone for Marks<K> {
    fn clone(&self) -> Self {
        Self::All
    }
}

/// States are equal by what they hold, wherever it is written.
impl<K> PartialEq for Marks<K> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
