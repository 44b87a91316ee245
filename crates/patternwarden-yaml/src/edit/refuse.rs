//! Why a text is not edited: the words for people.

pub(crate) const NO_TEXT: &str = "this document has no text that could be changed";
pub(crate) const OTHER_TEXT: &str = "the text is no longer the one that was read";
pub(crate) const BROKEN: &str = "the document cannot be read in full; correct its syntax first";
pub(crate) const REST: &str = "text follows the end of the document; it must be removed first";
pub(crate) const WHOLE: &str = "this would replace the whole document";
pub(crate) const ALIAS: &str = "the value is an alias; change it where its anchor stands";
pub(crate) const MERGED: &str = "the value comes from a merge key (`<<`); change it there";
pub(crate) const SHARED: &str = "aliases repeat this value, so that they would change as well";
pub(crate) const PROPERTIES: &str = "a tag or an anchor stands before it";
pub(crate) const DUPLICATE: &str = "the key stands here more than once; one of them must go first";
pub(crate) const EXPLICIT: &str = "the key is written with `?`";
pub(crate) const PAIR: &str = "the entry stands in a list without braces of its own";
pub(crate) const LAYOUT: &str = "the line is laid out in an unusual way";
pub(crate) const TOO_LONG: &str = "the text would become too long to be read";
pub(crate) const UNVERIFIED: &str = "no small change of the text has exactly the intended effect";
