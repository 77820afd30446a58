package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/odograph/odograph/pkg/dedup"
	"github.com/odograph/odograph/pkg/derive"
	"github.com/odograph/odograph/pkg/track"
)

// A device is all that is remembered of one device.
type device struct {
	imei   string
	window dedup.Window
	recent *dedup.Recent
	head   track.Head

	derived    *derive.Device
	definition definition // as of the fork

	loading *dedup.RecentLoader // while the parts are loaded

	recentDirty, headDirty bool
}

func newDevice(imei string) *device {
	return &device{imei: imei, recent: &dedup.Recent{}, derived: &derive.Device{}}
}

func (d *device) fork() *device {
	return &device{imei: d.imei, window: d.window.Fork(), recent: d.recent, head: d.head, derived: d.derived.Fork()}
}

// A partition is the state of one input partition as of the last committed
// transaction.
type partition struct {
	number  int32
	next    int64 // offset of the next input record; -1 before the first
	devices map[string]*device
}

func newPartition(number int32) *partition {
	return &partition{number: number, next: -1, devices: map[string]*device{}}
}

// An overlay is what one transaction changes of a partition. It is merged when
// the transaction commits and dropped when it aborts.
type overlay struct {
	base    *partition
	next    int64
	devices map[string]*device
	touched []*device // the same, in order
}

func (p *partition) begin() *overlay {
	return &overlay{base: p, next: p.next, devices: map[string]*device{}}
}

// device is the overlay's own copy of a device's state, and whether it was made
// by this call.
func (o *overlay) device(imei []byte) (d *device, first bool) {
	if d := o.devices[string(imei)]; d != nil {
		return d, false
	}
	if base := o.base.devices[string(imei)]; base != nil {
		d = base.fork()
	} else {
		d = newDevice(string(imei))
	}
	o.devices[d.imei] = d
	o.touched = append(o.touched, d)
	return d, true
}

// merge takes the changes of a committed transaction.
func (p *partition) merge(o *overlay) {
	for imei, d := range o.devices {
		d.window.Settle()
		d.derived.Settle()
		d.recentDirty, d.headDirty = false, false
		p.devices[imei] = d
	}
	p.next = o.next
}

// The changelog: key IMEI/part, where the part is the slot of a page of the
// dedup window, "r" (recent identities), "rt" (those of them that came last), "h"
// (head) or one of pkg/derive. Only what changed is written. The input position
// stands under positionKey.
const (
	positionKey = "@position"
	partRecent  = "r"
	partNewest  = "rt"
	partHead    = "h"
)

// changelog calls put for every part that the transaction changed. The slices
// are valid during the call.
func (o *overlay) changelog(put func(key, value []byte)) {
	var key, value []byte
	part := func(d *device, name string, appendTo func([]byte) []byte) {
		key = append(append(append(key[:0], d.imei...), '/'), name...)
		value = appendTo(value[:0])
		put(key, value)
	}
	for _, d := range o.touched {
		value = d.derived.Dirty(value, func(name string, value []byte) {
			key = append(append(append(key[:0], d.imei...), '/'), name...)
			put(key, value)
		})
		d.window.Dirty(func(slot int) {
			part(d, strconv.Itoa(slot), func(b []byte) []byte { return d.window.AppendPage(b, slot) })
		})
		if d.recentDirty {
			var whole bool
			if d.recent, whole = d.recent.ToWrite(); whole {
				part(d, partRecent, d.recent.Append)
			} else {
				part(d, partNewest, d.recent.AppendTail)
			}
		}
		if d.headDirty {
			part(d, partHead, d.head.Append)
		}
	}
	put([]byte(positionKey), binary.BigEndian.AppendUint64(nil, uint64(o.next)))
}

var errState = errors.New("the state topic holds what this version did not write")

// load takes one changelog record. A record without a value ends a part.
func (p *partition) load(key, value []byte) error {
	if string(key) == positionKey {
		if len(value) != 8 {
			return fmt.Errorf("%w: position of %d bytes", errState, len(value))
		}
		p.next = int64(binary.BigEndian.Uint64(value))
		return nil
	}
	imei, part, ok := strings.Cut(string(key), "/")
	if !ok {
		return fmt.Errorf("%w: key %q", errState, key)
	}
	d := p.devices[imei]
	if d == nil {
		d = newDevice(imei)
		p.devices[imei] = d
	}
	if err := d.load(part, value); err != nil {
		return fmt.Errorf("%w: key %q: %w", errState, key, err)
	}
	return nil
}

// loaded ends the loading of the changelog.
func (p *partition) loaded() error {
	for imei, d := range p.devices {
		if d.loading != nil {
			d.recent, d.loading = d.loading.Recent(), nil
		}
		if err := d.derived.Loaded(); err != nil {
			return fmt.Errorf("%w: device %s: %w", errState, imei, err)
		}
	}
	return nil
}

func (d *device) load(part string, value []byte) (err error) {
	switch {
	case derive.Owns(part):
		err = d.derived.Load(part, value)
	case value == nil: // of the other parts none ever ends
	case part == partRecent:
		err = d.loader().Load(value)
	case part == partNewest:
		err = d.loader().LoadTail(value)
	case part == partHead:
		_, err = d.head.Decode(value)
	default:
		var slot int
		if slot, err = strconv.Atoi(part); err == nil {
			err = d.window.LoadPage(slot, value)
		}
	}
	return err
}

func (d *device) loader() *dedup.RecentLoader {
	if d.loading == nil {
		d.loading = &dedup.RecentLoader{}
	}
	return d.loading
}
