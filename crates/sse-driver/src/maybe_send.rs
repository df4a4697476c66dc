//! `Send` and `Sync` on targets with threads.
//!
//! A JavaScript promise, and every future that awaits one, belongs to its thread. So hooks, bodies,
//! transports and timers of the application must be `Send` and `Sync` on every target except
//! wasm32.

/// [`Send`] on every target except wasm32, where all types implement it.
///
/// ```
/// use sse_driver::MaybeSend;
///
/// fn hold(_: impl MaybeSend) {}
/// hold(String::from("implements it on every target"));
/// ```
pub trait MaybeSend: threads::Send {}
impl<T: threads::Send + ?Sized> MaybeSend for T {}

/// [`Sync`] on every target except wasm32, where all types implement it.
///
/// ```
/// use sse_driver::MaybeSync;
///
/// fn share(_: &impl MaybeSync) {}
/// share(&String::from("implements it on every target"));
/// ```
pub trait MaybeSync: threads::Sync {}
impl<T: threads::Sync + ?Sized> MaybeSync for T {}

#[cfg(not(target_arch = "wasm32"))]
mod threads {
    pub(super) use core::marker::{Send, Sync};
}

#[cfg(target_arch = "wasm32")]
mod threads {
    pub trait Send {}
    impl<T: ?Sized> Send for T {}

    pub trait Sync {}
    impl<T: ?Sized> Sync for T {}
}

/// The type of a trait object that is `MaybeSend`.
#[cfg(not(target_arch = "wasm32"))]
macro_rules! dyn_maybe_send {
    ($($bound:tt)*) => { dyn $($bound)* + Send };
}
#[cfg(target_arch = "wasm32")]
macro_rules! dyn_maybe_send {
    ($($bound:tt)*) => { dyn $($bound)* };
}
pub(crate) use dyn_maybe_send;

/// The type of a trait object that is `MaybeSend` and `MaybeSync`, such as a hook.
#[cfg(not(target_arch = "wasm32"))]
macro_rules! dyn_hook {
    ($($bound:tt)*) => { dyn $($bound)* + Send + Sync };
}
#[cfg(target_arch = "wasm32")]
macro_rules! dyn_hook {
    ($($bound:tt)*) => { dyn $($bound)* };
}
pub(crate) use dyn_hook;
