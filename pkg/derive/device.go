package derive

import (
	"maps"
	"math"
	"slices"

	"github.com/odograph/odograph/pkg/schema"
	"github.com/odograph/odograph/pkg/timeline"
)

// A Device is all that is kept of one device to derive what it did. The zero
// Device has seen nothing. It is changed by one fork at a time, which is then
// dropped or kept as a whole.
type Device struct {
	log  timeline.Log
	load *timeline.Loader // while the parts are loaded
	base *checkpoint      // nothing at or before it is taken any more; nil before the first entry
	with setup            // what the base and all after it are judged with

	recent ladder                      // after the base; only in memory
	known  bool                        // live and said are; else they are to be found out
	live   judges                      // after all entries
	said   []*content                  // likewise
	mine   struct{ said, ledger bool } // may be changed in place; only then is ledger there
	ledger ledger
	packed []byte // the ledger otherwise: it is long, and seldom needed

	before  *timeline.Log // the entries as they were when the first late one came
	late    int64         // time of the earliest late one
	place   schema.Place  // of the last late one
	changed struct{ base, ledger bool }
}

// A setup is what a device is judged with.
type setup struct {
	version string
	profile Profile
}

// Fork gives a copy whose changes leave d alone. d must not be changed while the
// fork is in use.
func (d *Device) Fork() *Device {
	c := *d
	c.log = d.log.Fork()
	c.mine.said = false
	c.Settle()
	return &c
}

// Settle forgets what is dirty, after it was written.
func (d *Device) Settle() {
	d.log.Settle()
	d.packLedger()
	d.changed.base, d.changed.ledger = false, false
}

// Newest is the time of the newest entry, in seconds since 1970; 0 before the
// first.
func (d *Device) Newest() int64 {
	if d.base == nil {
		return d.log.Newest()
	}
	return max(d.log.Newest(), d.base.at)
}

// Add takes an entry. What follows from it at once is given to out. It gives
// false for an entry that is too old to be taken.
func (d *Device) Add(env *Env, e timeline.Entry, place schema.Place, out func(Output)) (taken bool) {
	if e.Mark != nil { // as it will be when it is judged again
		m := e.Mark.Normal()
		e.Mark = &m
	}
	d.adopt(env, place, out)
	at, newest := e.Time(), d.Newest()
	if newest != 0 && (at <= d.base.at || at < newest-env.Rules.EventTime.LatenessS) {
		return false
	}
	d.catchUp(env, place, out)
	var before timeline.Log
	if at <= newest && d.before == nil {
		before = d.log.Fork()
	}
	switch d.add(e) {
	case timeline.Duplicate:
	case timeline.Inserted:
		if d.before == nil {
			b := before // only here it has to outlive the call
			d.before, d.late = &b, at
		}
		d.late, d.place = min(d.late, at), place
	case timeline.Appended:
		if d.before == nil {
			d.follow(env, e, newest, place, out)
		}
	}
	return true
}

func (d *Device) add(e timeline.Entry) timeline.Outcome {
	if e.Fix != nil {
		return d.log.AddFix(*e.Fix)
	}
	return d.log.AddMark(*e.Mark)
}

// follow takes an entry in order through the live state.
func (d *Device) follow(env *Env, e timeline.Entry, newest int64, place schema.Place, out func(Output)) {
	if e.Time() > newest && d.recent.wants(newest) && newest > d.base.at {
		d.said, d.mine.said = env.carry(d.said, newest), false
		d.recent.push(newCheckpoint(newest, &d.live, d.said))
	}
	env.follower = follower{d, env, place, out}
	d.live.step(env, e, &env.follower)
}

// A follower hears what the live state says, and sends it.
type follower struct {
	d     *Device
	env   *Env
	place schema.Place
	out   func(Output)
}

func (f *follower) hear(c *content) {
	f.d.note(c.kept())
	f.d.send(f.env, c, false, f.place, f.out)
}

func (f *follower) reject(reason string, at int64) {
	if f.env.Rejected != nil {
		f.env.Rejected(reason, at)
	}
}

// note remembers what was said last of an event.
func (d *Device) note(c *content) {
	if !d.mine.said {
		d.said, d.mine.said = slices.Clone(d.said), true
	}
	if i := slices.IndexFunc(d.said, func(b *content) bool { return b.key == c.key }); i >= 0 {
		d.said[i] = c
		return
	}
	d.said = append(d.said, c)
}

// send gives out a content with the next revision of its event.
func (d *Device) send(env *Env, c *content, retract bool, place schema.Place, out func(Output)) {
	d.openLedger()
	s := d.ledger.open(c.key, d.with.version)
	s.revision++
	s.ongoing, s.retracted, s.seen = c.ongoing, retract, c.seen
	d.changed.ledger = true
	out(c.output(env, s.version, schema.Revised{Revision: s.revision, Retracted: retract}, place))
}

