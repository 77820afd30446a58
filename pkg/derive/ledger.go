package derive

import "slices"

// A ledger says of each event that may still change what was sent of it.
type ledger []sent

// sent is an event of which something was sent.
type sent struct {
	key
	revision  uint32 // of the last that was sent
	version   string // of the rules under which it was found first: part of its id
	ongoing   bool
	retracted bool
	seen      int64 // time of the entry that led to the last
}

// open gives the entry of a key, made where there is none. One that was retracted
// under other rules is not opened again: what is found now is another event. The
// pointer is valid until the next call.
func (l *ledger) open(k key, version string) *sent {
	at := -1
	for i := range *l {
		s := &(*l)[i]
		switch {
		case s.key != k:
		case !s.retracted:
			return s
		case s.version == version:
			at = i
		}
	}
	if at >= 0 {
		return &(*l)[at]
	}
	*l = append(*l, sent{key: k, version: version})
	return &(*l)[len(*l)-1]
}

// holds tells whether an event of a key was sent, and not taken back.
func (l ledger) holds(k key) bool {
	return slices.ContainsFunc(l, func(s sent) bool { return s.key == k && !s.retracted })
}

// prune drops what cannot change any more: what is closed and was not touched
// since a time.
func (l *ledger) prune(since int64) ledger {
	*l = slices.DeleteFunc(*l, func(s sent) bool {
		return (!s.ongoing || s.retracted) && s.seen < since
	})
	return *l
}

// openLedger makes the ledger ready to be changed.
func (d *Device) openLedger() {
	if d.mine.ledger {
		return
	}
	var err error
	if d.ledger, err = d.parseLedger(d.packed); err != nil {
		panic("derive: " + err.Error()) // it was read before, or written here
	}
	d.mine.ledger = true
}

// packLedger puts the ledger away.
func (d *Device) packLedger() {
	if d.mine.ledger {
		var buf [512]byte
		d.packed, d.ledger, d.mine.ledger = slices.Clone(d.appendLedger(buf[:0])), nil, false
	}
}
