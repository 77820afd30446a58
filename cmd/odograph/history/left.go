package history

import (
	"strings"

	"github.com/odograph/odograph/pkg/schema"
)

// A cover is when something of a device was read.
type cover struct {
	first int64 // time of the first; 0: there was none
	hours map[int64]bool
}

const hourS = 3600

// add takes times in their order.
func (c *cover) add(at int64) {
	if c.hours == nil {
		c.first, c.hours = at, map[int64]bool{}
	}
	c.hours[at/hourS] = true
}

// near tells whether something was read within about an hour of a time.
func (c *cover) near(at int64) bool {
	h := at / hourS
	return c.hours[h-1] || c.hours[h] || c.hours[h+1]
}

// unread tells that what a stored event was found in was not read: fixes are kept
// for a shorter time than events, and a month of them may be dropped. That it is
// not found then says nothing. more: reading more may tell.
func (a *account) unread(p *pair) (is, more bool) {
	if !p.stands() {
		return false, false
	}
	e, c := eventOf(p.was), &a.fixes
	if _, ok := p.was.(*schema.ConditionEvent); ok {
		c = &a.sensors
	}
	began, seen := e.Start, c.near(e.Start)
	if f, ok := p.was.(*schema.GeofenceEvent); ok {
		seen = c.near(f.ConfirmedAt.Unix()) // the time of a fix; at may lie in a long silence
		if counted := beginning(&pair{was: p.was}); counted != 0 {
			began = min(began, counted)
		}
	}
	if holdsLong(&e) == kindTrip && !e.Ongoing {
		seen = seen && c.near(e.End)
	}
	if began < c.first || c.first == 0 {
		return true, true
	}
	return !seen, false
}

// lasting tells that a difference will be left for the same reason the next time:
// a request does not wait for it.
func lasting(reason string) bool { return reason == LeftUnread || reason == LeftReplayed }

// A blocker is an event that stays as it is, for a reason: one that is stored, or
// one that was derived anew and is not written.
type blocker struct {
	Event
	reason string
	stored bool
	edge   bool // it lies outside the range
}

// keeps tells whether a difference cannot be written because of the blocker: a new
// event beside one that stays, or the end of one in whose place nothing comes.
func (b *blocker) keeps(p *pair) bool {
	return p.left == "" && b.stored == (p.is != nil) && b.over(&p.event)
}

// class names what a device cannot have two of at a time; empty: geofence events
// have their own ways.
func class(e *Event) string {
	if c := holdsLong(e); c != "" || strings.HasPrefix(e.Kind, kindFence) {
		return c
	}
	return e.Kind + " " + e.Of
}

// over tells whether an event cannot be there beside the blocker: at the edge of
// the range at all, within it where it is the same in another form, since a stop
// and the trip after it may overlap a little.
func (b *blocker) over(e *Event) bool {
	if holdsLong(e) == "" {
		return b.Start <= e.End && e.Start <= b.End
	}
	common := min(b.End, e.End) - max(b.Start, e.Start)
	if b.edge {
		return common > 0
	}
	return common > 0 && 2*common >= min(b.End-b.Start, e.End-e.Start)
}

// leaveAll finds which differences must be left as they are.
func (a *account) leaveAll(pairs []*pair) {
	byClass, started := map[string][]*pair{}, map[string]bool{}
	var blockers []blocker
	for _, p := range pairs {
		if p.equal {
			continue
		}
		if is, _ := a.unread(p); is && class(&p.event) == "" {
			started[p.event.Of] = true
		}
		if !a.span.holds(&p.event) {
			if holdsLong(&p.event) != "" {
				blockers = p.block(blockers, LeftOver, true)
			}
			continue
		}
		if p.left = a.leave(p); p.left != "" {
			blockers = p.block(blockers, p.left, false)
		}
		if c := class(&p.event); c != "" {
			byClass[c] = append(byClass[c], p)
		}
	}
	for i := 0; i < len(blockers); i++ {
		b := blockers[i]
		for _, p := range byClass[class(&b.Event)] {
			if b.keeps(p) {
				p.left = b.reason
				a.reach(&b)
				blockers = p.block(blockers, b.reason, false)
			}
		}
	}
	a.leaveStays(pairs, started)
}

// block adds what stays as it is of a difference that is not written.
func (p *pair) block(to []blocker, reason string, edge bool) []blocker {
	if p.stands() {
		to = append(to, blocker{eventOf(p.was), reason, true, edge})
	}
	if p.is != nil {
		to = append(to, blocker{eventOf(p.is), reason, false, edge})
	}
	return to
}

// reach notes that a range that has a blocker in it would have more to write.
func (a *account) reach(b *blocker) {
	switch {
	case !b.edge:
		return
	case b.Start >= a.span.To:
		a.later = max(a.later, b.Start)
	case a.earlier == 0 || b.Start < a.earlier:
		a.earlier = b.Start
	}
	a.more = true
}

// leaveStays leaves what was derived of stays that had begun before the first fix
// that was read, in fences with stored events of which the fixes were not read.
func (a *account) leaveStays(pairs []*pair, started map[string]bool) {
	for _, p := range pairs {
		if p.equal || p.left != "" || p.is == nil || class(&p.event) != "" || !started[p.event.Of] {
			continue
		}
		began := beginning(&pair{is: p.is})
		if p.event.Start <= a.fixes.first || began != 0 && began <= a.fixes.first {
			p.left = LeftUnread
		}
	}
}
