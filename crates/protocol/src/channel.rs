//! The channels of the pull, and their names on the wire.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use uuid::Uuid;

use crate::ids::{AccountId, AreaId, DeviceId, OrganisationId};

/// What carries rows to devices. The order of the values is the order of their names, in which channels are locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    /// What field people of an area see.
    Area(AreaId),
    /// What one device is sent again, whatever it thinks it has.
    Device(DeviceId),
    /// What only the office of an area sees.
    Office(AreaId),
    /// A contractor's own work.
    Org(OrganisationId),
    /// Categories, areas, checklists: the same for everybody.
    Ref,
    /// What one person sees on every device.
    User(AccountId),
}

/// The text is not the name of a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a channel: expected area:<uuid>, device:<uuid>, office:<uuid>, org:<uuid>, user:<uuid> or ref")]
pub struct UnknownChannel;

impl Channel {
    /// The kind's number and the id behind it, for compact encodings. The numbers are never given to another kind.
    #[must_use]
    pub fn parts(self) -> (u8, Option<Uuid>) {
        match self {
            Self::Area(id) => (1, Some(id.uuid())),
            Self::Device(id) => (2, Some(id.uuid())),
            Self::Office(id) => (3, Some(id.uuid())),
            Self::Org(id) => (4, Some(id.uuid())),
            Self::Ref => (5, None),
            Self::User(id) => (6, Some(id.uuid())),
        }
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Area(id) => write!(f, "area:{id}"),
            Self::Device(id) => write!(f, "device:{id}"),
            Self::Office(id) => write!(f, "office:{id}"),
            Self::Org(id) => write!(f, "org:{id}"),
            Self::Ref => f.write_str("ref"),
            Self::User(id) => write!(f, "user:{id}"),
        }
    }
}

impl FromStr for Channel {
    type Err = UnknownChannel;

    /// Reads a name; only the spelling that `Display` writes, so that one channel has one name.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "ref" {
            return Ok(Self::Ref);
        }
        let (kind, id) = text.split_once(':').ok_or(UnknownChannel)?;
        let id = Uuid::parse_str(id).map_err(|_| UnknownChannel)?;
        let channel = match kind {
            "area" => Self::Area(id.into()),
            "device" => Self::Device(id.into()),
            "office" => Self::Office(id.into()),
            "org" => Self::Org(id.into()),
            "user" => Self::User(id.into()),
            _ => return Err(UnknownChannel),
        };
        if channel.to_string() == text { Ok(channel) } else { Err(UnknownChannel) }
    }
}

impl Serialize for Channel {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Channel {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_channel() -> impl Strategy<Value = Channel> {
        (0..6_u8, any::<u128>()).prop_map(|(kind, id)| {
            let id = Uuid::from_u128(id);
            match kind {
                0 => Channel::Area(id.into()),
                1 => Channel::Device(id.into()),
                2 => Channel::Office(id.into()),
                3 => Channel::Org(id.into()),
                4 => Channel::User(id.into()),
                _ => Channel::Ref,
            }
        })
    }

    proptest! {
        #[test]
        fn a_name_is_read_back_and_channels_sort_as_their_names(a in any_channel(), b in any_channel()) {
            prop_assert_eq!(a.to_string().parse(), Ok(a));
            prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
        }
    }

    #[test]
    fn a_channel_has_one_name_only() {
        for text in [
            "",
            "ref:",
            "area",
            "area:",
            "area:7",
            "city:00000000-0000-0000-0000-00000000000a",
            "area:00000000-0000-0000-0000-00000000000A",
            "area:0000000000000000000000000000000a",
            " ref",
        ] {
            assert_eq!(text.parse::<Channel>(), Err(UnknownChannel), "{text}");
        }
    }
}
