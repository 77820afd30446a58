// Package jimi is the wire of Tracksolid Pro and IoTHub: which pushes exist,
// whose device an item is about, and how an item becomes one of Odograph's
// records. The vendor's field names go no further than this package.
//
// The vendor's documents and what the platform really sends differ; a decoder
// accepts both. What it makes of an item:
//
//   - A field without which the record means nothing (the device, the time, the
//     position of a fix, the code of an alarm) that is missing or cannot be
//     read is an *Error with its reason, and the item goes to the dead letters
//     with its bytes.
//   - Any other field that is absent, empty, null or a sentinel is absent from
//     the record, never 0.
//   - Any other field that is present and cannot be read is absent too, because
//     a good position is worth more than a bad altitude. It is not silent: a fix
//     is flagged schema.QualityFieldInvalid, every other record carries the
//     item's bytes beside its columns.
//
// Times are UTC unless they name a zone. Numbers may come as numbers or as
// strings, words in any case.
package jimi
