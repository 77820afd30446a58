package history

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/odograph/odograph/pkg/geofence"
	"github.com/odograph/odograph/pkg/schema"
)

// A Correction is a derived event that is to be stored otherwise than it is.
type Correction struct {
	Change
	record    record // as it is to be written, with its revision
	partition int32  // in which the device's records are
}

// An account is what the events of one device come to.
type account struct {
	span     Span
	settledS int64
	fixes    cover // when fixes were read
	sensors  cover // when sensors and trouble codes were
	newest   int64 // time of the newest entry
	now      int64
	fences   *FenceJob
	replays  replays // none where one is made

	tallies  map[string]*Tally
	versions map[string]int
	list     []Correction
	left     map[string]int
	earlier  int64 // start of the first event before the range that a difference was left for; 0: there is none
	later    int64 // and of the last after it
	more     bool  // reading more of the device may tell more
}

func newAccount(j *Job, d *derived, now int64, fences *FenceJob) *account {
	a := &account{
		span: Span{From: j.From.Unix(), To: j.To.Unix()}, settledS: j.Rules.SettledS(), fixes: d.fixes, sensors: d.sensors, newest: d.newest, now: now, fences: fences,
		tallies: map[string]*Tally{}, versions: map[string]int{}, left: map[string]int{},
	}
	if fences == nil {
		a.replays = j.Valid.replaysOf(d.was)
	}
	return a
}

// A pair is an event as it is stored and as it was derived anew.
type pair struct {
	was, is record
	event   Event  // as it was derived anew, else as it is stored
	equal   bool   // nothing has to be written
	left    string // why it is left as it is; empty: it is not
}

// stands tells whether the event is stored, and not retracted.
func (p *pair) stands() bool { return p.was != nil && !headOf(p.was).revised.Retracted }

// same tells whether nothing has to be written.
func (p *pair) same() (bool, error) {
	if !p.stands() || p.is == nil {
		return p.stands() == (p.is != nil), nil
	}
	was, err := content(p.was)
	if err != nil {
		return false, err
	}
	is, err := content(p.is)
	return was == is, err
}

// pairsOf puts records together by their ids, in the order of time.
func pairsOf(was, is []record) []*pair {
	byID := map[string]*pair{}
	for _, r := range was {
		byID[headOf(r).id] = &pair{was: r, event: eventOf(r)}
	}
	for _, r := range is {
		p := &pair{is: r, event: eventOf(r)}
		if stored := byID[headOf(r).id]; stored != nil {
			p.was = stored.was
		}
		byID[headOf(r).id] = p
	}
	out := make([]*pair, 0, len(byID))
	for _, p := range byID {
		out = append(out, p)
	}
	slices.SortFunc(out, func(p, q *pair) int {
		return cmp.Or(cmp.Compare(p.event.Start, q.event.Start), cmp.Compare(p.event.Kind, q.event.Kind), cmp.Compare(p.event.Of, q.event.Of))
	})
	return out
}

// take compares what is stored of a device with what was derived anew.
func (a *account) take(d *derived) error {
	pairs := pairsOf(d.was, d.is)
	keepDrivers(pairs)
	for _, p := range pairs {
		var err error
		if p.equal, err = p.same(); err != nil {
			return err
		}
	}
	a.leaveAll(pairs)
	for _, p := range pairs {
		if !a.span.holds(&p.event) {
			continue
		}
		if err := a.count(p, d); err != nil {
			return err
		}
	}
	return nil
}

// count takes one event of the range into account.
func (a *account) count(p *pair, d *derived) error {
	t := a.tallies[p.event.Kind]
	if t == nil {
		t = &Tally{}
		a.tallies[p.event.Kind] = t
	}
	t.Stored += one(p.stands())
	t.Candidate += one(p.is != nil)
	if p.stands() {
		a.versions[*headOf(p.was).version]++
	}
	if p.equal {
		t.Same += one(p.stands())
		return nil
	}
	if a.fixes.first == 0 || a.fixes.first >= a.span.From { // how the range began is not known
		a.more = true
	}
	if p.left != "" {
		a.left[p.left]++
		return nil
	}
	c, err := correct(p, d.place.RawPartition)
	a.list = append(a.list, c)
	t.Added += one(c.What == Added)
	t.Lost += one(c.What == Lost)
	t.Moved += one(c.What == Moved)
	return err
}

