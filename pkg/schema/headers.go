package schema

import (
	"fmt"
	"strconv"
	"time"
)

// Header is a record header; it has the shape of the Kafka client's own, so
// that this package needs no client.
type Header struct {
	Key   string
	Value []byte
}

// The header names.
const (
	HeaderKind     = "kind"        // raw: kind of the item, see jimi.Kinds
	HeaderSource   = "source"      // which interface it came by
	HeaderAccount  = "account"     // vendor account, if any
	HeaderReceived = "received_us" // receive time, microseconds since 1970 UTC, decimal
	HeaderItemID   = "item_id"     // raw: same for every delivery of one accepted item
	HeaderMsgType  = "msg_type"    // raw: the form's msgType beside the items, if any
	HeaderSchema   = "schema"      // version of the record's schema
	HeaderTrace    = "traceparent" // W3C trace context, if any
)

// RawHeaders are the headers of a raw record; its key is the IMEI (empty where
// the item names no device) and its value the vendor's bytes unchanged.
type RawHeaders struct {
	Kind     string
	Source   Source
	Account  string
	Received time.Time // to the microsecond
	ItemID   string
	MsgType  string // the form's msgType, which says what the items of some kinds are
	Trace    string
}

// Append adds the headers to dst, leaving out what is empty.
func (h RawHeaders) Append(dst []Header) []Header {
	dst = append(dst,
		Header{HeaderKind, []byte(h.Kind)},
		Header{HeaderSource, []byte(h.Source)},
		Header{HeaderReceived, strconv.AppendInt(nil, h.Received.UnixMicro(), 10)},
	)
	for _, o := range [...]struct{ key, value string }{
		{HeaderAccount, h.Account}, {HeaderItemID, h.ItemID}, {HeaderMsgType, h.MsgType}, {HeaderTrace, h.Trace},
	} {
		if o.value != "" {
			dst = append(dst, Header{o.key, []byte(o.value)})
		}
	}
	return dst
}

// Set takes one header into h; unknown names are left alone. Call Validate
// after the last.
func (h *RawHeaders) Set(key string, value []byte) error {
	switch key {
	case HeaderKind:
		h.Kind = string(value)
	case HeaderSource:
		h.Source = Source(value)
	case HeaderAccount:
		h.Account = string(value)
	case HeaderItemID:
		h.ItemID = string(value)
	case HeaderMsgType:
		h.MsgType = string(value)
	case HeaderTrace:
		h.Trace = string(value)
	case HeaderReceived:
		us, err := strconv.ParseInt(string(value), 10, 64)
		if err != nil {
			return fmt.Errorf("header %s: %w", HeaderReceived, err)
		}
		h.Received = time.UnixMicro(us).UTC()
	}
	return nil
}

// Validate tells which header that every raw record must have is missing.
func (h *RawHeaders) Validate() error {
	switch {
	case h.Kind == "":
		return fmt.Errorf("header %s is missing: the record was not written by a collector", HeaderKind)
	case h.Source == "":
		return fmt.Errorf("header %s is missing: the record was not written by a collector", HeaderSource)
	case h.Received.IsZero():
		return fmt.Errorf("header %s is missing: the record was not written by a collector", HeaderReceived)
	}
	return nil
}
