//! Who asks, as far as load is concerned: one party's load must not be in the way of another one.

use std::net::{IpAddr, Ipv6Addr};

use actix_web::{HttpMessage as _, HttpRequest, web};

use crate::http::{State, auth::address};
use bazdid_protocol::ids::{AccountId, DeviceId};

/// Who has a share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Party {
    /// Somebody who has logged in, with whatever device.
    Account(AccountId),
    /// A device of an account: who uses its id with another account takes nothing from it.
    Device(AccountId, DeviceId),
    /// Somebody who has not logged in; of IPv6 the network of 64 bits, because a single machine has all of its addresses.
    Address(IpAddr),
    /// Somebody without an address: there is no network between.
    Nobody,
}

impl Party {
    /// Who sends a request, once its access token has been looked at.
    #[must_use]
    pub fn of(req: &HttpRequest) -> Self {
        req.extensions().get::<Self>().copied().unwrap_or_else(|| Self::at_address(req))
    }

    /// Who sends a request, by the address alone.
    #[must_use]
    pub fn at_address(req: &HttpRequest) -> Self {
        let proxies = req.app_data::<web::Data<State>>().map_or(0, |s| s.limits.proxies);
        address(req, proxies).map_or(Self::Nobody, Self::network)
    }

    /// Whether nobody has logged in.
    #[must_use]
    pub const fn is_stranger(self) -> bool {
        matches!(self, Self::Address(_) | Self::Nobody)
    }

    fn network(address: IpAddr) -> Self {
        Self::Address(match address.to_canonical() {
            IpAddr::V6(six) => {
                let [a, b, c, d, ..] = six.segments();
                IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
            four @ IpAddr::V4(_) => four,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Party;

    #[test]
    fn addresses_of_one_network_of_ipv6_are_one_party() {
        let of = |text: &str| Party::network(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:192.0.2.7"), of("192.0.2.7"));
        assert_ne!(of("192.0.2.7"), of("192.0.2.8"));
    }
}