// adopt goes over to the rules and the profile that hold now. What was judged
// with other rules stays as it is, and so nothing before it is taken any more:
// those rules may be known no more. Another profile is what the vehicle was all
// the time, as far as anybody knew: what may still change is judged anew.
func (d *Device) adopt(env *Env, place schema.Place, out func(Output)) {
	now := setup{env.Rules.Version, env.Profile}
	switch {
	case d.base == nil:
		d.base, d.with, d.changed.base = newCheckpoint(0, &judges{}, nil), now, true
		d.known = true
		return
	case d.with == now:
		return
	case d.with.version == now.version:
		d.rejudge(env, place, out)
		return
	}
	known := d.known
	d.catchUp(env, place, out)
	at := d.Newest()
	d.mine.said = false
	d.base, d.recent = newCheckpoint(at, &d.live, env.carry(d.said, at)), ladder{}
	d.with, d.changed.base, d.changed.ledger = now, true, true
	d.openLedger()
	if known {
		return
	}
	// After a restart the past was judged anew, with other rules: what is open
	// in the ledger must be told how it stands now.
	for _, c := range d.said {
		if slices.ContainsFunc(d.ledger, func(s sent) bool { return s.key == c.key && s.ongoing && !s.retracted }) {
			d.send(env, c, false, place, out)
		}
	}
}

// rejudge compares what the detectors say of the entries since the base by the
// profile of before and by the one that holds now.
func (d *Device) rejudge(env *Env, place schema.Place, out func(Output)) {
	now := env.Profile
	env.Profile = d.with.profile
	d.catchUp(env, place, out)
	was, is := d.base.run(), d.base.run()
	was.entries(env, &d.log, d.base.at, math.MaxInt64)
	env.Profile = now
	is.entries(env, &d.log, d.base.at, math.MaxInt64)
	d.recent, d.with.profile, d.changed.base = ladder{}, now, true
	d.settle(env, was, is, place, out)
}

// catchUp finds the live state after a restart. Where the entries are judged
// otherwise than before it, by other rules or another version of Odograph, what
// is open in the ledger may be open no more: it must not stay so for ever.
func (d *Device) catchUp(env *Env, place schema.Place, out func(Output)) {
	if d.known {
		return
	}
	r := d.base.run()
	r.entries(env, &d.log, d.base.at, math.MaxInt64)
	d.take(env, r)
	d.openLedger()
	for _, s := range slices.Clone(d.ledger) {
		if !s.ongoing || s.retracted {
			continue
		}
		if now := r.said[s.key]; now == nil {
			d.send(env, &content{key: s.key, record: s.blank(), seen: s.seen}, true, place, out)
		} else if !now.ongoing {
			d.send(env, now, false, place, out)
		}
	}
}

// take makes where a run has come to the live state.
func (d *Device) take(env *Env, r *run) {
	d.live, d.said = r.judges, keep(env.carry(list(r.said), d.Newest()))
	d.known, d.mine.said = true, true
}

// Finish ends a batch: late entries lead to corrections, and what is too old to
// be corrected is let go. It must be called before the device is kept.
func (d *Device) Finish(env *Env, out func(Output)) {
	if d.before != nil {
		d.correct(env, out)
	}
	d.advance(env)
}

// GiveUp begins anew after the newest entry, after a fault (a panic) in what was
// called before: entries that led to a fault once would do so again for ever.
func (d *Device) GiveUp() {
	d.base, d.changed.base = newCheckpoint(d.Newest(), &judges{}, nil), true
	d.before, d.known, d.said, d.recent = nil, false, nil, ladder{}
}

// correct compares what the detectors say with and without the late entries. Up
// to the first of them both are the same.
func (d *Device) correct(env *Env, out func(Output)) {
	from := d.recent.before(d.late)
	if from == nil {
		from = d.base
	}
	was := from.run()
	was.entries(env, d.before, from.at, d.late)
	if split := d.late - 1; split-from.at >= nearS {
		d.recent.push(was.checkpoint(env, split)) // what comes late seldom comes alone
	}
	is := was.fork()
	was.entries(env, d.before, d.late-1, math.MaxInt64)
	is.entries(env, &d.log, d.late-1, math.MaxInt64)
	d.before = nil
	d.settle(env, was, is, d.place, out)
}

// settle sends what differs between two runs, and goes on from the second.
func (d *Device) settle(env *Env, was, is *run, place schema.Place, out func(Output)) {
	all := maps.Clone(was.said)
	maps.Copy(all, is.said)
	for _, c := range list(all) {
		switch now, then := is.said[c.key], was.said[c.key]; {
		case now == nil:
			if d.openLedger(); d.ledger.holds(c.key) { // else only fences of today would have led to it
				d.send(env, then, true, place, out)
			}
		case then == nil || !then.same(now):
			d.send(env, now, false, place, out)
		}
	}
	env.tellRejected(was.rejected, is.rejected)
	d.take(env, is)
}

// tellRejected tells of the rejections that are new.
func (env *Env) tellRejected(was, is []rejection) {
	if env.Rejected == nil || len(is) == 0 {
		return
	}
	told := make(map[rejection]bool, len(was))
	for _, r := range was {
		told[r] = true
	}
	for _, r := range is {
		if !told[r] {
			env.Rejected(r.reason, r.at)
		}
	}
}

// advance moves the base to where the lateness ends.
func (d *Device) advance(env *Env) {
	var r *run
	at := int64(0)
	d.log.Cut(d.log.Newest()-env.Rules.EventTime.LatenessS, func(e timeline.Entry) {
		if e.Time() <= d.base.at { // judged with other rules
			return
		}
		if r == nil {
			r = d.base.run()
		}
		r.judges.step(env, e, r)
		at = e.Time()
	})
	if r == nil {
		return
	}
	d.base, d.changed.base = r.checkpoint(env, at), true
	d.recent.after(at)
	d.openLedger()
	if n := len(d.ledger); len(d.ledger.prune(at-env.Rules.reopenS)) != n {
		d.changed.ledger = true
	}
}
