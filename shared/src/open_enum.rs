//! Enums that a newer peer may extend: a word that this build does not know is kept unchanged.

/// Declares an enum with its words on the wire, and `Other(String)` for unknown words.
#[macro_export]
macro_rules! open_enum {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$vmeta])* $variant,)+
            /// A word of a newer peer, kept unchanged.
            Other(String),
        }
        impl $name {
            /// Every value that this build knows, in display order.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];

            /// The word on the wire; locale keys are built from it too.
            pub fn word(&self) -> &str {
                match self { $(Self::$variant => $word,)+ Self::Other(word) => word }
            }
            /// False for a word of a newer peer.
            pub fn is_known(&self) -> bool { !matches!(self, Self::Other(_)) }
        }
        impl From<&str> for $name {
            fn from(word: &str) -> Self {
                match word { $($word => Self::$variant,)+ other => Self::Other(other.to_owned()) }
            }
        }
        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result { f.write_str(self.word()) }
        }
        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> { s.serialize_str(self.word()) }
        }
        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                $crate::text::deserialize(d, |word| Ok::<_, ::std::convert::Infallible>(Self::from(word)))
            }
        }
    };
}
