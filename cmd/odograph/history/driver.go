package history

import (
	"github.com/odograph/odograph/pkg/derive"
	"github.com/odograph/odograph/pkg/schema"
)

// keepDrivers gives the trips that were derived the drivers of the stored ones that
// they lie over most, where a card or a sign-in says nothing of either: the device's
// definition names who drives now, and of then only what is stored knows.
func keepDrivers(pairs []*pair) {
	var stored []*schema.Trip
	for _, p := range pairs {
		if t, ok := p.was.(*schema.Trip); ok && p.stands() {
			stored = append(stored, t)
		}
	}
	for _, p := range pairs {
		t, ok := p.is.(*schema.Trip)
		if !ok || !byDefinition(t) {
			continue
		}
		if was := underMost(stored, t); was != nil && byDefinition(was) {
			kept := *t
			kept.Driver, kept.DriverSource = was.Driver, was.DriverSource
			p.is = &kept
		}
	}
}

// byDefinition tells that a trip's driver, or that there is none, is from the
// device's definition.
func byDefinition(t *schema.Trip) bool {
	return t.DriverSource == "" || t.DriverSource == derive.DriverDevice
}

// underMost is the trip, of those in the order of their starts, that has the most
// time in common with another; nil where none has any.
func underMost(all []*schema.Trip, t *schema.Trip) (most *schema.Trip) {
	longest := int64(0)
	for _, o := range all {
		if o.StartTime.After(t.EndTime) {
			break
		}
		if common := min(o.EndTime.Unix(), t.EndTime.Unix()) - max(o.StartTime.Unix(), t.StartTime.Unix()); common > longest {
			most, longest = o, common
		}
	}
	return most
}
