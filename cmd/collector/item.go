package main

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/odograph/odograph/pkg/schema"
)

// An item is one vendor item on its way into the raw topic.
type item struct {
	key     []byte // IMEI; nil where the item names no device
	value   []byte // the vendor's bytes
	headers schema.RawHeaders
}

// record is the item as the raw topic has it.
func (it *item) record(topic string) *kgo.Record {
	var hs [8]schema.Header
	headers := it.headers.Append(hs[:0])
	out := make([]kgo.RecordHeader, len(headers))
	for i, h := range headers {
		out[i] = kgo.RecordHeader{Key: h.Key, Value: h.Value}
	}
	return &kgo.Record{Topic: topic, Key: it.key, Value: it.value, Headers: out}
}

// A spooled record: a version byte, then key, value and each header's name and
// value, all with their length as uvarint in front.
const spooledVersion = 1

var errSpooled = errors.New("the spool holds a record that this version did not write")

func appendSpooled(dst []byte, r *kgo.Record) []byte {
	field := func(b []byte) {
		dst = binary.AppendUvarint(dst, uint64(len(b)))
		dst = append(dst, b...)
	}
	dst = append(dst, spooledVersion)
	field(r.Key)
	field(r.Value)
	for _, h := range r.Headers {
		field([]byte(h.Key))
		field(h.Value)
	}
	return dst
}

func parseSpooled(topic string, b []byte) (*kgo.Record, error) {
	if len(b) == 0 || b[0] != spooledVersion {
		return nil, fmt.Errorf("%w: want version %d", errSpooled, spooledVersion)
	}
	b = b[1:]
	var fields [][]byte
	for len(b) > 0 {
		n, size := binary.Uvarint(b)
		if size <= 0 || n > uint64(len(b)-size) {
			return nil, fmt.Errorf("%w: a field is cut off", errSpooled)
		}
		fields = append(fields, b[size:size+int(n)])
		b = b[size+int(n):]
	}
	if len(fields) < 2 || len(fields)%2 != 0 {
		return nil, fmt.Errorf("%w: %d fields", errSpooled, len(fields))
	}
	r := &kgo.Record{Topic: topic, Value: fields[1]}
	if len(fields[0]) > 0 {
		r.Key = fields[0]
	}
	for i := 2; i < len(fields); i += 2 {
		r.Headers = append(r.Headers, kgo.RecordHeader{Key: string(fields[i]), Value: fields[i+1]})
	}
	return r, nil
}
