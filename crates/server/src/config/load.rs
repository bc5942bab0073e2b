//! The section of shares: what one account, device or address may take, so that it stops nobody else.

/// Shares and least rates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    /// Requests of one account within a minute.
    pub account_requests: u32,
    /// Requests from one address within a minute of people who have not logged in.
    pub address_requests: u32,
    /// Requests of one account in work at once, more wait; 0: as many as there are processors, two at least.
    pub account_at_once: usize,
    /// Requests from one address in work at once, of people who have not logged in; more wait.
    pub address_at_once: usize,
    /// Requests that wait for their turn, of one account or address; more are refused.
    pub waiting: usize,
    /// Mebibytes of bodies other than photos that one account sends within an hour.
    pub account_mib: u32,
    /// Mutations that one account pushes within an hour.
    pub account_mutations: u32,
    /// Mutations that one device pushes within an hour.
    pub device_mutations: u32,
    /// Tickets that one account registers within an hour.
    pub account_tickets: u32,
    /// Uploads that one account begins within 24 hours for the photos of one order, or of one ticket without an order.
    pub order_uploads: u32,
    /// Passwords that are hashed at once; 0: half as many as there are processors.
    pub hashes_at_once: usize,
    /// Passwords that wait to be hashed.
    pub hashes_waiting: usize,
    /// Seconds within which the first bytes of a body come.
    pub first_byte_s: u64,
    /// Bytes a second that a body brings, and that a client takes of an answer, on average of a window.
    pub least_bytes_s: u64,
    /// Seconds after which it is looked again whether enough came or was taken.
    pub window_s: u64,
    /// Connections from one address at once; 0 does not count them.
    pub address_connections: usize,
}

impl Default for Load {
    fn default() -> Self {
        Self {
            account_requests: 6_000,
            address_requests: 1_200,
            account_at_once: 0,
            address_at_once: 64,
            waiting: 64,
            account_mib: 64,
            account_mutations: 10_000,
            device_mutations: 5_000,
            account_tickets: 2_000,
            order_uploads: 200,
            hashes_at_once: 0,
            hashes_waiting: 64,
            first_byte_s: 10,
            least_bytes_s: 100,
            window_s: 20,
            address_connections: 8_192,
        }
    }
}