// leave says why a difference must be left as it is, for what it is itself; empty:
// it need not.
func (a *account) leave(p *pair) string {
	if a.replays.own(p) {
		return LeftReplayed
	}
	if p.is != nil && p.event.Ongoing {
		a.more = true
		return LeftUnfinished
	}
	if began := beginning(p); began != 0 && began <= a.fixes.first {
		a.more = true
	}
	if is, more := a.unread(p); is {
		a.more = a.more || more
		return LeftUnread
	}
	return a.unsettled(p)
}

// unsettled tells that the enricher may still correct an event: by the revisions
// that it has sent, of which it would know none of ours.
func (a *account) unsettled(p *pair) string {
	if a.fences.before(&p.event) {
		return ""
	}
	seen := int64(0)
	for _, r := range []record{p.was, p.is} {
		if r == nil {
			continue
		}
		if seen = max(seen, eventOf(r).End); eventOf(r).Ongoing && !headOf(r).revised.Retracted {
			return LeftToEnricher
		}
		if f, ok := r.(*schema.GeofenceEvent); ok {
			seen = max(seen, f.ConfirmedAt.Unix())
		}
	}
	switch {
	case seen+a.settledS > a.now:
		return LeftToEnricher
	case seen+a.settledS > a.newest:
		a.more = true
		return LeftToEnricher
	}
	return ""
}

// holdsLong names what a device has only one of at a time, if an event is such.
func holdsLong(e *Event) string {
	switch {
	case e.Kind == kindTrip || strings.HasPrefix(e.Kind, kindStop):
		return kindTrip
	case e.Kind == string(schema.ConditionFault) || e.Kind == string(schema.ConditionTemperature):
		return e.Kind + " " + e.Of
	}
	return ""
}

// beginning is when the stay in a fence began that an event counts from; 0 where
// it counts from none.
func beginning(p *pair) int64 {
	began := int64(0)
	for _, r := range []record{p.was, p.is} {
		f, ok := r.(*schema.GeofenceEvent)
		if !ok || f.Kind != geofence.KindExit && f.Kind != geofence.KindInsideAtClose && f.Kind != geofence.KindDwell {
			continue
		}
		if at := f.At.Unix() - int64(f.DwellS.Value); began == 0 || at < began {
			began = at
		}
	}
	return began
}

// correct makes the next revision of an event.
func correct(p *pair, partition int32) (Correction, error) {
	c := Correction{Change: Change{What: Moved}, partition: partition}
	revision := uint32(1)
	if p.was != nil {
		revision = headOf(p.was).revised.Revision + 1
	}
	if p.stands() {
		e := eventOf(p.was)
		c.Stored = &e
	} else {
		c.What = Added
	}
	if p.is == nil {
		c.What, c.record = Lost, clone(p.was)
		*headOf(c.record).revised = schema.Revised{Revision: revision, Retracted: true}
		return c, nil
	}
	e := eventOf(p.is)
	c.Candidate, c.record = &e, clone(p.is)
	*headOf(c.record).revised = schema.Revised{Revision: revision}
	if c.What == Added {
		return c, nil
	}
	var err error
	c.Differ, err = differences(p.was, p.is)
	return c, err
}

// into adds the account to those of other devices.
func (a *account) into(out *Corrections, d *derived) {
	for kind, t := range a.tallies {
		if out.Kinds[kind] == nil {
			out.Kinds[kind] = &Tally{}
		}
		out.Kinds[kind].add(t)
	}
	for version, n := range a.versions {
		out.Versions[version] += n
	}
	for reason, n := range a.left {
		out.Left[reason] += n
		if !lasting(reason) {
			out.LeftOf[d.IMEI] = true
		}
	}
	if a.earlier != 0 {
		out.Earlier[d.IMEI] = time.Unix(a.earlier, 0).UTC()
	}
	if a.later != 0 {
		out.Later[d.IMEI] = time.Unix(a.later, 0).UTC()
	}
	out.List = append(out.List, a.list...)
}
