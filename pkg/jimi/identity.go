package jimi

import (
	"bytes"
	"errors"

	"github.com/odograph/odograph/internal/jsonscan"
	"github.com/odograph/odograph/pkg/schema"
)

// A Raw is one record of the raw topic: one vendor item with what the
// collector knows about it. Its strings and Value are not modified.
type Raw struct {
	Kind    string // as in Kinds
	IMEI    string // the record's key; empty where the collector found none
	Value   []byte // the item's bytes as the vendor sent them
	Headers schema.RawHeaders
	Place   schema.Place
}

// device is the item's part that every record carries. The IMEI of the key
// wins, since track points name no device; an item without any is refused.
func (r *Raw) device() (schema.Item, error) {
	item := r.item()
	if item.IMEI == "" {
		return item, &Error{Reason: schema.ReasonNoIMEI, Kind: r.Kind, Err: errors.New(
			"neither the record's key nor the item's deviceImei, imei, msg.deviceImei, msg.imei, data._imei, _imei, data.deviceImei or data.imei names a device")}
	}
	return item, nil
}

// item is device for items that need not be about a device.
func (r *Raw) item() schema.Item {
	imei := r.IMEI
	if imei == "" {
		imei, _ = IMEI(r.Value)
	}
	return schema.Item{
		IMEI:         imei,
		ReceivedTime: r.Headers.Received,
		Source:       r.Headers.Source,
		Account:      r.Headers.Account,
		Place:        r.Place,
	}
}

// maxIMEI bounds an identity: 15 digits are usual, 16 and 17 occur, and what
// is far longer is not an identity but a mistake that would grow every key.
const maxIMEI = 32

// The places of an IMEI in an item, best first.
const (
	rankDeviceIMEI = iota
	rankIMEI
	rankMsgDeviceIMEI
	rankMsgIMEI
	rankDataIMEI
	rankAnswerIMEI
	rankDataDeviceIMEI
	rankDataOtherIMEI
	rankNone
)

var errFound = errors.New("found")

// IMEI finds the identity of the device that an item is about: deviceImei,
// imei, msg.deviceImei, msg.imei, data._imei, _imei, data.deviceImei or
// data.imei, the first that is there, as a string or a number. The names may be
// spelled in any case, msg and data may be strings that hold an object. It is text: its length and check digit are not
// enforced, as real and official items break them. It reports false where the
// item names none (absent, empty, null, or no letters, digits, '-' and '_' of
// at most 32 bytes) or is not a JSON object; it does not look behind a
// deviceImei.
func IMEI(item []byte) (string, bool) {
	best, at := "", rankNone
	take := func(rank int, value []byte) error {
		if rank < at {
			if s, ok := identity(value); ok {
				best, at = s, rank
			}
		}
		if at == rankDeviceIMEI {
			return errFound
		}
		return nil
	}
	err := jsonscan.Object(item, func(key, value []byte) error {
		switch string(inVendorCase(key)) {
		case "deviceImei":
			return take(rankDeviceIMEI, value)
		case "imei":
			return take(rankIMEI, value)
		case "_imei":
			return take(rankAnswerIMEI, value)
		case "msg":
			return within(value, func(key, value []byte) error {
				switch string(inVendorCase(key)) {
				case "deviceImei":
					return take(rankMsgDeviceIMEI, value)
				case "imei":
					return take(rankMsgIMEI, value)
				}
				return nil
			})
		case "data":
			return within(value, func(key, value []byte) error {
				switch string(inVendorCase(key)) {
				case "_imei":
					return take(rankDataIMEI, value)
				case "deviceImei":
					return take(rankDataDeviceIMEI, value)
				case "imei":
					return take(rankDataOtherIMEI, value)
				}
				return nil
			})
		}
		return nil
	})
	if err != nil && !errors.Is(err, errFound) {
		return "", false
	}
	return best, at < rankNone
}

func inVendorCase(key []byte) []byte {
	if name := vendorName(key); name != "" {
		return []byte(name)
	}
	return key
}

// within walks a value that may be an object, or a string that holds one. What
// is broken inside the string is no error of the item.
func within(value []byte, field func(key, value []byte) error) error {
	switch value[0] {
	case '{':
		return jsonscan.Object(value, field)
	case '"':
		if inner := quotedObject(value); inner != nil {
			if err := jsonscan.Object(inner, field); errors.Is(err, errFound) {
				return err
			}
		}
	}
	return nil
}

// quotedObject is the object that a string holds, nil where it holds none.
func quotedObject(value []byte) []byte {
	text, ok := scalar(value)
	if text = bytes.TrimSpace(text); !ok || len(text) == 0 || text[0] != '{' || jsonscan.Check(text) != nil {
		return nil
	}
	return text
}

func identity(value []byte) (string, bool) {
	text, ok := scalar(value)
	text = bytes.TrimSpace(text)
	if !ok || len(text) == 0 || len(text) > maxIMEI || equalFold(text, "NULL") {
		return "", false
	}
	for _, c := range text {
		switch {
		case c >= '0' && c <= '9', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '-', c == '_':
		default:
			return "", false
		}
	}
	return string(text), true
}
