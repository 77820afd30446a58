// Package timeline keeps a device's recent past in the order of event time, in
// few bytes, so that detectors can be run over it again when something arrives
// late.
//
// What detectors see are Entries: a Fix (a position) or a Mark (anything else
// that says what the vehicle did). Both are in the precision in which they are
// remembered, so that a detector decides the same when it sees an entry for the
// first time and when it sees it again. A Log holds the entries of a device.
//
// # Bytes
//
// Measured by TestBytesPerDevice on simulated city drives, with a window of two
// hours and each fix in a transaction of its own (moving: always on its way, with
// stops at lights; fleet: on its way for half of the time, else parked):
//
//	              bytes a fix        changelog bytes a fix, with keys
//	             1 s  10 s  60 s      1 s   10 s   60 s
//	moving       2.2   3.6   6.0       52     60     73
//	fleet        1.3   2.2   3.6       47     52     57
//
// So 720 fixes of a fleet take about 1,580 bytes; with the older rest of the
// oldest chunk a device has 1,740 on average. Recorded drives of cars in and
// between cities (TestBytesOfRecordedDrives) take 2.1 bytes a fix at one every
// second, 3.8 at 10 s, 6.6 at 60 s. In memory a device takes about 2 KB
// (TestMemoryOfADevice).
//
// # The form of a chunk
//
// A Log is a row of chunks of up to about 240 bytes and an hour, each in a
// numbered slot; the end of the newest chunk, up to 33 bytes, is in slot 0, so
// that a fix need not write all of its chunk again. All of them are for the
// changelog:
//
//	chunk:  1       version, 3
//	        2       lower 16 bits of the CRC-32C of what follows, little-endian
//	        uvarint number of entries
//	        varint  time of the first entry, seconds since 1970
//	        bits    entries
//	tail:   1       version, 2
//	        2       the same, going on from the checksum of the chunk before it
//	        uvarint number of entries
//	        bits    entries; the first byte replaces the last of the chunk, where
//	                that is not full
//
// Bits are counted from the lowest of a byte. R(u) is a number in the
// Golomb-Rice code, whose parameter follows the mean of earlier numbers of its
// kind in the chunk, E(u) likewise in the Exp-Golomb code; signed numbers are
// made 0, -1, 1, -2, 2 ... = 0, 1, 2, 3, 4 ... before. An entry is
//
//	1                       a fix in the mode of the last one, as long after it as
//	                        that was after the one before
//	01  E(change of that)   a fix after another time
//	001 mode 1              a fix in a new mode, after the same time
//	001 mode 0 E(change)    or another
//	000                     a mark
//
// A mode is 9 bits: speed, heading, satellites, odometer and ignition are known;
// the ignition is on; old coordinates; speeds are in 0.1 km/h instead of km/h;
// odd: speed, heading, satellites, ignition and odometer follow in 32, 32, 32, 32
// and 64 bits, the position as in "else" below. What is not known takes no bits.
// The first fix of a chunk goes on with
//
//	1 latitude + 90 degrees in 28 bits, longitude + 180 degrees in 29, or
//	0 both in 32;
//	the speed, R with parameter 5; the heading in 9 bits; the satellites, R with
//	parameter 3; the length of the odometer in 6 bits, and the odometer
//
// and any other, where the last speed is 0 or not known, with
//
//	1  all is as in the last fix
//	01 satellites; 1: the position is the same, or 0: the difference of latitude
//	   and longitude, R each; odometer
//	00 what follows
//
// and else with
//
//	satellites: 1, or 0 R(change)
//	speed: R(change), from rest E(change)
//	heading: at a speed of 0 a bit that is 1 where it is the same; E(change)
//	position: R(error along the way) R(error across it)
//	odometer: R(change less what the positions make of it, from rest to rest 0)
//
// where the way is reckoned from the speeds and headings of both fixes (reckon)
// and the parameter of R takes into account how large the error may be (onWay).
// Where there is no speed or heading, the last movement is continued. All of it
// is reckoned in whole numbers.
//
// A mark goes on with R(seconds since the entry before); the number of its shape
// among those of the chunk (R, parameter 1), and if that is new its kind in 8 bits
// and text, channel and unit, each 0 where it is empty, else 1, its length in 8
// bits and itself; 1 where it looks as the last mark of that shape, else 0 and its
// look in 6 bits, two each for value, position and speed; then
//
//	value 0: NaN; 1: 0 or 1 in a bit; 2: R(change in hundredths); 3: 64 bits
//	position 0: none; 1: that of the last fix; 2: differences from it, R with
//	parameter 10
//	speed 0: unknown; 1: its difference from that of the last fix, R with
//	parameter 4; 2: that of the last fix
//
// Shapes 0 and 1 are there from the start: the ignition, which looks like 1 0 0,
// and a sign of life.
//
// Version 1 of chunks is read, and a newest chunk of it is added to in the same
// form. There the odometer of a first fix is R with parameter 0, and nothing is
// special about it at rest; no shape is there from the start, the lengths of its
// texts stand without a bit before them, and each part of a look stands before
// what it is of, that of the speed in one bit.
package timeline
